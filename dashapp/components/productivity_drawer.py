"""The calls behind a number: what was counted, row by row, so that anybody may recount it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components import calling, csv_export, numbers, words
from dashapp.components.page import button, empty
from dashapp.components.status import DIRECTION, NOT_PICKED_UP, OUTCOME, chip
from models.rules.call import Direction, MissReason, Outcome
from models.rules.metrics import CATALOGUE
from models.store.callsbehind import CALLS, ENTRIES, OPENABLE, RINGS, Behind

SHOWN = 200
OPENED = {
    "popup": "from the pop-up",
    "board": "from the board",
    "queue": "from the queue",
    "bell": "from the bell",
}


@dataclass(frozen=True, slots=True)
class Drill:
    """Which number: a metric, whose (None: all in sight, 0: nobody's), and perhaps one day of the window."""

    metric: str
    who: int | None
    on: date | None

    @classmethod
    def read(cls, given: Mapping[str, Any] | None) -> "Drill | None":
        """None when it asks for no number that is made of calls."""
        given = given or {}
        metric = given.get("metric")
        if metric not in OPENABLE:
            return None
        who = str(given.get("who") or "")
        try:
            on = date.fromisoformat(str(given.get("on") or ""))
        except ValueError:
            on = None
        return cls(str(metric), int(who) if who.isdigit() and len(who) < 10 else None, on)


def drawer(drill: Drill, found: Behind, value: str, whose: str, when: str, zone: ZoneInfo) -> list[Component]:
    """Head, list and foot. ``whose`` is the counselor's name or empty, ``when`` the days in words."""
    label = CATALOGUE[drill.metric].label
    path = " / ".join(part for part in ("Productivity", label, whose) if part)
    with_call = calling.may_call()
    rows = [_row(drill, row, zone, with_call) for row in found.rows]
    heads = [html.Th(head, className=look) for head, look in _heads(drill)]
    if with_call:
        heads.insert(2, html.Th(html.Span("Call", className="visually-hidden")))
    listed = (
        html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="table-plain drill-table")
        if rows
        else empty("telephone", "No call stands behind this number", "It counts nothing on these days.")
    )
    more = (
        f"The newest {len(rows):,} of {found.count:,}; the file has all of them."
        if found.count > len(rows)
        else words.plural(found.count, "row")
    )
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.Div(path, className="small hint"),
                        html.H2(f"{label}, {value}", className="title", id="productivity-drawer-title"),
                        html.P(f"{_counted(drill, found)} {when}", className="second"),
                    ],
                    className="grow",
                ),
                button(f"Export {found.count:,}", "download", ident="productivity-drawer-export"),
            ],
            className="drawer-head",
        ),
        html.Div(listed, className="drawer-body"),
        html.Div(
            [html.Span(more), html.Span(["Esc ", html.Span("closes")])], className="drawer-foot small second"
        ),
    ]


def _counted(drill: Drill, found: Behind) -> str:
    unit = CATALOGUE[drill.metric].unit
    if unit == "share":
        part = sum(1 for row in found.rows if row["counted"])
        whole = "rings" if drill.metric in RINGS else "attempts"
        verb = "were answered" if drill.metric in RINGS else "reached a person"
        if found.count == len(found.rows):
            return f"{part:,} of {words.plural(found.count, whole[:-1])} {verb},"
        return f"{words.plural(found.count, whole[:-1])},"
    noun = "ring" if drill.metric in RINGS else "entry" if drill.metric in ENTRIES else "call"
    return words.plural(found.count, noun, "entries" if noun == "entry" else None) + ","


def _heads(drill: Drill) -> list[tuple[str, str]]:
    heads = [("When", ""), ("Lead", ""), ("Direction", "")]
    if drill.who is None:
        heads.append(("Counselor", ""))
    return [*heads, ("Talk" if drill.metric in CALLS else "Rang", "end"), ("Result", "")]


def _row(drill: Drill, row: Mapping[str, Any], zone: ZoneInfo, with_call: bool) -> Component:
    at: datetime = row["at"]
    local = at.astimezone(zone)
    lead = (
        html.A(row["lead"], href=f"/lead/{row['lead_id']}?via=link", className="strong")
        if row["lead_id"]
        else "–"
    )
    direction = DIRECTION[Direction(row["direction"])][1] if row["direction"] in DIRECTION else "Not told"
    cells = [
        html.Td(f"{local.day} {local:%b} {local:%H:%M}", className="num", title=words.full(at, zone)),
        html.Td(
            [lead, html.Div(row["programme"] or "", className="small hint clip")], className="drill-lead"
        ),
        html.Td(direction, className="second"),
    ]
    if drill.who is None:
        cells.append(html.Td(row["counselor"] or "–", className="second"))
    seconds = row["talk_seconds"] if drill.metric in CALLS else row["seconds"]
    cells += [html.Td(words.duration(seconds), className="end"), html.Td(_result(drill, row))]
    if with_call:
        call = calling.call_button(row["lead_id"], row["lead"], small=True) if row["has_number"] else None
        cells.insert(2, html.Td(call, className="drill-call"))
    return html.Tr(cells, className="" if row["counted"] else "is-uncounted")


def _result(drill: Drill, row: Mapping[str, Any]) -> Component:
    if "state" in row:
        if row["state"] == "open":
            return chip("missed" if row["kind"] == "missed" else "pending", "circle", "Still open")
        how = OPENED.get(row["cleared_how"] or "", "")
        by = row["cleared_by"] or "somebody"
        return html.Span(
            [
                chip("connected", "check-circle-fill", "Cleared", f"by {by} {how}".rstrip()),
                html.Span(by, className="small hint"),
            ],
            className="state",
        )
    if drill.metric in RINGS:
        if row["answered"]:
            return chip("connected", "telephone-fill", "Answered")
        look = NOT_PICKED_UP[MissReason(row["reason"] or MissReason.UNKNOWN)]
        return chip(look.tone, look.icon, look.word.capitalize())
    if row["outcome"] is None:
        return chip("ringing", "telephone", "Under way")
    look = OUTCOME[Outcome(row["outcome"])]
    if row["outcome"] == Outcome.CONNECTED and not row["counted"]:
        return chip("outline", "telephone", "Too short, or a machine")
    return chip(look.tone, look.icon, look.word)


def file_text(drill: Drill, found: Behind, about: Sequence[str], zone: ZoneInfo) -> str:
    """All rows; ``counted`` says which of them make the part of a quotient."""
    heads = (
        f"At ({zone})",
        "Lead",
        "Programme",
        "Direction",
        "Counselor",
        "Connection",
        "Talk (s)",
        "Result",
        "Counted",
        "Call",
        "Lead id",
    )
    rows = (
        [
            f"{row['at'].astimezone(zone):%Y-%m-%d %H:%M:%S}",
            row["lead"],
            row["programme"],
            row["direction"],
            row["counselor"],
            row["connection"],
            row["talk_seconds"],
            _plain(drill, row),
            row["counted"],
            row["call_id"],
            row["lead_id"],
        ]
        for row in found.rows
    )
    metric = CATALOGUE[drill.metric]
    return csv_export.document([*about, f"{metric.label} ({metric.id} v{metric.version})"], heads, rows)


def _plain(drill: Drill, row: Mapping[str, Any]) -> str:
    if "state" in row:
        return str(row["state"])
    if drill.metric in RINGS:
        return "answered" if row["answered"] else str(row["reason"] or "unknown")
    return str(row["outcome"] or "under way").replace("_", " ")


def value_of(drill: Drill, found: Behind, value: float | None) -> str:
    """What the list adds up to; a report's own figure where it was given."""
    return str(numbers.shown(drill.metric, value if value is not None else found.count))
