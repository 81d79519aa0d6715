"""After a call: which results fit it, and from when to when its wrap-up lasts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.rules.call import Outcome


class End(StrEnum):
    """What a result can be said of."""

    TALKED = "talked"
    UNANSWERED = "unanswered"


def end_of(outcome: Outcome | None, *, over: bool) -> End | None:
    """How the call ended for who was on it; None while it lasts, or when the provider's word for it is not known."""
    if not over or outcome in (None, Outcome.UNKNOWN):
        return None
    return End.TALKED if outcome is Outcome.CONNECTED else End.UNANSWERED


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A call of one person: ``ended_at`` and ``id`` first, because wrap-ups follow each other in that order."""

    ended_at: datetime
    id: int
    started_at: datetime


def interval(of: Span, saved_at: datetime, seconds: int, others: Iterable[Span]) -> tuple[datetime, datetime]:
    """From the end of the call to the save, to the lapse after ``seconds``, or to when the same person's next call
    began, whichever is first; never longer than the call is over. Wrap-ups of one person do not overlap.

    ``others`` are calls of the same person.
    """
    began = of.ended_at
    until = min(max(began, saved_at), began + timedelta(seconds=seconds))
    for other in others:
        if other > of:
            until = min(until, max(began, other.started_at))
    return began, until
