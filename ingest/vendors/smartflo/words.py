"""Smartflo's words: triggers, call status, directions, and who hung up."""

import re
from enum import Enum

from ingest.readings import Reading
from models.rules.call import Direction

NAMES_OF_EVENT = ("event", "trigger")
STATUS_NAMES = ("call_status", "status")


class Step(Enum):
    """What a message says has happened."""

    RECEIVED = "the call is on the platform: server, menu, department"
    DIALED = "an agent is being rung"
    AGENT_ANSWERED = "an agent picked up"
    CUSTOMER_ANSWERED = "the customer picked up"
    CONNECTED = "the dialer put the customer through to an agent"
    AGENT_MISSED = "over: the agent did not pick up"
    CUSTOMER_MISSED = "over: the customer did not pick up"
    ANSWERED = "answered"
    MISSED = "missed"
    HANGUP = "over, one way or the other"
    DIGITS = "a key was pressed in the menu"
    DISPOSITION = "an agent filed the call"
    SESSION = "an agent's own session with the dialer"


# The triggers as the console names them, and short names for the address (?event=...).
EVENTS: dict[str, Step] = {
    "call_received_on_server": Step.RECEIVED,
    "call_answered_on_ivr": Step.RECEIVED,
    "call_received_on_department": Step.RECEIVED,
    "call_received_on_auto_attendant": Step.RECEIVED,
    "received": Step.RECEIVED,
    "dialed_on_agent": Step.DIALED,
    "dialed": Step.DIALED,
    "call_answered_by_agent": Step.AGENT_ANSWERED,
    "call_answered_by_agent_click_to_call": Step.AGENT_ANSWERED,
    "agent_answered": Step.AGENT_ANSWERED,
    "call_answered_by_customer_click_to_call": Step.CUSTOMER_ANSWERED,
    "customer_answered": Step.CUSTOMER_ANSWERED,
    "call_connected_to_agent_dialer": Step.CONNECTED,
    "connected": Step.CONNECTED,
    "call_missed_by_agent_hangup": Step.MISSED,
    "call_missed_by_agent_click_to_call": Step.AGENT_MISSED,
    "agent_missed": Step.AGENT_MISSED,
    "call_missed_by_customer_click_to_call": Step.CUSTOMER_MISSED,
    "customer_missed": Step.CUSTOMER_MISSED,
    "call_answered_by_agent_hangup": Step.ANSWERED,
    "call_hangup_answered": Step.ANSWERED,
    "hangup_answered": Step.ANSWERED,
    "call_hangup_missed": Step.MISSED,
    "hangup_missed": Step.MISSED,
    "call_hangup_missed_or_answered": Step.HANGUP,
    "hangup": Step.HANGUP,
    "dtmf_option": Step.DIGITS,
    "dtmf": Step.DIGITS,
    "disposition_status_updated_dialer": Step.DISPOSITION,
    "disposition": Step.DISPOSITION,
    "session_call_answered": Step.SESSION,
    "session": Step.SESSION,
}

# None: known, and says nothing of its own.
STATUSES: dict[str, Step | None] = {
    "answered": Step.ANSWERED,
    "missed": Step.MISSED,
    "answered_by_agent": Step.AGENT_ANSWERED,
    "answered_by_customer": Step.CUSTOMER_ANSWERED,
    "missed_by_agent": Step.AGENT_MISSED,
    "missed_by_agent_click_to_call": Step.AGENT_MISSED,
    "missed_by_customer": Step.CUSTOMER_MISSED,
    "queued": None,
}

DIRECTIONS = {
    "inbound": Direction.INBOUND,
    "dialer_inbound": Direction.INBOUND,
    "outbound": Direction.OUTBOUND,
    "clicktocall": Direction.OUTBOUND,
    "click_to_call": Direction.OUTBOUND,
    "dialer_outbound": Direction.CAMPAIGN,  # the dialer works through a campaign's list; no agent dialled
    "1": Direction.INBOUND,
    "2": Direction.OUTBOUND,
}

# Who hung up: the caller or the callee, which of the two is the lead depends on the direction.
HANGUPS: dict[str, str | None] = {
    "disconnected_by_caller": "caller",
    "disconnected_by_callee": "callee",
    "call_disconnected_by_caller": "caller",
    "call_disconnected_by_callee": "callee",
    "normalclearing": None,
    "normal_clearing": None,
    "destination_hangup": None,
    "destination_not_set": None,
    "hangup_as_per_destination": None,
    "noanswer": None,
}


def key(text: str) -> str:
    """A word as the tables spell it: ``Dialer (inbound)`` is ``dialer_inbound``."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def event(reading: Reading) -> Step | None:
    """The trigger, where the address or the template names it."""
    for name in NAMES_OF_EVENT:
        told = reading.text(name)
        if told is not None:
            if key(told) not in EVENTS:
                reading.puzzled(name, told)
            return EVENTS.get(key(told))
    return None


def status(reading: Reading) -> Step | None:
    """The first status that says something; an account may rename its own, so that the next one decides."""
    found = None
    for name in STATUS_NAMES:
        told = reading.text(name)
        if told is None:
            continue
        if key(told) not in STATUSES:
            reading.puzzled(name, told)
        found = found or STATUSES.get(key(told))
    return found


def direction(reading: Reading) -> Direction | None:
    """The direction; None when it was not told or the word is new: no word may swap the numbers by guess."""
    told = reading.text("direction", "call_direction")
    if told is None:
        return None
    found = DIRECTIONS.get(key(told))
    if found is None:
        reading.puzzled("direction", told)
    if found is Direction.OUTBOUND and key(told) == "outbound" and campaign(reading):
        return Direction.CAMPAIGN
    return found


def campaign(reading: Reading) -> str | None:
    """The dialer's campaign, or the broadcast, this call was made for."""
    return reading.text("campaign_id", "broadcast_id", "campaign_name")


def hung_up_by(reading: Reading, towards: Direction | None) -> str | None:
    """``lead`` or ``agent``. Of a dialer's call nobody knows which side is the caller."""
    found = None
    for name in ("reason_key", "hangup_cause"):
        told = reading.text(name)
        if told is None:
            continue
        if key(told) not in HANGUPS:
            reading.puzzled(name, told)
        found = found or HANGUPS.get(key(told))
    if found is None or towards not in (Direction.INBOUND, Direction.OUTBOUND):
        return None
    return "lead" if (found == "caller") == (towards is Direction.INBOUND) else "agent"
