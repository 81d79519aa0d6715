"""The mapping page's tables: what was sent, what it means, and which message is which."""

import base64
from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.components.mapping import draft
from dashapp.components.mapping.draft import CUSTOM, Document, Meaning
from dashapp.components.mapping.samples import Field
from dashapp.components.page import empty
from dashapp.components.providers.labels import dom_id

EDIT = "mapping-edit"
NOTHING = "~"
"""Stands for nothing chosen: the browser's list shows no choice whose value is empty."""


def ident(what: str, *key: str) -> dict[str, str]:
    """The Dash id of a choice. A path may hold any sign, so that it is packed."""
    packed = base64.urlsafe_b64encode("\0".join(key).encode()).decode()
    return {"type": EDIT, "what": what, "key": packed}


def key_of(found: dict[str, Any]) -> list[str]:
    """What ``ident`` packed; empty when it is nothing of ours."""
    try:
        return base64.urlsafe_b64decode(str(found.get("key", ""))).decode().split("\0")
    except ValueError:
        return []


def labelled(label: str, control: Component) -> Component:
    """A control with its name, for screen readers."""
    name = control.id if isinstance(control.id, str) else dom_id(control.id)
    return html.Div(
        [html.Label(label, htmlFor=name, className="visually-hidden"), control], className="mapping-label"
    )


def choice(what: str, key: Sequence[str], options: list[dict[str, str]], value: str, label: str) -> Component:
    """A list to choose from; a value that is none of ``options`` is shown as it is."""
    if value not in {one["value"] for one in options}:
        options = [*options, {"label": "edited as JSON" if value == CUSTOM else value, "value": value}]
    options = [{**one, "value": one["value"] or NOTHING} for one in options]
    select = dbc.Select(
        id=ident(what, *key), options=options, value=value or NOTHING, class_name="mapping-choice"
    )
    return labelled(label, select)


def fields(found: Sequence[Field], document: Document) -> Component:
    """Every field of the samples, its value, and what it stands for."""
    if not found:
        return empty("inbox", "No message yet", "Paste one above, or pick one this connection has kept.")
    options = [{"label": "–", "value": ""}, *({"label": m.label, "value": m.name} for m in draft.MEANINGS)]
    rows = []
    for one in found:
        meaning = draft.meaning_of(document, one.path)
        rows.append(
            html.Tr(
                [
                    html.Td(html.Code(one.path), className="mapping-path"),
                    html.Td(one.shown, className="mapping-shown second num", title=one.shown),
                    html.Td(choice("means", [one.path], options, meaning, f"What {one.path} means")),
                ],
                className="is-mapped" if meaning else "",
            )
        )
    head = html.Tr([html.Th(name) for name in ("Field", "For example", "Means")])
    return html.Table([html.Thead(head), html.Tbody(rows)], className="table-plain mapping-table")


def meanings(found: Sequence[Field], document: Document) -> Component:
    """Everything an event can tell, and which field tells it."""
    paths = [{"label": "–", "value": ""}, *({"label": one.path, "value": one.path} for one in found)]
    seen = {one.path: one.words for one in found}
    rows: list[Component] = []
    for one in draft.MEANINGS:
        rows.append(_meaning(one, paths, document))
        path = draft.path_of(document, one.name)
        if one.kind == "word" and path not in ("", CUSTOM):
            rows.append(_words(one.name, one.label, seen.get(path, []), document))
    return html.Div(rows, className="mapping-meanings")


def _meaning(one: Meaning, paths: list[dict[str, str]], document: Document) -> Component:
    if one.name in draft.SIDED:
        controls = [
            html.Div(
                [
                    html.Span(f"{side} calls", className="hint small", **{"aria-hidden": "true"}),
                    choice(
                        "path",
                        [one.name, side],
                        paths,
                        draft.path_of(document, one.name, side),
                        f"{one.label}, {side}",
                    ),
                ]
            )
            for side in draft.SIDES
        ]
    else:
        path = draft.path_of(document, one.name)
        controls = [choice("path", [one.name], paths, path, one.label)]
        if path not in ("", CUSTOM) and one.kind in ("moment", "duration"):
            controls.append(_how(one, document))
    return html.Div(
        [
            html.Div([html.Div(one.label), html.Div(one.hint, className="hint small") if one.hint else None]),
            html.Div(controls, className="mapping-controls"),
        ],
        className="mapping-meaning",
    )


def _how(one: Meaning, document: Document) -> Component:
    options = (
        [{"label": unit, "value": unit} for unit in draft.UNITS]
        if one.kind == "duration"
        else [{"label": label, "value": value} for value, label in draft.FORMATS]
    )
    return choice("how", [one.name], options, draft.how_of(document, one.name), f"How {one.label} is written")


def _words(name: str, label: str, seen: Sequence[str], document: Document) -> Component:
    """Their words, and which of ours each stands for."""
    options = [
        {"label": "not mapped", "value": ""},
        *({"label": _ours(name, word), "value": word} for word in draft.OURS[name]),
        {"label": "tells nothing", "value": draft.SILENT},
    ]
    rows = [
        html.Div(
            [
                html.Code(word),
                choice(
                    "word", [name, word], options, draft.word_of(document, name, word), f"{label} “{word}”"
                ),
            ],
            className="mapping-word",
        )
        for word in seen
    ]
    return html.Div(
        rows or html.P("No word of it is in the messages above.", className="hint small"),
        className="mapping-words",
    )


def _ours(name: str, word: str) -> str:
    return draft.KIND_LABELS[word] if name == "kind" else word.replace("_", " ")


def split(found: Sequence[Field], document: Document) -> Component:
    """Which field tells messages apart, and which word of it is which kind of message."""
    path = draft.split_of(document)
    if path == CUSTOM:
        return html.P("The rules were written by hand; they are edited as JSON below.", className="second")
    options = [
        {"label": "none: every message is the record of a call", "value": ""},
        *({"label": one.path, "value": one.path} for one in found),
    ]
    seen = next((one.words for one in found if one.path == path), [])
    return html.Div(
        [
            html.Div(
                [
                    html.Div("Told apart by"),
                    html.Div(choice("split", ["kind"], options, path, "Field that tells messages apart")),
                ],
                className="mapping-meaning",
            ),
            _words("kind", "Message", seen, document) if path else None,
        ],
        className="mapping-meanings",
    )
