"""When a lead is likely to pick up, from how earlier calls to them and to similar leads ended, hour by hour.

Hours are those of the institution's zone. Nothing is claimed from fewer than three calls.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.rules.call import Outcome

PICKED_UP = frozenset({Outcome.CONNECTED, Outcome.ABANDONED})
"""The lead answered; whether a counselor was free is not their habit."""

NOT_PICKED_UP = frozenset({Outcome.NO_ANSWER, Outcome.BUSY, Outcome.REJECTED, Outcome.VOICEMAIL})
"""It rang at the lead in vain. Any other end tells nothing of the lead."""

FIRST_HOUR, LAST_HOUR = 9, 20
"""The hours in which an institution calls, both ends included."""

LEAST = 3
WIDEST = 3
OF_SIMILAR = 4.0
"""A similar lead's habit weighs as much as this many of the lead's own calls."""


class Basis(StrEnum):
    """Whose calls the figures are of."""

    LEAD = "lead"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Tried:
    """Of ``of`` calls in one hour ``picked`` were picked up."""

    picked: int = 0
    of: int = 0

    def __add__(self, other: "Tried") -> "Tried":
        return Tried(self.picked + other.picked, self.of + other.of)


@dataclass(frozen=True, slots=True)
class Best:
    """The hours ``first`` to ``last`` (both included), and what was tried in them by whom ``basis`` says."""

    first: int
    last: int
    tried: Tried
    basis: Basis


@dataclass(frozen=True, slots=True)
class Habit:
    """``likely``: the estimated share picked up for each hour from ``FIRST_HOUR`` on, None without any call to
    go by; ``best``: None when too few calls are known or none was ever picked up."""

    likely: tuple[float | None, ...]
    best: Best | None


Hours = Mapping[int, Tried]


def hours(ends: Iterable[tuple[int, str | None, int]]) -> dict[int, Tried]:
    """(hour, outcome, how many calls) → what was tried in each hour; ends that tell nothing are left out."""
    found: dict[int, Tried] = {}
    for hour, outcome, calls in ends:
        if outcome in PICKED_UP or outcome in NOT_PICKED_UP:
            found[hour] = found.get(hour, Tried()) + Tried(calls if outcome in PICKED_UP else 0, calls)
    return found


def habit(own: Hours, similar: Hours) -> Habit:
    """The lead's ``own`` calls first; where they are too few, those of ``similar`` leads."""
    likely = {hour: _likely(own, similar, hour) for hour in range(FIRST_HOUR, LAST_HOUR + 1)}
    best = _best(own, likely, Basis.LEAD) or _best(similar, likely, Basis.SIMILAR)
    return Habit(tuple(likely.values()), best)


def _likely(own: Hours, similar: Hours, hour: int) -> float | None:
    """The lead's share, drawn towards the similar leads' where it rests on few calls."""
    mine, others = own.get(hour, Tried()), _around(similar, hour)
    if not others.of:
        return mine.picked / mine.of if mine.of else None
    return (mine.picked + OF_SIMILAR * others.picked / others.of) / (mine.of + OF_SIMILAR)


def _around(of: Hours, hour: int) -> Tried:
    """That hour's own, or with its neighbours' where it has too few."""
    here = of.get(hour, Tried())
    if here.of >= LEAST:
        return here
    return here + of.get(hour - 1, Tried()) + of.get(hour + 1, Tried())


def _best(of: Hours, likely: Mapping[int, float | None], basis: Basis) -> Best | None:
    """Of all stretches of one to three hours with enough calls the one most likely; of equals the one known by
    more calls, then the earlier and shorter."""
    found: list[tuple[float, int, int, int, Best]] = []
    for first in range(FIRST_HOUR, LAST_HOUR + 1):
        for last in range(first, min(first + WIDEST - 1, LAST_HOUR) + 1):
            tried = sum((of.get(hour, Tried()) for hour in range(first, last + 1)), Tried())
            # An hour nobody was called in is no part of what is claimed.
            if tried.of < LEAST or not tried.picked or not of.get(first) or not of.get(last):
                continue
            shares = [likely[hour] or 0.0 for hour in range(first, last + 1)]
            share = round(sum(shares) / len(shares), 9)
            found.append((-share, -tried.of, first, last, Best(first, last, tried, basis)))
    return min(found, key=lambda each: each[:4])[4] if found else None
