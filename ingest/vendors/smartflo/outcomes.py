"""How a Smartflo call ended. Its own words are two, answered and missed; the rest is who was tried."""

from dataclasses import dataclass, replace

from ingest.readings import Reading
from ingest.vendors.smartflo.words import STATUS_NAMES, Step
from models.rules.call import Direction, Outcome

_ENDS_BY_CODE = {"17": Outcome.BUSY, "21": Outcome.REJECTED}  # ITU-T Q.850: user busy, call rejected
_BOTH_TALKED = frozenset({Step.ANSWERED, Step.CUSTOMER_ANSWERED, Step.CONNECTED})


@dataclass(frozen=True, slots=True)
class End:
    """What is known of a call's end. ``tried`` and ``picked_up`` say whether agents are named as such."""

    step: Step | None
    direction: Direction | None
    picked_up: bool
    tried: bool
    hung_up_by: str | None


def outcome(reading: Reading, end: End) -> Outcome | None:
    """The outcome; None where who was tried, told beside it, says all that is known."""
    if end.step in (None, Step.HANGUP):
        return _without_status(reading, end)
    if end.step in _BOTH_TALKED:
        denied = (reading.text("call_connected") or "").lower() in ("0", "false", "no")
        return Outcome.UNKNOWN if denied else Outcome.CONNECTED
    if end.step is Step.AGENT_ANSWERED:
        return Outcome.CONNECTED if end.direction is Direction.INBOUND else Outcome.UNKNOWN
    if end.step is Step.AGENT_MISSED:
        return Outcome.AGENT_MISSED
    if end.step is Step.CUSTOMER_MISSED:
        return _unanswered(reading)
    return _missed(reading, end) if end.step is Step.MISSED else Outcome.UNKNOWN


def _without_status(reading: Reading, end: End) -> Outcome | None:
    """A template without a status: on an incoming call, whoever is named as having answered did."""
    a_new_word = any(name in STATUS_NAMES for name, _ in reading.unknown)
    if a_new_word or end.direction is not Direction.INBOUND or not (end.picked_up or end.tried):
        return Outcome.UNKNOWN
    return outcome(reading, replace(end, step=Step.ANSWERED if end.picked_up else Step.MISSED))


def _missed(reading: Reading, end: End) -> Outcome | None:
    if end.direction is Direction.INBOUND:
        if end.hung_up_by == "lead":
            return Outcome.CANCELLED
        return Outcome.AGENT_MISSED if end.tried else Outcome.NO_ANSWER
    if end.direction is Direction.OUTBOUND and end.tried and not end.picked_up:
        return Outcome.AGENT_MISSED
    if end.direction is Direction.CAMPAIGN and end.tried:
        return None  # the customer was there; which agents were not is told beside this
    return _unanswered(reading)


def _unanswered(reading: Reading) -> Outcome:
    return _ENDS_BY_CODE.get(reading.text("hangup_cause_code") or "", Outcome.NO_ANSWER)
