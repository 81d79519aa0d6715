"""Twilio's legs: the first one carries the call, every dialled one is an agent being offered it; or, in a call we
placed ourselves, the first one is the agent and the dialled one the lead (``ours``)."""

from ingest.contract import Delivery
from ingest.readings import Reading, word
from ingest.vendors.twilio.words import ENDS, LIVE, customer, direction, machine
from models.rules.call import CallEvent, Direction, Kind, MissReason, Outcome

_READ = (
    "CallSid",
    "ParentCallSid",
    "AccountSid",
    "From",
    "To",
    "Called",
    "Caller",
    "Direction",
    "CallStatus",
    "CallDuration",
    "Timestamp",
    "AnsweredBy",
    "RecordingUrl",
    "DialCallStatus",
    "DialCallSid",
    "DialCallDuration",
    "ApiVersion",
    "ForwardedFrom",
    "StartTime",
    "intent",
    "parent[direction]",
)
_MISS_REASONS: dict[Outcome | None, MissReason] = {
    Outcome.NO_ANSWER: MissReason.FREE,
    Outcome.BUSY: MissReason.BUSY,
}
# How an agent's own leg ended says that the agent was not reached, not that the lead was not.
_AGENT_LEG: dict[Outcome | None, Outcome] = {
    Outcome.NO_ANSWER: Outcome.AGENT_MISSED,
    Outcome.BUSY: Outcome.AGENT_MISSED,
    Outcome.CANCELLED: Outcome.AGENT_CANCELLED,
}


def lead_dialled(
    reading: Reading, delivery: Delivery, call_id: str, parent_id: str, known: bool = True
) -> CallEvent:
    """The dialled leg of a call we placed: ``To`` is the lead, and ``completed`` is a talk with the agent who is
    waiting in the first leg. ``known``: False where nobody can tell whether it is a lead or an agent."""
    kind, outcome = _stage(reading, "CallStatus")
    over = kind is Kind.LOG
    at = reading.moment("Timestamp")
    return CallEvent(
        provider_call_id=parent_id,
        leg=call_id,
        kind=kind,
        received_at=delivery.received_at,
        at=at,
        direction=Direction.OUTBOUND if known else None,
        customer=customer(reading, "To") if known else None,
        intent=reading.text("intent"),
        ended_at=at if over else None,
        talk_seconds=reading.seconds("CallDuration") if outcome is Outcome.CONNECTED else None,
        outcome=Outcome.AGENT_CANCELLED if outcome is Outcome.CANCELLED else outcome,
        machine=machine(reading),
        words=reading.words("CallStatus"),
        extra=reading.rest(_READ),
    )


def dialled(reading: Reading, delivery: Delivery, call_id: str, parent_id: str) -> CallEvent:
    """A dialled leg. ``To`` is the agent; ``completed`` means that the agent picked up and talked."""
    kind, outcome = _stage(reading, "CallStatus")
    over = kind is Kind.LOG
    at = reading.moment("Timestamp")
    extra = reading.rest(_READ)
    if over and outcome not in (Outcome.CONNECTED, Outcome.UNKNOWN):
        # Canceled says only that it stopped ringing: the lead left, or somebody else was quicker.
        kind = Kind.MISSED
        extra["miss_reason"] = str(_MISS_REASONS.get(outcome, MissReason.UNKNOWN))
        outcome = None if outcome is Outcome.CANCELLED else outcome
    return CallEvent(
        provider_call_id=parent_id,
        leg=call_id,
        kind=kind,
        received_at=delivery.received_at,
        at=at,
        seat=reading.seat("To", "Called"),
        direction=direction(reading),
        ended_at=at if over else None,
        talk_seconds=reading.seconds("CallDuration") if outcome is Outcome.CONNECTED else None,
        outcome=outcome,
        machine=machine(reading),
        words=reading.words("CallStatus"),
        extra=extra,
    )


def first(reading: Reading, delivery: Delivery, call_id: str, ours: bool) -> CallEvent:
    """The first leg. An incoming one is "in progress" as soon as Twilio reads our answer: nobody talks yet."""
    towards, lead, did, seat = _roles(reading, ours)
    kind, outcome = _stage(reading, "CallStatus")
    over = kind is Kind.LOG
    at = reading.moment("Timestamp")
    extra = reading.rest(_READ)
    if over and outcome is Outcome.CONNECTED:
        # Both sides talked only if a dialled leg says so. An outgoing call may have had no dialled leg at
        # all, so that its end alone leaves open what happened.
        kind, outcome = Kind.ENDED, Outcome.UNKNOWN if towards is Direction.OUTBOUND and not ours else None
    elif over and ours:
        extra["miss_reason"] = str(_MISS_REASONS.get(outcome, MissReason.UNKNOWN))
        outcome = _AGENT_LEG.get(outcome, outcome)
    elif not over and (seat is None or kind is Kind.ROUTED):
        kind = Kind.ANSWERED if kind is Kind.ANSWERED and towards is Direction.OUTBOUND else Kind.RINGING
    return CallEvent(
        provider_call_id=call_id,
        kind=kind,
        received_at=delivery.received_at,
        at=at,
        seat=seat,
        direction=towards,
        customer=lead,
        did=did,
        intent=reading.text("intent"),
        started_at=reading.moment("StartTime"),
        ended_at=at if over else None,
        total_seconds=reading.seconds("CallDuration") if over else None,
        outcome=outcome,
        hung_up_by="lead" if outcome is Outcome.CANCELLED and towards is Direction.INBOUND else None,
        machine=machine(reading),
        recording=reading.text("RecordingUrl", limit=2000),
        words=reading.words("CallStatus"),
        extra=extra,
    )


def dial_ended(reading: Reading, delivery: Delivery, call_id: str) -> CallEvent:
    """The ``action`` of ``<Dial>``: how the attempt to reach an agent ended, told of the whole call."""
    towards, lead, did, seat = _roles(reading, ours=False)
    _, outcome = _stage(reading, "DialCallStatus")
    if towards is not Direction.OUTBOUND and outcome in _MISS_REASONS:
        outcome = Outcome.AGENT_MISSED
    return CallEvent(
        provider_call_id=call_id,
        kind=Kind.LOG,
        received_at=delivery.received_at,
        at=reading.moment("Timestamp"),
        seat=seat,
        direction=towards,
        customer=lead,
        did=did,
        talk_seconds=reading.seconds("DialCallDuration") if outcome is Outcome.CONNECTED else None,
        outcome=outcome,
        recording=reading.text("RecordingUrl", limit=2000),
        words=reading.words("DialCallStatus"),
        extra=reading.rest(_READ),
    )


def _roles(reading: Reading, ours: bool) -> tuple[Direction | None, str | None, str | None, str | None]:
    """Direction, customer, DID and seat of a first leg.

    A softphone's outgoing call arrives as "inbound" from ``client:x``: its agent is the caller.
    """
    towards = direction(reading)
    if ours:
        return Direction.OUTBOUND, None, reading.number("From", "Caller"), reading.seat("To", "Called")
    caller = reading.text("From") or ""
    if caller.lower().startswith(("client:", "sip:")):
        return Direction.OUTBOUND, customer(reading, "To"), None, reading.seat("From")
    if towards is Direction.INBOUND:
        return towards, customer(reading, "From"), reading.number("To", "Called"), None
    if towards is Direction.OUTBOUND:
        return towards, customer(reading, "To"), reading.number("From", "Caller"), None
    return towards, None, None, None


def _stage(reading: Reading, name: str) -> tuple[Kind, Outcome | None]:
    told = reading.text(name)
    if told is None:
        return Kind.RINGING, None
    key = word(told)
    if key in LIVE:
        return LIVE[key], None
    if key not in ENDS:
        reading.puzzled(name, told)
    return Kind.LOG, ENDS.get(key, Outcome.UNKNOWN)
