"""Which counselor should get this caller: strategies in order, the first that finds somebody answers."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

SKILLS = ("language", "programme", "region")
"""What a counselor can be able to do for a caller, in the order in which it is told."""

MOST_SEATS = 10
"""A caller waits for no more rings than this, whoever else would be free."""

Words = Mapping[str, frozenset[str]]
"""Of each kind of ``SKILLS``, the words as ``spelt`` writes them; a kind without words may be missing."""


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
    on_break: bool = False
    wrapping: bool = False
    skills: Words = field(default_factory=dict)

    @property
    def obstacle(self) -> str | None:
        """Why this counselor can't take a call now, in plain words; None when they can."""
        if not self.active:
            return "not active"
        if self.on_break:
            return "on a break"
        if not self.checked_in:
            return "not checked in"
        if not self.seat:
            return "no seat at this connection"
        if self.on_call:
            return "on a call"
        if self.wrapping:
            return "in wrap-up"
        return None


@dataclass(frozen=True, slots=True)
class Caller:
    """What the strategies may ask of a call: whose lead it is, who talked last, whose line was dialled, and what
    a counselor should be able to do for them (see ``needs``)."""

    owner_id: int | None
    sticky_id: int | None
    did_team: int | None
    now: datetime
    needs: Words = field(default_factory=dict)


Pick = Callable[[Sequence[Candidate], Caller], Sequence[Candidate]]


@dataclass(frozen=True, slots=True)
class Strategy:
    """A named way to choose. ``pick`` gets all candidates, free or not, and returns its own in order."""

    name: str
    pick: Pick


@dataclass(frozen=True, slots=True)
class Considered:
    """One counselor a strategy wanted. ``why_not`` is None for those who can take the call.

    ``idle_seconds`` is None when it is not known, ``matched`` the kinds of skill that fit (of ``skill`` only).
    """

    person_id: int
    strategy: str
    why_not: str | None
    idle_seconds: int | None = None
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One strategy that was tried, and all it wanted, best first: nobody, or somebody who could or could not."""

    strategy: str
    wanted: tuple[Considered, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Who to ring, in order; nobody means: use the fallback, and ``strategy`` is then ``"fallback"``.

    ``steps`` are the strategies in turn, up to the one that chose.
    """

    person_ids: tuple[int, ...]
    seats: tuple[str, ...]
    strategy: str
    steps: tuple[Step, ...]

    @property
    def considered(self) -> tuple[Considered, ...]:
        """Everybody a strategy wanted and could not have."""
        return tuple(one for step in self.steps for one in step.wanted if one.why_not)


def spelt(word: str) -> str:
    """A skill's word for comparing: neither case, nor spaces, nor the way letters are composed matter."""
    return " ".join(unicodedata.normalize("NFKC", word).split()).casefold()


def words(pairs: Iterable[tuple[str, str]]) -> Words:
    """Skills from (kind, word) pairs."""
    found: dict[str, frozenset[str]] = {}
    for kind, word in pairs:
        if said := spelt(word):
            found[kind] = found.get(kind, frozenset()) | {said}
    return found


def needs(lead: Words, did: Words) -> Words:
    """What this caller needs: of each kind what is known of the lead, otherwise what the DID is set up for."""
    return {kind: asked for kind in SKILLS if (asked := lead.get(kind) or did.get(kind))}


def matched(candidate: Candidate, caller: Caller) -> tuple[str, ...]:
    """The kinds of which the counselor has one of the words that are asked for."""
    return tuple(
        kind
        for kind in SKILLS
        if not caller.needs.get(kind, frozenset()).isdisjoint(candidate.skills.get(kind, ()))
    )


def _assigned(candidates: Sequence[Candidate], caller: Caller) -> Sequence[Candidate]:
    return [c for c in candidates if c.person_id == caller.owner_id]


def _sticky(candidates: Sequence[Candidate], caller: Caller) -> Sequence[Candidate]:
    return [c for c in candidates if c.person_id == caller.sticky_id]


def _skill(candidates: Sequence[Candidate], caller: Caller) -> Sequence[Candidate]:
    fitting = [(c, len(matched(c, caller))) for c in _team(candidates, caller)]
    able = [(c, count) for c, count in fitting if count]
    return [c for c, _ in sorted(able, key=lambda one: (-one[1], _longest_idle(one[0], caller)))]


def _pool(candidates: Sequence[Candidate], caller: Caller) -> Sequence[Candidate]:
    return sorted(_team(candidates, caller), key=lambda c: _longest_idle(c, caller))


def _team(candidates: Sequence[Candidate], caller: Caller) -> list[Candidate]:
    return [c for c in candidates if caller.did_team is None or c.team_id == caller.did_team]


def _longest_idle(c: Candidate, caller: Caller) -> tuple[bool, datetime, int, str]:
    since = caller.now if c.idle_since is None else min(c.idle_since, caller.now)
    return c.idle_since is not None, since, c.person_id, c.seat or ""


ASSIGNED = Strategy("assigned", _assigned)
STICKY = Strategy("sticky", _sticky)
SKILL = Strategy("skill", _skill)
POOL = Strategy("pool", _pool)
DEFAULT: tuple[Strategy, ...] = (ASSIGNED, STICKY, SKILL, POOL)
BY_NAME = {strategy.name: strategy for strategy in DEFAULT}


def in_order(names: Iterable[str]) -> tuple[Strategy, ...]:
    """The strategies of these names; none named: the default order.

    Raises ``ValueError`` for a name that is none, or that is given twice.
    """
    given = tuple(names)
    for name in given:
        if name not in BY_NAME:
            raise ValueError(f"{name!r} is no strategy; there are {', '.join(BY_NAME)}")
    if len(set(given)) < len(given):
        raise ValueError("a strategy is given twice")
    return tuple(BY_NAME[name] for name in given) or DEFAULT


def choose(
    candidates: Sequence[Candidate],
    *,
    owner_id: int | None,
    sticky_id: int | None,
    did_team: int | None,
    now: datetime,
    needs: Words | None = None,
    strategies: Sequence[Strategy] = DEFAULT,
) -> Choice:
    """Answer a provider's routing question.

    Only candidates who are active, checked in, not on a break, have a seat at the asking connection and aren't
    on a call are ever chosen.

    - ``assigned``: the lead's counselor, whatever their team.
    - ``sticky``: whoever talked with the lead last, whatever their team.
    - ``skill``: of the DID's team (without a team: of everybody) those who have at least one kind of what the
      caller needs; who has most kinds first, then longest idle.
    - ``pool``: all of the DID's team (without a team: everybody), longest idle first, someone whose idle time
      isn't known before all others.

    The answer of one strategy is never mixed with another's, and names at most ``MOST_SEATS``.
    """
    caller = Caller(owner_id, sticky_id, did_team, now, needs or {})
    steps: list[Step] = []
    for strategy in strategies:
        picked = strategy.pick(candidates, caller)
        steps.append(Step(strategy.name, tuple(_considered(c, strategy, caller) for c in picked)))
        chosen = [c for c in picked if c.obstacle is None][:MOST_SEATS]
        if chosen:
            people = tuple(c.person_id for c in chosen)
            seats = tuple(c.seat for c in chosen if c.seat is not None)
            return Choice(people, seats, strategy.name, tuple(steps))
    return Choice((), (), "fallback", tuple(steps))


def _considered(c: Candidate, strategy: Strategy, caller: Caller) -> Considered:
    idle = None if c.idle_since is None else max(0, int((caller.now - c.idle_since).total_seconds()))
    kinds = matched(c, caller) if strategy is SKILL else ()
    return Considered(c.person_id, strategy.name, c.obstacle, idle, kinds)
