"""Agents the call was offered to, where a message lists them: clicked together like the rest.

The list stands in the one rule's ``legs``; what was written by hand there is shown and left alone.
"""

import copy
import re
from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.components.mapping import draft, tables
from dashapp.components.mapping.draft import CUSTOM, Document
from dashapp.components.mapping.samples import Field

_EACH = re.compile(r"(?P<list>[^=]+?)(?:\[(?P<where>[^\[\]=!,]+)=(?P<is>[^\[\]=,]+)\])?")
_ITEM = re.compile(r"(?P<list>.+?)\[\d+\]\.?(?P<rest>.*)")
_WORD = re.compile(r"[\w .:-]+")
PARTS = ("list", "where", "is", "seat", "answered", "answered_is", "at", "ended_at", "talk_seconds", "reason")
_LABELS = {
    "list": "List of agents",
    "where": "Only items whose",
    "is": "… is",
    "seat": "Agent",
    "answered": "Picked up when",
    "answered_is": "… is",
    "at": "Rung at",
    "ended_at": "Ended at",
    "talk_seconds": "Talk time",
    "reason": "Why not answered",
}


def state(document: Document) -> dict[str, str] | None:
    """What is chosen so far, by ``PARTS``; None: written by hand."""
    rules = document.get("rules")
    rule = rules[0] if isinstance(rules, list) and len(rules) == 1 and isinstance(rules[0], dict) else {}
    told = rule.get("legs")
    if not told:
        return dict.fromkeys(PARTS, "")
    leg = told[0] if isinstance(told, list) and len(told) == 1 else told
    if not isinstance(leg, dict) or set(leg) - {
        "each",
        "seat",
        "answered",
        "at",
        "ended_at",
        "talk_seconds",
        "reason",
    }:
        return None
    each = _EACH.fullmatch(str(leg.get("each", "")))
    answered = leg.get("answered", {})
    if each is None or not isinstance(answered, dict) or set(answered) - {"field", "equals"}:
        return None
    reason = leg.get("reason", "")
    found = {
        "list": each["list"],
        "where": each["where"] or "",
        "is": each["is"] or "",
        "answered": answered.get("field", ""),
        "answered_is": answered.get("equals", ""),
        "reason": reason.get("path", CUSTOM) if isinstance(reason, dict) else reason,
        **{name: leg.get(name, "") for name in ("seat", "at", "ended_at", "talk_seconds")},
    }
    return found if all(isinstance(one, str) for one in found.values()) else None


def choose(document: Document, part: str, value: str) -> Document:
    """The document with one of ``PARTS`` chosen."""
    chosen = state(document)
    if chosen is None or part not in PARTS or chosen[part] == value or draft.split_of(document) == CUSTOM:
        return document
    chosen[part] = value
    if part == "list":
        chosen = dict.fromkeys(PARTS, "") | {"list": value}
    made = copy.deepcopy(document)
    rule = made["rules"][0]
    words = _words(rule)
    rule.pop("legs", None)
    if chosen["list"]:
        rule["legs"] = [_leg(chosen, words)]
    return made


def _leg(chosen: dict[str, str], words: dict[str, Any]) -> Document:
    each = chosen["list"]
    if chosen["where"]:
        # Until its word is chosen too, the filter lets nothing through rather than everything.
        each += f"[{chosen['where']}={chosen['is'] or '…'}]"
    leg: Document = {"each": each}
    for name in ("seat", "at", "ended_at", "talk_seconds"):
        if chosen[name]:
            leg[name] = chosen[name]
    leg["answered"] = (
        {"field": chosen["answered"], "equals": chosen["answered_is"]} if chosen["answered"] else {}
    )
    if chosen["reason"]:
        leg["reason"] = {"path": chosen["reason"], "words": words}
    return leg


def _words(rule: Document) -> dict[str, Any]:
    told = rule.get("legs")
    leg = told[0] if isinstance(told, list) and told else told
    reason = leg.get("reason") if isinstance(leg, dict) else None
    words = reason.get("words") if isinstance(reason, dict) else None
    return words if isinstance(words, dict) else {}


def word_of(document: Document, word: str) -> str:
    """Which reason one of their words stands for; empty: not mapped."""
    rules = document.get("rules")
    words = _words(rules[0]) if isinstance(rules, list) and rules and isinstance(rules[0], dict) else {}
    if word not in words:
        return ""
    return draft.SILENT if words[word] is None else str(words[word])


def set_word(document: Document, word: str, ours: str) -> Document:
    """The document in which their word stands for our reason (empty: not mapped)."""
    chosen = state(document)
    if (
        chosen is None
        or not chosen["reason"]
        or (ours and ours not in (*draft.OURS["miss_reason"], draft.SILENT))
    ):
        return document
    made = copy.deepcopy(document)
    words = dict(_words(made["rules"][0]))
    words.pop(word, None)
    if ours:
        words[word] = None if ours == draft.SILENT else ours
    made["rules"][0]["legs"] = [_leg(chosen, words)]
    return made


def drawn(found: Sequence[Field], document: Document) -> Component | None:
    """The choices; None when no message holds a list and none is mapped."""
    chosen = state(document)
    if chosen is None:
        return html.P("The agents' list was written by hand; it is edited as JSON below.", className="second")
    lists = list(dict.fromkeys(match["list"] for one in found if (match := _ITEM.fullmatch(one.path))))
    if not lists and not chosen["list"]:
        return None
    rows = [_row("list", [(one, one) for one in lists], chosen)]
    if chosen["list"]:
        inside = _inside(found, chosen["list"])
        paths = [(name, name) for name in inside]
        for part in PARTS[1:]:
            if part in ("is", "answered_is"):
                of = chosen["where" if part == "is" else "answered"]
                if of:
                    rows.append(
                        _row(
                            part,
                            [(word, word) for word in inside.get(of, []) if _WORD.fullmatch(word)],
                            chosen,
                        )
                    )
            else:
                rows.append(_row(part, paths, chosen))
        rows.append(_reasons(inside.get(chosen["reason"], []), document) if chosen["reason"] else None)
    return html.Div([html.H3("Agents who were rung"), *rows], className="mapping-meanings")


def _inside(found: Sequence[Field], prefix: str) -> dict[str, list[str]]:
    """The fields of the list's items, each with the words seen in it."""
    inside: dict[str, list[str]] = {}
    for one in found:
        match = _ITEM.fullmatch(one.path)
        if match and match["list"] == prefix:
            words = inside.setdefault(match["rest"] or ".", [])
            words += [word for word in one.words if word not in words]
    return inside


def _row(part: str, options: list[tuple[str, str]], chosen: dict[str, str]) -> Component:
    listed = [{"label": "–", "value": ""}, *({"label": label, "value": value} for value, label in options)]
    return html.Div(
        [
            html.Div(_LABELS[part]),
            tables.choice("leg", [part], listed, chosen[part], f"{_LABELS[part]} (agents rung, {part})"),
        ],
        className="mapping-meaning",
    )


def _reasons(seen: Sequence[str], document: Document) -> Component:
    options = [
        {"label": "not mapped", "value": ""},
        *({"label": word.replace("_", " "), "value": word} for word in draft.OURS["miss_reason"]),
        {"label": "tells nothing", "value": draft.SILENT},
    ]
    rows = [
        html.Div(
            [
                html.Code(word),
                tables.choice("leg-word", [word], options, word_of(document, word), f"Reason “{word}”"),
            ],
            className="mapping-word",
        )
        for word in seen
    ]
    return html.Div(rows, className="mapping-words")
