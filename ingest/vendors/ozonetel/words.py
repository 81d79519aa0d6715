"""Ozonetel's words. Each of agent, customer and dialled party has its own status; "answered" is one side's."""

from typing import TypeVar

from ingest.readings import word
from ingest.vendors.ozonetel.fields import Told
from models.rules.call import Direction, Outcome

_T = TypeVar("_T")

# Preview, progressive and predictive calls are made by a campaign's dialler; a manual one by an agent.
DIRECTIONS = {
    "inbound": Direction.INBOUND,
    "manual": Direction.OUTBOUND,
    "preview": Direction.CAMPAIGN,
    "progressive": Direction.CAMPAIGN,
    "predictive": Direction.CAMPAIGN,
}

# How one side's leg ended. CONNECTED: this side picked up, which says nothing of the other.
AGENTS = {
    "answered": Outcome.CONNECTED,
    "notanswered": Outcome.AGENT_MISSED,
    "userdisconnected": Outcome.CANCELLED,  # the customer was gone before the agent picked up
    "notdialed": Outcome.ABANDONED,  # nobody was rung
}
CUSTOMERS = {
    "answered": Outcome.CONNECTED,
    "notanswered": Outcome.NO_ANSWER,
    "noresponse": Outcome.NO_ANSWER,
    "ring": Outcome.NO_ANSWER,
    "dialing": Outcome.NO_ANSWER,
    "subcriberabsent": Outcome.NO_ANSWER,  # spelled so by the vendor
    "subscriberabsent": Outcome.NO_ANSWER,
    "busy": Outcome.BUSY,
    "congestion": Outcome.FAILED,
    "exception": Outcome.FAILED,
    "invalidnumber": Outcome.FAILED,
    "invalidnumberformat": Outcome.FAILED,
    "isddisabled": Outcome.FAILED,
    "noroutedestination": Outcome.FAILED,
}
DIALLED = {
    "answered": Outcome.CONNECTED,
    "notanswered": Outcome.NO_ANSWER,
    "ring": Outcome.NO_ANSWER,
    "invalidnumber": Outcome.FAILED,
    "exception": Outcome.FAILED,
}
WHOLE = {"answered": True, "notanswered": False, "unanswered": False}

HANGUPS = {
    "userhangup": "lead",
    "agenthangup": "agent",
    "agentdisconnect": "agent",
}

# What stands in the disposition when nobody gave one before the wrap-up ran out.
NOT_DISPOSED = "wrap up time exceeded"


def direction(reading: Told) -> Direction | None:
    """The direction, or None when it was not told or the word is new."""
    return looked_up(reading, DIRECTIONS, "type", "calltype")


def side(reading: Told, table: dict[str, Outcome], *names: str) -> Outcome | None:
    """How one side's leg ended; ``UNKNOWN`` for a word no table maps, None if not told."""
    found = looked_up(reading, table, *names)
    return Outcome.UNKNOWN if found is None and reading.text(*names) else found


def looked_up(reading: Told, table: dict[str, _T], *names: str) -> _T | None:
    """What the first told of ``names`` means; a new word is counted and means nothing."""
    for name in names:
        told = reading.text(name)
        if told is not None:
            key = word(told).replace("_", "")
            if key not in table:
                reading.puzzled(name, told)
            return table.get(key)
    return None
