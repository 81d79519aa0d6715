"""Has a provider fallen silent, or is it just night?

What an hour of the week usually brings is the mean of the same hour on the same weekday in the last four weeks
(weeks before the connection was first heard don't count). From when it was last heard until now that mean adds
up to an *expectation*. Calls come singly by nature and in bursts by campaign, so the counts scatter more than
chance alone: how much more is measured over all hours of those weeks (``scatter``, at least 1). Were nothing
wrong, silence would have a probability of about ``exp(-expected / scatter)``. It is an alarm below one in a
thousand, and never in an hour in which nothing is usual: then it waits for the next busy one.

A holiday looks like a failure; nobody can tell the two apart from here.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

WEEKS = 4
IMPROBABLE = 1 / 1000
LOOKED_BACK = timedelta(days=7)
"""A longer silence adds nothing to what is known."""

Hours = Mapping[tuple[date, int], int]
"""(local day, local hour 0 to 23) → how many calls began; what is not in it is 0."""


class Hearing(StrEnum):
    """How a connection is heard."""

    NEVER = "never"  # nothing came yet
    LEARNING = "learning"  # not a whole week of history to judge by
    AS_USUAL = "as usual"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Judgement:
    """``expected``: calls usual between ``last`` and now; ``today``: since local midnight; ``empty_hour``: nothing
    is usual at this hour. ``probability`` of this silence if nothing were wrong, 0 to 1."""

    hearing: Hearing
    expected: float = 0.0
    today: float = 0.0
    scatter: float = 1.0
    probability: float = 1.0
    empty_hour: bool = False


def judge(
    hours: Hours, first: date | None, last: datetime | None, now: datetime, zone: ZoneInfo
) -> Judgement:
    """``first`` is the first whole day on which the connection was heard, ``last`` when it was heard last (aware)."""
    local = now.astimezone(zone)
    if last is None or first is None:
        return Judgement(Hearing.NEVER)
    if (local.date() - first).days < 7:
        return Judgement(Hearing.LEARNING)
    expected = expectation(hours, first, max(last, now - LOOKED_BACK), now, zone)
    today = expectation(hours, first, local.replace(hour=0, minute=0, second=0, microsecond=0), now, zone)
    spread = scatter(hours, first, local.date())
    probability = math.exp(-expected / spread)
    empty = is_empty(hours, first, local.date(), local.hour)
    silent = probability < IMPROBABLE and not empty
    return Judgement(
        Hearing.SILENT if silent else Hearing.AS_USUAL, expected, today, spread, probability, empty
    )


def expectation(hours: Hours, first: date, since: datetime, until: datetime, zone: ZoneInfo) -> float:
    """How many calls are usual between two moments; 0 when ``until`` is not the later one."""
    total = 0.0
    at = since
    while at < until:
        local = at.astimezone(zone)
        rest = timedelta(hours=1) - timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
        step = min(rest, until - at)
        samples = _same_hours(hours, first, local.date(), local.hour)
        if samples:
            total += sum(samples) / len(samples) * (step / timedelta(hours=1))
        at += step
    return total


def is_empty(hours: Hours, first: date, day: date, hour: int) -> bool:
    """Is this an hour in which mostly nothing came?"""
    samples = _same_hours(hours, first, day, hour)
    return sum(1 for count in samples if count) * 2 <= len(samples)


def scatter(hours: Hours, first: date, today: date) -> float:
    """By how much the counts of the same hours differ more than chance makes them (Pearson's χ² per degree of
    freedom); 1 when they don't, or when there is too little to say."""
    squares, freedom = 0.0, 0
    for samples in _slots(hours, first, today):
        mean = sum(samples) / len(samples)
        if mean:
            squares += sum((count - mean) ** 2 for count in samples) / mean
            freedom += len(samples) - 1
    return max(1.0, squares / freedom) if freedom else 1.0


def _same_hours(hours: Hours, first: date, day: date, hour: int) -> list[int]:
    """The counts of this hour one to four weeks before, as far as there is a history."""
    before = (day - timedelta(weeks=back) for back in range(1, WEEKS + 1))
    return [hours.get((each, hour), 0) for each in before if each >= first]


def _slots(hours: Hours, first: date, today: date) -> Iterator[list[int]]:
    """The counts of each hour of the week on the whole days of the last four weeks."""
    for ago in range(1, 8):
        days = [today - timedelta(days=ago, weeks=back) for back in range(WEEKS)]
        known = [day for day in days if day >= first]
        if len(known) > 1:
            for hour in range(24):
                yield [hours.get((day, hour), 0) for day in known]
