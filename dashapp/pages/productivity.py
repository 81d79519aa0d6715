"""Productivity: what each counselor did in a window of days, and the calls behind every number."""

from datetime import date, datetime
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components import (
    csv_export,
    productivity_cards,
    productivity_chart,
    productivity_drawer,
    productivity_grid,
    productivity_parts,
    words,
)
from dashapp.components.page import button, page, page_head
from dashapp.components.productivity_drawer import SHOWN, Drill
from dashapp.components.productivity_parts import CHART, DRILL, FILE, QUERY, TREND
from dashapp.components.productivity_query import ProductivityQuery, span
from dashapp.context import store, viewer
from models.rules.access import Role
from models.rules.windows import Window
from models.store import audit, productivity
from models.store.callsbehind import Behind, behind
from models.store.productivity import Report

dash.register_page(
    __name__,
    path="/productivity",
    title="Productivity · Callboard",
    roles=("counselor", "supervisor", "admin"),
)


def layout(**query: Any) -> Component:
    asked = _asked(query)
    report, chart = _read(asked)
    kept, who = store(), viewer()
    rules = kept.rules
    teams: list[tuple[int, str]] = []
    if who.role is not Role.COUNSELOR:
        with kept.read() as tx:
            teams = [(team["id"], team["name"]) for team in productivity.teams_for(tx, who)]
    drill = {name: query[name] for name in ("metric", "who", "on") if name in query}
    return page(
        page_head("Productivity", button("Copy link", "link-45deg", **{"data-copy-link": ""})),
        productivity_parts.bar(asked, teams, _today()),
        html.Div(productivity_cards.cards(report, rules), id="productivity-cards"),
        productivity_parts.trend(asked, chart, rules),
        productivity_parts.table(report, rules),
        productivity_parts.foot(rules, words.zone_name(kept.now(), rules.zone)),
        productivity_parts.drawer(),
        dcc.Store(id=QUERY, data=asked.stored()),
        dcc.Store(id=DRILL, data=drill or None),
        dcc.Store(id="productivity-theme"),
        dcc.Download(id=FILE),
        name="productivity",
    )


def _today() -> date:
    kept = store()
    return kept.now().astimezone(kept.rules.zone).date()


def _asked(given: dict[str, Any] | None) -> ProductivityQuery:
    return ProductivityQuery.read(given, _today())


def _read(asked: ProductivityQuery) -> tuple[Report, dict[str, Any]]:
    """The report and its chart."""
    kept, who = store(), viewer()
    with kept.read() as tx:
        report = productivity.report(
            tx, who, asked.window, now=kept.now(), rules=kept.rules, teams=asked.teams
        )
        if asked.window.days > 1:
            bars = productivity_chart.by_day(asked.window, report.days)
        else:
            hours = [
                productivity.by_hour(tx, who, day, teams=asked.teams)
                for day in (asked.window.last, asked.window.last - 1)
            ]
            bars = productivity_chart.by_hour(hours[0], hours[1], asked.window.last)
    return report, productivity_chart.chart(bars)


@callback(
    Output("productivity-cards", "children"),
    Output(CHART, "data"),
    Output(productivity_grid.GRID, "rowData"),
    Output(productivity_grid.GRID, "dashGridOptions"),
    Output("productivity-dates", "children"),
    Output("productivity-versus", "children"),
    Output("productivity-trend-title", "children"),
    Output("productivity-trend-dashes", "children"),
    Output("productivity-export", "children"),
    Input(QUERY, "data"),
    prevent_initial_call=True,
)
@allow("counselor", "supervisor", "admin")
def _report(data: dict[str, Any] | None) -> tuple[Any, ...]:
    asked = _asked(data)
    report, chart = _read(asked)
    return (
        productivity_cards.cards(report, store().rules),
        chart,
        productivity_grid.rows(report),
        productivity_grid.options(report),
        productivity_parts.days(asked, _today()),
        productivity_parts.versus(asked, _today()),
        productivity_parts.trend_title(asked),
        productivity_parts.dashes(asked),
        button(productivity_parts.export_words(report), "download").children,
    )


def _behind(asked: ProductivityQuery, drill: Drill, limit: int | None) -> Behind:
    kept = store()
    with kept.read() as tx:
        return behind(
            tx,
            viewer(),
            drill.metric,
            _window(asked, drill),
            rules=kept.rules,
            who=drill.who,
            teams=asked.teams,
            limit=limit,
        )


def _window(asked: ProductivityQuery, drill: Drill) -> Window:
    return Window.of(drill.on, drill.on) if drill.on else asked.window


@callback(
    Output("productivity-drawer-body", "children"),
    Input(DRILL, "data"),
    State(QUERY, "data"),
)
@allow("counselor", "supervisor", "admin")
def _open(given: dict[str, Any] | None, data: dict[str, Any] | None) -> list[Component]:
    drill = Drill.read(given)
    if drill is None:
        return []
    asked, kept, who = _asked(data), store(), viewer()
    found = _behind(asked, drill, SHOWN)
    window = _window(asked, drill)
    with kept.read() as tx:
        report = productivity.report(tx, who, window, now=kept.now(), rules=kept.rules, teams=asked.teams)
    row = next((row for row in report.rows if row.person_id == drill.who), None)
    tally = report.total if drill.who is None else row.tally if row else None
    value = tally.value(drill.metric) if tally else None
    when = span(*window.dates, _today())
    shown = productivity_drawer.value_of(drill, found, value)
    return productivity_drawer.drawer(drill, found, shown, row.name if row else "", when, kept.rules.zone)


@callback(
    Output(FILE, "data"),
    Input("productivity-export", "n_clicks"),
    State(QUERY, "data"),
    prevent_initial_call=True,
)
@allow("counselor", "supervisor", "admin")
def _export(_clicks: int | None, data: dict[str, Any] | None) -> dict[str, Any]:
    asked = _asked(data)
    report, _ = _read(asked)
    return _download(productivity_grid.file_text(report, _about(asked, asked.window)), "productivity", asked)


@callback(
    Output(FILE, "data", allow_duplicate=True),
    Input("productivity-drawer-export", "n_clicks"),
    State(DRILL, "data"),
    State(QUERY, "data"),
    prevent_initial_call=True,
)
@allow("counselor", "supervisor", "admin")
def _export_calls(clicks: int | None, given: dict[str, Any] | None, data: dict[str, Any] | None) -> Any:
    drill = Drill.read(given)
    if not clicks or drill is None:
        return dash.no_update
    asked = _asked(data)
    found = _behind(asked, drill, None)
    about = _about(asked, _window(asked, drill))
    zone = store().rules.zone
    return _download(productivity_drawer.file_text(drill, found, about, zone), drill.metric, asked)


def _about(asked: ProductivityQuery, window: Window) -> list[str]:
    kept = store()
    first, last = window.dates
    with kept.read() as tx:
        names = [team["name"] for team in productivity.teams_for(tx, viewer()) if team["id"] in asked.teams]
    teams = f"Team: {', '.join(names)}" if asked.teams else "No filter"
    now: datetime = kept.now()
    return [
        f"Callboard: productivity, {first.isoformat()} to {last.isoformat()}, as of {words.full(now, kept.rules.zone)}",
        f"Local days in {kept.rules.zone}. {teams}",
    ]


def _download(text: str, name: str, asked: ProductivityQuery) -> dict[str, Any]:
    kept = store()
    days = f"{asked.first.isoformat()}-to-{asked.last.isoformat()}"
    zone = words.zone_name(kept.now(), kept.rules.zone)
    audit.file_taken(kept, viewer(), "productivity", f"{name}, {days.replace('-to-', ' to ')}")
    return {"content": text, "filename": csv_export.file_name(name, days, zone), "type": "text/csv"}


clientside_callback(
    ClientsideFunction(namespace="callboard", function_name="productivityChart"),
    Output(TREND, "figure"),
    Input(CHART, "data"),
    Input("productivity-theme", "data"),
    State("productivity-templates", "data"),
)
clientside_callback(
    ClientsideFunction(namespace="callboard", function_name="productivityDrawer"),
    Output("productivity-drawer", "is_open"),
    Input(DRILL, "data"),
)
clientside_callback(
    ClientsideFunction(namespace="callboard", function_name="productivityClosed"),
    Output("productivity-drawer", "is_open", allow_duplicate=True),
    Input("productivity-drawer", "is_open"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction(namespace="callboard", function_name="productivityBar"),
    Output(TREND, "clickData"),
    Input(TREND, "clickData"),
    prevent_initial_call=True,
)
