"""Mapping a seat later: the calls it had as nobody's become its counselor's."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from dashapp import scheduler
from models.rules.tally import Tally
from models.rules.windows import Window
from models.store import attribution, connections, entries, feed, productivity
from models.store.base import Store
from models.store.callrows import local_day
from models.tables.calls import offer
from models.tables.leads import lead
from tests.cast import Cast, Line, Person
from tests.telling import ended, rung, tell

EXTENSION = "2044"


def somebody(person: Person) -> Person:
    """The same person, as the provider calls her: by an address nobody has mapped."""
    return replace(person, seat=EXTENSION)


def seat(store: Store, cast: Cast, person: Person, address: str = EXTENSION) -> None:
    with store.db.begin() as tx:
        connections.add_seat(
            tx,
            store.vault,
            connection_id=cast.connection.id,
            person_id=person.id,
            address=address,
        )


def names(store: Store, person: Person) -> list[list[str]]:
    """Of whom the entries on this person's board are."""
    with store.read() as tx:
        rows = entries.open_for(tx, person.viewer, now=store.now(), rules=store.rules)
    return [[one["name"] for one in row["counselors"]] for row in rows]


def tally(store: Store, cast: Cast, person: Person) -> Tally:
    today = local_day(store.now(), store.rules.zone)
    with store.read() as tx:
        report = productivity.report(
            tx, cast.dev.viewer, Window(today, today), now=store.now(), rules=store.rules
        )
    return next(row.tally for row in report.rows if row.person_id == person.id)


def test_a_missed_call_moves_from_the_pool_to_whose_seat_it_was(store: Store, cast: Cast) -> None:
    stranger, who = somebody(cast.asha), cast.lead()
    tell(store, cast, rung(store, stranger, who, "c1"))
    tell(store, cast, ended(store, stranger, who, "c1"))
    assert names(store, cast.asha) == names(store, cast.ravi) == [[]]  # the team's pool
    with store.read() as tx:
        assert tx.scalars(select(offer.c.seat_mask)).all() == [EXTENSION]  # no number: nothing to hide
    assert tally(store, cast, cast.asha).inbound_offered == 0
    seat(store, cast, cast.asha)
    with store.read() as tx:
        told = feed.last_id(tx)
    assert attribution.attribute(store) == 1
    assert names(store, cast.asha) == [[cast.asha.name]]
    assert names(store, cast.ravi) == []
    counted = tally(store, cast, cast.asha)
    assert (counted.inbound_offered, counted.inbound_answered, counted.missed) == (1, 0, 1)
    with store.read() as tx:
        heard = feed.for_viewer(feed.after(tx, told), cast.asha.viewer)
    assert [json.loads(row.body)["state"] for row in heard if row.kind == "entry"] == ["withdrawn", "open"]
    assert attribution.attribute(store) == 0


def test_a_talk_gets_its_counselor_and_the_caller_too(store: Store, cast: Cast) -> None:
    stranger, who = somebody(cast.asha), cast.lead("+919876500321", source="Telephony")
    tell(store, cast, ended(store, stranger, who, "c1", talk=75))
    assert tally(store, cast, cast.asha).talk_time == 0
    seat(store, cast, cast.asha)
    assert attribution.attribute(store) == 1
    counted = tally(store, cast, cast.asha)
    assert (counted.connected, counted.talk_time, counted.inbound_answered) == (1, 75, 1)
    with store.read() as tx:
        row = tx.execute(select(lead.c.owner_id, lead.c.last_talk_by).where(lead.c.id == who.id)).one()
    assert row == (cast.asha.id, cast.asha.id)


def test_only_calls_of_that_seat_at_that_connection_move(store: Store, cast: Cast) -> None:
    elsewhere = cast.line("two", "open")
    tell(store, cast, ended(store, somebody(cast.asha), cast.lead(), "c1"))
    tell(store, replace_line(cast, elsewhere), ended(store, somebody(cast.asha), cast.lead(), "c2"))
    tell(store, cast, ended(store, replace(cast.asha, seat="2055"), cast.lead(), "c3"))
    seat(store, cast, cast.asha)
    assert attribution.attribute(store) == 1
    with store.read() as tx:
        assert sorted(tx.scalars(select(offer.c.person_id)), key=str) == [cast.asha.id, None, None]


def test_many_calls_go_in_batches(store: Store, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    who = cast.lead()
    tell(store, cast, *(ended(store, somebody(cast.asha), who, f"c{number}") for number in range(25)))
    seat(store, cast, cast.asha)
    monkeypatch.setattr(attribution, "AT_ONCE", 10)
    assert scheduler.attribute(store) == 25
    with store.read() as tx:
        assert set(tx.scalars(select(offer.c.person_id))) == {cast.asha.id}


def replace_line(cast: Cast, line: Line) -> Cast:
    other = Cast(cast.store, cast.known)
    other.connection = line
    return other
