"""Which counselor should get this caller: strategies in order, the first that finds somebody answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A counselor as seen by one routing question. ``seat`` is theirs at the asking connection.

    ``idle_since`` is when their last call ended or, with none since, when they checked in; None: not known.
    """

    person_id: int
    team_id: int | None
    seat: str | None
    checked_in: bool
    on_call: bool
    idle_since: datetime | None
    active: bool = True

    @property
    def obstacle(self) -> str | None:
        """Why this counselor can't take a call now, in plain words; None when they can."""
        if not self.active:
            return "not active"
        if not self.checked_in:
            return "not checked in"
        if not self.seat:
            return "no seat at this connection"
        if self.on_call:
            return "on a call"
        return None


@dataclass(frozen=True, slots=True)
class Caller:
    """What the strategies may ask of a call: whose lead it is, who talked last, whose line was dialled."""

    owner_id: int | None
    sticky_id: int | None
    did_team: int | None
    now: datetime


Pick = Callable[[Sequence[Candidate], Caller], Sequence[Candidate]]


@dataclass(frozen=True, slots=True)
class Strategy:
    """A named way to choose. ``pick`` gets all candidates, free or not, and returns its own in order."""

    name: str
    pick: Pick


@dataclass(frozen=True, slots=True)
class Considered:
    """One candidate a strategy wanted and could not have."""

    person_id: int
    strategy: str
    why_not: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Who to ring, in order; nobody means: use the fallback, and ``strategy`` is then ``"fallback"``."""

    person_ids: tuple[int, ...]
    seats: tuple[str, ...]
    strategy: str
    considered: tuple[Considered, ...]


def _assigned(candidates: Sequence[Candidate], caller: Caller) -> Sequence[Candidate]:
    return [c for c in candidates if c.person_id == caller.owner_id]


def _sticky(candidates: Sequence[Candidate], caller: Caller) -> Sequence[Candidate]:
    return [c for c in candidates if c.person_id == caller.sticky_id]


def _pool(candidates: Sequence[Candidate], caller: Caller) -> Sequence[Candidate]:
    pool = [c for c in candidates if caller.did_team is None or c.team_id == caller.did_team]

    def longest_idle(c: Candidate) -> tuple[bool, datetime, int, str]:
        since = caller.now if c.idle_since is None else min(c.idle_since, caller.now)
        return c.idle_since is not None, since, c.person_id, c.seat or ""

    return sorted(pool, key=longest_idle)


ASSIGNED = Strategy("assigned", _assigned)
STICKY = Strategy("sticky", _sticky)
POOL = Strategy("pool", _pool)
DEFAULT: tuple[Strategy, ...] = (ASSIGNED, STICKY, POOL)
BY_NAME = {strategy.name: strategy for strategy in DEFAULT}


def choose(
    candidates: Sequence[Candidate],
    *,
    owner_id: int | None,
    sticky_id: int | None,
    did_team: int | None,
    now: datetime,
    strategies: Sequence[Strategy] = DEFAULT,
) -> Choice:
    """Answer a provider's routing question.

    Only candidates who are active, checked in, have a seat at the asking connection and aren't on a call are
    ever chosen. ``assigned`` is the lead's counselor, ``sticky`` whoever talked with the lead last, ``pool``
    the team of the DID (without a team: everybody), longest idle first, someone whose idle time isn't known
    before all others. The answer of one strategy is never mixed with another's.
    """
    caller = Caller(owner_id, sticky_id, did_team, now)
    considered: list[Considered] = []
    for strategy in strategies:
        chosen: list[Candidate] = []
        for candidate in strategy.pick(candidates, caller):
            obstacle = candidate.obstacle
            if obstacle is None:
                chosen.append(candidate)
            else:
                considered.append(Considered(candidate.person_id, strategy.name, obstacle))
        if chosen:
            people = tuple(c.person_id for c in chosen)
            seats = tuple(c.seat for c in chosen if c.seat is not None)
            return Choice(people, seats, strategy.name, tuple(considered))
    return Choice((), (), "fallback", tuple(considered))
