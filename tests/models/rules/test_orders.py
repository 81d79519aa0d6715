"""A call is a function of the set of its events: order, duplicates and lateness cannot matter."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.call import CallEvent, Direction, Kind, Outcome
from models.rules.lifecycle import fold
from models.rules.notifications import Lookup, Opening, due
from tests.models.rules.histories import HISTORIES, SEATS, Truth, anything, disturbed
from tests.models.rules.street import MUCH_LATER, connected, event, failed, over, routed, t

LOOKUP = Lookup(9, 70, 71, {seat: i for i, seat in enumerate([*SEATS, "x", "y"], 1)}, frozenset({5, 6}))

TALKED = [
    routed("x", 0),
    failed("x", 20, started=0),
    routed("y", 20),
    event(Kind.ANSWERED, 27, "y"),
    over(95),
    connected("y", 95, 68, started=0, answered=27, recording="https://example.test/r.mp3"),
]
MISSED = [
    routed("x", 0),
    event(Kind.MISSED, 20, "x"),
    failed("x", 20, started=0),
    routed("y", 20),
    failed("y", 45, Outcome.AGENT_MISSED, started=0),
    event(Kind.DISPOSITION, 60, disposition="Call back"),
]


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("six", [TALKED, MISSED], ids=["talked", "missed"])
def test_all_orders_of_six_events_converge(six: list[CallEvent], direction: Direction) -> None:
    six = [replace(e, direction=direction) for e in six]
    openings = [Opening(4, t(300), t(400), True, "board")]
    whole = fold(six, MUCH_LATER)
    entry = due(whole, LOOKUP, openings)
    assert whole.over
    assert (whole.outcome is Outcome.CONNECTED) == (six[1].kind is Kind.LOG)
    assert (entry is None) == (whole.outcome is Outcome.CONNECTED and direction is Direction.OUTBOUND)
    orders = 0
    for order in permutations(six):
        arrived: list[CallEvent] = []
        talked = False
        for n, e in enumerate(order):
            arrived.append(replace(e, received_at=t(100 + n)))
            so_far = fold(arrived, t(100 + n))
            # once a record says they talked nothing that comes later takes it back
            assert so_far.outcome is Outcome.CONNECTED or not talked
            talked = so_far.outcome is Outcome.CONNECTED
        assert fold(arrived, MUCH_LATER) == whole
        assert due(fold(arrived, MUCH_LATER), LOOKUP, openings) == entry
        orders += 1
    assert orders == 720


@given(st.data())
@settings(max_examples=2000, deadline=None)
def test_random_histories_end_as_they_happened_however_they_are_told(data: st.DataObject) -> None:
    truth, said = data.draw(HISTORIES)
    heard = data.draw(disturbed(said))
    calm = fold(said, MUCH_LATER)
    assert fold(heard, MUCH_LATER) == calm
    openings = [
        Opening(p, t(at), t(at + 5), counts, "board")
        for p, at, counts in data.draw(
            st.lists(st.tuples(st.integers(1, 4), st.integers(-60, 900), st.booleans()), max_size=3)
        )
    ]
    assert due(fold(heard, MUCH_LATER), LOOKUP, openings[::-1]) == due(calm, LOOKUP, openings)
    _assert_true(truth, said, heard)


def _assert_true(truth: Truth, said: list[CallEvent], heard: list[CallEvent]) -> None:
    call = fold(heard, MUCH_LATER)
    assert (call.over, call.outcome, call.talked_seat) == (True, truth.outcome, truth.talked)
    assert (call.direction, call.ended_at) == (truth.direction, t(truth.ended))
    assert tuple(o.seat for o in call.offers) == truth.rung
    if truth.answered is not None:
        assert call.talk_seconds == truth.ended - truth.answered
        assert call.answered_at == t(truth.answered)
    if truth.direction is not Direction.OUTBOUND:
        assert call.missed_by == tuple(seat for seat in truth.rung if seat != truth.talked)
    else:
        assert call.missed_by == (truth.rung if truth.outcome is Outcome.AGENT_MISSED else ())


CONTRADICTIONS: dict[str, tuple[Any, Any]] = {
    "direction": (Direction.INBOUND, Direction.CAMPAIGN),
    "customer": ("+919876543210", "+919876543211"),
    "did": ("+918047112233", "+918047112234"),
    "campaign": ("a", "b"),
    "intent": ("a", "b"),
    "talk_seconds": (5, 7),
    "ring_seconds": (5, 7),
    "outcome": (Outcome.BUSY, Outcome.REJECTED),
    "hung_up_by": ("agent", "lead"),
    "machine": (True, False),
    "recording": ("a", "b"),
    "disposition": ("a", "b"),
    "words": ("a", "b"),
    "started_at": (t(1), t(2)),
    "answered_at": (t(1), t(2)),
}


@pytest.mark.parametrize("kind", [Kind.LOG, Kind.ENDED, Kind.ANSWERED, Kind.MISSED, Kind.RECORDING])
@pytest.mark.parametrize("field", CONTRADICTIONS)
def test_two_of_one_rank_and_moment_that_contradict_are_settled_the_same_way(field: str, kind: Kind) -> None:
    one, other = (replace(event(kind, 30, "x"), **{field: value}) for value in CONTRADICTIONS[field])
    assert fold([one, other], MUCH_LATER) == fold([other, one], MUCH_LATER)


@given(st.data())
@settings(max_examples=600, deadline=None)
def test_whatever_is_told_the_fold_is_a_function_of_the_set(data: st.DataObject) -> None:
    said = data.draw(st.lists(anything(told=False), min_size=1, max_size=7))
    again = [
        replace(e, received_at=e.received_at.replace(year=2027)) for e in said if data.draw(st.booleans())
    ]
    as_of = t(data.draw(st.sampled_from([0, 70, 150, 10**6])))
    call = fold(said, as_of)
    assert fold(data.draw(st.permutations([*said, *again])), as_of) == call
    # what is known never shrinks the facts: a None cannot erase
    assert (call.recording is None) == all(e.recording is None for e in said)
    assert (call.direction is None) == all(e.direction is None for e in said)
    assert {o.seat for o in call.offers} >= {e.seat for e in said if e.kind is Kind.LOG and e.seat}
    assert call.over == (call.outcome is not None) == (call.ended_at is not None)
    assert call.settle_at is None or (not call.over and call.settle_at > as_of)
    if call.settle_at is not None:
        assert fold(said, call.settle_at).over
    for seconds in (call.talk_seconds, call.ring_seconds, *[o.ring_seconds for o in call.offers]):
        assert seconds is None or seconds >= 0
    entry = due(call, LOOKUP, [])
    if call.over and call.outcome is not Outcome.CONNECTED:
        assert entry is not None, "nothing missed may be lost"
        assert bool(entry.people) + (entry.team_id is not None) + entry.everyone == 1


@given(st.data())
@settings(max_examples=600, deadline=None)
def test_where_the_provider_tells_the_time_ours_does_not_matter(data: st.DataObject) -> None:
    said = data.draw(st.lists(anything(told=True), min_size=1, max_size=7))
    heard = [replace(e, received_at=t(100 + data.draw(st.integers(0, 9000)))) for e in said]
    assert fold(heard, MUCH_LATER) == fold(said, MUCH_LATER)


@given(st.data())
@settings(max_examples=600, deadline=None)
def test_a_call_starts_before_it_is_answered_and_ends_after(data: st.DataObject) -> None:
    said = data.draw(st.lists(anything(told=data.draw(st.booleans())), min_size=1, max_size=7))
    late = [replace(e, received_at=e.received_at.replace(year=2028)) for e in said]
    for heard in (said, late, [*said, *late]):
        call = fold(heard, MUCH_LATER)
        moments = [m for m in (call.started_at, call.answered_at, call.ended_at) if m is not None]
        assert moments == sorted(moments)
    told = any(
        m
        for e in said
        if e.kind is not Kind.RECORDING
        for m in (e.at, e.started_at, e.answered_at, e.ended_at)
    )
    if told:
        assert fold(late, MUCH_LATER).started_at.year == 2026, "a late replay moves no call to today"


def test_what_is_read_long_after_the_call_brings_no_time_of_its_own() -> None:
    long_after = 60 * 60 * 24 * 365
    picked = event(Kind.ANSWERED, None, None, heard=long_after, direction=Direction.CAMPAIGN)
    record = event(
        Kind.LOG, None, "x", heard=long_after, ended=95, talk=40, outcome=Outcome.CONNECTED, answered=None
    )
    call = fold([picked, replace(record, direction=Direction.CAMPAIGN, total_seconds=60)], MUCH_LATER)
    assert (call.started_at, call.answered_at, call.ended_at) == (t(35), None, t(95))
    ended = fold([routed("x", 0), event(Kind.ENDED, None, heard=long_after)], MUCH_LATER)
    assert (ended.started_at, ended.ended_at) == (t(0), t(0))
    live = fold([routed("x", 0), event(Kind.ENDED, None, heard=50)], MUCH_LATER)
    assert live.ended_at == t(50)
