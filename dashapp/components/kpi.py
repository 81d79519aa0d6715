"""Key figures. ``kpi_strip`` for figures watched together, ``kpi_cards`` for figures compared over time."""

from typing import Literal

from dash import html
from dash.development.base_component import Component

from dashapp.components.icon import icon
from dashapp.components.page import info

Better = Literal["better", "worse", "neither"]


def change(amount: str, up: bool, better: Better) -> Component:
    """Arrow + amount; coloured only where the metric has a better direction."""
    tone = {"better": "is-better", "worse": "is-worse", "neither": ""}[better]
    return html.Span([icon("arrow-up" if up else "arrow-down"), f" {amount}"], className=tone)


def kpi(
    label: str,
    value: str,
    *,
    unit: str = "",
    note: str | Component | None = None,
    formula: str = "",
    side: Component | None = None,
    href: str | None = None,
    ident: str | None = None,
) -> Component:
    """One figure. ``href`` leads to its calls; ``side`` is a sparkline; ``note`` a line under the figure.

    With ``ident``, the value, unit and note get the ids ``<ident>-value``, ``-unit`` and ``-note`` for live updates.
    """

    def named(part: str) -> dict[str, str]:
        return {"id": f"{ident}-{part}"} if ident else {}

    label_row = html.Div([html.Span(label), info(formula) if formula else None], className="kpi-label")
    figure = html.Div(
        [html.Span(value, **named("value")), html.Small(unit, **named("unit"))], className="kpi-value"
    )
    inside = [
        label_row,
        html.Div([figure, side], className="kpi-row"),
        html.Div(note, className="kpi-note", **named("note")),
    ]
    return html.A(inside, href=href, className="kpi") if href else html.Div(inside, className="kpi")


def kpi_strip(*figures: Component) -> Component:
    """One card, hairlines between the figures."""
    return html.Div(list(figures), className="kpi-strip")


def kpi_cards(*figures: Component) -> Component:
    """Cards side by side, 16 px apart."""
    return html.Div(list(figures), className="kpi-cards")
