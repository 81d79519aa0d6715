"""MyOperator's words, of webhooks (v2) and of its call log."""

from collections.abc import Mapping
from typing import TypeVar

from ingest.readings import Reading, word
from models.rules.call import Direction, Outcome

_T = TypeVar("_T")

DIRECTIONS = {"incoming": Direction.INBOUND, "outgoing": Direction.OUTBOUND}

# The whole call's word. It says who was reached less well than the legs do, and decides only without them.
STATUSES = {"bridged": Outcome.CONNECTED, "missed": Outcome.NO_ANSWER, "voicemail": Outcome.VOICEMAIL}

# One leg. "connected" is a line that is up (a caller in the menu), not a person who picked up.
PICKED_UP = {"answered": True, "connected": False, "not_answered": False, "dialing": False, "ringing": False}
RINGING = frozenset({"dialing", "ringing"})
LINE_UP = "connected"

# Why a leg was not picked up. CANCELLED: whoever called gave up.
DIALS: dict[str, Outcome | None] = {
    "answer": None,
    "busy": Outcome.BUSY,
    "noanswer": Outcome.NO_ANSWER,
    "nocarrier": Outcome.FAILED,
    "cancel": Outcome.CANCELLED,
}

# The call log's numbers.
LOG_DIRECTIONS = {"1": Direction.INBOUND, "2": Direction.OUTBOUND}
LOG_STATUSES = {"1": Outcome.CONNECTED, "2": Outcome.NO_ANSWER, "3": Outcome.VOICEMAIL}
LOG_ACTIONS = {"received": True, "answered": True, "missed": False}


def looked_up(reading: Reading, table: Mapping[str, _T], name: str) -> _T | None:
    """What a told word means; a new one is counted and means nothing."""
    told = reading.text(name)
    if told is None:
        return None
    key = word(told)
    if key not in table:
        reading.puzzled(name, told)
    return table.get(key)


def dial(reading: Reading, name: str) -> Outcome | None:
    """Why a leg was not picked up; ``UNKNOWN`` for a word no table maps, None when nothing is told."""
    told = reading.text(name)
    if told is None:
        return None
    key = word(told).replace("_", "")
    if key not in DIALS:
        reading.puzzled(name, told)
        return Outcome.UNKNOWN
    return DIALS[key]


def ended(reading: Reading, table: Mapping[str, Outcome], name: str) -> Outcome | None:
    """How a call ended, by its own word; ``UNKNOWN`` for one no table maps, None if not told."""
    found = looked_up(reading, table, name)
    return Outcome.UNKNOWN if found is None and reading.text(name) else found
