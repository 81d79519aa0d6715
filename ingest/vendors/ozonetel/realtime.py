"""Ozonetel's subscribed events: what a call is doing now, and for whom. What came of it, its record tells."""

from ingest.contract import CallEvent, Delivery, Parsed
from ingest.readings import word
from ingest.vendors.ozonetel.fields import Told
from ingest.vendors.ozonetel.words import direction
from models.rules.call import Direction, Kind

_READ = (
    "eventtype",
    "eventtime",
    "username",
    "action",
    "calltype",
    "type",
    "ucid",
    "monitorucid",
    "agentid",
    "agentnumber",
    "agentphonenumber",
    "callerid",
    "did",
)
_KINDS = {"calling": Kind.ROUTED, "answered": Kind.ANSWERED, "disconnect": Kind.ENDED}


def call_event(reading: Told, call_id: str, delivery: Delivery) -> Parsed:
    """``Calling`` an agent, ``Answered``, ``Disconnect``: the state of the call, as the vendor defines it."""
    action = reading.text("action")
    kind = _KINDS.get(word(action or ""))
    towards = direction(reading)
    if kind is None:
        reading.puzzled("action", action or "")
        return Parsed((), tuple(reading.unknown), "A call event of an unknown kind.")
    if kind is Kind.ENDED and towards is not Direction.INBOUND:
        # Which side had answered is not told, so that the end alone would call many a talk missed.
        return Parsed((), tuple(reading.unknown), "A placed call is over: its summary tells how it ended.")
    event = CallEvent(
        provider_call_id=call_id,
        kind=kind,
        received_at=delivery.received_at,
        at=reading.moment("eventtime"),
        leg=reading.text("ucid"),
        seat=reading.seat("agentid", "agentnumber", "agentphonenumber"),
        direction=towards,
        customer=reading.number("callerid"),
        did=reading.number("did"),
        words=reading.words("action"),
        extra=reading.rest(_READ),
    )
    return Parsed((event,), tuple(reading.unknown))
