"""The write path: what events do to calls, entries and the feed, on both databases."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.rules.call import CallEvent, Direction, Kind, Outcome
from models.store import entries, feed, journal, openings
from models.store.base import Store
from models.store.events import seal
from models.store.journal import Item, Verdict, Written
from models.tables.calls import call, call_event, notification, offer
from models.tables.leads import lead
from models.tables.telephony import delivery
from tests.cast import Cast, Lead, Person


def tell(store: Store, cast: Cast, *events: CallEvent) -> Written:
    """One delivery with these events, through the writer."""
    item = Item(
        connection_id=cast.connection.id,
        door="call-log",
        received_at=store.now(),
        raw=b"sealed elsewhere",
        events=seal(store.vault, events),
    )
    written: Written = store.writer.submit(journal.write_batch(store), item)
    return written


def routed(store: Store, to: Person, who: Lead | str, call_id: str = "c1", **more: Any) -> CallEvent:
    return CallEvent(
        provider_call_id=call_id,
        kind=Kind.ROUTED,
        received_at=store.now(),
        at=store.now(),
        direction=more.pop("direction", Direction.INBOUND),
        customer=who.phone if isinstance(who, Lead) else who,
        seat=to.seat,
        did="+917314000001",
        **more,
    )


def log(
    store: Store, of: Person | None, who: Lead | str | None, call_id: str = "c1", **more: Any
) -> CallEvent:
    talk = more.pop("talk", 0)
    return CallEvent(
        provider_call_id=call_id,
        kind=Kind.LOG,
        received_at=store.now(),
        direction=more.pop("direction", Direction.INBOUND),
        customer=who.phone if isinstance(who, Lead) else who,
        seat=of.seat if of else None,
        did="+917314000001",
        started_at=store.now() - timedelta(seconds=talk + 20),
        ended_at=store.now(),
        talk_seconds=talk,
        outcome=more.pop("outcome", Outcome.CONNECTED if talk else Outcome.AGENT_MISSED),
        **more,
    )


def board(store: Store, person: Person) -> list[dict[str, Any]]:
    with store.read() as tx:
        return entries.open_for(tx, person.viewer, now=store.now(), rules=store.rules)


def heard(store: Store, person: Person, kind: str) -> list[dict[str, Any]]:
    with store.read() as tx:
        rows = feed.for_viewer(feed.after(tx, 0), person.viewer)
    return [json.loads(row.body) for row in rows if row.kind == kind]


def count(store: Store, table: Any) -> int:
    with store.read() as tx:
        return tx.scalar(select(func.count()).select_from(table)) or 0


def test_a_popup_reaches_the_counselor_it_rings_and_nobody_else(store: Store, cast: Cast) -> None:
    who = cast.lead(name="Tanvi Deshpande")
    tell(store, cast, routed(store, cast.asha, who))
    [card] = heard(store, cast.asha, "popup")
    assert (card["lead"]["name"], card["phase"], card["direction"]) == (
        "Tanvi Deshpande",
        "ringing",
        "inbound",
    )
    assert who.phone[3:] not in json.dumps(card)
    for other in (cast.ravi, cast.meera, cast.chitra, cast.dev):
        assert heard(store, other, "popup") == []


def test_a_card_says_who_else_is_rung_now(store: Store, cast: Cast) -> None:
    who = cast.lead()
    tell(store, cast, routed(store, cast.asha, who))
    tell(store, cast, routed(store, cast.ravi, who))
    assert [card["also"] for card in heard(store, cast.asha, "popup")] == [[], [cast.ravi.name]]
    assert [card["also"] for card in heard(store, cast.ravi, "popup")] == [[cast.asha.name]]


def test_an_unanswered_inbound_call_waits_for_all_it_rang(store: Store, cast: Cast) -> None:
    who = cast.lead()
    tell(store, cast, routed(store, cast.asha, who))
    tell(store, cast, routed(store, cast.ravi, who))
    tell(store, cast, log(store, cast.asha, who), log(store, cast.ravi, who))
    for person in (cast.asha, cast.ravi, cast.meera, cast.dev):
        [row] = board(store, person)
        assert (row["kind"], row["direction"], row["lead_id"]) == ("missed", "inbound", who.id)
        assert {p["name"] for p in row["counselors"]} == {cast.asha.name, cast.ravi.name}
    assert board(store, cast.chitra) == []
    assert heard(store, cast.chitra, "entry") == []


def test_opening_the_profile_clears_it_for_everybody(store: Store, cast: Cast) -> None:
    who = cast.lead()
    tell(store, cast, routed(store, cast.asha, who), routed(store, cast.ravi, who), log(store, None, who))
    opened = openings.open_profile(store, cast.ravi.viewer, who.id, "board")
    [cleared] = opened.cleared
    assert (cleared.kind, cleared.others) == ("missed", [cast.asha.name])
    assert board(store, cast.asha) == board(store, cast.meera) == []
    last = heard(store, cast.asha, "entry")[-1]
    assert (last["state"], last["cleared_by"], last["cleared_how"]) == ("cleared", cast.ravi.name, "board")


def test_a_supervisors_look_clears_nothing(store: Store, cast: Cast) -> None:
    who = cast.lead()
    tell(store, cast, routed(store, cast.asha, who), log(store, None, who))
    assert openings.open_profile(store, cast.meera.viewer, who.id, "link").cleared == []
    assert len(board(store, cast.asha)) == 1


def test_another_teams_counselor_cannot_open_the_profile(store: Store, cast: Cast) -> None:
    who = cast.lead(owner=cast.asha)
    tell(store, cast, routed(store, cast.asha, who), log(store, None, who))
    with pytest.raises(openings.NoSuchLead):
        openings.open_profile(store, cast.chitra.viewer, who.id, "link")
    with pytest.raises(openings.NoSuchLead):
        openings.open_profile(store, cast.chitra.viewer, who.id + 1000, "link")
    assert len(board(store, cast.asha)) == 1


def test_talked_and_never_opened_is_pending(store: Store, cast: Cast) -> None:
    who = cast.lead()
    tell(store, cast, routed(store, cast.asha, who))
    tell(store, cast, log(store, cast.asha, who, talk=90))
    [row] = board(store, cast.asha)
    assert (row["kind"], row["direction"]) == ("pending", "inbound")
    assert board(store, cast.ravi) == []


def test_talked_with_the_profile_open_is_not_pending(store: Store, cast: Cast, clock: Any) -> None:
    who = cast.lead(owner=cast.asha)
    tell(store, cast, routed(store, cast.asha, who))
    clock.advance(seconds=10)
    openings.open_profile(store, cast.asha.viewer, who.id, "popup")
    clock.advance(seconds=90)
    tell(store, cast, log(store, cast.asha, who, talk=90))
    assert board(store, cast.asha) == []


def test_a_late_log_is_judged_by_the_openings_that_truly_happened(
    store: Store, cast: Cast, clock: Any
) -> None:
    who = cast.lead(owner=cast.asha)
    missed = log(store, cast.asha, who)
    clock.advance(minutes=5)
    openings.open_profile(store, cast.asha.viewer, who.id, "search")
    clock.advance(hours=3)
    tell(store, cast, missed)
    assert board(store, cast.asha) == []
    with store.read() as tx:
        row = tx.execute(select(notification)).one()
    assert (row.state, row.cleared_by) == ("cleared", cast.asha.id)


def test_missed_by_one_and_answered_by_another_is_withdrawn(store: Store, cast: Cast) -> None:
    who = cast.lead()
    tell(store, cast, routed(store, cast.asha, who))
    tell(store, cast, log(store, cast.asha, who))
    assert [row["kind"] for row in board(store, cast.asha)] == ["missed"]
    tell(store, cast, log(store, cast.ravi, who, talk=60))
    assert board(store, cast.asha) == []
    [row] = board(store, cast.ravi)
    assert row["kind"] == "pending"


def test_the_same_delivery_again_changes_nothing(store: Store, cast: Cast) -> None:
    who = cast.lead()
    event = log(store, cast.asha, who)
    assert tell(store, cast, event).verdict == Verdict.RECORDED
    before = feed_length(store)
    assert tell(store, cast, event).verdict == Verdict.NOTHING_NEW
    assert (count(store, delivery), count(store, call_event), feed_length(store)) == (2, 1, before)


def feed_length(store: Store) -> int:
    with store.read() as tx:
        return len(feed.after(tx, 0))


def test_an_unknown_caller_becomes_a_lead_of_whoever_answers(store: Store, cast: Cast) -> None:
    tell(store, cast, routed(store, cast.asha, "+919876500321"))
    tell(store, cast, log(store, cast.asha, "+919876500321", talk=30))
    with store.read() as tx:
        row = tx.execute(select(lead)).one()
    assert (row.source, row.owner_id) == ("Telephony", cast.asha.id)
    assert "9876500321" not in row.name


def test_a_withheld_number_is_missed_all_the_same(store: Store, cast: Cast) -> None:
    tell(store, cast, log(store, cast.asha, None))
    [row] = board(store, cast.asha)
    assert (row["lead"], row["mask"]) == ("Withheld number", None)


def test_a_seat_nobody_owns_leaves_the_call_to_the_team_of_the_did(store: Store, cast: Cast) -> None:
    who = cast.lead()
    stranger = log(store, cast.asha, who)
    tell(store, cast, CallEvent(**{**_fields(stranger), "seat": "4711"}))
    for person in (cast.asha, cast.ravi, cast.meera):
        assert len(board(store, person)) == 1
    assert board(store, cast.chitra) == []
    with store.read() as tx:
        assert tx.execute(select(offer.c.person_id)).scalar_one() is None


def _fields(event: CallEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in CallEvent.__dataclass_fields__}


def test_any_order_of_arrival_ends_the_same(store: Store, cast: Cast) -> None:
    who = cast.lead()
    story = [
        routed(store, cast.asha, who),
        routed(store, cast.ravi, who),
        log(store, cast.asha, who),
        log(store, cast.ravi, who, talk=42),
    ]
    ends = set()
    for number, order in enumerate(itertools.permutations(story)):
        for event in order:
            renamed = CallEvent(**{**_fields(event), "provider_call_id": f"order-{number}"})
            tell(store, cast, renamed)
    with store.read() as tx:
        for row in tx.execute(select(call.c.outcome, call.c.person_id, call.c.talk_seconds, call.c.over)):
            ends.add(tuple(row))
        states = {tuple(row) for row in tx.execute(select(notification.c.kind, notification.c.state))}
    assert ends == {("connected", cast.ravi.id, 42, True)}
    assert {state for state in states if state[1] == "open"} == {("pending", "open")}
    assert ("missed", "open") not in states


def test_many_at_once_are_all_written_and_share_commits(store: Store, cast: Cast) -> None:
    leads = [cast.lead() for _ in range(20)]

    def fire(number: int) -> Verdict:
        who = leads[number % 20]
        return tell(store, cast, log(store, cast.asha, who, call_id=f"c{number // 2}")).verdict

    with ThreadPoolExecutor(16) as pool:
        verdicts = list(pool.map(fire, range(200)))
    assert len(verdicts) == count(store, delivery) == 200
    assert count(store, call) == 100


def test_one_bad_item_fails_alone(store: Store, cast: Cast) -> None:
    who = cast.lead()

    def fire(number: int) -> str:
        item = Item(
            connection_id=cast.connection.id if number != 7 else 999_999,
            door="call-log",
            received_at=store.now(),
            raw=b"x",
            events=seal(store.vault, [log(store, cast.asha, who, call_id=f"c{number}")]),
        )
        try:
            return str(store.writer.submit(journal.write_batch(store), item).verdict)
        except (KeyError, IntegrityError) as error:
            return type(error).__name__

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(fire, range(16)))
    assert results.count("recorded") == 15


def test_a_reroute_nobody_confirms_lapses_into_a_missed_call(store: Store, cast: Cast, clock: Any) -> None:
    who = cast.lead()
    tell(store, cast, routed(store, cast.asha, who))
    clock.advance(seconds=20)
    tell(store, cast, log(store, cast.asha, who))
    clock.advance(seconds=2)
    tell(store, cast, routed(store, cast.ravi, who))
    assert board(store, cast.asha) == []
    assert journal.settle_due(store) == 0
    clock.advance(minutes=3)
    assert heard(store, cast.ravi, "popup_gone") == []
    assert journal.settle_due(store) == 1
    assert journal.settle_due(store) == 0
    assert [gone["why"] for gone in heard(store, cast.ravi, "popup_gone")] == ["missed"]
    assert heard(store, cast.ravi, "call")[-1]["over"]
    with store.read() as tx:
        assert None not in tx.scalars(select(offer.c.reason)).all()
    for person in (cast.asha, cast.ravi):
        assert [row["kind"] for row in board(store, person)] == ["missed"]


def test_two_counselors_open_the_profile_at_once(store: Store, cast: Cast) -> None:
    for number in range(20):
        who = cast.lead()
        both = [routed(store, p, who, call_id=f"race-{number}") for p in (cast.asha, cast.ravi)]
        tell(store, cast, *both, log(store, None, who, call_id=f"race-{number}"))
        with ThreadPoolExecutor(2) as pool:
            results = list(
                pool.map(
                    lambda p, lead_id=who.id: openings.open_profile(store, p.viewer, lead_id, "board"),
                    (cast.asha, cast.ravi),
                )
            )
        assert sorted(len(opened.cleared) for opened in results) == [0, 1]
    assert board(store, cast.meera) == []


def test_a_call_of_unknown_direction_is_missed_all_the_same(store: Store, cast: Cast) -> None:
    who = cast.lead()
    tell(store, cast, log(store, cast.asha, who, direction=None))
    [row] = board(store, cast.asha)
    assert (row["kind"], row["direction"]) == ("missed", None)


def test_the_reason_a_provider_gives_is_the_reason_shown(store: Store, cast: Cast) -> None:
    who = cast.lead()
    tell(store, cast, log(store, cast.asha, who, extra={"miss_reason": "busy"}))
    [row] = board(store, cast.asha)
    assert [p["reason"] for p in row["counselors"]] == ["busy"]


def test_a_sign_of_life_withdraws_a_pending_entry_of_a_short_call(
    store: Store, cast: Cast, clock: Any
) -> None:
    who = cast.lead(owner=cast.asha)
    opened = openings.open_profile(store, cast.asha.viewer, who.id, "link")
    clock.advance(seconds=15)
    tell(store, cast, routed(store, cast.asha, who))
    clock.advance(seconds=3)
    tell(store, cast, log(store, cast.asha, who, talk=2, outcome=Outcome.CONNECTED))
    clock.advance(seconds=2)
    assert openings.still_viewing(store, cast.asha.viewer, opened.opening_id)
    assert board(store, cast.asha) == []
