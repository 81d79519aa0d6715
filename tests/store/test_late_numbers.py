"""The customer's number may be told late: whose call it is follows from all that was said, never from the order."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import func, select

from models.rules.call import CallEvent, Kind
from models.rules.phone import mask
from models.store import dids, openings
from models.store.base import Store
from models.tables.calls import call, notification, notification_for, offer
from models.tables.leads import lead, turn
from tests.cast import INDORE_DID, Cast
from tests.store.test_journal import board, count, heard, log, routed, tell

NUMBER = "+919811100066"


def told(store: Store, cast: Cast, who: str, call_id: str) -> list[CallEvent]:
    """A missed call in four deliveries, of which the first two do not say whose it is."""
    silent = log(store, None, None, call_id)
    return [
        replace(routed(store, cast.asha, who, call_id), customer=None),
        silent,
        replace(silent, customer=who),
        log(store, cast.asha, who, call_id),
    ]


def standing(store: Store, call_id: str) -> dict[str, Any]:
    """What all these deliveries came to: the lead and its facts, the entry, whom it is for, the rings."""
    with store.read() as tx:
        row = tx.execute(
            select(call.c.id.label("call_id"), lead)
            .join(lead, lead.c.id == call.c.lead_id)
            .where(call.c.provider_call_id == call_id)
        ).one()
        entry = tx.execute(select(notification).where(notification.c.call_id == row.call_id)).one()
        addressed = select(notification_for.c.person_id).where(notification_for.c.notification_id == entry.id)
        people = set(tx.scalars(addressed))
        rings = tx.scalars(select(offer.c.person_id).where(offer.c.call_id == row.call_id)).all()
    assert entry.lead_id == row.id
    return {
        "call": row.call_id,
        "lead": (row.name, row.owner_id, row.source, row.last_talk_at, row.worked_at),
        "entry": (entry.kind, entry.state, entry.reason, entry.everyone, people),
        "rings": rings,
    }


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_whatever_comes_first_the_call_is_the_leads_of_its_number(
    store: Store, cast: Cast, known: bool
) -> None:
    for number, order in enumerate(permutations(range(4))):
        call_id, digits = f"w{number}", f"{number:02}"
        who = f"+9198111000{digits}"
        if known:
            who = cast.lead(name=f"Tanvi {digits}", owner=cast.asha).phone
        events = told(store, cast, who, call_id)
        before = count(store, lead)
        for place in order:
            tell(store, cast, events[place])
        assert count(store, lead) == before + (not known), "a lead that only stood in is left"
        found = standing(store, call_id)
        name = f"Tanvi {digits}" if known else f"Unknown caller {mask(who)[-5:]}"
        facts = (found["lead"][0], found["lead"][1], found["lead"][4])
        worked = store.now() if known else max(store.now(), found["lead"][4])
        assert facts == (name, cast.asha.id if known else None, worked), order
        assert found["lead"][3] is None
        assert found["entry"] == ("missed", "open", "agent_missed", False, {cast.asha.id}), order
        assert found["rings"] == [cast.asha.id]
        for person in (cast.asha, cast.meera, cast.dev):
            [row] = [row for row in board(store, person) if row["call_id"] == found["call"]]
            last = [row for row in heard(store, person, "entry") if row["call_id"] == found["call"]][-1]
            assert (row["lead"], row["mask"]) == (last["lead"], last["mask"]) == (name, mask(who))
    assert board(store, cast.chitra) == []


def test_an_entry_for_everyone_becomes_its_counselors(store: Store, cast: Cast) -> None:
    who = cast.lead(owner=cast.asha)
    silent = replace(log(store, None, None, "w9"), did=None)
    tell(store, cast, silent)
    tell(store, cast, replace(silent, customer=who.phone))
    assert [row["lead_id"] for row in board(store, cast.asha)] == [who.id]
    assert board(store, cast.chitra) == []
    assert all(row["state"] == "withdrawn" for row in heard(store, cast.chitra, "entry")[-1:])


def test_a_stand_in_that_was_opened_keeps_its_history_and_the_call_moves(store: Store, cast: Cast) -> None:
    silent = log(store, cast.asha, None, "w9", talk=30)
    tell(store, cast, silent)
    with store.read() as tx:
        stand_in = tx.scalar(select(call.c.lead_id))
    assert stand_in
    openings.open_profile(store, cast.asha.viewer, stand_in, "board")
    tell(store, cast, replace(silent, customer=NUMBER))
    with store.read() as tx:
        moved = tx.execute(select(lead).join(call, call.c.lead_id == lead.c.id)).one()
        kept = tx.execute(select(lead).where(lead.c.id == stand_in)).one()
    assert (moved.owner_id, moved.last_talk_seconds) == (cast.asha.id, 30)
    assert moved.id != stand_in
    assert (kept.last_talk_at, kept.last_talk_by, kept.last_talk_seconds) == (None, None, None)


def test_a_fuller_number_takes_the_call_and_leaves_others_theirs(store: Store, cast: Cast) -> None:
    first = log(store, None, "9811100066", "other")
    tell(store, cast, first)
    tell(store, cast, routed(store, cast.asha, "9811100066", "w9"))
    tell(store, cast, log(store, cast.asha, NUMBER, "w9"))
    with store.read() as tx:
        filed = {row.provider_call_id: row.lead_id for row in tx.execute(select(call))}
    assert filed["other"] != filed["w9"]


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_a_turn_goes_where_its_call_goes(store: Store, cast: Cast, known: bool) -> None:
    with store.db.begin() as tx:
        dids.change(tx, INDORE_DID, unknown_rule="next")
    who = cast.lead(owner=cast.asha) if known else None
    silent = replace(log(store, None, None, "w9"), did=INDORE_DID)
    tell(store, cast, silent)
    assert count(store, turn) == 1
    tell(store, cast, replace(silent, customer=who.phone if who else NUMBER))
    with store.read() as tx:
        owner_id, lead_id = tx.execute(
            select(lead.c.owner_id, lead.c.id).join(call, call.c.lead_id == lead.c.id)
        ).one()
        given = tx.execute(select(turn.c.lead_id, turn.c.person_id)).all()
        nameless = tx.scalar(select(func.count()).where(lead.c.name == "Withheld number"))
    assert nameless == 0
    assert given == ([] if known else [(lead_id, owner_id)])
    assert owner_id == cast.asha.id if known else owner_id


def test_a_card_on_the_screen_learns_who_rings(store: Store, cast: Cast) -> None:
    who = cast.lead(name="Tanvi Deshpande")
    ring = routed(store, cast.asha, who, "w9")
    tell(store, cast, replace(ring, customer=None))
    tell(store, cast, replace(ring, kind=Kind.RINGING))
    assert [card["lead"]["name"] for card in heard(store, cast.asha, "popup")] == [None, "Tanvi Deshpande"]
