"""What is known of each leg of a call: one seat's part of it, gathered from the events that name the seat.

Times are aware UTC; durations are whole seconds. A moment the provider told is never mixed with the
moment we heard of it: our clock only stands in where nothing was told, and then the earliest hearing
counts, so that a delivery repeated an hour later moves nothing.
"""

from datetime import datetime, timedelta

from models.rules.call import CallEvent, Kind, MissReason, Outcome

RERING = timedelta(seconds=3)
"""A ring told this long after the same seat's miss is a new ring, not the old one told again."""


REASONS = {
    str(reason): reason for reason in MissReason if reason not in (MissReason.FREE, MissReason.UNKNOWN)
}
"""Words of ``extra["miss_reason"]`` that tell more than that the ring went unanswered."""


def earliest(a: datetime | None, b: datetime | None) -> datetime | None:
    """The earlier of two moments; a moment nobody told is not a moment."""
    if a is None or b is None:
        return b if a is None else a
    return a if a <= b else b


def latest(a: datetime | None, b: datetime | None) -> datetime | None:
    """The later of two moments; a moment nobody told is not a moment."""
    if a is None or b is None:
        return b if a is None else a
    return a if a >= b else b


def seconds(start: datetime | None, end: datetime | None) -> int | None:
    """Whole seconds between two told moments; None when either is not told or they contradict."""
    if start is None or end is None or end < start:
        return None
    return int((end - start).total_seconds())


def told_end(e: CallEvent) -> datetime | None:
    """When this record says its part of the call ended, if it says so."""
    if e.ended_at is not None:
        return e.ended_at
    if e.started_at is not None and e.total_seconds is not None and e.total_seconds >= 0:
        return e.started_at + timedelta(seconds=e.total_seconds)
    if e.answered_at is not None and e.talk_seconds is not None and e.talk_seconds >= 0:
        return e.answered_at + timedelta(seconds=e.talk_seconds)
    return e.at


def told_beginning(e: CallEvent) -> datetime | None:
    """When this record's part of the call began at the latest, by the moments and durations it tells."""
    if e.ended_at is None:
        return e.started_at or e.answered_at
    lasted = e.total_seconds if e.total_seconds is not None else e.talk_seconds
    return earliest(e.answered_at, e.ended_at - timedelta(seconds=max(lasted or 0, 0)))


def says_talk(e: CallEvent) -> bool:
    """Does this record say both sides talked? Its outcome word decides; seconds only where it has none."""
    if e.outcome is None or e.outcome is Outcome.UNKNOWN:
        return e.talk_seconds is not None and e.talk_seconds > 0
    return e.outcome is Outcome.CONNECTED


class Leg:
    """One seat's part of a call; with seat None, what is said of the call as a whole.

    Events must be taken in rising order of authority: what is taken later prevails.
    """

    __slots__ = (
        "answered",
        "bridged",
        "bridged_heard",
        "closed",
        "closes",
        "end",
        "end_word",
        "failed",
        "heard",
        "log_word",
        "logged",
        "miss_word",
        "missed",
        "picked",
        "picked_heard",
        "record_heard",
        "ring_heard",
        "ring_seconds",
        "rings",
        "seat",
        "talk_seconds",
        "talked",
        "told_reason",
    )

    def __init__(self, seat: str | None, heard: datetime) -> None:
        self.seat = seat
        self.heard = heard
        self.rings: list[datetime] = []
        self.ring_heard: datetime | None = None
        self.picked: datetime | None = None  # this leg was picked up
        self.picked_heard: datetime | None = None
        self.bridged: datetime | None = None
        self.bridged_heard: datetime | None = None
        self.closes: list[datetime] = []  # told ends of rings nobody answered
        self.closed = False
        self.record_heard: datetime | None = None
        self.logged = False
        self.failed = False  # a log says in words that there was no talk
        self.talked = False
        self.missed = False
        self.answered: datetime | None = None  # as the records tell it
        self.end: datetime | None = None
        self.talk_seconds: int | None = None
        self.ring_seconds: int | None = None
        self.log_word: Outcome | None = None
        self.end_word: Outcome | None = None
        self.miss_word: Outcome | None = None
        self.told_reason: MissReason | None = None  # the provider said why nobody picked up

    def take(self, e: CallEvent) -> None:
        heard = e.received_at
        if heard < self.heard:
            self.heard = heard
        kind = e.kind
        if "miss_reason" in e.extra:
            self.told_reason = REASONS.get(e.extra["miss_reason"], self.told_reason)
        if kind is Kind.ROUTED or kind is Kind.RINGING:
            if e.at is not None:
                self.rings.append(e.at)
            self.ring_heard = earliest(self.ring_heard, heard)
        elif kind is Kind.LOG or kind is Kind.ENDED:
            self._take_record(e)
        elif kind is Kind.ANSWERED:
            self.picked = earliest(self.picked, e.answered_at or e.at)
            self.picked_heard = earliest(self.picked_heard, heard)
        elif kind is Kind.BRIDGED:
            self.bridged = earliest(self.bridged, e.at or e.answered_at)
            self.bridged_heard = earliest(self.bridged_heard, heard)
        elif kind is Kind.MISSED:
            self.missed = True
            self.miss_word = e.outcome or self.miss_word
            self._take_durations(e)
            self._close(e)

    def _take_record(self, e: CallEvent) -> None:
        word = e.outcome
        log = e.kind is Kind.LOG
        self.logged = self.logged or log
        self.end = latest(self.end, told_end(e))
        self._take_durations(e)
        self.record_heard = earliest(self.record_heard, e.received_at)
        if says_talk(e):
            self.talked = True
            self.answered = earliest(self.answered, e.answered_at)
            return
        if word is not None:
            if log:
                if word is not Outcome.UNKNOWN:
                    self.failed = True
                    self.log_word = word
                elif self.log_word is None:
                    self.log_word = word
            elif word is not Outcome.UNKNOWN or self.end_word is None:
                self.end_word = word
        if log:
            self._close(e)
        self.answered = earliest(self.answered, e.answered_at)

    def _take_durations(self, e: CallEvent) -> None:
        if e.talk_seconds is not None and e.talk_seconds >= 0:
            self.talk_seconds = e.talk_seconds
        if e.ring_seconds is not None and e.ring_seconds >= 0:
            self.ring_seconds = e.ring_seconds

    def _close(self, e: CallEvent) -> None:
        self.closed = True
        self.record_heard = earliest(self.record_heard, e.received_at)
        end = told_end(e)
        if end is not None:
            self.closes.append(end)

    @property
    def closed_at(self) -> datetime | None:
        """When the last ring that nobody answered ended; our clock where nothing was told."""
        return max(self.closes) if self.closes else self.record_heard

    def open_ring(self) -> datetime | None:
        """The moment of a ring that nothing has closed yet; None when there is none."""
        if not self.closed:
            if self.rings:
                return max(self.rings)
            return None if self.ring_heard is None else self.heard
        if self.rings and self.closes:
            last = max(self.rings)
            if last >= max(self.closes) + RERING:
                return last
        return None

    def ringing_since(self, ring: datetime) -> datetime:
        """When an open ring began at the latest: a provider's clock may run ahead of ours."""
        if len(self.rings) <= 1 and self.ring_heard is not None and self.ring_heard < ring:
            return self.ring_heard
        return ring

    def strength(self, lead_on_line: bool, whole: "Leg | None") -> int:
        """How surely this seat talked.

        3: a record says so; 2: bridged; 1: picked up with the lead on the line; 0: it did not. A log that
        says otherwise outranks what was said while the call ran, unless it is the log of an earlier ring
        of the same seat.
        """
        if self.talked:
            return 3
        bridged = self.bridged or self.bridged_heard
        if bridged is not None and not self.denies(bridged) and (whole is None or not whole.denies(bridged)):
            return 2
        if self.picked_heard is None or self.failed or self.talk_seconds == 0:
            return 0
        if self.end_word not in (None, Outcome.UNKNOWN):
            return 0
        if whole is not None:
            if whole.talked:
                return 1
            if whole.failed or whole.end_word not in (None, Outcome.UNKNOWN) or whole.talk_seconds == 0:
                return 0
        return 1 if lead_on_line else 0

    def denies(self, talk_at: datetime) -> bool:
        """Does a log of this leg contradict a talk that is said to have begun at ``talk_at``?"""
        if not self.failed:
            return False
        closed_at = self.closed_at
        return closed_at is None or closed_at >= talk_at

    def split_rings(self) -> list[tuple[datetime | None, datetime | None]]:
        """(began, ended) of each distinct ring, told moments only; always at least one.

        Two rings are distinct when a miss lies between them.
        """
        closes = sorted(self.closes)
        if len(self.rings) <= 1:
            began = self.rings[0] if self.rings else None
            return [(began, closes[-1] if closes else None)]
        starts: list[datetime] = []
        for ring in sorted(self.rings):
            if not starts or any(starts[-1] <= c and c + RERING <= ring for c in closes):
                starts.append(ring)
        split: list[tuple[datetime | None, datetime | None]] = []
        for i, start in enumerate(starts):
            until = starts[i + 1] if i + 1 < len(starts) else None
            ends = [c for c in closes if (i == 0 or c >= start) and (until is None or c < until)]
            split.append((start, max(ends) if ends else None))
        return split
