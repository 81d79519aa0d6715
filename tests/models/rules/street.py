"""Events as a provider would send them, times as seconds after ten o'clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.rules.call import CallEvent, Direction, Kind, Outcome

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
MUCH_LATER = TEN + timedelta(days=2)
LEAD = "+919876543210"
DID = "+918047112233"


def t(seconds: float) -> datetime:
    return TEN + timedelta(seconds=seconds)


def event(
    kind: Kind,
    at: float | None = None,
    seat: str | None = None,
    *,
    heard: float | None = None,
    direction: Direction | None = Direction.INBOUND,
    started: float | None = None,
    answered: float | None = None,
    ended: float | None = None,
    talk: int | None = None,
    outcome: Outcome | None = None,
    **more: Any,
) -> CallEvent:
    known = [s for s in (at, ended, answered, started) if s is not None]
    return CallEvent(
        provider_call_id="call-1",
        kind=kind,
        received_at=t(heard if heard is not None else max(known, default=0) + 1),
        at=None if at is None else t(at),
        seat=seat,
        direction=direction,
        customer=more.pop("customer", LEAD),
        did=more.pop("did", DID),
        started_at=None if started is None else t(started),
        answered_at=None if answered is None else t(answered),
        ended_at=None if ended is None else t(ended),
        talk_seconds=talk,
        outcome=outcome,
        **more,
    )


def routed(seat: str, at: float | None = None, **more: Any) -> CallEvent:
    return event(Kind.ROUTED, at, seat, **more)


def connected(seat: str | None, ended: float, talk: int, **more: Any) -> CallEvent:
    return event(Kind.LOG, None, seat, ended=ended, talk=talk, outcome=Outcome.CONNECTED, **more)


def failed(
    seat: str | None, ended: float | None, outcome: Outcome | None = Outcome.NO_ANSWER, **more: Any
) -> CallEvent:
    return event(Kind.LOG, None, seat, ended=ended, outcome=outcome, **more)


def over(at: float, seat: str | None = None, **more: Any) -> CallEvent:
    return event(Kind.ENDED, at, seat, **more)
