"""Plivo's words. They are few and firm; what they say depends on whether the leg is the first or a dialled one."""

from collections.abc import Mapping
from typing import TypeVar

from ingest.readings import Reading, word
from models.rules.call import Direction, Kind, MissReason, Outcome
from models.rules.phone import e164

T = TypeVar("T")

DIRECTIONS = {"inbound": Direction.INBOUND, "outbound": Direction.OUTBOUND}

LIVE = {
    "queued": Kind.ROUTED,
    "ringing": Kind.RINGING,
    "early_media": Kind.RINGING,
    "in_progress": Kind.ANSWERED,
}

# CallStatus and DialStatus. None of them says that two people talked, but for DialStatus "completed".
ENDS = {
    "completed": Outcome.CONNECTED,
    "busy": Outcome.BUSY,
    "failed": Outcome.FAILED,
    "timeout": Outcome.NO_ANSWER,
    "no_answer": Outcome.NO_ANSWER,
    "cancel": Outcome.CANCELLED,
}

# HangupCause (the switch's words) and HangupCauseName (Plivo's own). None: it says nothing of whether anybody talked.
CAUSES: dict[str, Outcome | None] = {
    **dict.fromkeys(("normal_clearing", "normal_hangup", "end_of_xml_instructions"), None),
    **dict.fromkeys(("no_answer", "no_user_response", "ring_timeout_reached"), Outcome.NO_ANSWER),
    **dict.fromkeys(("user_busy", "busy_line"), Outcome.BUSY),
    **dict.fromkeys(("call_rejected", "rejected"), Outcome.REJECTED),
    **dict.fromkeys(("originator_cancel", "cancelled", "lose_race", "lost_race"), Outcome.CANCELLED),
    **dict.fromkeys(
        (
            "unallocated_number",
            "invalid_number_format",
            "invalid_destination_address",
            "destination_out_of_service",
            "destination_out_of_order",
            "unknown_caller_id",
            "network_out_of_order",
            "network_error",
            "subscriber_absent",
            "user_not_registered",
        ),
        Outcome.FAILED,
    ),
}

TAKEN = frozenset({"lose_race", "lost_race"})

MISS_REASONS: dict[Outcome | None, MissReason] = {
    Outcome.NO_ANSWER: MissReason.FREE,
    Outcome.BUSY: MissReason.BUSY,
    Outcome.REJECTED: MissReason.REJECTED,
}

# How an agent's own leg ended says that the agent was not reached, not that the lead was not.
AGENT_LEG: dict[Outcome | None, Outcome] = {
    Outcome.NO_ANSWER: Outcome.AGENT_MISSED,
    Outcome.BUSY: Outcome.AGENT_MISSED,
    Outcome.REJECTED: Outcome.AGENT_MISSED,
    Outcome.CANCELLED: Outcome.AGENT_CANCELLED,
}

OURS = frozenset({"plivo", "api_request", "answer_xml", "error"})


def direction(reading: Reading, *names: str) -> Direction | None:
    """The direction, or None when it was not told or the word is new."""
    return _looked_up(reading, DIRECTIONS, *(names or ("Direction",)))


def end(reading: Reading, name: str) -> Outcome:
    """How the call or the attempt told in ``name`` ended; ``UNKNOWN`` for a word no table maps."""
    return _looked_up(reading, ENDS, name) or Outcome.UNKNOWN


def cause(reading: Reading, *names: str) -> Outcome | None:
    """How a leg nobody talked on ended, by the first cause among ``names``. None: not told, or it says nothing;
    ``UNKNOWN``: a cause no table maps."""
    for name in names:
        told = reading.text(name)
        if told is None:
            continue
        key = word(told)
        if key in CAUSES:
            return CAUSES[key]
        reading.puzzled(name, told)
        return Outcome.UNKNOWN
    return None


def source(reading: Reading, name: str, caller: str | None, callee: str | None) -> str | None:
    """Who hung up, where ``caller`` and ``callee`` say who is at which end of this leg."""
    key = word(reading.text(name) or "")
    if key in OURS:
        return "system"
    return {"caller": caller, "callee": callee}.get(key)


def spelled(fields: dict[str, str], *names: str) -> dict[str, str]:
    """``fields`` with a plus before the numbers in ``names``: Plivo leaves it out before the country's code."""
    found = dict(fields)
    for name in names:
        text = found.get(name, "").strip()
        if text.isascii() and text.isdigit() and not text.startswith("0") and len(text) >= _SHORTEST:
            found[name] = e164("+" + text, "") or text
    return found


_SHORTEST = 8


def _looked_up(reading: Reading, table: Mapping[str, T], *names: str) -> T | None:
    for name in names:
        told = reading.text(name)
        if told is None:
            continue
        found = table.get(word(told))
        if found is None:
            reading.puzzled(name, told)
        return found
    return None
