"""What the messages would become, what was not understood, and the saved versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.icon import icon
from dashapp.components.page import banner, button
from dashapp.components.status import chip
from ingest.trying import Tried
from models.store.inspector import Listed
from models.store.mappings import Version

BACK, PICK = "mapping-back", "mapping-pick"
_SHOWN = (
    "seat",
    "customer",
    "did",
    "direction",
    "outcome",
    "talk_seconds",
    "ring_seconds",
    "started_at",
    "ended_at",
)
_LABELS = {
    "seat": "agent",
    "did": "our number",
    "customer": "lead",
    "talk_seconds": "talked",
    "ring_seconds": "rang",
    "started_at": "started",
    "ended_at": "ended",
}


def problems(lines: Sequence[str]) -> Component | None:
    """What is wrong with the document, each by its place."""
    if not lines:
        return None
    return banner(
        "missed",
        "exclamation-triangle-fill",
        html.Div(
            [html.B("This mapping cannot be used yet."), html.Ul([html.Li(line) for line in lines[:12]])]
        ),
    )


def tried(found: Sequence[tuple[str, Tried]], zone: ZoneInfo) -> list[Component]:
    """Each message with the events it would produce."""
    return [_one(label, one, zone) for label, one in found]


def _one(label: str, found: Tried, zone: ZoneInfo) -> Component:
    told = found.told()
    if found.why:
        look = chip("missed", "exclamation-triangle-fill", "For review")
    elif told["events"]:
        count = len(told["events"])
        look = chip("connected", "check-circle-fill", f"{count} event" + ("s" if count > 1 else ""))
    else:
        look = chip("unknown", "dash-circle", "No event")
    reason = told.get("why") or told.get("note") or ""
    return html.Div(
        [
            html.Div([html.Span(label, className="strong"), look], className="mapping-try-head"),
            html.P(reason, className="second small") if reason else None,
            *[_event(each, zone) for each in told["events"][:12]],
            _unknown(told["unknown_words"]),
        ],
        className="mapping-try",
    )


def _event(told: dict[str, Any], zone: ZoneInfo) -> Component:
    pairs = [("call", told["provider_call_id"])]
    pairs += [(_LABELS.get(name, name), _said(name, told[name], zone)) for name in _SHOWN if name in told]
    reason = told.get("extra", {}).get("miss_reason")
    if reason:
        pairs.append(("because", str(reason)))
    return html.Div(
        [
            html.Div(told["kind"], className="mapping-kind"),
            html.Dl(
                [html.Div([html.Dt(name), html.Dd(text, className="num")]) for name, text in pairs],
                className="mapping-facts",
            ),
        ],
        className="mapping-event",
    )


def _said(name: str, value: Any, zone: ZoneInfo) -> str:
    if name.endswith("_seconds"):
        return f"{value} s"
    if name.endswith("_at"):
        try:
            return f"{datetime.fromisoformat(value).astimezone(zone):%d %b %H:%M:%S}"
        except ValueError:
            return str(value)
    return str(value).replace("_", " ")


def _unknown(pairs: Sequence[Sequence[str]]) -> Component | None:
    if not pairs:
        return None
    said = [html.Span([html.Code(field), f" “{word}” "]) for field, word in pairs[:12]]
    return html.P([icon("question-circle"), " Not understood: ", *said], className="mapping-unknown small")


def versions(found: Sequence[Version], now: datetime, zone: ZoneInfo) -> Component:
    """The saved versions, newest first."""
    if not found:
        return html.P("None is saved yet: what arrives is kept for review.", className="second")
    rows = [
        html.Li(
            [
                html.Div(
                    [
                        html.Div([html.Span(f"Version {one.version}", className="strong"), f" {one.note}"]),
                        html.Div(
                            f"{words.moment(one.at, now, zone)}, {one.by or 'by command'}",
                            className="hint small",
                        ),
                    ],
                    className="grow",
                ),
                chip("connected", "check-circle-fill", "in use")
                if one.in_use
                else button("Use again", ident={"type": BACK, "version": str(one.version)}),
            ],
            className="mapping-version",
        )
        for one in found
    ]
    return html.Ul(rows, className="plain-list")


def kept(found: Sequence[Listed], now: datetime, zone: ZoneInfo) -> Component:
    """Old deliveries of the connection, to be added as samples."""
    if not found:
        return html.P("This connection has kept no delivery yet.", className="hint small")
    buttons = [
        button(
            f"{each.door} · {words.moment(each.received_at, now, zone)} · {each.verdict}",
            "plus",
            ident={"type": PICK, "delivery": str(each.id)},
        )
        for each in found
    ]
    return html.Div(buttons, className="mapping-kept")
