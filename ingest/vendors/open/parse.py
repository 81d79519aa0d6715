"""The open protocol: pop-up, call log and routing for any provider that can send a web request."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from ingest.bodies import read
from ingest.contract import (
    CallEvent,
    Capability,
    ConnectionInfo,
    Delivery,
    Door,
    Parsed,
    RouteAnswer,
    RouteQuestion,
    RouteReply,
    Unreadable,
    Vendor,
)
from ingest.readings import Reading, given, word
from ingest.vendors.open import words
from ingest.vendors.open.console import SET_UP
from ingest.vendors.open.route import reply
from models.rules.call import Direction, Kind, MissReason, Outcome

_LOW_CONFIDENCE_MINUTES = 5
_ID_LENGTH = 120
_OF_ONE_LEG = frozenset({Outcome.NO_ANSWER, Outcome.BUSY, Outcome.REJECTED})
_VERBATIM = ("status", "outcome", "agent_status")
_OF_A_FULL_RECORD = ("status", "outcome", "start_time", "end_time", "call_duration", "talk_seconds")

T = TypeVar("T")


class Open:
    """The reference protocol as a vendor. Its only proof of origin is the token in the path."""

    slug = "open"
    label = "Open protocol"
    capabilities = frozenset(
        {
            Capability.POPUP,
            Capability.LOG,
            Capability.ROUTE,
            Capability.DIAL,
            Capability.RECORDING,
            Capability.PULL_LOG,
            Capability.SOFTPHONE,
        }
    )
    set_up = SET_UP

    def verify(self, delivery: Delivery, connection: ConnectionInfo) -> bool:
        return True

    def parse(self, delivery: Delivery, connection: ConnectionInfo) -> Parsed:
        reading = _sorted_out(delivery, connection)
        if delivery.door is Door.ROUTE:
            return Parsed((), note="A routing question.")
        record = delivery.door in (Door.LOG, Door.PULLED)
        event = _log(reading, delivery) if record else _moment(reading, delivery)
        return Parsed((event,), tuple(reading.unknown))

    def question(self, delivery: Delivery, connection: ConnectionInfo) -> RouteQuestion:
        reading = _sorted_out(delivery, connection)
        return RouteQuestion(reading.number("customer"), reading.number("did"), reading.text("call_id"))

    def answer(self, answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
        return reply(answer, connection)


def _sorted_out(delivery: Delivery, connection: ConnectionInfo) -> Reading:
    """The fields under the protocol's own names; the first real value among aliases wins."""
    sorted_out: dict[str, str] = {}
    for name, text in read(delivery).items():
        known = words.canonical(name) or name
        if known not in sorted_out or given(sorted_out[known]) is None:
            sorted_out[known] = text
    return Reading(sorted_out, connection)


def _moment(reading: Reading, delivery: Delivery) -> CallEvent:
    """A pop-up: the call is being offered to one counselor, or something happened to that offer."""
    kind = _looked_up(reading, "event", words.MOMENTS) or Kind.ROUTED
    if kind is Kind.ROUTED:
        kind = _looked_up(reading, "status", words.MOMENTS) or kind
    at = reading.moment("at")
    answered_at = reading.moment("answer_time")
    extra = _extra(reading)
    if kind is Kind.MISSED:
        extra.setdefault("miss_reason", str(_miss_reason(reading) or MissReason.FREE))
    return CallEvent(
        provider_call_id=_call_id(reading, delivery, extra),
        kind=kind,
        received_at=delivery.received_at,
        at=answered_at or at if kind is Kind.ANSWERED else at,
        seat=reading.seat("agent"),
        direction=_direction(reading),
        customer=reading.number("customer"),
        did=reading.number("did"),
        campaign=reading.text("campaign"),
        intent=reading.text("intent"),
        started_at=reading.moment("start_time"),
        answered_at=answered_at,
        extra=extra,
    )


def _log(reading: Reading, delivery: Delivery) -> CallEvent:
    """A call log: the full record of a call, as seen for one counselor."""
    direction = _direction(reading)
    seat = reading.seat("agent")
    hung_up_by = _looked_up(reading, "hangup_by", words.HANGUPS)
    started_at = reading.moment("start_time")
    ended_at = reading.moment("end_time")
    total = reading.seconds("call_duration")
    talk = reading.seconds("talk_seconds")
    extra = _extra(reading)
    outcome = _outcome(reading, direction, seat, hung_up_by, talk)
    if talk is None and outcome is Outcome.CONNECTED:
        talk = total
    if outcome is Outcome.AGENT_MISSED and (reason := _miss_reason(reading)):
        extra.setdefault("miss_reason", str(reason))
    at = ended_at
    if at is None and started_at is not None and total is not None:
        at = started_at + timedelta(seconds=total)
    return CallEvent(
        provider_call_id=_call_id(reading, delivery, extra),
        kind=_kind_of_log(reading),
        received_at=delivery.received_at,
        at=at,
        seat=seat,
        direction=direction,
        customer=reading.number("customer"),
        did=reading.number("did"),
        campaign=reading.text("campaign"),
        intent=reading.text("intent"),
        started_at=started_at,
        answered_at=reading.moment("answer_time"),
        ended_at=ended_at,
        talk_seconds=talk,
        ring_seconds=reading.seconds("ring_seconds"),
        total_seconds=total,
        outcome=outcome,
        hung_up_by=hung_up_by,
        machine=_looked_up(reading, "machine", words.TRUTHS),
        recording=reading.text("recording", limit=2000),
        disposition=reading.words("disposition"),
        words=reading.words(*_VERBATIM),
        extra=extra,
    )


def _kind_of_log(reading: Reading) -> Kind:
    """A late recording or disposition comes through the same door, with nothing else of the call."""
    if any(reading.text(name) for name in _OF_A_FULL_RECORD):
        return Kind.LOG
    if reading.text("recording"):
        return Kind.RECORDING
    return Kind.DISPOSITION if reading.text("disposition") else Kind.LOG


def _outcome(
    reading: Reading, direction: Direction | None, seat: str | None, hung_up_by: str | None, talk: int | None
) -> Outcome | None:
    told = _looked_up(reading, "outcome", words.OUTCOMES)
    if told is not None:
        return told
    status = _looked_up(reading, "status", words.STATUSES)
    if status is True:
        return Outcome.CONNECTED
    if isinstance(status, Outcome):
        # On an inbound call the lead is on the line: whoever was busy or did not answer is the counselor.
        counselor = direction is Direction.INBOUND and seat is not None and status in _OF_ONE_LEG
        return Outcome.AGENT_MISSED if counselor else status
    if status is False:
        if reading.text("outcome"):
            return Outcome.UNKNOWN  # how it failed was told, in a word we cannot read
        if direction is Direction.INBOUND and hung_up_by == "lead":
            return Outcome.CANCELLED
        return Outcome.AGENT_MISSED if direction is Direction.INBOUND and seat else Outcome.NO_ANSWER
    if talk:
        return Outcome.CONNECTED
    return Outcome.UNKNOWN if reading.words(*_VERBATIM) else None


def _direction(reading: Reading) -> Direction | None:
    return _looked_up(reading, "direction", words.DIRECTIONS)


def _looked_up(reading: Reading, name: str, table: Mapping[str, T]) -> T | None:
    told = reading.text(name)
    if told is None:
        return None
    found = table.get(word(told))
    if found is None:
        reading.puzzled(name, told)
    return found


def _miss_reason(reading: Reading) -> MissReason | None:
    for name in ("event", "status"):
        found = words.MISSES.get(word(reading.text(name) or ""))
        if found is not None:
            return found
    return None


def _extra(reading: Reading) -> dict[str, str]:
    extra = reading.rest(words.NAMES)
    told = _looked_up(reading, "agent_status", words.AGENT_STATUSES)
    if told is not None:
        extra["miss_reason"] = str(told)
    return extra


def _call_id(reading: Reading, delivery: Delivery, extra: dict[str, str]) -> str:
    """The provider's id, or one made of who called whom and when (marked as a guess in ``extra``)."""
    told = reading.text("call_id", limit=4000)
    if told is not None:
        return told if len(told) <= _ID_LENGTH else hashlib.blake2b(told.encode(), digest_size=20).hexdigest()
    customer = reading.number("customer")
    seat = reading.seat("agent")
    if customer is None and seat is None:
        raise Unreadable("There is no call_id, and no number to tell the call by.")
    start = _bucket(reading.moment("start_time") or delivery.received_at)
    # 28 bits on purpose: the id is stored in the clear, and a longer one could be tried out against
    # every telephone number there is.
    mark = hashlib.blake2b(f"{customer}|{seat}".encode(), digest_size=4).hexdigest()[:7]
    extra["low_confidence"] = "1"
    return f"guess-{start:%Y%m%dT%H%M}-{mark}"


def _bucket(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % _LOW_CONFIDENCE_MINUTES, second=0, microsecond=0)


VENDOR: Vendor = Open()
