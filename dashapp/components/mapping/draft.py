"""A mapping document as it is being clicked together: pure functions from one document to the next.

What was written by hand and is more than a path (``CUSTOM``) is shown and left alone until a choice replaces it.
"""

import copy
import json
from typing import Any, NamedTuple

CUSTOM = "*"
"""Stands for a value that is more than one path: it is edited as JSON."""


class Meaning(NamedTuple):
    """One thing an event can tell. ``kind``: text, number, seat, moment, duration or word."""

    name: str
    label: str
    kind: str
    hint: str = ""


MEANINGS = (
    Meaning("call_id", "Call id", "text", "the same in all messages of one call"),
    Meaning("direction", "Direction", "word"),
    Meaning("customer", "Lead's number", "number"),
    Meaning("did", "Our number", "number"),
    Meaning("seat", "Agent", "seat", "number, extension, user name or e-mail"),
    Meaning("outcome", "Outcome", "word", "connected only if both sides talked"),
    Meaning("at", "Event time", "moment"),
    Meaning("started_at", "Started", "moment"),
    Meaning("answered_at", "Answered", "moment", "by a person, not by a menu"),
    Meaning("ended_at", "Ended", "moment"),
    Meaning("talk_seconds", "Talk time", "duration"),
    Meaning("ring_seconds", "Ring time", "duration"),
    Meaning("total_seconds", "Whole duration", "duration"),
    Meaning("hung_up_by", "Hung up by", "word"),
    Meaning("miss_reason", "Why not answered", "word"),
    Meaning("recording", "Recording", "text"),
    Meaning("disposition", "Disposition", "text"),
    Meaning("campaign", "Campaign", "text"),
    Meaning("intent", "Our reference", "text"),
)
BY_NAME = {one.name: one for one in MEANINGS}
SIDED = ("customer", "did")
SIDES = ("inbound", "outbound")
OURS: dict[str, tuple[str, ...]] = {
    "direction": ("inbound", "outbound", "campaign"),
    "outcome": (
        "connected",
        "no_answer",
        "busy",
        "rejected",
        "cancelled",
        "agent_missed",
        "agent_cancelled",
        "abandoned",
        "voicemail",
        "failed",
    ),
    "hung_up_by": ("lead", "agent", "system"),
    "miss_reason": ("free", "busy", "rejected", "away", "taken", "caller_left"),
    "kind": (
        "routed",
        "ringing",
        "answered",
        "bridged",
        "missed",
        "ended",
        "log",
        "recording",
        "disposition",
    ),
}
KIND_LABELS = {
    "routed": "an agent is rung (pop-up)",
    "ringing": "it rings",
    "answered": "an agent picked up",
    "bridged": "both sides talk",
    "missed": "an agent did not pick up",
    "ended": "the call is over",
    "log": "the record of a call",
    "recording": "a recording, later",
    "disposition": "a disposition, later",
}
SILENT = "-"
"""A word that is understood and tells nothing."""

UNITS = ("auto", "s", "ms", "minutes", "hours", "HH:MM:SS", "MM:SS", "HH:MM", "text")
FORMATS = (
    ("auto", "by its looks"),
    ("epoch_s", "seconds since 1970"),
    ("epoch_ms", "milliseconds since 1970"),
    ("%d-%m-%Y %H:%M:%S", "23-11-2026 15:30:00"),
    ("%m/%d/%Y %I:%M:%S %p", "11/23/2026 03:30:00 PM"),
    ("%m/%d/%Y %H:%M:%S", "11/23/2026 15:30:00"),
)

Document = dict[str, Any]


def blank() -> Document:
    """Where a new mapping begins: every message is the record of a call."""
    return {"version": 1, "fields": {}, "rules": [{"kind": "log"}]}


def text_of(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def read(text: str | None) -> tuple[Document | None, str]:
    """The document in a text, or why there is none."""
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError) as error:
        return None, f"This is no JSON: {error}"
    if not isinstance(found, dict):
        return None, "A mapping is a JSON object."
    return found, ""


def path_of(document: Document, name: str, side: str = "") -> str:
    """The path a field is read from; empty: none; ``CUSTOM``: more than a path."""
    return _path(_fields(document).get(name), side)


def _path(value: Any, side: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        if side and isinstance(value.get("by_direction"), dict):
            return _path(value["by_direction"].get(side), "")
        if isinstance(value.get("path"), str) and not set(value) - {
            "path",
            "words",
            "unit",
            "format",
            "default",
        }:
            return str(value["path"])
    return CUSTOM


def meaning_of(document: Document, path: str) -> str:
    """What a path stands for; empty: nothing."""
    for one in MEANINGS:
        sides = SIDES if one.name in SIDED else ("",)
        if any(path_of(document, one.name, side) == path for side in sides):
            return one.name
    return ""


def assign(document: Document, name: str, path: str, side: str = "") -> Document:
    """The document with a field read from ``path`` (empty: from nowhere)."""
    made = copy.deepcopy(document)
    fields = made.setdefault("fields", {})
    if not isinstance(fields, dict) or name not in BY_NAME:
        return document
    if side:
        _assign_side(fields, name, path, side)
    elif not path:
        fields.pop(name, None)
    elif BY_NAME[name].kind == "word":
        old = fields.get(name)
        words = old.get("words", {}) if isinstance(old, dict) and old.get("path") == path else {}
        fields[name] = {"path": path, "words": words}
    else:
        old = fields.get(name)
        kept = {key: old[key] for key in ("unit", "format") if key in old} if isinstance(old, dict) else {}
        fields[name] = {"path": path, **kept} if kept else path
    return made


def _assign_side(fields: Document, name: str, path: str, side: str) -> None:
    old = fields.get(name)
    sides = {one: _path(old, one) for one in SIDES}
    sides[side] = path
    told = {one: found for one, found in sides.items() if found and found != CUSTOM}
    if not told:
        fields.pop(name, None)
    elif len(told) == len(SIDES) and len(set(told.values())) == 1:
        fields[name] = next(iter(told.values()))
    else:
        fields[name] = {"by_direction": told}


def unassign(document: Document, path: str) -> Document:
    """The document in which nothing is read from ``path``."""
    made = document
    for one in MEANINGS:
        for side in SIDES if one.name in SIDED else ("",):
            if path_of(made, one.name, side) == path:
                made = assign(made, one.name, "", side)
    return made


def means(document: Document, path: str, name: str) -> Document:
    """The document in which ``path`` stands for ``name`` (empty: for nothing), and for nothing else."""
    made = unassign(document, path)
    if not name:
        return made
    return assign(made, name, path)


def word_of(document: Document, name: str, word: str) -> str:
    """Which of our words one of theirs stands for; empty: not mapped."""
    value = _kind_value(document) if name == "kind" else _fields(document).get(name)
    words = value.get("words") if isinstance(value, dict) else None
    if not isinstance(words, dict):
        return ""
    for key, target in words.items():
        if _spelled(key) == _spelled(word):
            return SILENT if target is None else str(target)
    return ""


def set_word(document: Document, name: str, word: str, ours: str) -> Document:
    """The document in which their ``word`` stands for ``ours`` (empty: for nothing known)."""
    made = copy.deepcopy(document)
    value = _kind_value(made) if name == "kind" else _fields(made).get(name)
    if not isinstance(value, dict) or (ours and ours != SILENT and ours not in OURS.get(name, ())):
        return document
    words = value.setdefault("words", {})
    if not isinstance(words, dict):
        return document
    for key in [key for key in words if _spelled(key) == _spelled(word)]:
        del words[key]
    if ours:
        words[word] = None if ours == SILENT else ours
    return made


def how_of(document: Document, name: str) -> str:
    """The unit or format of a field."""
    value = _fields(document).get(name)
    entry = "unit" if BY_NAME[name].kind == "duration" else "format"
    told = value.get(entry, "auto") if isinstance(value, dict) else "auto"
    return told if isinstance(told, str) else CUSTOM


def set_how(document: Document, name: str, told: str) -> Document:
    """The document with a field's unit or format."""
    path = path_of(document, name)
    if name not in BY_NAME or path in ("", CUSTOM) or told == CUSTOM:
        return document
    made = copy.deepcopy(document)
    entry = "unit" if BY_NAME[name].kind == "duration" else "format"
    made["fields"][name] = path if told == "auto" else {"path": path, entry: told}
    return made


def split_of(document: Document) -> str:
    """The field that tells messages apart; empty: all are records; ``CUSTOM``: rules written by hand."""
    rules = document.get("rules")
    if (
        not isinstance(rules, list)
        or len(rules) != 1
        or not isinstance(rules[0], dict)
        or set(rules[0]) - {"kind", "name", "legs"}
    ):
        return CUSTOM
    kind = rules[0].get("kind")
    return "" if kind == "log" else _path(kind, "") if isinstance(kind, dict) else CUSTOM


def set_split(document: Document, path: str) -> Document:
    """The document whose messages are told apart by ``path``."""
    if path == CUSTOM or split_of(document) in (CUSTOM, path):
        return document
    made = copy.deepcopy(document)
    made["rules"][0]["kind"] = {"path": path, "words": {}} if path else "log"
    return made


def _kind_value(document: Document) -> Any:
    return document["rules"][0]["kind"] if split_of(document) not in ("", CUSTOM) else None


def _fields(document: Document) -> Document:
    found = document.get("fields")
    return found if isinstance(found, dict) else {}


def _spelled(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")
