"""Exotel's status callback of a call it was asked to make, and of a campaign's calls."""

from dataclasses import replace

from ingest.contract import CallEvent, Delivery, Parsed
from ingest.readings import Reading, word
from ingest.vendors.exotel.words import DIRECTIONS, direction, end
from models.rules.call import Direction, Kind, Outcome

_STATUS = (
    "CallSid",
    "EventType",
    "DateCreated",
    "DateUpdated",
    "Status",
    "To",
    "From",
    "PhoneNumberSid",
    "StartTime",
    "EndTime",
    "Direction",
    "ConversationDuration",
    "RecordingUrl",
    "CustomField",
)
_CAMPAIGN = ("campaign_sid", "call_sid", "date_created", "date_updated", "number", "status")


def status(reading: Reading, call_id: str, delivery: Delivery, *, to_a_flow: bool = False) -> Parsed:
    """``From`` is dialled first: the agent of an API call, the lead of an incoming one, and the lead too of an API
    call ``to_a_flow``."""
    told = word(reading.text("Status") or "")
    whole = end(reading, "Status")
    event_type = word(reading.text("EventType") or "")
    if event_type == "answered" or told == "in_progress":
        kind = Kind.BRIDGED if word(reading.text("Legs[1][Status]") or "") == "in_progress" else Kind.ANSWERED
    elif told in ("queued", "initiated", "ringing"):
        kind = Kind.RINGING
    else:
        kind = Kind.LOG
    towards, customer, did, seat = _roles(reading, to_a_flow)
    over = kind is Kind.LOG
    outcome = _outcome(reading, towards, whole) if over else None
    lead_only = over and outcome is Outcome.CONNECTED and towards is Direction.CAMPAIGN
    if lead_only:
        # The lead answered and heard the flow. Whether an agent talked is told by the flow's own messages.
        kind, outcome = Kind.ENDED, None
    at = reading.moment("DateUpdated")
    ended_at = reading.moment("EndTime") if over else None
    talk = reading.seconds("ConversationDuration", "Legs[1][OnCallDuration]") if over else None
    event = CallEvent(
        provider_call_id=call_id,
        kind=kind,
        received_at=delivery.received_at,
        at=ended_at or at,
        seat=seat,
        direction=towards,
        customer=customer,
        did=did,
        intent=reading.text("CustomField"),
        started_at=reading.moment("StartTime", "DateCreated"),
        answered_at=at if kind is Kind.BRIDGED else None,
        ended_at=ended_at,
        talk_seconds=talk if outcome is Outcome.CONNECTED else None,
        outcome=outcome,
        recording=reading.text("RecordingUrl", limit=2000),
        words=reading.words("Status"),
        extra=reading.rest(_STATUS),
    )
    answered = (replace(event, kind=Kind.ANSWERED, at=None, ended_at=None),) if lead_only else ()
    return Parsed((*answered, event), tuple(reading.unknown))


def campaign_call(reading: Reading, call_id: str, delivery: Delivery) -> Parsed:
    """One call of a campaign. ``completed`` says that the lead answered, not that an agent talked."""
    outcome = end(reading, "status")
    at = reading.moment("date_updated")
    told = CallEvent(
        provider_call_id=call_id,
        kind=_campaign_kind(reading, outcome),
        received_at=delivery.received_at,
        at=at,
        direction=Direction.CAMPAIGN,
        customer=reading.number("number"),
        campaign=reading.text("list", "campaign_sid"),
        started_at=reading.moment("date_created"),
        outcome=outcome,
        words=reading.words("status"),
        extra=reading.rest(_CAMPAIGN),
    )
    if outcome is not Outcome.CONNECTED:
        return Parsed((told,), tuple(reading.unknown))
    answered = replace(told, kind=Kind.ANSWERED, at=None, outcome=None)
    return Parsed((answered, replace(told, outcome=None)), tuple(reading.unknown))


def _campaign_kind(reading: Reading, outcome: Outcome | None) -> Kind:
    if outcome is Outcome.CONNECTED:
        return Kind.ENDED
    return Kind.LOG if outcome is not None or not reading.text("status") else Kind.RINGING


def _roles(reading: Reading, to_a_flow: bool) -> tuple[Direction | None, str | None, str | None, str | None]:
    """Direction, customer, DID and seat. A direction nobody knows gives the two numbers to nobody."""
    towards = direction(reading, DIRECTIONS)
    if towards is Direction.OUTBOUND and to_a_flow:
        return Direction.CAMPAIGN, reading.number("From"), reading.number("PhoneNumberSid"), None
    if towards is None and not reading.text("Direction") and reading.text("From") and reading.text("To"):
        towards = Direction.OUTBOUND  # the callback is documented for calls made through the API
    if towards is Direction.OUTBOUND:
        return towards, reading.number("To"), reading.number("PhoneNumberSid"), reading.seat("From")
    if towards is Direction.INBOUND:
        return towards, reading.number("From"), reading.number("PhoneNumberSid", "To"), None
    return None, None, reading.number("PhoneNumberSid"), None


def _outcome(reading: Reading, towards: Direction | None, whole: Outcome | None) -> Outcome | None:
    """Connected means that both legs were up; the call's own word only counts where no leg says otherwise."""
    first = end(reading, "Legs[0][Status]")
    second = end(reading, "Legs[1][Status]")
    if towards is Direction.CAMPAIGN:
        return first or whole
    if towards is Direction.INBOUND:
        decisive = second or whole
        return Outcome.AGENT_MISSED if decisive in (Outcome.NO_ANSWER, Outcome.BUSY) else decisive
    if first in _AGENT_LEG:
        return _AGENT_LEG[first]
    decisive = second or whole
    if decisive is Outcome.CANCELLED:
        return Outcome.AGENT_CANCELLED
    if decisive is Outcome.CONNECTED and second is None and reading.text("ConversationDuration") == "0":
        return Outcome.NO_ANSWER
    return decisive


_AGENT_LEG = {
    Outcome.NO_ANSWER: Outcome.AGENT_MISSED,
    Outcome.BUSY: Outcome.AGENT_MISSED,
    Outcome.CANCELLED: Outcome.AGENT_CANCELLED,
    Outcome.FAILED: Outcome.FAILED,
}
