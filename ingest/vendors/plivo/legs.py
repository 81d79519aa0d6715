"""Plivo's legs: the first one carries the call; a dialled one is an agent being offered it, or, in a call we
placed ourselves (our reference is in its query string), the lead."""

from ingest.contract import CallEvent, Delivery, Parsed
from ingest.readings import Reading, word
from ingest.vendors.plivo import words
from models.rules.call import Direction, Kind, MissReason, Outcome

_READ = (
    "CallUUID",
    "ALegUUID",
    "RequestUUID",
    "From",
    "To",
    "Direction",
    "CallStatus",
    "Event",
    "Duration",
    "HangupCause",
    "HangupCauseName",
    "HangupSource",
    "StartTime",
    "AnswerTime",
    "EndTime",
    "SessionStart",
    "DialAction",
    "DialALegUUID",
    "DialBLegUUID",
    "DialBLegFrom",
    "DialBLegTo",
    "DialBLegDuration",
    "DialBLegStatus",
    "DialBLegHangupCause",
    "DialBLegHangupCauseName",
    "DialBLegHangupSource",
    "DialStatus",
    "DialHangupCause",
    "Machine",
    "ParentAuthID",
    "intent",
    "dial",
)
_TO_BE_DIALLED = frozenset({"digits"})
_STAGES = {"answer": Kind.ANSWERED, "connected": Kind.BRIDGED}
_MACHINES = {"true": True, "false": False}


def first(reading: Reading, delivery: Delivery, call_id: str) -> Parsed:
    """The first leg: a call comes in, an agent or lead we called rings or picks up, and the end of it.

    An incoming one is "in progress" as soon as Plivo reads our answer: nobody talks yet.
    """
    towards, lead, did, seat = _roles(reading)
    ours = _placed_by_us(reading)
    kind, outcome = _stage(reading)
    over = kind is Kind.LOG
    extra = reading.rest(_READ)
    if over and outcome is Outcome.CONNECTED:
        # Both sides talked only if a dialled leg says so. An outgoing call may have had no dialled leg at
        # all, so that its end alone leaves open what happened.
        kind, outcome = Kind.ENDED, Outcome.UNKNOWN if towards is Direction.OUTBOUND and not ours else None
    elif over and ours:
        extra["miss_reason"] = str(words.MISS_REASONS.get(outcome, MissReason.UNKNOWN))
        outcome = words.AGENT_LEG.get(outcome, outcome)
    elif not over and towards is not Direction.OUTBOUND:
        kind = Kind.RINGING
    at = reading.moment("EndTime") if over or kind is Kind.ENDED else None
    hung_up_by = words.source(
        reading,
        "HangupSource",
        "lead" if towards is Direction.INBOUND else None,
        "agent" if towards is Direction.INBOUND or ours else "lead",
    )
    event = CallEvent(
        provider_call_id=call_id,
        kind=kind,
        received_at=delivery.received_at,
        at=at or (reading.moment("AnswerTime") if kind is Kind.ANSWERED else None),
        seat=seat,
        direction=towards,
        customer=lead,
        did=did,
        intent=reading.text("intent"),
        started_at=reading.moment("StartTime", "SessionStart"),
        ended_at=at,
        total_seconds=reading.seconds("Duration") if over or kind is Kind.ENDED else None,
        outcome=outcome,
        hung_up_by="lead" if outcome is Outcome.CANCELLED and towards is Direction.INBOUND else hung_up_by,
        machine=_machine(reading),
        words=reading.words(
            "CallStatus", "HangupCauseName" if "HangupCauseName" in reading.fields else "HangupCause"
        ),
        extra=extra,
    )
    return Parsed((event,), tuple(reading.unknown))


def dialled(reading: Reading, delivery: Delivery, call_id: str) -> Parsed:
    """A dialled leg, told by the ``callbackUrl`` of ``<Dial>``: it was picked up, connected, or is over."""
    action = word(reading.text("DialAction") or "")
    if action in _TO_BE_DIALLED:
        return Parsed((), note="Somebody pressed a key.")
    if action not in _STAGES and action != "hangup":
        reading.puzzled("DialAction", reading.text("DialAction") or "")
        return Parsed((), tuple(reading.unknown), "A dialled leg in an unknown state.")
    ours = _placed_by_us(reading)
    extra = reading.rest(_READ)
    kind, outcome, talk = _STAGES.get(action), None, None
    if kind is None:
        kind, outcome, talk = _leg_over(reading, extra, ours)
    event = CallEvent(
        provider_call_id=call_id,
        leg=reading.text("DialBLegUUID"),
        kind=kind,
        received_at=delivery.received_at,
        seat=None if ours else reading.seat("DialBLegTo"),
        direction=Direction.OUTBOUND if ours else words.direction(reading),
        customer=reading.number("DialBLegTo") if ours else None,
        intent=reading.text("intent"),
        talk_seconds=talk,
        outcome=outcome,
        hung_up_by=_hung_up_by(reading, ours) if outcome is Outcome.CONNECTED else None,
        words=reading.words("DialBLegHangupCauseName", "DialBLegHangupCause"),
        extra=extra,
    )
    return Parsed((event,), tuple(reading.unknown))


def dial_ended(reading: Reading, delivery: Delivery, call_id: str) -> Parsed:
    """The ``action`` of ``<Dial>``: how the attempt to reach somebody ended, told of the whole call."""
    towards, lead, did, _ = _roles(reading)
    ours = _placed_by_us(reading)
    outcome = words.end(reading, "DialStatus")
    if ours:
        outcome = Outcome.AGENT_CANCELLED if outcome is Outcome.CANCELLED else outcome
    elif outcome in (Outcome.BUSY, Outcome.NO_ANSWER):
        outcome = Outcome.AGENT_MISSED
    event = CallEvent(
        provider_call_id=call_id,
        kind=Kind.LOG,
        received_at=delivery.received_at,
        direction=Direction.OUTBOUND if ours else towards,
        customer=lead,
        did=did,
        intent=reading.text("intent"),
        outcome=outcome,
        hung_up_by="lead" if outcome is Outcome.CANCELLED else None,
        words=reading.words("DialStatus", "DialHangupCause"),
        extra=reading.rest(_READ),
    )
    return Parsed((event,), tuple(reading.unknown))


def leg_outcome(
    reading: Reading, extra: dict[str, str], talk: int | None, ours: bool, *causes: str
) -> tuple[Kind, Outcome | None, int | None]:
    """What the end of a dialled leg says: (kind, outcome, seconds talked).

    Seconds of talk decide; a leg without any ended for the cause that is told. One that was never said to have
    been talked on nor to have been missed is left open.
    """
    if talk:
        return Kind.LOG, Outcome.CONNECTED, talk
    outcome = words.cause(reading, *causes)
    if talk is None and outcome is None:
        return Kind.LOG, Outcome.UNKNOWN, None
    if ours:
        if outcome is Outcome.CANCELLED:
            outcome = Outcome.AGENT_CANCELLED
        return Kind.LOG, outcome or Outcome.NO_ANSWER, None
    told = next((word(text) for name in causes if (text := reading.text(name))), "")
    reason = MissReason.TAKEN if told in words.TAKEN else words.MISS_REASONS.get(outcome, MissReason.UNKNOWN)
    extra["miss_reason"] = str(reason)
    # Cancelled says only that it stopped ringing: the lead left, or somebody else was quicker.
    return Kind.MISSED, None if outcome is Outcome.CANCELLED else outcome, None


def _leg_over(reading: Reading, extra: dict[str, str], ours: bool) -> tuple[Kind, Outcome | None, int | None]:
    talk = reading.seconds("DialBLegDuration")
    return leg_outcome(reading, extra, talk, ours, "DialBLegHangupCause", "DialBLegHangupCauseName")


def _roles(reading: Reading) -> tuple[Direction | None, str | None, str | None, str | None]:
    """Direction, customer, DID and seat of a first leg. A direction nobody knows gives the numbers to nobody."""
    towards = words.direction(reading)
    if towards is Direction.INBOUND:
        caller = reading.text("From") or ""
        if caller.lower().startswith(("sip:", "sips:")):
            # A softphone's outgoing call arrives as "inbound": its agent is the caller.
            return Direction.OUTBOUND, reading.number("To"), None, reading.seat("From")
        return towards, reading.number("From"), reading.number("To"), None
    if towards is Direction.OUTBOUND:
        if _placed_by_us(reading):
            return towards, None, reading.number("From"), reading.seat("To")
        return towards, reading.number("To"), reading.number("From"), None
    return towards, None, None, None


def _stage(reading: Reading) -> tuple[Kind, Outcome | None]:
    told = reading.text("CallStatus")
    key = word(told or "")
    if told is not None and key in words.LIVE and reading.text("HangupCause") is None:
        return words.LIVE[key], None
    if told is None:
        return (Kind.LOG, Outcome.UNKNOWN) if reading.text("HangupCause") else (Kind.RINGING, None)
    return Kind.LOG, words.end(reading, "CallStatus")


def _placed_by_us(reading: Reading) -> bool:
    """Did we place this call, so that the agent was called first and the lead was dialled?"""
    return reading.text("intent") is not None


def _hung_up_by(reading: Reading, ours: bool) -> str | None:
    ends = ("agent", "lead") if ours else ("lead", "agent")
    return words.source(reading, "DialBLegHangupSource", *ends)


def _machine(reading: Reading) -> bool | None:
    told = reading.text("Machine")
    return None if told is None else _MACHINES.get(word(told))
