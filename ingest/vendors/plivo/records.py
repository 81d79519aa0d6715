"""Plivo's call detail records, as the API tells them: one of each leg."""

from ingest.contract import CallEvent, Delivery, Parsed, Unreadable
from ingest.readings import Reading
from ingest.vendors.plivo import words
from ingest.vendors.plivo.legs import leg_outcome
from models.rules.call import Direction, Kind, MissReason, Outcome

_READ = (
    "call_uuid",
    "parent_call_uuid",
    "call_direction",
    "from_number",
    "to_number",
    "call_duration",
    "initiation_time",
    "answer_time",
    "end_time",
    "hangup_cause",
    "hangup_cause_name",
    "hangup_source",
    "resource_uri",
    "parent[call_direction]",
    "parent[to_number]",
    "parent[from_number]",
)
_CAUSES = ("hangup_cause_name", "hangup_cause")


def record(reading: Reading, delivery: Delivery, agent_first: bool) -> Parsed:
    """One leg. ``agent_first``: calls made through the API ring the agent and then dial the lead."""
    call_id = reading.text("call_uuid")
    if call_id is None:
        raise Unreadable("There is no call_uuid: the call cannot be told from others.")
    parent_id = reading.text("parent_call_uuid")
    if parent_id is None:
        event = _first(reading, delivery, call_id, agent_first)
    else:
        event = _dialled(reading, delivery, call_id, parent_id, agent_first)
    return Parsed((event,), tuple(reading.unknown))


def _first(reading: Reading, delivery: Delivery, call_id: str, agent_first: bool) -> CallEvent:
    towards = words.direction(reading, "call_direction")
    ours = towards is Direction.OUTBOUND and agent_first
    extra = reading.rest(_READ)
    kind, outcome = Kind.ENDED, None
    seat = customer = did = None
    if towards is Direction.INBOUND:
        customer, did = reading.number("from_number"), reading.number("to_number")
    elif ours:
        seat, did = reading.seat("to_number"), reading.number("from_number")
        if reading.moment("answer_time") is None:
            kind = Kind.LOG
            missed = words.cause(reading, *_CAUSES)
            extra["miss_reason"] = str(words.MISS_REASONS.get(missed, MissReason.UNKNOWN))
            outcome = words.AGENT_LEG.get(missed, missed or Outcome.AGENT_MISSED)
    elif towards is Direction.OUTBOUND:
        customer, did = reading.number("to_number"), reading.number("from_number")
        outcome = Outcome.UNKNOWN
        if reading.moment("answer_time") is None:
            kind, outcome = Kind.LOG, words.cause(reading, *_CAUSES) or Outcome.NO_ANSWER
    ended_at = reading.moment("end_time")
    return CallEvent(
        provider_call_id=call_id,
        kind=kind,
        received_at=delivery.received_at,
        at=ended_at,
        seat=seat,
        direction=towards,
        customer=customer,
        did=did,
        started_at=reading.moment("initiation_time"),
        ended_at=ended_at,
        total_seconds=reading.seconds("call_duration"),
        outcome=outcome,
        hung_up_by=words.source(
            reading,
            "hangup_source",
            "lead" if towards is Direction.INBOUND else None,
            "agent" if towards is Direction.INBOUND or ours else "lead",
        ),
        words=reading.words(*_CAUSES),
        extra=extra,
    )


def _dialled(
    reading: Reading, delivery: Delivery, call_id: str, parent_id: str, agent_first: bool
) -> CallEvent:
    # Without its first leg nobody knows whether this one is an agent or a lead: the number is then nobody's.
    towards = words.direction(reading, "parent[call_direction]")
    ours = towards is Direction.OUTBOUND and agent_first
    extra = reading.rest(_READ)
    answered_at = reading.moment("answer_time")
    talk = reading.seconds("call_duration") if answered_at else 0
    kind, outcome, talk = leg_outcome(reading, extra, talk, ours, *_CAUSES)
    ended_at = reading.moment("end_time")
    return CallEvent(
        provider_call_id=parent_id,
        leg=call_id,
        kind=kind,
        received_at=delivery.received_at,
        at=ended_at,
        seat=None if ours or towards is None else reading.seat("to_number"),
        direction=towards,
        customer=reading.number("to_number") if ours else None,
        answered_at=answered_at,
        ended_at=ended_at,
        talk_seconds=talk,
        outcome=outcome,
        hung_up_by=_hung_up_by(reading, ours) if talk else None,
        words=reading.words(*_CAUSES),
        extra=extra,
    )


def _hung_up_by(reading: Reading, ours: bool) -> str | None:
    ends = ("agent", "lead") if ours else ("lead", "agent")
    return words.source(reading, "hangup_source", *ends)
