"""What the productivity page is made of, apart from its cards and its table's rows."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import theme
from dashapp.components import (
    filters,
    productivity_cards,
    productivity_chart,
    productivity_grid,
    words,
)
from dashapp.components.page import button, info
from dashapp.components.productivity_query import DEFAULT, PRESETS, ProductivityQuery, span
from models.store.base import Rules
from models.store.productivity import Report

QUERY, DRILL, CHART, FILE = (
    "productivity-query",
    "productivity-drill",
    "productivity-chart",
    "productivity-file",
)
TREND = "productivity-trend"


def bar(asked: ProductivityQuery, teams: Sequence[tuple[int, str]], today: date) -> Component:
    """Presets, dates, what it is compared with, and the teams where there is more than one."""
    team = None
    if len(teams) > 1 or asked.teams:
        chosen = [str(one) for one in asked.teams]
        team = filters.chip("team", "Team", "people", filters.pairs(teams), chosen)
    return filters.bar(
        QUERY,
        filters.segmented("range", "Days", PRESETS, asked.preset, default=DEFAULT, instead_of=("from", "to")),
        filters.dates(
            asked.first, asked.last, days(asked, today), "productivity-dates", given=not asked.preset
        ),
        html.Span(versus(asked, today), id="productivity-versus", className="second small"),
        html.Div(team, className="end"),
    )


def days(asked: ProductivityQuery, today: date) -> str:
    return span(asked.first, asked.last, today)


def versus(asked: ProductivityQuery, today: date) -> str:
    """With what every change is compared."""
    until = ", to this time of day" if asked.last == today else ""
    return f"against {span(*asked.window.previous().dates, today)}{until}"


def trend(asked: ProductivityQuery, chart: dict[str, Any], rules: Rules) -> Component:
    """The card of the chart; the browser draws it in the theme of the page."""
    legend = [
        html.Span([html.Span(className=f"legend-mark is-{place}"), label], className="legend")
        for place, (_, label) in enumerate(productivity_chart.SERIES, 1)
    ]
    templates = {
        "light": theme.template(theme.LIGHT).to_plotly_json(),
        "dark": theme.template(theme.DARK).to_plotly_json(),
    }
    nothing = {"visible": False}
    return html.Section(
        [
            html.Div(
                [
                    html.H2(trend_title(asked), id="productivity-trend-title"),
                    info(productivity_cards.meaning("calls", rules)),
                    html.Span(dashes(asked), id="productivity-trend-dashes", className="hint small"),
                    html.Div(legend, className="legends"),
                ],
                className="card-head",
            ),
            dcc.Graph(
                id=TREND,
                config={"displayModeBar": False, "responsive": True},
                className="trend",
                style={"height": "var(--trend-height)"},
                figure={"data": [], "layout": {"xaxis": nothing, "yaxis": nothing}},
            ),
            dcc.Store(id=CHART, data=chart),
            dcc.Store(id="productivity-templates", data=templates),
        ],
        className="card",
    )


def trend_title(asked: ProductivityQuery) -> str:
    if asked.window.days == 1:
        return "Calls by hour"
    return "Calls by week" if asked.window.days >= productivity_chart.BY_WEEK_FROM else "Calls by day"


def dashes(asked: ProductivityQuery) -> str:
    """What the dashes of the chart stand for."""
    before = {1: "the day before", 7: "the week before"}.get(
        asked.window.days, f"the {asked.window.days} days before"
    )
    return f"dashes: {before}"


def table(report: Report, rules: Rules) -> Component:
    export = button(export_words(report), "download", ident="productivity-export")
    return html.Section(
        [
            html.Div(
                [html.H2("By counselor"), html.Div(export, className="end grow")], className="card-head"
            ),
            productivity_grid.grid(report, rules),
        ],
        className="card productivity-table",
        **{"data-productivity": ""},
    )


def export_words(report: Report) -> str:
    return f"Export {words.plural(len(report.rows), 'row')}"


def foot(rules: Rules, zone: str) -> Component:
    return html.P(
        [
            html.Span(
                f"Days and hours in {zone}. Human: both talked {rules.human_seconds} s or more and no machine. "
                "A dash means no data, not zero."
            ),
            html.A("Glossary", href="/glossary"),
        ],
        className="page-foot",
    )


def drawer() -> Component:
    """Where the calls behind a number appear."""
    return dbc.Offcanvas(
        html.Div(id="productivity-drawer-body", className="drawer"),
        id="productivity-drawer",
        placement="end",
        is_open=False,
        close_button=True,
        labelledby="productivity-drawer-title",
        class_name="drill-drawer",
    )
