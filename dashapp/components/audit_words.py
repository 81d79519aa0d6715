"""What a line of the audit says: the kind it is of, what was done, by whom, and to what."""

import re

from models.store.audit_trail import KINDS, Line
from models.store.choices import CHOICES

NOBODY = "Commands and API keys"
KIND_WORDS = {
    "numbers": ("eye", "Numbers"),
    "leads": ("person-lines-fill", "Leads"),
    "merges": ("intersect", "Merges"),
    "recordings": ("play-circle", "Recordings"),
    "files": ("download", "Files"),
    "settings": ("gear", "Settings"),
    "providers": ("plug", "Providers"),
    "people": ("people", "People and keys"),
    "softphones": ("headset", "Softphones"),
}
"""Icon and name of each kind."""

ACTIONS = {
    "number.reveal": "Saw the number",
    "number.reveal_refused": "Was refused the number",
    "lead.created": "Made the lead",
    "lead.edited": "Changed details",
    "lead.moved": "Moved to a stage",
    "lead.merged": "Merged a double into it",
    "lead.opened": "Reported the profile open",
    "lead.updated": "Changed details",
    "follow_up.moved": "Moved a follow-up",
    "recording.play": "Heard a recording",
    "export.boards": "Took the boards as a file",
    "export.productivity": "Took the productivity table as a file",
    "export.audit": "Took the audit as a file",
    "choice": "Changed a rule",
    "disposition.added": "Added a disposition",
    "disposition.changed": "Changed a disposition",
    "disposition.moved": "Moved a disposition in the list",
    "stage.added": "Added a stage",
    "stage.changed": "Changed a stage",
    "stage.moved": "Moved a stage in the list",
    "stage.renamed": "Renamed a stage",
    "connection.add": "Added a connection",
    "connection.end": "Ended an older secret",
    "connection.mapping": "Put a mapping to use",
    "connection.off": "Switched a connection off",
    "connection.on": "Switched a connection on",
    "connection.revoke": "Revoked an address",
    "connection.seat": "Gave a seat",
    "connection.secret": "Set a secret",
    "connection.set": "Changed a connection",
    "connection.share": "Changed a share",
    "connection.token": "Made a new address",
    "connection.word": "Said what a word means",
    "did.add": "Added a DID",
    "did.set": "Changed a DID",
    "team.add": "Added a team",
    "user.add": "Added a person",
    "user.let-in": "Let a person in again",
    "user.password": "Set a password",
    "user.role": "Gave a role",
    "user.shut-out": "Shut a person out",
    "user.skill": "Changed skills",
    "user.supervise": "Changed who supervises",
    "user.team": "Changed the team",
    "api-key.add": "Made an API key",
    "api-key.revoke": "Revoked an API key",
    "softphone.credentials": "Softphone signed on",
}
REFUSED = {
    "404": "not theirs, or no such lead",
    "422": "no reason given, or no number known",
    "429": "the day's quota was used up",
}
_NAMED = re.compile(r"\b(lead|connection|person|call):(\d+)")


def did(line: Line) -> str:
    """``Saw the number``; an action that has no words here is told by its name."""
    return ACTIONS.get(line.action, line.action)


def kind(line: Line) -> str:
    """The kind the line is of; the narrowest where it is of two, empty for an action of none."""
    fits = [
        (len(begin), name)
        for name, begins in KINDS.items()
        for begin in begins
        if line.action == begin or line.action.startswith(f"{begin}.")
    ]
    return max(fits)[1] if fits else ""


def by(line: Line) -> str:
    """Who did it."""
    if line.person_id:
        return line.by or f"Person {line.person_id}"
    if line.detail.startswith("key "):
        return f"API key {line.detail.removeprefix('key ').partition(': ')[0]}"
    return "Command line" if line.detail.startswith("command line") else "Callboard"


def about(line: Line) -> str:
    """What it was done to."""
    what, number = line.about
    if line.name:
        return line.name
    if what in CHOICES:
        return CHOICES[what].meaning
    word = what.replace("_", " ").replace("api key", "API key").replace("did", "DID").capitalize()
    return word if number is None else f"{word} {number}"


def detail(line: Line) -> str:
    """What more is kept of it, in words where there are any."""
    if line.action == "number.reveal_refused":
        return REFUSED.get(line.detail, line.detail)
    if line.action == "softphone.credentials":
        return ""  # which session it was means nothing to a reader
    said = line.detail
    if not line.person_id:
        said = said.removeprefix("command line").removeprefix(": ")
        if said.startswith("key "):
            said = said.partition(": ")[2]
    return _NAMED.sub(r"\1 \2", said)
