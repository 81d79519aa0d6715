"""The audit as a table, a page at a time, and as a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components import audit_words, csv_export, words
from dashapp.components.audit_query import AuditQuery
from dashapp.components.icon import icon
from dashapp.components.page import button, card, empty
from models.store.audit_trail import MOST, PAGE, Line

HEADS = ("At ({zone})", "Who", "Kind", "What", "Of", "Lead", "Details", "Action", "Line")


def table(found: Sequence[Line], asked: AuditQuery, now: datetime, zone: ZoneInfo) -> list[Component]:
    """``found`` is one line longer than a page when there is another page."""
    shown = found[:PAGE]
    if not shown:
        return [_nothing(asked)]
    heads = [("When", ""), ("Who", ""), ("What", "who"), ("Of", ""), ("Details", "")]
    rows = html.Table(
        [
            html.Thead(html.Tr([html.Th(word, className=name) for word, name in heads])),
            html.Tbody([_row(line, now, zone) for line in shown]),
        ],
        className="table-plain audit-table",
    )
    more = len(found) > PAGE
    pager = [_pager(asked, shown[-1].id if more else None)] if more or asked.before else []
    return [card(rows, name="audit-card"), *pager]


def _row(line: Line, now: datetime, zone: ZoneInfo) -> Component:
    sign, name = audit_words.KIND_WORDS.get(audit_words.kind(line), ("journal-text", "Other"))
    refused = line.action.endswith("_refused")
    return html.Tr(
        [
            html.Td(
                words.moment(line.at, now, zone)
                if (now - line.at).days < 1
                else f"{words.short_day(line.at, zone)}, {words.clock(line.at, zone)}",
                className="num when",
                title=words.full(line.at, zone),
            ),
            html.Td(audit_words.by(line), className="by"),
            html.Td(
                html.Span(
                    [icon("eye-slash" if refused else sign), audit_words.did(line)],
                    className=f"word{' is-missed' if refused else ''}",
                ),
                className="what",
                title=name,
            ),
            html.Td(_about(line), className="of"),
            html.Td(audit_words.detail(line), className="second details"),
        ]
    )


def _about(line: Line) -> Component | str:
    text = audit_words.about(line)
    what, number = line.about
    if line.lead_id is not None:
        return html.A(text, href=f"/lead/{line.lead_id}?via=link")
    if what == "connection" and line.name:
        return html.A(text, href=f"/providers/{number}")
    return text


def _pager(asked: AuditQuery, last: int | None) -> Component:
    def link(name: str, word: str, query: dict[str, str] | None) -> Component:
        inside = [icon(name), word]
        if query is None:
            return html.Span(inside, className="btn btn-secondary disabled", **{"aria-disabled": "true"})
        text = urlencode(query, safe=",")
        return html.A(inside, href=f"/audit?{text}" if text else "/audit", className="btn btn-secondary")

    given = asked.stored()
    return html.Nav(
        [
            link("chevron-double-left", "Newest", given if asked.before else None),
            link("chevron-right", "Older", {**given, "before": str(last)} if last else None),
        ],
        className="pager",
        **{"aria-label": "Pages of the audit"},
    )


def _nothing(asked: AuditQuery) -> Component:
    narrowed = bool(asked.people or asked.kinds or asked.before)
    said = (
        "Nothing in these days fits the filters."
        if narrowed
        else "Nothing was done in these days that is kept here. Choose more of them."
    )
    clear = [button("Clear the filters", **{"data-clear-filters": "audit-query"})] if narrowed else []
    return card(empty("journal-check", "No line", said, *clear), name="audit-card")


def download(found: Sequence[Line], said: Sequence[str], now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """What ``dcc.Download`` takes: all lines, with the filters in words (``said``). Masked as on the screen."""
    cut = f", the latest {MOST:,} only" if len(found) >= MOST else ""
    about = [
        f"Callboard: audit, {words.plural(len(found), 'line')}{cut}, as of {words.full(now, zone)}",
        f"Times in {zone}. {'; '.join(said)}",
    ]
    stamp = f"{now.astimezone(zone):%Y-%m-%d-%H%M}"
    return {
        "content": csv_export.document(
            about, [head.format(zone=zone) for head in HEADS], (_cells(line, zone) for line in found)
        ),
        "filename": csv_export.file_name("audit", stamp, words.zone_name(now, zone)),
        "type": "text/csv",
    }


def _cells(line: Line, zone: ZoneInfo) -> list[Any]:
    return [
        f"{line.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        audit_words.by(line),
        audit_words.KIND_WORDS.get(audit_words.kind(line), ("", "Other"))[1],
        audit_words.did(line),
        audit_words.about(line),
        line.lead_id,
        audit_words.detail(line),
        line.action,
        line.id,
    ]
