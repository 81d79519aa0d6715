"""Twilio's words. They are few and firm; what they say depends on whether the leg is the first or a dialled one."""

from ingest.readings import Reading, word
from models.rules.call import Direction, Kind, Outcome

DIRECTIONS = {
    "inbound": Direction.INBOUND,
    "outbound_api": Direction.OUTBOUND,
    "outbound_dial": None,  # a dialled leg: the call's direction is its parent's
}

LIVE = {
    "queued": Kind.ROUTED,
    "initiated": Kind.ROUTED,
    "ringing": Kind.RINGING,
    "in_progress": Kind.ANSWERED,
}

ENDS = {
    "completed": Outcome.CONNECTED,
    "answered": Outcome.CONNECTED,  # only in DialCallStatus
    "busy": Outcome.BUSY,
    "no_answer": Outcome.NO_ANSWER,
    "failed": Outcome.FAILED,
    "canceled": Outcome.CANCELLED,
}

# AnsweredBy, of machine detection; "unknown" tells nothing.
MACHINES = {
    "human": False,
    "machine_start": True,
    "machine_end_beep": True,
    "machine_end_silence": True,
    "machine_end_other": True,
    "fax": True,
    "unknown": None,
}

# What Twilio writes where a caller has withheld the number: ANONYMOUS, RESTRICTED and so on, typed on a keypad.
WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})


def direction(reading: Reading) -> Direction | None:
    """The direction of a first leg; None for a dialled leg, or when the word is new."""
    told = reading.text("Direction")
    if told is None:
        return None
    key = word(told)
    if key not in DIRECTIONS:
        reading.puzzled("Direction", told)
        return None
    return DIRECTIONS[key]


def machine(reading: Reading) -> bool | None:
    """Did an answering machine pick up? None when not told."""
    told = reading.text("AnsweredBy")
    if told is None:
        return None
    key = word(told)
    if key not in MACHINES:
        reading.puzzled("AnsweredBy", told)
        return None
    return MACHINES[key]


def customer(reading: Reading, name: str) -> str | None:
    """The lead's number, or None when it was withheld."""
    return None if reading.text(name) in WITHHELD else reading.number(name)
