"""How counselors work with profiles: most are opened during the call, the rest of the board is worked off. Pure.

Times are chosen so that a board hovers around a size instead of growing all day: the more entries are open,
the sooner the next one is dealt with.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulator.story import Facts


@dataclass(frozen=True, slots=True)
class Diligence:
    """``share``: of answered calls whose profile is opened while they last (0: nobody ever opens any)."""

    share: float = 0.8

    @property
    def board(self) -> int:
        """The number of open entries the team lives with."""
        return round(8 + 35 * (1 - self.share))

    @property
    def limit(self) -> int:
        """Above this the oldest entry is dealt with at once."""
        return round(self.board * 1.35)


def opens_during(facts: Facts, diligence: Diligence, rng: Random) -> datetime | None:
    """When the counselor who talks opens the profile, clear of both edges of the call; None: not at all."""
    if facts.answered_at is None or facts.talker is None or rng.random() >= diligence.share:
        return None
    longest = facts.talk_seconds - 1.5
    if longest <= 0.5:
        return None
    return facts.answered_at + timedelta(seconds=rng.uniform(0.5, min(longest, 25.0)))


def deals_with_it_after(diligence: Diligence, entries_per_second: float, rng: Random) -> timedelta | None:
    """How long a missed or pending entry waits for somebody; None: nobody cares.

    A board of N entries that grows by r a second stays at N when each waits N / r seconds on average.
    """
    if diligence.share <= 0:
        return None
    mean = diligence.board / max(entries_per_second, 1e-6)
    return timedelta(seconds=min(1.0 + rng.gammavariate(2.0, mean / 2.0), 4 * mean))
