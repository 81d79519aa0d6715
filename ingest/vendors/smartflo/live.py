"""What Smartflo says while a call lasts: it came in, an agent is rung, somebody picked up, a key was pressed."""

from ingest.contract import CallEvent, Delivery, Parsed
from ingest.readings import Reading
from ingest.vendors.smartflo.agents import Agents
from ingest.vendors.smartflo.parties import Parties
from ingest.vendors.smartflo.words import Step, campaign
from models.rules.call import Direction, Kind


def live(
    reading: Reading, call_id: str, step: Step | None, parties: Parties, agents: Agents, delivery: Delivery
) -> Parsed:
    """``start_stamp`` is when the call began, whatever the message is about: only a key press has its own time."""
    kind, seat = _stage(step, parties, agents)
    extra = parties.rest
    digits = reading.text("digit_pressed", "digits_dialed", "digits_dialed[0]")
    if digits:
        extra["digits"] = digits
    event = CallEvent(
        provider_call_id=call_id,
        kind=kind,
        received_at=delivery.received_at,
        at=reading.moment("date") if step is Step.DIGITS else None,
        leg=reading.text("uuid"),
        seat=seat,
        direction=parties.direction,
        customer=parties.customer,
        did=parties.did,
        campaign=campaign(reading),
        intent=reading.text("custom_identifier"),
        started_at=reading.moment("start_stamp"),
        extra=extra,
    )
    return Parsed((event,), tuple(reading.unknown))


def _stage(step: Step | None, parties: Parties, agents: Agents) -> tuple[Kind, str | None]:
    talkers = agents.talkers()
    talker = talkers[-1] if talkers else None
    if step is Step.DIALED:
        return Kind.ROUTED, agents.rung() or talker
    if step in (Step.AGENT_ANSWERED, Step.ANSWERED):
        seat = talker or agents.rung()
        return (Kind.ANSWERED, seat) if seat else (Kind.RINGING, None)  # the menu picks up, too
    if step is Step.CUSTOMER_ANSWERED and parties.direction is Direction.OUTBOUND:
        return Kind.BRIDGED, talker or agents.rung()  # the agent was called first
    if step is Step.CUSTOMER_ANSWERED:
        return Kind.ANSWERED, None
    if step is Step.CONNECTED:
        return Kind.BRIDGED, talker or agents.rung()
    return Kind.RINGING, None
