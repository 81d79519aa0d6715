"""Exotel's pop-ups: the Connect applet's, the softphone's, and the integrations platform's."""

from ingest.contract import CallEvent, Delivery, Parsed
from ingest.readings import Reading, word
from ingest.vendors.exotel.words import DIRECTIONS, FLOW_DIRECTIONS, direction, end, sip_seat
from models.rules.call import Direction, Kind, Outcome

_APPLET = (
    "CallSid",
    "EventType",
    "Status",
    "Direction",
    "CallFrom",
    "CallTo",
    "From",
    "To",
    "DialWhomNumber",
)
_SOFTPHONE = ("event", "call_sid", "direction", "from", "to", "user_id", "exophone", "timestamp", "app_id")
_INTEGRATION = (
    "CallSid",
    "Direction",
    "CallStatus",
    "CallState",
    "DialWhomNumber",
    "AppUserID",
    "VirtualNumber",
    "ToNumber",
    "FromNumber",
    "TotalDuration",
    "CallRecordings",
    "StartTime",
    "EndTime",
    "CreatedAt",
    "UpdatedAt",
    "CustomerId",
    "AppId",
    "ExotelAccountSid",
)


def applet(reading: Reading, call_id: str, delivery: Delivery) -> Parsed:
    """The Connect applet dials one agent. ``Status`` is the agent's, not the call's: ``busy`` means ringing."""
    status = reading.text("Status")
    key = word(status or "busy")
    if key == "free":
        return Parsed((), note="The agent was released; the end of the call is told elsewhere.")
    if key != "busy":
        reading.puzzled("Status", status or "")
        return Parsed((), tuple(reading.unknown), "A pop-up of an unknown kind.")
    event = CallEvent(
        provider_call_id=call_id,
        kind=Kind.ROUTED,
        received_at=delivery.received_at,
        at=reading.moment("CurrentTime"),
        seat=reading.seat("DialWhomNumber", "AgentEmail"),
        direction=direction(reading, FLOW_DIRECTIONS),
        customer=reading.number("CallFrom", "From"),
        did=reading.number("CallTo", "To"),
        intent=reading.text("CustomField"),
        extra=reading.rest(_APPLET),
    )
    return Parsed((event,), tuple(reading.unknown))


def softphone(reading: Reading, call_id: str, delivery: Delivery) -> Parsed:
    """The WebRTC application's ``popup_url``: the agent is a SIP address."""
    name = word(reading.text("event") or "")
    if name == "incoming_call":
        towards, lead, agent = Direction.INBOUND, "from", "to"
    elif name == "outbound_call":
        towards, lead, agent = Direction.OUTBOUND, "to", "from"
    else:
        reading.puzzled("event", reading.text("event") or "")
        return Parsed((), tuple(reading.unknown), "A softphone event of an unknown kind.")
    event = CallEvent(
        provider_call_id=call_id,
        kind=Kind.ROUTED,
        received_at=delivery.received_at,
        at=reading.moment("timestamp"),
        seat=sip_seat(reading.text(agent)) or reading.seat("user_id", agent),
        direction=towards,
        customer=reading.number(lead),
        did=reading.number("exophone"),
        extra=reading.rest(_SOFTPHONE),
    )
    return Parsed((event,), tuple(reading.unknown))


def integration(reading: Reading, call_id: str, delivery: Delivery) -> Parsed:
    """The integrations platform: ``CallState`` active while it lasts, terminal when it is over."""
    state = word(reading.text("CallState") or "")
    if state not in ("active", "terminal"):
        reading.puzzled("CallState", reading.text("CallState") or "")
        return Parsed((), tuple(reading.unknown), "A call in an unknown state.")
    towards = direction(reading, DIRECTIONS)
    over = state == "terminal"
    ended_at = reading.moment("EndTime") if over else None  # while active it repeats StartTime
    started_at = reading.moment("StartTime")
    outbound = towards is Direction.OUTBOUND
    lead = {Direction.OUTBOUND: "ToNumber", Direction.INBOUND: "FromNumber"}.get(towards) if towards else None
    outcome = _integration_outcome(reading, towards) if over else None
    event = CallEvent(
        provider_call_id=call_id,
        kind=Kind.LOG if over else Kind.ROUTED,
        received_at=delivery.received_at,
        at=ended_at,
        seat=reading.seat("DialWhomNumber", *(("FromNumber",) if outbound else ()), "AppUserID"),
        direction=towards,
        customer=reading.number(lead) if lead else None,
        did=reading.number("VirtualNumber"),
        started_at=started_at,
        ended_at=ended_at,
        total_seconds=reading.seconds("TotalDuration") if over else None,
        outcome=outcome,
        recording=reading.text("CallRecordings", limit=2000),
        words=reading.words("CallStatus"),
        extra=reading.rest(_INTEGRATION),
    )
    return Parsed((event,), tuple(reading.unknown))


def _integration_outcome(reading: Reading, towards: Direction | None) -> Outcome | None:
    outcome = end(reading, "CallStatus")
    if towards is Direction.INBOUND and outcome in (Outcome.NO_ANSWER, Outcome.BUSY):
        return Outcome.AGENT_MISSED
    return outcome
