"""Who can take a call now: busy by SQL as by a plain oracle, and idle since when."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.dialects import sqlite

from models.rules.routing import Candidate
from models.store import availability, presence
from models.store.availability import LIVE_FOR, RUNG_FOR, TOGETHER
from models.store.base import Store
from models.tables.calls import call, offer
from tests.cast import INDORE_DID, Cast
from tests.databases import Clock

SECOND = timedelta(seconds=1)


def a_call(store: Store, call_id: int, connection_id: int, **more: Any) -> None:
    row = {
        "id": call_id,
        "connection_id": connection_id,
        "provider_call_id": f"c{call_id}",
        "started_at": store.now(),
        "over": False,
        "machine": False,
        "local_day": 1,
        "local_hour": 1,
        "changed_at": store.now(),
    }
    with store.db.begin() as tx:
        tx.execute(insert(call).values(row | more))


def rings(store: Store, call_id: int, *rows: dict[str, Any]) -> None:
    plain = {"seat_ix": b"x" * 32, "seat_mask": "", "answered": False, "offered_at": None}
    plain |= {"person_id": None, "ended_at": None, "reason": None}
    with store.db.begin() as tx:
        tx.execute(
            insert(offer),
            [plain | {"call_id": call_id, "position": n} | row for n, row in enumerate(rows)],
        )


def oracle(calls: list[dict[str, Any]], offers: list[dict[str, Any]], now: datetime) -> set[int]:
    busy = set()
    for one in calls:
        if one["over"] or one["started_at"] <= now - LIVE_FOR:
            continue
        live = [
            made
            for made in offers
            if made["call_id"] == one["id"]
            and made["person_id"] is not None
            and made["reason"] is None
            and made["ended_at"] is None
        ]
        busy |= {made["person_id"] for made in live if made["answered"]}
        if one.get("answered_at") is None:
            at = [(made["offered_at"] or now, made["person_id"]) for made in live if not made["answered"]]
            latest = max((moment for moment, _ in at), default=now)
            busy |= {who for moment, who in at if moment >= latest - TOGETHER and moment > now - RUNG_FOR}
    return busy


@pytest.mark.parametrize("seed", range(12))
def test_who_is_busy_is_as_the_oracle_says(store: Store, cast: Cast, seed: int) -> None:
    rng = Random(seed)
    now = store.now()
    ages = [0, 1, 2, 3, 4, 30, 60, 899, 900, 901, 3600, 7199, 7200, 7201]

    def moment(*, maybe: bool = False) -> datetime | None:
        return None if maybe and rng.random() < 0.3 else now - rng.choice(ages) * SECOND

    calls: list[dict[str, Any]] = []
    offers: list[dict[str, Any]] = []
    for call_id in range(1, 9):
        started = moment() or now
        calls.append(
            {
                "id": call_id,
                "over": rng.random() < 0.2,
                "started_at": started,
                "answered_at": now if rng.random() < 0.3 else None,
            }
        )
        offers += [
            {
                "call_id": call_id,
                "position": position,
                "person_id": rng.choice([None, *range(1, 12)]),
                "offered_at": moment(maybe=True),
                "ended_at": now if rng.random() < 0.2 else None,
                "reason": "free" if rng.random() < 0.2 else None,
                "answered": rng.random() < 0.3,
            }
            for position in range(rng.randrange(5))
        ]
    for one in calls:
        a_call(store, one["id"], cast.connection.id, **one)
        mine = [made for made in offers if made["call_id"] == one["id"]]
        if mine:
            rings(store, one["id"], *mine)
    with store.read() as tx:
        found = availability.busy_people(tx, now)
    assert found == oracle(calls, offers, now)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_calls_that_are_over_are_never_read(store: Store) -> None:
    """A million of them would be, with one wrong word in the statement."""
    text = str(availability._BUSY.statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))
    with store.read() as tx:
        plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", tuple([1] * text.count("?"))).all()
    assert "ix_call_live" in plan[0][3]
    assert not [step for step in plan if "SCAN" in step[3]]


def found(store: Store, cast: Cast) -> dict[int, Candidate]:
    with store.read() as tx:
        asked = availability.caller(tx, store.vault, None, INDORE_DID, cast.connection.id)
        made = availability.candidates(tx, store.vault, cast.connection.id, store.now(), asked)
    return {one.person_id: one for one in made}


def test_idle_since_the_last_call_or_the_check_in_whichever_is_later(
    store: Store, cast: Cast, clock: Clock
) -> None:
    a_call(store, 1, cast.connection.id, over=True, person_id=cast.asha.id, ended_at=store.now())
    clock.advance(hours=1)
    presence.set_state(store, cast.asha.viewer, "in")
    assert found(store, cast)[cast.asha.id].idle_since == clock.at
    clock.advance(minutes=5)
    a_call(store, 2, cast.connection.id, over=True, person_id=cast.asha.id, ended_at=store.now())
    last = clock.at
    clock.advance(minutes=5)
    a_call(store, 3, cast.connection.id, over=False, person_id=cast.asha.id)  # has not ended
    asha = found(store, cast)[cast.asha.id]
    assert (asha.idle_since, asha.checked_in, asha.on_break) == (last, True, False)
    presence.set_state(store, cast.asha.viewer, "break")
    asha = found(store, cast)[cast.asha.id]
    assert (asha.checked_in, asha.on_break, asha.obstacle) == (False, True, "on a break")


def test_candidates_are_the_team_and_whose_lead_it_is(store: Store, cast: Cast) -> None:
    assert set(found(store, cast)) == {cast.asha.id, cast.ravi.id}
    cast.lead("+919811122233", owner=cast.chitra)
    with store.read() as tx:
        asked = availability.caller(tx, store.vault, "+919811122233", INDORE_DID, cast.connection.id)
        made = availability.candidates(tx, store.vault, cast.connection.id, store.now(), asked)
    assert {one.person_id: one.seat for one in made} == {
        who.id: who.seat for who in (cast.asha, cast.ravi, cast.chitra)
    }


def test_of_two_leads_with_one_number_the_one_worked_on_last_is_calling(
    store: Store, cast: Cast, clock: Clock
) -> None:
    number = "+919811122233"
    cast.lead(number, owner=cast.asha, worked_at=clock.ago(minutes=1))
    cast.lead(number, owner=cast.ravi, worked_at=clock.ago(days=1), language="Hindi")
    with store.read() as tx:
        asked = availability.caller(tx, store.vault, number, None, cast.connection.id)
    assert (asked.owner_id, asked.did, asked.team_id) == (cast.asha.id, None, None)
    assert "language" not in asked.needs


def test_a_seat_given_or_taken_is_seen_at_once(store: Store, cast: Cast) -> None:
    line = cast.line("second", "open", team="Indore")
    with store.read() as tx:
        asked = availability.caller(tx, store.vault, None, None, line.id)
        made = availability.candidates(tx, store.vault, line.id, store.now(), asked)
    assert {one.seat for one in made} == {None}
    other = cast.line("third", "open", team="Indore", seats={"ravi": "1042"})
    with store.read() as tx:
        made = availability.candidates(tx, store.vault, other.id, store.now(), asked)
    assert {(one.person_id, one.seat) for one in made} == {(cast.asha.id, None), (cast.ravi.id, "1042")}
