"""Single calls of the demo's past: what the provider said of each, and when the profile was looked at."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from models.rules.call import CallEvent, Direction, Kind, Outcome

HEARD_AFTER = timedelta(seconds=2)  # providers tell us a little later

CONNECTED_DISPOSITIONS = (
    ("Interested", 24),
    ("Call back later", 20),
    ("Fee and scholarship query", 14),
    ("Visit planned", 9),
    ("Application help", 12),
    ("Not interested", 13),
    ("Wrong number", 3),
    ("Admitted elsewhere", 5),
)
UNANSWERED = ((Outcome.NO_ANSWER, 64), (Outcome.BUSY, 17), (Outcome.REJECTED, 13), (Outcome.FAILED, 6))


@dataclass(frozen=True, slots=True)
class Agent:
    """A counselor as the past needs one. ``lines`` maps a connection's id to the seat there, the team's own
    line first. The rest are habits between 0 and about 1."""

    place: int
    person_id: int
    team: str
    lines: Mapping[int, str]
    dids: Mapping[int, Sequence[str]]
    diligence: float  # share of the usual number of calls
    charm: float  # how much longer people talk with them
    care: float  # how often the profile is opened during the call
    late: float  # a late shift


@dataclass(slots=True)
class Caller:
    """A lead on the telephone. ``keeper`` is its counselor, or who looks after it where it has none;
    ``lines`` are the (connection id, DID) of the team that cares for it."""

    phone: str
    created_at: datetime
    lines: Sequence[tuple[int, str]]
    keeper: Agent
    lead_id: int = 0  # until it is written


@dataclass(slots=True)
class Look:
    """Somebody opened the caller's profile."""

    by: Agent
    at: datetime
    lasting: timedelta
    how: str


@dataclass(slots=True)
class Told:
    """One call: its connection, its events, and the first look at the profile (None: nobody looked, or
    the look is no news). ``due``: the look clears a missed or pending entry."""

    connection_id: int
    caller: Caller
    events: list[CallEvent]
    ended_at: datetime
    look: Look | None = None
    due: bool = False

    @property
    def direction(self) -> Direction | None:
        return self.events[-1].direction

    @property
    def connected(self) -> bool:
        return self.events[-1].outcome is Outcome.CONNECTED


def outbound_call(rng: Random, agent: Agent, caller: Caller, at: datetime) -> Told:
    """The counselor dials; a little under half are answered."""
    connection_id, seat, did = _line(rng, agent)
    known: dict[str, Any] = {
        "direction": Direction.OUTBOUND,
        "customer": caller.phone,
        "did": did,
        "seat": seat,
    }
    chance = rng.random()
    if chance < 0.43:
        ring, talk = _ring(rng, 12), _talk(rng, agent, 105)
        return _talked(rng, connection_id, caller, at, ring, talk, known)
    if chance < 0.46:
        outcome = rng.choice((Outcome.AGENT_MISSED, Outcome.AGENT_CANCELLED))
    else:
        outcome = _weighted(rng, UNANSWERED)
    ring = 0 if outcome in (Outcome.BUSY, Outcome.FAILED) else _ring(rng, 26)
    ended = at + timedelta(seconds=ring + 1)
    call_id = _call_id(rng)
    events = [_log(call_id, at, ended, outcome=outcome, ring_seconds=ring, talk_seconds=0, **known)]
    look = Look(agent, ended + _delay(rng, 55), _stay(rng), rng.choice(("board", "bell", "link")))
    return Told(connection_id, caller, events, _utc(ended), look, due=True)


def inbound_call(
    rng: Random, agent: Agent, colleagues: Sequence[Agent], caller: Caller, at: datetime
) -> Told:
    """Rings the counselor, perhaps after a colleague who didn't pick up; one in seven is missed by all."""
    connection_id, seat, did = _line(rng, agent)
    known: dict[str, Any] = {"direction": Direction.INBOUND, "customer": caller.phone, "did": did}
    call_id = _call_id(rng)
    events: list[CallEvent] = []
    moment = at
    others = [one for one in colleagues if one.place != agent.place and connection_id in one.lines]
    tried = [rng.choice(others).lines[connection_id]] if others and rng.random() < 0.17 else []
    for other in tried:
        ring = _ring(rng, 20)
        events.append(_routed(call_id, moment, seat=other, **known))
        ended = moment + timedelta(seconds=ring)
        events.append(
            _log(call_id, moment, ended, seat=other, outcome=Outcome.AGENT_MISSED, ring_seconds=ring, **known)
        )
        moment = ended
    events.append(_routed(call_id, moment, seat=seat, **known))
    if rng.random() < 0.855:
        ring, talk = _ring(rng, 9), _talk(rng, agent, 130)
        told = _talked(rng, connection_id, caller, moment, ring, talk, {**known, "seat": seat}, call_id)
        told.events = events + told.events
        _look_at_talk(rng, agent, told, moment + timedelta(seconds=ring), talk)
        return told
    ring = _ring(rng, 19)
    ended = moment + timedelta(seconds=ring)
    left = rng.random() < 0.45
    outcome = Outcome.CANCELLED if left else Outcome.AGENT_MISSED
    end = {"outcome": outcome, "hung_up_by": "lead" if left else None, "ring_seconds": ring}
    events.append(_log(call_id, moment, ended, seat=seat, **end, **known))
    look = Look(agent, ended + _delay(rng, 11), _stay(rng), rng.choice(("board", "bell")))
    return Told(connection_id, caller, events, _utc(ended), look, due=True)


def campaign_call(rng: Random, agent: Agent, caller: Caller, at: datetime, campaign: str) -> Told:
    """The provider's dialler rings the lead and then finds an agent."""
    connection_id, seat, did = _line(rng, agent)
    known: dict[str, Any] = {
        "direction": Direction.CAMPAIGN,
        "customer": caller.phone,
        "did": did,
        "campaign": campaign,
    }
    call_id = _call_id(rng)
    chance = rng.random()
    if chance < 0.38:
        ring, talk = _ring(rng, 13), _talk(rng, agent, 75)
        offered = at + timedelta(seconds=max(ring - 2, 0))
        told = _talked(rng, connection_id, caller, at, ring, talk, {**known, "seat": seat}, call_id)
        told.events.insert(0, _routed(call_id, offered, seat=seat, **known))
        _look_at_talk(rng, agent, told, at + timedelta(seconds=ring), talk)
        return told
    ring = _ring(rng, 25)
    ended = at + timedelta(seconds=ring + 1)
    if chance < 0.43:
        end: dict[str, Any] = {
            "outcome": Outcome.ABANDONED,
            "answered_at": _utc(at + timedelta(seconds=ring // 2)),
        }
    else:
        end = {"outcome": _weighted(rng, UNANSWERED)}
    events = [_log(call_id, at, ended, ring_seconds=ring, **end, **known)]
    look = Look(caller.keeper, ended + _delay(rng, 70), _stay(rng), "board")
    return Told(connection_id, caller, events, _utc(ended), look, due=True)


def night_call(rng: Random, caller: Caller, at: datetime) -> Told:
    """Nobody is there: the entry waits for the lead's counselor, or the pool, until the morning."""
    connection_id, did = rng.choice(caller.lines)
    ended = at + timedelta(seconds=_ring(rng, 14))
    events = [
        _log(
            _call_id(rng),
            at,
            ended,
            direction=Direction.INBOUND,
            customer=caller.phone,
            did=did,
            outcome=Outcome.NO_ANSWER,
        )
    ]
    look = Look(caller.keeper, ended + _delay(rng, 20), _stay(rng), "board")
    return Told(connection_id, caller, events, _utc(ended), look, due=True)


def _talked(
    rng: Random,
    connection_id: int,
    caller: Caller,
    at: datetime,
    ring: int,
    talk: int,
    known: Mapping[str, Any],
    call_id: str | None = None,
) -> Told:
    answered = at + timedelta(seconds=ring)
    ended = answered + timedelta(seconds=talk)
    event = _log(
        call_id or _call_id(rng),
        at,
        ended,
        outcome=Outcome.CONNECTED,
        answered_at=_utc(answered),
        talk_seconds=talk,
        ring_seconds=ring,
        hung_up_by=rng.choice(("lead", "lead", "agent")),
        machine=True if talk < 9 and rng.random() < 0.3 else None,
        disposition=_weighted(rng, CONNECTED_DISPOSITIONS) if talk > 20 else None,
        **known,
    )
    return Told(connection_id, caller, [event], _utc(ended))


def _look_at_talk(rng: Random, agent: Agent, told: Told, answered: datetime, talk: int) -> None:
    """Most counselors open the profile while they talk; the others leave a pending call."""
    if rng.random() < agent.care:
        told.look = Look(
            agent, answered + timedelta(seconds=rng.random() * min(talk, 12)), _stay(rng), "popup"
        )
    else:
        told.look = Look(agent, told.ended_at + _delay(rng, 35), _stay(rng), rng.choice(("board", "bell")))
        told.due = True


def _line(rng: Random, agent: Agent) -> tuple[int, str, str]:
    """Connection, seat and DID: mostly the team's own line."""
    ids = list(agent.lines)
    connection_id = ids[0] if rng.random() < 0.9 else rng.choice(ids)
    return connection_id, agent.lines[connection_id], rng.choice(agent.dids[connection_id])


def _routed(call_id: str, at: datetime, **said: Any) -> CallEvent:
    at = _utc(at)
    return CallEvent(provider_call_id=call_id, kind=Kind.ROUTED, received_at=at + HEARD_AFTER, at=at, **said)


def _log(call_id: str, at: datetime, ended: datetime, **said: Any) -> CallEvent:
    return CallEvent(
        provider_call_id=call_id,
        kind=Kind.LOG,
        received_at=_utc(ended) + HEARD_AFTER,
        started_at=_utc(at),
        ended_at=_utc(ended),
        **said,
    )


def _call_id(rng: Random) -> str:
    return f"{rng.getrandbits(96):024x}"


def _ring(rng: Random, typical: int) -> int:
    return max(2, min(45, round(rng.gauss(typical, typical / 3))))


def _talk(rng: Random, agent: Agent, typical: int) -> int:
    """Long-tailed: many short talks, a few of half an hour."""
    return max(3, min(2400, round(math.exp(rng.gauss(math.log(typical * agent.charm), 0.95)))))


def _delay(rng: Random, minutes: float) -> timedelta:
    return timedelta(seconds=20 + rng.expovariate(1 / (minutes * 60)))


def _stay(rng: Random) -> timedelta:
    return timedelta(seconds=15 + rng.expovariate(1 / 90))


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _weighted(rng: Random, weighted: Sequence[tuple[Any, int]]) -> Any:
    values, weights = zip(*weighted, strict=True)
    return rng.choices(values, weights)[0]
