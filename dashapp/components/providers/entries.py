"""What an admin fills in for a connection: secrets, which are never shown again, and settings."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.page import button
from dashapp.components.providers.addresses import HOURS, left
from dashapp.components.providers.labels import dom_id
from dashapp.components.status import chip
from ingest.contract import Configurable, Entry, Vendor
from models.store.connections import Details
from models.store.rotation import Retiring

ENTRY, SAVE, KEEP, END = "connection-entry", "connection-save", "connection-keep", "connection-end"
LONGEST = 4000


class BadEntry(ValueError):
    """What was typed cannot be taken; the message may be shown."""


def asked(vendor: Vendor, of: Details) -> tuple[Entry, ...]:
    """What there is to fill in: of a provider that is mapped, the secrets its mapping names as well."""
    fixed = vendor.set_up.entries
    if not vendor.set_up.mapped:
        return fixed
    mapped = cast("Configurable", vendor)
    document = of.settings.get(mapped.setting)
    if document is None or mapped.problems(document):
        return fixed
    known = {entry.name for entry in fixed}
    named = [name for name in mapped.secrets_named(document) if name not in known]
    return (*fixed, *(Entry(name, name, "Named by the mapping", secret=True, needed=True) for name in named))


def form(
    entries: Sequence[Entry], of: Details, retiring: Sequence[Retiring], now: datetime, zone: ZoneInfo
) -> Component:
    """One field an entry; a secret's is always empty and says since when there is one."""
    if not entries:
        return html.P("There is nothing to fill in for this provider.", className="second")
    older = {each.name: each for each in retiring}
    overlap = None
    if any(entry.secret for entry in entries):
        overlap = html.Div(
            [
                html.Label("A replaced secret is accepted for", htmlFor=KEEP, className="second"),
                dbc.Select(
                    id=KEEP,
                    options=[{"label": text, "value": str(hours)} for hours, text in HOURS],
                    value="24",
                    size="sm",
                    class_name="short-choice",
                ),
            ],
            className="field-line",
        )
    return html.Div(
        [
            html.Div(
                [_field(entry, of, older.get(entry.name), now, zone) for entry in entries],
                className="form-grid",
            ),
            html.Div(
                [overlap, button("Save", ident=SAVE, icon_name="check-lg")], className="form-end is-between"
            ),
        ],
        className="stack",
    )


def _field(entry: Entry, of: Details, older: Retiring | None, now: datetime, zone: ZoneInfo) -> Component:
    ident: dict[str, str | int] = {"type": ENTRY, "name": entry.name}
    state = _secret_state(entry, of, older, now, zone) if entry.secret else []
    control: Component
    if entry.secret:
        there = entry.name in of.secrets
        control = dbc.Input(
            id=ident,
            type="password",
            value="",
            autocomplete="new-password",
            maxLength=LONGEST,
            placeholder="Replace it…" if there else "Paste it here",
        )
    elif entry.kind == "flag":
        control = dbc.Switch(id=ident, value=bool(of.settings.get(entry.name)), label=entry.meaning)
    else:
        control = dbc.Input(
            id=ident,
            type="number" if entry.kind == "number" else "text",
            value=_shown(of.settings.get(entry.name)),
            maxLength=LONGEST,
        )
    needed = entry.needed and entry.name not in of.secrets and not of.settings.get(entry.name)
    return html.Div(
        [
            html.Div(
                [
                    html.Label(entry.label, htmlFor=dom_id(ident), className="form-label"),
                    chip("pending", "exclamation-circle", "needed") if needed else None,
                    *state,
                ],
                className="form-head",
            ),
            control,
            html.Div(entry.meaning, className="hint small") if entry.kind != "flag" else None,
        ],
        className="form-field",
    )


def _secret_state(
    entry: Entry, of: Details, older: Retiring | None, now: datetime, zone: ZoneInfo
) -> list[Component]:
    if entry.name not in of.secrets:
        return [] if entry.needed else [html.Span("not set", className="hint small")]
    at = of.secrets[entry.name]
    since = f"Set {words.moment(at, now, zone)}" if at else "Set"
    shown: list[Component] = [chip("connected", "lock-fill", since, words.full(at, zone) if at else None)]
    if older:
        shown += [
            chip("pending", "hourglass-split", f"the old one ends in {left(older.ends_at, now)}"),
            html.Button(
                "End it now",
                type="button",
                className="btn btn-plain btn-sm",
                id={"type": END, "name": entry.name},
            ),
        ]
    return shown


def read(
    entries: Sequence[Entry], given: Mapping[str, Any], of: Details
) -> tuple[dict[str, str], dict[str, Any]]:
    """(secrets, settings) that changed; an empty secret changes nothing, an empty setting is removed.

    Raises ``BadEntry``.
    """
    secrets: dict[str, str] = {}
    settings: dict[str, Any] = {}
    for entry in entries:
        if entry.name not in given:
            continue
        value = given[entry.name]
        if entry.secret:
            text = _text(entry, value)
            if text:
                secrets[entry.name] = text
            continue
        wanted = _setting(entry, value)
        if wanted != of.settings.get(entry.name):
            settings[entry.name] = wanted
    return secrets, settings


def _text(entry: Entry, value: Any) -> str:
    text = "" if value is None else str(value).strip()
    if len(text) > LONGEST:
        raise BadEntry(f"{entry.label}: at most {LONGEST:,} characters")
    return text


def _setting(entry: Entry, value: Any) -> Any:
    """As the vendor's code reads it: text, number, true or a list; None where nothing is given."""
    if entry.kind == "flag":
        return True if value else None
    text = _text(entry, value)
    if not text:
        return None
    if entry.kind == "number":
        try:
            number = float(text)
        except ValueError as error:
            raise BadEntry(f"{entry.label}: {text!r} is no number") from error
        if not abs(number) < 1e12:  # infinities and what is not a number too
            raise BadEntry(f"{entry.label}: {text!r} is no number we could use")
        return int(number) if number.is_integer() else number
    if entry.kind == "list":
        return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
    return text


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return json.dumps(value) if isinstance(value, dict) else value
