"""Exotel's Passthru applet: a flow tells where a call has got to, before and after an agent was dialled."""

from ingest.contract import CallEvent, Delivery, Parsed
from ingest.readings import Reading, word
from ingest.vendors.exotel.words import FLOW_DIRECTIONS, HANGUPS, direction, end
from models.rules.call import Direction, Kind, MissReason, Outcome

_READ = (
    "CallSid",
    "CallFrom",
    "CallTo",
    "From",
    "To",
    "CallStatus",
    "Direction",
    "Created",
    "DialCallDuration",
    "StartTime",
    "EndTime",
    "CallType",
    "DialCallStatus",
    "DialWhomNumber",
    "digits",
    "CurrentTime",
    "RecordingUrl",
    "CustomField",
    "Legs[0][Number]",
)
_CALL_TYPES = frozenset({"completed", "client_hangup", "incomplete", "voicemail", "call_attempt"})
_MISS_REASONS: dict[Outcome | None, MissReason] = {
    Outcome.NO_ANSWER: MissReason.FREE,
    Outcome.BUSY: MissReason.BUSY,
    Outcome.CANCELLED: MissReason.CALLER_LEFT,
}


def passthru(reading: Reading, call_id: str, delivery: Delivery) -> Parsed:
    towards = direction(reading, FLOW_DIRECTIONS)
    dialled = end(reading, "DialCallStatus")
    call_type = _call_type(reading)
    seat = reading.seat("DialWhomNumber")
    kind = _kind(reading, call_type, dialled, seat)
    over = kind is Kind.LOG
    outcome = _outcome(call_type, dialled, towards, seat) if over else None
    extra = reading.rest(_READ)
    if digits := reading.text("digits"):
        extra["digits"] = digits.strip('"')
    if over and seat and outcome is not Outcome.CONNECTED:
        extra["miss_reason"] = str(_MISS_REASONS.get(_as_left(call_type, dialled), MissReason.UNKNOWN))
    talk = reading.seconds("ConversationDuration", "Legs[0][OnCallDuration]")
    event = CallEvent(
        provider_call_id=call_id,
        kind=kind,
        received_at=delivery.received_at,
        at=reading.moment("CurrentTime"),
        seat=seat,
        direction=towards,
        customer=reading.number("CallFrom", "From"),
        did=reading.number("CallTo", "To"),
        intent=reading.text("CustomField"),
        started_at=reading.moment("StartTime", "Created"),
        ended_at=reading.moment("EndTime") if over or kind is Kind.ENDED else None,
        talk_seconds=talk if outcome is Outcome.CONNECTED else None,
        ring_seconds=_ring_seconds(reading, outcome, talk) if over else None,
        outcome=outcome,
        hung_up_by=_hung_up_by(reading, call_type),
        recording=reading.text("RecordingUrl", limit=2000),
        words=reading.words("CallType", "DialCallStatus", "CallStatus"),
        extra=extra,
    )
    return Parsed((event,), tuple(reading.unknown))


def _call_type(reading: Reading) -> str | None:
    told = reading.text("CallType")
    if told is None:
        return None
    key = word(told)
    if key not in _CALL_TYPES:
        reading.puzzled("CallType", told)
    return key


def _kind(reading: Reading, call_type: str | None, dialled: Outcome | None, seat: str | None) -> Kind:
    """``incomplete`` is also sent when a call has only just begun, so it needs a dialled agent beside it."""
    if dialled is not None or call_type in ("client_hangup", "voicemail"):
        return Kind.LOG
    live = word(reading.text("DialCallStatus") or "")
    if live:
        return Kind.ANSWERED if live == "in_progress" else Kind.RINGING
    if seat and call_type not in (None, "call_attempt"):
        return Kind.LOG
    return Kind.RINGING if end(reading, "CallStatus") in (None, Outcome.UNKNOWN) else Kind.ENDED


def _outcome(
    call_type: str | None, dialled: Outcome | None, towards: Direction | None, seat: str | None
) -> Outcome:
    if call_type == "client_hangup":
        return Outcome.CANCELLED
    if call_type == "voicemail":
        return Outcome.VOICEMAIL
    if call_type == "completed" and dialled is None:
        return Outcome.CONNECTED
    if dialled is Outcome.CONNECTED:
        # "incomplete" beside it is a contradiction, and a new word beside it may be one.
        return Outcome.CONNECTED if call_type in (None, "completed") else Outcome.UNKNOWN
    if dialled in (Outcome.NO_ANSWER, Outcome.BUSY) or (call_type == "incomplete" and dialled is None):
        # The lead is on the line either way. Of a call we placed, with nobody to dial, that is an abandoned one.
        return Outcome.ABANDONED if towards is Direction.CAMPAIGN and seat is None else Outcome.AGENT_MISSED
    return dialled or Outcome.UNKNOWN


def _as_left(call_type: str | None, dialled: Outcome | None) -> Outcome | None:
    return Outcome.CANCELLED if call_type == "client_hangup" else dialled


def _ring_seconds(reading: Reading, outcome: Outcome | None, talk: int | None) -> int | None:
    """``DialCallDuration`` counts from the first ring; 0 is sent when nothing was measured."""
    dialled = reading.seconds("DialCallDuration")
    if not dialled:
        return None
    if outcome is not Outcome.CONNECTED:
        return dialled
    return dialled - talk if talk is not None and talk <= dialled else None


def _hung_up_by(reading: Reading, call_type: str | None) -> str | None:
    if call_type == "client_hangup":
        return "lead"
    return HANGUPS.get(word(reading.text("Legs[0][DisconnectedBy]") or ""))
