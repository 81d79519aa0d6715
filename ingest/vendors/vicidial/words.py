"""Vicidial's words: its own statuses. A site adds more, and says in its settings what those mean."""

from dataclasses import dataclass

from ingest.contract import ConnectionInfo
from ingest.readings import Reading
from ingest.vendors.vicidial.settings import listed
from models.rules.call import Direction, Outcome

STATUS_NAMES = ("dispo", "status", "disposition")
SYSTEM_USERS = frozenset({"vdad", "vdcl"})
"""Who "has" a call that no agent has: the dialer and the queue."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status says. ``outcome`` None: only the talk time does. ``is_call`` False: nothing was dialled."""

    outcome: Outcome | None = None
    machine: bool | None = None
    is_call: bool = True


_TALKED = Meaning(Outcome.CONNECTED)
_MACHINE = Meaning(Outcome.VOICEMAIL, machine=True)
_BUSY = Meaning(Outcome.BUSY)
_NO_ANSWER = Meaning(Outcome.NO_ANSWER)
_FAILED = Meaning(Outcome.FAILED)
_NO_AGENT = Meaning(Outcome.ABANDONED)
_BY_TALK_TIME = Meaning()
_NOT_SAID = Meaning(Outcome.UNKNOWN)
_NO_CALL = Meaning(is_call=False)

STATUSES: dict[str, Meaning] = {
    **dict.fromkeys(("SALE", "NI", "DEC", "NP", "DNC", "CALLBK", "XFER", "RQXFER", "RAXFER"), _TALKED),
    **dict.fromkeys(("A", "AA", "AM", "AL"), _MACHINE),
    "AFAX": Meaning(Outcome.FAILED, machine=True),
    "QVMAIL": Meaning(Outcome.VOICEMAIL),
    **dict.fromkeys(("B", "AB", "CPDB"), _BUSY),
    **dict.fromkeys(("N", "NA", "CPDNA"), _NO_ANSWER),
    "CPDREJ": Meaning(Outcome.REJECTED),
    **dict.fromkeys(
        ("DC", "ADC", "CPDATB", "CPDINV", "CPDSUA", "CPDSI", "CPDSNC", "CPDSR", "CPDSV"), _FAILED
    ),
    # The customer was on the line and no agent was.
    **dict.fromkeys(("DROP", "XDROP", "PDROP", "PU", "IVRXFR"), _NO_AGENT),
    **dict.fromkeys(("TIMEOT", "AFTHRS", "NANQUE", "HOLDTO", "WAITTO"), _NO_AGENT),
    # An agent closed the browser, or the call goes on elsewhere.
    **dict.fromkeys(("ERI", "DONEM", "DISPO", "INCALL", "HXFER"), _BY_TALK_TIME),
    **dict.fromkeys(("PM", "SVYEXT", "SVYVM", "SVYHU", "SVYREC", "SVYCLM"), _NOT_SAID),
    **dict.fromkeys(("CPDUK", "CPDSUK", "CPDERR", "ALTNUM", "MLINAT"), _NOT_SAID),
    **dict.fromkeys(("NEW", "QUEUE", "DNCL", "DNCC", "CBHOLD"), _NO_CALL),
}

DIRECTIONS = {
    "inbound": Direction.INBOUND,
    "campaign": Direction.CAMPAIGN,
    "outbound": Direction.OUTBOUND,
    "manual": Direction.OUTBOUND,
}

_BY_CALL_ID = {"M": Direction.OUTBOUND, "V": Direction.CAMPAIGN, "Y": Direction.INBOUND}
_CALL_ID_LENGTH = 20


def status(reading: Reading, connection: ConnectionInfo) -> Meaning | None:
    """What the status means: the site's own table first. None: not told, or a word no table maps."""
    for name in STATUS_NAMES:
        told = reading.text(name)
        if told is None:
            continue
        found = _own(connection).get(told.upper()) or STATUSES.get(told.upper())
        if found is None:
            reading.puzzled(name, told)
        return found
    return None


def direction(reading: Reading) -> Direction | None:
    """As the address says; else an inbound DID; else how the dialer named the call: M, V or Y and 19 digits."""
    told = reading.text("direction")
    if told is not None:
        found = DIRECTIONS.get(told.lower())
        if found is None:
            reading.puzzled("direction", told)
        return found
    if reading.text("did_id", "did_extension", "did_pattern"):
        return Direction.INBOUND
    call_id = reading.text("call_id") or ""
    named = len(call_id) == _CALL_ID_LENGTH and call_id[1:].isdigit()
    return _BY_CALL_ID.get(call_id[0]) if named else None


def _own(connection: ConnectionInfo) -> dict[str, Meaning]:
    """The setting ``statuses``: ``HUNGUP=no_answer``. An outcome nobody knows maps nothing, so that the word is
    counted."""
    own: dict[str, Meaning] = {}
    for entry in listed(connection, "statuses"):
        code, _, outcome = entry.partition("=")
        if outcome.strip().lower() in frozenset(Outcome):
            own[code.strip().upper()] = Meaning(Outcome(outcome.strip().lower()))
    return own
