"""What a call's legs make of it: who was reached, and who talked."""

from collections.abc import Sequence

from ingest.vendors.myoperator import legs as legs_of
from ingest.vendors.myoperator.legs import Leg
from models.rules.call import Direction, Outcome


def outcome(direction: Direction | None, legs: Sequence[Leg], status: Outcome | None) -> Outcome | None:
    """Connected means that an agent's leg and the customer's were picked up; the status decides without legs."""
    agents, lead = legs_of.agents(legs), legs_of.customer(legs)
    if status is Outcome.VOICEMAIL or not legs:
        return status
    agent_talked = any(leg.picked_up for leg in agents)
    if direction is None:
        doubtful = status is Outcome.CONNECTED and agents and not agent_talked
        return Outcome.UNKNOWN if doubtful else status
    if direction is Direction.INBOUND:
        if agent_talked:
            return Outcome.CONNECTED
        if status is Outcome.UNKNOWN:
            return status  # a new word may stand for something better than a miss
        if any(leg.picked_up is None for leg in agents):
            return status if status is not Outcome.CONNECTED else Outcome.UNKNOWN
        if any(leg.why_not is Outcome.CANCELLED for leg in agents):
            return Outcome.CANCELLED
        return Outcome.AGENT_MISSED if agents else status
    return _placed(direction, agents, lead, status, agent_talked=agent_talked)


def _placed(
    direction: Direction,
    agents: Sequence[Leg],
    lead: Leg | None,
    status: Outcome | None,
    *,
    agent_talked: bool,
) -> Outcome | None:
    if direction is Direction.OUTBOUND and agents and all(leg.picked_up is False for leg in agents):
        return Outcome.AGENT_MISSED
    if lead is None or lead.picked_up is None:
        return status if lead is None else Outcome.UNKNOWN
    if not lead.picked_up:
        gave_up = lead.why_not is Outcome.CANCELLED
        return Outcome.AGENT_CANCELLED if gave_up else lead.why_not or Outcome.NO_ANSWER
    if agent_talked:
        return Outcome.CONNECTED
    if not agents:
        return Outcome.ABANDONED if direction is Direction.CAMPAIGN else status
    return Outcome.UNKNOWN if any(leg.picked_up is None for leg in agents) else Outcome.AGENT_MISSED
