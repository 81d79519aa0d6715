"""Boards: everything missed and pending in the supervisor's teams, live."""

from datetime import datetime
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components import boards_file, boards_grid, boards_strip, calling, filters, words
from dashapp.components.boards_query import AGES, DIRECTIONS, KINDS, BoardQuery
from dashapp.components.icon import icon
from dashapp.components.page import button, page, page_head
from dashapp.context import store, viewer
from models.store import audit, boards, feed
from models.store.boards import Choices, Figures
from models.store.episode import episode

dash.register_page(__name__, path="/boards", title="Boards · Callboard", roles=("supervisor", "admin"))

QUERY, TICK, OPEN, EPISODE, FILE = (
    "boards-query",
    "boards-tick",
    "boards-open",
    "boards-episode",
    "boards-file",
)
KIND_WORDS = {"missed": "Missed", "pending": "Pending"}


def layout(**query: Any) -> Component:
    asked = BoardQuery.read(query)
    kept, who = store(), viewer()
    now = kept.now()
    with kept.read() as tx:
        cursor = feed.last_id(tx)
        rows = boards.rows(tx, who, asked.kind, asked.filters, now=now, rules=kept.rules)
        figures = boards.figures(tx, who, asked.filters, now=now, rules=kept.rules)
        choices = boards.choices(tx, who)
    return page(
        _head(),
        html.Div(boards_strip.strip(figures, now, kept.rules), id="boards-figures"),
        _bar(asked, choices, figures),
        html.Div(
            [boards_grid.grid(rows, calls=calling.may_call()), _nothing()],
            className="boards-board",
            **{
                "data-board": "",
                "data-cursor": str(cursor),
                "data-open": str(asked.open_id or ""),
                "data-rows": str(len(rows)),
            },
        ),
        _foot(now, kept.rules.zone),
        dcc.Store(id=QUERY, data=asked.stored()),
        dcc.Store(id=TICK),
        dcc.Store(id=OPEN),
        dcc.Store(id=EPISODE),
        dcc.Download(id=FILE),
        name="boards",
    )


def _head() -> Component:
    live = html.Span(
        [html.Span(className="dot"), html.Span("Live", **{"data-live-words": ""})],
        className="live-note",
        **{"data-live-note": ""},
    )
    return page_head(
        "Missed and pending",
        button("Copy link", "link-45deg", **{"data-copy-link": ""}),
        button("Export", "download", ident="boards-export"),
        beside=live,
    )


def _bar(asked: BoardQuery, choices: Choices, figures: Figures) -> Component:
    narrowed = asked.filters
    counts = {"missed": figures.missed.count, "pending": figures.pending.count}
    pairs, text = filters.pairs, _texts
    return filters.bar(
        QUERY,
        filters.segmented("kind", "Kind", [(kind, KIND_WORDS[kind]) for kind in KINDS], asked.kind, counts),
        html.Div(
            [
                filters.chip("team", "Team", "people", pairs(choices.teams), text(narrowed.teams))
                if len(choices.teams) > 1 or narrowed.teams
                else None,
                filters.chip(
                    "counselor", "Counselor", "person", pairs(choices.counselors), text(narrowed.counselors)
                ),
                filters.chip(
                    "direction", "Direction", "arrow-left-right", DIRECTIONS, text(narrowed.directions)
                ),
                filters.chip("did", "DID", "telephone", pairs(choices.dids), text(narrowed.dids)),
                filters.chip(
                    "connection", "Connection", "plug", pairs(choices.connections), text(narrowed.connections)
                ),
                filters.chip("age", "Older than", "clock", AGES, [str(narrowed.older_than)], many=False),
            ],
            className="toolbar end",
        ),
        name="boards-bar",
    )


def _texts(values: frozenset[int] | frozenset[str]) -> list[str]:
    return [str(value) for value in values]


def _nothing() -> Component:
    """Shown by css while the grid has no row."""
    return html.Div(
        [
            icon("check2-circle"),
            html.Div("Nothing is waiting", className="heading"),
            html.P(
                "New entries appear here by themselves, the moment a call is missed.", className="when-all"
            ),
            html.P("No open entry fits these filters.", className="when-some"),
            html.Div(
                button("Clear the filters", **{"data-clear-filters": ""}), className="actions when-some"
            ),
        ],
        className="empty boards-empty",
    )


def _foot(now: datetime, zone: Any) -> Component:
    def sign(tone: str, name: str, text: str) -> Component:
        return html.Span([html.Span(icon(name), className=f"why is-{tone}"), text], className="boards-sign")

    return html.Div(
        [
            html.Span(
                [
                    sign("missed", "x", "free, did not pick up"),
                    sign("unknown", "telephone-fill", "on a call"),
                    sign("unknown", "moon-fill", "away"),
                ],
                className="boards-signs",
            ),
            html.Span(f"Times in {words.zone_name(now, zone)}. Ages count from the end of the call."),
        ],
        className="page-foot",
    )


@callback(Output(boards_grid.GRID, "rowData"), Input(QUERY, "data"), prevent_initial_call=True)
@allow("supervisor", "admin")
def _rows(data: dict[str, Any] | None) -> list[dict[str, Any]]:
    asked, kept = BoardQuery.read(data), store()
    with kept.read() as tx:
        found = boards.rows(tx, viewer(), asked.kind, asked.filters, now=kept.now(), rules=kept.rules)
    return boards_grid.keyed(found)


@callback(
    Output("boards-figures", "children"),
    Output("kind-missed-count", "children"),
    Output("kind-pending-count", "children"),
    Input(QUERY, "data"),
    Input(TICK, "data"),
    prevent_initial_call=True,
)
@allow("supervisor", "admin")
def _figures(data: dict[str, Any] | None, _tick: float | None) -> tuple[Component, str, str]:
    asked, kept = BoardQuery.read(data), store()
    now = kept.now()
    with kept.read() as tx:
        found = boards.figures(tx, viewer(), asked.filters, now=now, rules=kept.rules)
    return boards_strip.strip(found, now, kept.rules), f"{found.missed.count:,}", f"{found.pending.count:,}"


@callback(Output(EPISODE, "data"), Input(OPEN, "data"), prevent_initial_call=True)
@allow("supervisor", "admin")
def _episode(opened: dict[str, Any] | None) -> dict[str, Any]:
    entry_id = opened.get("id") if opened else None
    if not isinstance(entry_id, int):
        return {"id": None}
    kept = store()
    with kept.read() as tx:
        found = episode(tx, viewer(), entry_id, now=kept.now(), rules=kept.rules)
    return found or {"id": entry_id, "gone": True}


@callback(
    Output(FILE, "data"), Input("boards-export", "n_clicks"), State(QUERY, "data"), prevent_initial_call=True
)
@allow("supervisor", "admin")
def _export(_clicks: int | None, data: dict[str, Any] | None) -> dict[str, Any]:
    asked, kept, who = BoardQuery.read(data), store(), viewer()
    now = kept.now()
    with kept.read() as tx:
        rows = boards.rows(tx, who, asked.kind, asked.filters, now=now, rules=kept.rules)
        said = asked.said(boards.choices(tx, who))
    audit.file_taken(
        kept, who, "boards", "; ".join([f"{words.plural(len(rows), 'row')}, {asked.kind}", *said])
    )
    return boards_file.download(rows, asked.kind, said, now, kept.rules.zone)


clientside_callback(
    ClientsideFunction(namespace="callboard", function_name="boardsSeeded"),
    Output(TICK, "data", allow_duplicate=True),
    Input(boards_grid.GRID, "rowData"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction(namespace="callboard", function_name="boardsEpisode"),
    Output(OPEN, "data", allow_duplicate=True),
    Input(EPISODE, "data"),
    prevent_initial_call=True,
)
