"""What a provider's events tell of one call, gathered field by field: the first half of the fold.

A value is never overwritten by None nor by an earlier stage: log > ended > status > pop-up; within a stage
the newest told moment prevails, then the larger value.
"""

from datetime import UTC, datetime
from typing import Any

from models.rules.call import CallEvent, Direction, Kind
from models.rules.legs import Leg, earliest, latest, told_beginning, told_end

_NEVER = datetime.min.replace(tzinfo=UTC)

_STAGE = {
    Kind.RECORDING: 0,
    Kind.DISPOSITION: 0,
    Kind.ROUTED: 1,
    Kind.RINGING: 1,
    Kind.ANSWERED: 2,
    Kind.BRIDGED: 2,
    Kind.MISSED: 2,
    Kind.ENDED: 3,
    Kind.LOG: 4,
}


def authority(e: CallEvent) -> tuple[Any, ...]:
    # Everything a later event may overwrite is part of the key, or equal keys would let the order decide.
    return (
        _STAGE[e.kind],
        e.ended_at or e.at or e.answered_at or e.started_at or _NEVER,
        e.kind,
        e.seat or "",
        e.outcome or "",
        -1 if e.talk_seconds is None else e.talk_seconds,
        -1 if e.ring_seconds is None else e.ring_seconds,
        e.recording or "",
        e.disposition or "",
        e.direction or "",
        e.customer or "",
        e.did or "",
        e.campaign or "",
        e.intent or "",
        e.hung_up_by or "",
        e.machine is not None,
        e.machine or False,
    )


class Facts:
    """What the events tell of the call as a whole; taken in rising order of authority."""

    __slots__ = (
        "at",
        "begun",
        "campaign",
        "customer",
        "did",
        "direction",
        "disposition",
        "ended",
        "heard",
        "hung_up_by",
        "intent",
        "last",
        "legs",
        "machine",
        "recording",
        "started",
        "whole",
        "words",
    )

    def __init__(self, ordered: list[CallEvent]) -> None:
        self.direction: Direction | None = None
        self.customer: str | None = None
        self.did: str | None = None
        self.campaign: str | None = None
        self.intent: str | None = None
        self.hung_up_by: str | None = None
        self.machine = False
        self.words: list[tuple[int, str]] = []
        self.started: datetime | None = None
        self.at: datetime | None = None
        self.begun: datetime | None = None  # by an end that was told, and how long it had lasted
        self.last: datetime | None = None  # the latest moment that was told of the call
        self.heard = ordered[0].received_at
        self.ended = False  # said to be over as a whole
        self.legs: dict[str, Leg] = {}
        self.whole: Leg | None = None
        self.recording: str | None = None
        self.disposition: str | None = None
        for e in ordered:
            self._take(e)
        # what is said of a recording or a disposition alone is said last and knows best
        for e in ordered:
            if e.kind is Kind.RECORDING:
                self.recording = e.recording or self.recording
            elif e.kind is Kind.DISPOSITION:
                self.disposition = e.disposition or self.disposition

    def _take(self, e: CallEvent) -> None:
        self.direction = e.direction or self.direction
        self.customer = e.customer or self.customer
        self.did = e.did or self.did
        self.campaign = e.campaign or self.campaign
        self.intent = e.intent or self.intent
        self.hung_up_by = e.hung_up_by or self.hung_up_by
        self.recording = e.recording or self.recording
        self.disposition = e.disposition or self.disposition
        if e.machine is not None:
            self.machine = e.machine
        self.started = earliest(self.started, e.started_at)
        self.at = earliest(self.at, e.at)
        self.begun = earliest(self.begun, told_beginning(e))
        if stage := _STAGE[e.kind]:
            for moment in (e.started_at, e.answered_at, told_end(e)):
                self.last = latest(self.last, moment)
        if e.received_at < self.heard:
            self.heard = e.received_at
        if e.words:
            self.words.append((stage, e.words))
        if stage:
            self._leg(e).take(e)

    def _leg(self, e: CallEvent) -> Leg:
        seat = e.seat
        if e.kind is Kind.ENDED or (e.kind is Kind.LOG and seat is None):
            self.ended = True
        if seat is None:
            if self.whole is None:
                self.whole = Leg(None, e.received_at)
            return self.whole
        leg = self.legs.get(seat)
        if leg is None:
            leg = self.legs[seat] = Leg(seat, e.received_at)
        return leg
