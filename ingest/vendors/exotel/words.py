"""Exotel's words. The same word means different things at different doors, hence a table for each."""

from ingest.readings import Reading, word
from models.rules.call import Direction, Outcome

# How one leg, or a call of two numbers, ended. None: it has not ended.
ENDS: dict[str, Outcome | None] = {
    "completed": Outcome.CONNECTED,
    "busy": Outcome.BUSY,
    "no_answer": Outcome.NO_ANSWER,
    "failed": Outcome.FAILED,
    "canceled": Outcome.CANCELLED,
    "cancelled": Outcome.CANCELLED,
    "queued": None,
    "initiated": None,
    "ringing": None,
    "in_progress": None,
}

# Two numbers connected through the API. "outbound-dial" is not here: in a capture it marks an incoming call.
DIRECTIONS = {
    "outbound_api": Direction.OUTBOUND,
    "outbound": Direction.OUTBOUND,
    "incoming": Direction.INBOUND,
    "inbound": Direction.INBOUND,
}

# Calls that run through a flow: the lead is on the line first, an agent is dialled afterwards.
FLOW_DIRECTIONS = {
    "incoming": Direction.INBOUND,
    "inbound": Direction.INBOUND,
    "outbound_dial": Direction.INBOUND,  # the word of the second leg, sent for the whole incoming call
    "outbound_api": Direction.CAMPAIGN,
}

HANGUPS = {"caller": "lead", "customer": "lead", "callee": "agent", "agent": "agent"}


def end(reading: Reading, name: str) -> Outcome | None:
    """How the leg told in field ``name`` ended; ``UNKNOWN`` for a word no table maps, None if not told."""
    told = reading.text(name)
    if told is None:
        return None
    key = word(told)
    if key not in ENDS:
        reading.puzzled(name, told)
        return Outcome.UNKNOWN
    return ENDS[key]


def direction(reading: Reading, table: dict[str, Direction]) -> Direction | None:
    """The direction, or None when it was not told or the word is new."""
    told = reading.text("Direction", "direction")
    if told is None:
        return None
    found = table.get(word(told))
    if found is None:
        reading.puzzled("Direction", told)
    return found


def sip_seat(text: str | None) -> str | None:
    """``sip:agent_001@app.exotel.com`` and ``sip:agent_001`` are one seat: the host says nothing."""
    if text is None or not text.lower().startswith(("sip:", "sips:")):
        return None
    return "sip:" + text.partition(":")[2].partition("@")[0].partition(";")[0]
