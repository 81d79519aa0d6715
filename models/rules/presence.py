"""What somebody was doing, moment by moment: out, in, on a break, rung, on a call, in wrap-up.

They say the first three themselves; the others follow from calls. ``intervals`` makes one line of all of it:
at every moment exactly one state. It is a function of the set of what is known, so a log that comes late changes
only the time it tells of.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

TALK_AT_MOST = timedelta(hours=2)
"""A call nobody told us the end of keeps its talker busy no longer than this."""

RING_AT_MOST = timedelta(minutes=15)
"""A ring nobody told us the end of; some providers never say that it was answered."""

NIGHT = time(4)
"""Local time at which a check-out that was forgotten is made up for."""


class State(StrEnum):
    """In the order in which they give way: a call hides everything else that is true at the same time."""

    OUT = "out"
    IN = "in"
    BREAK = "break"
    WRAP_UP = "wrap_up"
    RINGING = "ringing"
    ON_CALL = "on_call"


_RANK = {state: rank for rank, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Span:
    """Something that was so from ``since`` to ``until`` (None: still is). Spans may overlap as they like.

    ``reason`` is why, of a break.
    """

    state: State
    since: datetime
    until: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """One state from ``since`` up to, and without, ``until``."""

    state: State
    since: datetime
    until: datetime
    reason: str = ""

    @property
    def seconds(self) -> float:
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True, slots=True)
class Leg:
    """A call as far as one person took part: their ring in it, or what they dialled (then ``offered_at`` may be None).

    ``given_up`` says that the ring is known to be over; ``next_ring_at`` is when the call went on to somebody else.
    ``saved_at`` is when the person disposed of the call.
    """

    call_started: datetime
    call_answered: datetime | None = None
    call_ended: datetime | None = None
    over: bool = False
    talk_seconds: int | None = None
    offered_at: datetime | None = None
    ended_at: datetime | None = None
    ring_seconds: int | None = None
    answered: bool = False
    given_up: bool = False
    next_ring_at: datetime | None = None
    saved_at: datetime | None = None


def intervals(spans: Iterable[Span], since: datetime, until: datetime) -> list[Interval]:
    """The window from ``since`` to ``until`` without gap or overlap, in order; neighbours differ.

    A call beats a ring, a ring beats wrap-up, wrap-up beats a break, a break beats being in; where nothing is
    said the person is out. Wrap-up is for those who are there: a check-out during a call holds from the call's end.
    """
    inside = {
        (max(span.since, since), until if span.until is None else min(span.until, until), span)
        for span in spans
    }
    begins = sorted(((a, span) for a, b, span in inside if a < b), key=_by_moment)
    ends = sorted(((b, span) for a, b, span in inside if a < b), key=_by_moment)
    cuts = sorted({since, until, *(at for at, _ in begins), *(at for at, _ in ends)})
    active: set[Span] = set()
    found: list[Interval] = []
    begun = ended = 0
    for at, following in pairwise(cuts):
        while ended < len(ends) and ends[ended][0] <= at:
            active.discard(ends[ended][1])
            ended += 1
        while begun < len(begins) and begins[begun][0] <= at:
            active.add(begins[begun][1])
            begun += 1
        state, reason = _holds(active)
        if found and (found[-1].state, found[-1].reason) == (state, reason):
            found[-1] = Interval(state, found[-1].since, following, reason)
        else:
            found.append(Interval(state, at, following, reason))
    return found


def _by_moment(pair: tuple[datetime, Span]) -> datetime:
    return pair[0]


def _holds(active: set[Span]) -> tuple[State, str]:
    """The state that hides the others. Of two breaks at once the one that began later, and of those begun
    together the last by its reason: some answer, and always the same."""
    there = any(span.state in (State.IN, State.BREAK) for span in active)
    counts = [span for span in active if span.state is not State.WRAP_UP or there]
    top = max(counts, key=lambda span: (_RANK[span.state], span.since, span.reason), default=None)
    return (State.OUT, "") if top is None else (top.state, top.reason)


def spans_of(leg: Leg, wrap_up: timedelta) -> list[Span]:
    """Ring, talk and the wrap-up after it. ``wrap_up`` is how long the institution gives at most; it is over
    earlier when the call was disposed of."""
    if not leg.answered:
        return _ring(leg)
    began = _picked_up(leg)
    ended = _hung_up(leg, began)
    found = []
    if leg.offered_at is not None:
        found.append(Span(State.RINGING, leg.offered_at, began))
    found.append(Span(State.ON_CALL, began, ended))
    if leg.over and wrap_up:
        until = ended + wrap_up
        if leg.saved_at is not None:
            until = min(until, max(leg.saved_at, ended))
        found.append(Span(State.WRAP_UP, ended, until))
    return [span for span in found if span.until is None or span.until > span.since]


def _ring(leg: Leg) -> list[Span]:
    began = leg.offered_at
    if began is None:
        return []
    ended = leg.ended_at
    if ended is None and leg.ring_seconds is not None:
        ended = began + timedelta(seconds=leg.ring_seconds)
    if ended is None and leg.given_up and not leg.over:
        ended = began  # over, and nobody says since when: no guess
    if ended is None:
        known = [at for at in (leg.call_answered, leg.call_ended, leg.next_ring_at) if at is not None]
        ended = min([began + RING_AT_MOST, *(at for at in known if at >= began)])
    return [Span(State.RINGING, began, ended)] if ended > began else []


def _picked_up(leg: Leg) -> datetime:
    if leg.offered_at is not None and leg.ring_seconds is not None:
        return leg.offered_at + timedelta(seconds=leg.ring_seconds)
    if leg.call_answered is not None:
        return leg.call_answered
    ended = leg.ended_at or leg.call_ended
    if ended is not None and leg.talk_seconds is not None:
        return ended - timedelta(seconds=leg.talk_seconds)
    return leg.offered_at or leg.call_started


def _hung_up(leg: Leg, began: datetime) -> datetime:
    ended = leg.ended_at or (leg.call_ended if leg.over else None)
    if ended is None and leg.over:
        ended = began + timedelta(seconds=leg.talk_seconds or 0)
    return max(began, began + TALK_AT_MOST if ended is None else ended)


def night_before(now: datetime, zone: ZoneInfo) -> datetime:
    """The last ``NIGHT`` of the local clock that is not after ``now``."""
    local = now.astimezone(zone)
    tonight = datetime.combine(local.date(), NIGHT, zone)
    if tonight > local:
        tonight = datetime.combine(local.date() - timedelta(days=1), NIGHT, zone)
    return tonight


def left_at(since: datetime, night: datetime, signs_of_life: Iterable[datetime]) -> datetime:
    """When somebody left who never checked out: their last sign of life (a request, the end of a call) between
    ``since`` and the ``night``; with none, that night."""
    return max((at for at in signs_of_life if since < at <= night), default=night)
