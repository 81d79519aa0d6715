"""Silence: an alarm when it is improbable, none at night, none for a slow day."""

import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.silence import Hearing, expectation, is_empty, judge, scatter

INDIA = ZoneInfo("Asia/Kolkata")
MONDAY = date(2026, 3, 2)
WHOLE = MONDAY - timedelta(weeks=5)
OPEN = range(9, 20)
Hours = dict[tuple[date, int], int]


def usual(calls: int, days: range = range(1, 29), hours: range = OPEN) -> Hours:
    """So many calls in each open hour of the last days, Sundays none."""
    found = [MONDAY - timedelta(days=ago) for ago in days]
    return {(day, hour): calls for day in found if day.weekday() != 6 for hour in hours}


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=INDIA)


def hearing(hours: Hours, last: datetime | None, now: datetime, first: date | None = WHOLE) -> Hearing:
    return judge(hours, first, last, now, INDIA).hearing


def test_the_expectation_is_the_mean_of_the_same_hours() -> None:
    hours = {
        (MONDAY - timedelta(weeks=back), 10): count for back, count in ((1, 8), (2, 4), (3, 0), (5, 100))
    }
    assert expectation(hours, WHOLE, at(10), at(11), INDIA) == pytest.approx(3)  # (8 + 4 + 0 + 0) / 4
    assert expectation(hours, WHOLE, at(10, 20), at(10, 50), INDIA) == pytest.approx(1.5)
    assert expectation(hours, MONDAY - timedelta(weeks=2), at(10), at(11), INDIA) == pytest.approx(6)
    assert expectation(hours, WHOLE, at(11), at(10), INDIA) == 0


def test_a_busy_hour_without_a_word_is_an_alarm() -> None:
    hours = usual(12)
    assert hearing(hours, at(10), at(10, 20)) is Hearing.AS_USUAL
    assert hearing(hours, at(10), at(10, 40)) is Hearing.SILENT
    told = judge(hours, WHOLE, at(10), at(11), INDIA)
    assert told.expected == pytest.approx(12)
    assert told.today == pytest.approx(24)
    assert told.probability == pytest.approx(math.exp(-12))


def test_no_alarm_at_night_and_on_sundays_and_again_in_the_morning() -> None:
    hours = usual(12)
    failed = at(17)
    assert hearing(hours, failed, at(19, 59)) is Hearing.SILENT
    assert hearing(hours, failed, at(23)) is Hearing.AS_USUAL
    assert hearing(hours, failed, at(9, 1, MONDAY + timedelta(days=1))) is Hearing.SILENT
    saturday = MONDAY + timedelta(days=5)
    later = usual(12, range(-5, 29))
    assert hearing(later, at(19, 50, saturday), at(12, 0, saturday + timedelta(days=1))) is Hearing.AS_USUAL


def test_a_quiet_night_is_no_reason_in_the_morning() -> None:
    hours = usual(12)
    assert hearing(hours, at(19, 55, MONDAY - timedelta(days=2)), at(9, 20)) is Hearing.AS_USUAL
    assert hearing(hours, at(19, 55, MONDAY - timedelta(days=2)), at(9, 40)) is Hearing.SILENT


def test_a_stray_call_does_not_make_an_hour_busy() -> None:
    hours = {(MONDAY - timedelta(weeks=1), 3): 400}
    assert is_empty(hours, WHOLE, MONDAY, 3)
    assert hearing(hours, at(3), at(3, 59)) is Hearing.AS_USUAL


def test_an_hour_is_usual_when_most_weeks_had_a_call_in_it() -> None:
    def weeks_with(count: int) -> Hours:
        return {(MONDAY - timedelta(weeks=back), 3): 5 for back in range(1, count + 1)}

    assert [is_empty(weeks_with(count), WHOLE, MONDAY, 3) for count in range(5)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_more_than_a_week_of_silence_adds_nothing() -> None:
    hours = usual(12, range(1, 60))
    week = judge(hours, WHOLE, at(10) - timedelta(days=7), at(10), INDIA)
    month = judge(hours, WHOLE, at(10) - timedelta(days=30), at(10), INDIA)
    assert month.expected == week.expected


def test_without_history_there_is_no_judgement() -> None:
    assert hearing({}, None, at(12), None) is Hearing.NEVER
    assert hearing({}, None, at(12)) is Hearing.NEVER
    assert hearing(usual(50), at(10), at(12), MONDAY - timedelta(days=6)) is Hearing.LEARNING
    assert hearing(usual(50), at(10), at(12), MONDAY - timedelta(days=7)) is Hearing.SILENT


def test_what_comes_in_bursts_is_given_more_time() -> None:
    steady = usual(12)
    bursts = {key: count * (2 if key[0].isocalendar().week % 2 else 0) for key, count in steady.items()}
    assert scatter(steady, WHOLE, MONDAY) == 1
    assert scatter(bursts, WHOLE, MONDAY) > 10
    assert hearing(steady, at(10), at(11)) is Hearing.SILENT
    assert hearing({**bursts, (MONDAY - timedelta(weeks=1), 10): 24}, at(10), at(11)) is Hearing.AS_USUAL


def test_the_zone_decides_what_night_is() -> None:
    hours = usual(12)
    assert hearing(hours, at(10).astimezone(UTC), at(11).astimezone(UTC)) is Hearing.SILENT
    told = judge(hours, WHOLE, at(10), at(11), ZoneInfo("America/New_York"))
    assert told.hearing is Hearing.AS_USUAL  # it is night there


COUNTS = st.integers(0, 60)
WEEK = st.lists(st.lists(COUNTS, min_size=24, max_size=24), min_size=7, max_size=7)


def weeks(made: list[list[int]], start: date = MONDAY) -> Hours:
    return {
        (start - timedelta(days=ago), hour): made[(start - timedelta(days=ago)).weekday()][hour]
        for ago in range(1, 36)
        for hour in range(24)
    }


@settings(max_examples=60)
@given(WEEK, st.integers(0, 6 * 24 * 60), st.integers(0, 3000), st.integers(0, 3000))
def test_waiting_longer_never_makes_silence_likelier(
    made: list[list[int]], start: int, some: int, more: int
) -> None:
    hours, last = weeks(made), at(0) + timedelta(minutes=start - 8640)
    first = judge(hours, WHOLE, last, last + timedelta(minutes=some), INDIA)
    then = judge(hours, WHOLE, last, last + timedelta(minutes=some + more), INDIA)
    assert then.expected >= first.expected - 1e-9
    assert 0 <= then.probability <= 1


@settings(max_examples=60)
@given(WEEK, st.integers(0, 10_000))
def test_parts_add_up_and_empty_hours_never_alarm(made: list[list[int]], minutes: int) -> None:
    hours, now = weeks(made), at(0) + timedelta(minutes=1)
    last = now - timedelta(minutes=minutes)
    half = last + (now - last) / 2
    whole = expectation(hours, WHOLE, last, now, INDIA)
    parts = expectation(hours, WHOLE, last, half, INDIA) + expectation(hours, WHOLE, half, now, INDIA)
    assert parts == pytest.approx(whole)
    told = judge(hours, WHOLE, last, now, INDIA)
    if made[MONDAY.weekday()][0] == 0:
        assert told.empty_hour
        assert told.hearing is Hearing.AS_USUAL
    if told.hearing is Hearing.SILENT:
        assert told.probability < 0.001


@settings(max_examples=40)
@given(WEEK, st.integers(1, 3), st.integers(0, 10_000))
def test_only_the_place_in_the_week_matters(made: list[list[int]], later: int, minutes: int) -> None:
    shift = timedelta(weeks=later)
    now, last = at(11, 30), at(11, 30) - timedelta(minutes=minutes)
    here = judge(weeks(made), WHOLE, last, now, INDIA)
    there = judge(weeks(made, MONDAY + shift), WHOLE + shift, last + shift, now + shift, INDIA)
    assert here.hearing is there.hearing
    assert here.expected == pytest.approx(there.expected)


def test_chance_alone_hardly_ever_alarms_and_a_failure_soon_does() -> None:
    """Four months of calls that come by chance, ten an hour in office hours: what is judged every ten minutes."""
    rng = Random(7)
    first = MONDAY - timedelta(weeks=16)
    calls: list[datetime] = []
    for ago in range(16 * 7):
        day = MONDAY - timedelta(days=ago)
        if day.weekday() != 6:
            moment = at(9, 0, day)
            while (moment := moment + timedelta(minutes=rng.expovariate(10 / 60))) < at(20, 0, day):
                calls.append(moment)
    calls.sort()
    hours: Hours = {}
    for moment in calls:
        hours[moment.date(), moment.hour] = hours.get((moment.date(), moment.hour), 0) + 1
    alarms = judged = 0
    for before, after in pairwise(calls):
        if before.date() < first + timedelta(weeks=5):
            continue
        judged += 1
        # the worst moment of a gap is its end, if that is not a night
        end = min(after, at(19, 59, before.date())) if after.date() != before.date() else after
        alarms += judge(hours, first, before, end, INDIA).hearing is Hearing.SILENT
    assert judged > 6_000
    assert alarms < judged * 0.002
    assert judge(hours, first, at(11, 0), at(12, 15), INDIA).hearing is Hearing.SILENT
