"""The plan of one call: from a script and a die to what truly happens, second by second. Pure.

Every moment of a call lies on a whole second, because providers write times to the second: what is told is
then exactly what happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

SHORTEST_TALK, LONGEST_TALK = 12.0, 420.0  # seconds


class Ending(StrEnum):
    """How a script wants its call to go."""

    TALK = "talk"
    NOBODY = "nobody"  # every counselor tried lets it ring
    CALLER_LEFT = "caller_left"
    NONE_FREE = "none_free"
    LEAD_SILENT = "lead_silent"
    LEAD_BUSY = "lead_busy"
    LEAD_REJECTED = "lead_rejected"
    FAILED = "failed"
    AGENT_MISSED = "agent_missed"
    ABANDONED = "abandoned"  # the lead answered a campaign call, no agent was free


@dataclass(frozen=True, slots=True)
class Script:
    """A kind of call. ``picks`` is the place of the counselor who answers; ``weight`` its share of the day."""

    name: str
    direction: str
    ending: Ending
    weight: float
    picks: int = 0
    known: bool = True


@dataclass(frozen=True, slots=True)
class Seat:
    """A counselor's agent address at one connection."""

    address: str
    counselor: str


@dataclass(frozen=True, slots=True)
class Ring:
    """One counselor's telephone ringing, from ``at`` until it is picked up or given up."""

    seat: Seat
    at: datetime
    until: datetime
    answered: bool

    @property
    def seconds(self) -> int:
        return int((self.until - self.at).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The place and the line of one call, before anybody knows how it goes."""

    call_id: str
    number: int
    connection: str
    phone: str
    did: str
    campaign: str | None = None
    reference: str | None = None  # of whoever ordered the call


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What truly happened in one call. Times are UTC, on whole seconds.

    ``dialer`` is who dialled (outbound); ``talker`` who talked. ``answered_at`` is when both sides talked.
    """

    line: Line
    script: str
    direction: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    answered_at: datetime | None = None
    rings: tuple[Ring, ...] = ()
    talker: Seat | None = None
    dialer: Seat | None = None
    hung_up_by: str = "lead"

    @property
    def talk_seconds(self) -> int:
        return int((self.ended_at - self.answered_at).total_seconds()) if self.answered_at else 0

    @property
    def total_seconds(self) -> int:
        return int((self.ended_at - self.started_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast life goes. A compressed ring keeps one second, a compressed talk three, so that a profile
    can still be opened in its midst. ``ring`` and ``talk`` fix the lengths (real seconds) for demonstrations.
    ``talks_between`` (seconds at speed 1): every talk is shortened in proportion, to fit in.
    """

    speed: float = 1.0
    fixed_ring: int | None = None
    fixed_talk: int | None = None
    talks_between: tuple[float, float] | None = None

    def ring(self, seconds: float) -> timedelta:
        return timedelta(seconds=self.fixed_ring or max(1, round(seconds / self.speed)))

    def talk(self, seconds: float) -> timedelta:
        if self.talks_between is not None:
            least, most = self.talks_between
            seconds = least + (most - least) * (seconds - SHORTEST_TALK) / (LONGEST_TALK - SHORTEST_TALK)
        return timedelta(seconds=self.fixed_talk or max(3, round(seconds / self.speed)))


def whole(moment: datetime) -> datetime:
    """The last whole second."""
    return moment.replace(microsecond=0)


def talk_length(rng: Random) -> float:
    """Seconds. Many short talks, a few long ones: median 70, mean about 85."""
    return min(LONGEST_TALK, max(SHORTEST_TALK, rng.lognormvariate(4.25, 0.65)))


def tell(
    script: Script, line: Line, seats: Sequence[Seat], started_at: datetime, rng: Random, tempo: Tempo
) -> Facts:
    """The facts of a call that starts at ``started_at`` (a whole second).

    ``seats``: inbound, the counselors to try in order; outbound, the one who dials; campaign, the free agent.
    Where none is left the call ends as such calls end.
    """
    teller = {"inbound": _inbound, "outbound": _outbound, "campaign": _campaign}[script.direction]
    return teller(script, line, seats, started_at, rng, tempo)


def _inbound(
    script: Script, line: Line, seats: Sequence[Seat], started_at: datetime, rng: Random, tempo: Tempo
) -> Facts:
    ending = script.ending if seats else Ending.NONE_FREE
    facts = Facts(
        line=line,
        script=script.name,
        direction="inbound",
        outcome="cancelled",
        started_at=started_at,
        ended_at=started_at + tempo.ring(rng.uniform(8, 30)),
    )
    if ending is Ending.NONE_FREE:
        return facts
    tried = {Ending.TALK: script.picks + 1, Ending.CALLER_LEFT: script.picks + 1}.get(ending, 3)
    rings: list[Ring] = []
    now = started_at
    for place, seat in enumerate(seats[:tried]):
        last = place == len(seats[:tried]) - 1
        answers = last and ending is Ending.TALK
        patience = (3, 12) if last and ending is not Ending.NOBODY else (15, 24)
        until = now + tempo.ring(rng.uniform(*patience))
        rings.append(Ring(seat, now, until, answers))
        now = until
    if ending is Ending.TALK:
        return replace(
            facts,
            outcome="connected",
            answered_at=now,
            ended_at=now + tempo.talk(talk_length(rng)),
            rings=tuple(rings),
            talker=rings[-1].seat,
            hung_up_by=rng.choice(("lead", "agent")),
        )
    left = ending is Ending.CALLER_LEFT
    return replace(
        facts,
        outcome="cancelled" if left else "no_answer",
        ended_at=now,
        rings=tuple(rings),
        hung_up_by="lead" if left else "system",
    )


_LEAD_SIDE = {
    Ending.LEAD_SILENT: ("no_answer", (24, 36)),
    Ending.LEAD_BUSY: ("busy", (2, 5)),
    Ending.LEAD_REJECTED: ("rejected", (4, 11)),
    Ending.FAILED: ("failed", (2, 4)),
}


def _outbound(
    script: Script, line: Line, seats: Sequence[Seat], started_at: datetime, rng: Random, tempo: Tempo
) -> Facts:
    dialer = seats[0]
    missed = script.ending is Ending.AGENT_MISSED
    picked_up = started_at + tempo.ring(rng.uniform(18, 26) if missed else rng.uniform(2, 6))
    facts = Facts(
        line=line,
        script=script.name,
        direction="outbound",
        outcome="agent_missed",
        started_at=started_at,
        ended_at=picked_up,
        rings=(Ring(dialer, started_at, picked_up, not missed),),
        dialer=dialer,
        hung_up_by="system",
    )
    if missed:
        return facts
    if script.ending is Ending.TALK:
        answered = picked_up + tempo.ring(rng.uniform(5, 20))
        return replace(
            facts,
            outcome="connected",
            answered_at=answered,
            ended_at=answered + tempo.talk(talk_length(rng)),
            talker=dialer,
            hung_up_by=rng.choice(("lead", "agent")),
        )
    outcome, ring = _LEAD_SIDE[script.ending]
    return replace(facts, outcome=outcome, ended_at=picked_up + tempo.ring(rng.uniform(*ring)))


def _campaign(
    script: Script, line: Line, seats: Sequence[Seat], started_at: datetime, rng: Random, tempo: Tempo
) -> Facts:
    facts = Facts(
        line=line,
        script=script.name,
        direction="campaign",
        outcome="no_answer",
        started_at=started_at,
        ended_at=started_at,
        hung_up_by="system",
    )
    if script.ending in _LEAD_SIDE:
        outcome, ring = _LEAD_SIDE[script.ending]
        return replace(facts, outcome=outcome, ended_at=started_at + tempo.ring(rng.uniform(*ring)))
    lead_up = started_at + tempo.ring(rng.uniform(5, 18))
    if not seats or script.ending is Ending.ABANDONED:
        gone = lead_up + tempo.ring(rng.uniform(3, 9))
        return replace(facts, outcome="abandoned", ended_at=gone, hung_up_by="lead")
    agent = seats[0]
    joined = lead_up + tempo.ring(1)
    return replace(
        facts,
        outcome="connected",
        answered_at=joined,
        ended_at=joined + tempo.talk(talk_length(rng)),
        rings=(Ring(agent, lead_up, joined, True),),
        talker=agent,
        hung_up_by=rng.choice(("lead", "agent")),
    )


def cut(facts: Facts, now: datetime) -> Facts:
    """The same call when the exchange is switched off at ``now``: nothing after that moment happens."""
    now = max(whole(now), facts.started_at)
    if now >= facts.ended_at:
        return facts
    rings = tuple(
        replace(ring, until=min(ring.until, now), answered=ring.answered and ring.until <= now)
        for ring in facts.rings
        if ring.at <= now
    )
    stopped = replace(facts, ended_at=now, rings=rings, hung_up_by="system")
    if facts.answered_at is not None and facts.answered_at < now:
        return stopped
    rung_out = tuple(replace(ring, answered=False) for ring in rings)
    if facts.direction == "inbound":
        return replace(stopped, answered_at=None, talker=None, outcome="cancelled", rings=rung_out)
    if facts.direction == "campaign":
        outcome = "abandoned" if rings else "no_answer"
        return replace(stopped, answered_at=None, talker=None, outcome=outcome, rings=rung_out)
    outcome = "no_answer" if rings and rings[0].answered else "agent_missed"
    return replace(stopped, answered_at=None, talker=None, outcome=outcome)
