"""One line of states out of everything known of somebody: against a model that asks second by second."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.presence import (
    RING_AT_MOST,
    TALK_AT_MOST,
    Interval,
    Leg,
    Span,
    State,
    intervals,
    left_at,
    night_before,
    spans_of,
)

START = datetime(2026, 3, 2, 4, tzinfo=UTC)
SECONDS = 120
END = START + timedelta(seconds=SECONDS)
ORDER = (State.ON_CALL, State.RINGING, State.WRAP_UP, State.BREAK, State.IN)


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


moments = st.integers(-30, SECONDS + 30)


@st.composite
def some_spans(draw: st.DrawFn) -> list[Span]:
    def one() -> Span:
        state = draw(st.sampled_from(ORDER))
        reason = draw(st.sampled_from(["Lunch", "Tea"])) if state is State.BREAK else ""
        ends = draw(st.none() | moments)
        return Span(state, at(draw(moments)), None if ends is None else at(ends), reason)

    return [one() for _ in range(draw(st.integers(0, 8)))]


def model(spans: list[Span], moment: datetime) -> State:
    """What holds in the second that begins at ``moment``, asked of each kind in turn."""
    now = {
        span.state for span in spans if span.since <= moment and (span.until is None or moment < span.until)
    }
    if State.WRAP_UP in now and not now & {State.IN, State.BREAK}:
        now.remove(State.WRAP_UP)
    return next((state for state in ORDER if state in now), State.OUT)


def second_by_second(found: list[Interval]) -> list[tuple[State, str]]:
    return [
        next((one.state, one.reason) for one in found if one.since <= at(second) < one.until)
        for second in range(SECONDS)
    ]


@given(some_spans())
def test_each_second_is_as_the_model_says(spans: list[Span]) -> None:
    found = intervals(spans, START, END)
    assert [state for state, _ in second_by_second(found)] == [
        model(spans, at(second)) for second in range(SECONDS)
    ]


@given(some_spans())
def test_the_window_is_covered_without_overlap(spans: list[Span]) -> None:
    found = intervals(spans, START, END)
    assert (found[0].since, found[-1].until) == (START, END)
    for one, following in pairwise(found):
        assert one.until == following.since
        assert (one.state, one.reason) != (following.state, following.reason)
    assert all(one.since < one.until for one in found)
    assert sum(one.seconds for one in found) == SECONDS


@given(some_spans().flatmap(lambda spans: st.tuples(st.just(spans), st.permutations(spans + spans[:3]))))
def test_order_and_duplicates_do_not_matter(pair: tuple[list[Span], list[Span]]) -> None:
    spans, shuffled = pair
    assert intervals(shuffled, START, END) == intervals(spans, START, END)


@given(some_spans(), moments, moments, st.sampled_from(ORDER))
def test_what_comes_late_changes_only_the_time_it_tells_of(
    spans: list[Span], one: int, other: int, state: State
) -> None:
    since, until = min(one, other), max(one, other)
    late = Span(state, at(since), at(until))
    before = second_by_second(intervals(spans, START, END))
    after = second_by_second(intervals([*spans, late], START, END))
    assert before[: max(0, since)] == after[: max(0, since)]
    assert before[max(0, until) :] == after[max(0, until) :]


@given(some_spans(), st.integers(1, SECONDS - 1))
def test_a_window_is_its_two_halves(spans: list[Span], cut: int) -> None:
    halves = [*intervals(spans, START, at(cut)), *intervals(spans, at(cut), END)]
    assert second_by_second(halves) == second_by_second(intervals(spans, START, END))


def states(leg: Leg, *more: Span, pause: int = 60) -> list[tuple[State, int, int]]:
    """As (state, from, to) in seconds; outside the call she is in."""
    spans = [Span(State.IN, at(-9999), None), *more, *spans_of(leg, timedelta(seconds=pause))]
    return [
        (one.state, round((one.since - START).total_seconds()), round((one.until - START).total_seconds()))
        for one in intervals(spans, START, END)
    ]


TALK = Leg(
    call_started=at(10),
    call_ended=at(50),
    over=True,
    offered_at=at(10),
    ended_at=at(50),
    ring_seconds=8,
    answered=True,
)


def test_a_call_is_a_ring_a_talk_and_a_wrap_up() -> None:
    assert states(TALK) == [
        (State.IN, 0, 10),
        (State.RINGING, 10, 18),
        (State.ON_CALL, 18, 50),
        (State.WRAP_UP, 50, 110),
        (State.IN, 110, 120),
    ]


@pytest.mark.parametrize(
    ("change", "wrap_up"),
    [
        ({"saved_at": at(70)}, (50, 70)),
        ({"saved_at": at(700)}, (50, 110)),  # disposed of after the time for it: she was free meanwhile
        ({"saved_at": at(40)}, None),  # while it was still going on
        ({"over": False, "call_ended": None, "ended_at": None}, None),
    ],
)
def test_wrap_up_ends_when_the_call_is_disposed_of(
    change: dict[str, Any], wrap_up: tuple[int, int] | None
) -> None:
    found = [one[1:] for one in states(replace(TALK, **change)) if one[0] is State.WRAP_UP]
    assert found == ([wrap_up] if wrap_up else [])


def test_no_wrap_up_where_the_institution_gives_none() -> None:
    assert State.WRAP_UP not in {state for state, _, _ in states(TALK, pause=0)}


def test_checking_out_during_a_call_holds_from_its_end() -> None:
    spans = [Span(State.IN, at(0), at(30)), *spans_of(TALK, timedelta(seconds=60))]
    found = [(one.state, one.until) for one in intervals(spans, START, END)]
    assert found == [
        (State.IN, at(10)),
        (State.RINGING, at(18)),
        (State.ON_CALL, at(50)),
        (State.OUT, END),
    ]


def test_a_break_asked_for_during_a_call_follows_its_wrap_up() -> None:
    lunch = Span(State.BREAK, at(30), None, "Lunch")
    assert states(TALK, lunch)[-2:] == [(State.WRAP_UP, 50, 110), (State.BREAK, 110, 120)]


def test_two_calls_at_once_are_one_busy_time() -> None:
    other = spans_of(replace(TALK, offered_at=at(40), ended_at=at(80)), timedelta(seconds=5))
    busy = [one for one in states(TALK, *other, pause=5) if one[0] is State.ON_CALL]
    assert busy == [(State.ON_CALL, 18, 80)]


RING = Leg(call_started=at(0), offered_at=at(5))


@pytest.mark.parametrize(
    ("change", "until"),
    [
        ({"ended_at": at(25)}, at(25)),
        ({"ring_seconds": 12}, at(17)),
        ({"next_ring_at": at(30)}, at(30)),
        ({"call_answered": at(20)}, at(20)),
        ({"call_answered": at(20), "next_ring_at": at(15)}, at(15)),
        ({"call_ended": at(40), "over": True}, at(40)),
        ({}, at(5) + RING_AT_MOST),
    ],
)
def test_until_when_somebody_was_rung(change: dict[str, Any], until: datetime) -> None:
    assert spans_of(replace(RING, **change), timedelta(0)) == [Span(State.RINGING, at(5), until)]


@pytest.mark.parametrize("change", [{"given_up": True}, {"offered_at": None}, {"ended_at": at(5)}])
def test_a_ring_of_which_no_length_is_known_is_none(change: dict[str, Any]) -> None:
    assert spans_of(replace(RING, **change), timedelta(0)) == []


@pytest.mark.parametrize(
    ("change", "talk"),
    [
        ({"ring_seconds": None, "call_answered": at(15)}, (at(15), at(50))),
        ({"ring_seconds": None, "talk_seconds": 20}, (at(30), at(50))),
        ({"ring_seconds": None}, (at(10), at(50))),
        ({"ended_at": None, "call_ended": None, "talk_seconds": 9}, (at(18), at(27))),
        ({"ended_at": None, "call_ended": None, "over": False}, (at(18), at(18) + TALK_AT_MOST)),
    ],
)
def test_from_when_to_when_somebody_talked(change: dict[str, Any], talk: tuple[datetime, datetime]) -> None:
    found = [span for span in spans_of(replace(TALK, **change), timedelta(0)) if span.state is State.ON_CALL]
    assert [(span.since, span.until) for span in found] == [talk]


INDIA = ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 3, 2, 3, 59, tzinfo=INDIA), datetime(2026, 3, 1, 4, tzinfo=INDIA)),
        (datetime(2026, 3, 2, 4, tzinfo=INDIA), datetime(2026, 3, 2, 4, tzinfo=INDIA)),
        (datetime(2026, 3, 2, 23, tzinfo=INDIA), datetime(2026, 3, 2, 4, tzinfo=INDIA)),
    ],
)
def test_the_night_before(now: datetime, night: datetime) -> None:
    assert night_before(now, INDIA) == night


def test_who_forgot_to_check_out_left_with_their_last_sign_of_life() -> None:
    assert left_at(at(0), at(100), [at(30), at(60), at(-5), at(200)]) == at(60)
    assert left_at(at(0), at(100), [at(-5)]) == at(100)
