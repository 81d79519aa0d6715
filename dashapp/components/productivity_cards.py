"""The key figures of a window, each with its line, its change, and a way to its calls."""

from dash import html
from dash.development.base_component import Component

from dashapp.components import numbers
from dashapp.components.kpi import change, kpi_cards
from dashapp.components.page import info
from dashapp.components.spark import spark
from models.rules import metrics
from models.rules.tally import Tally
from models.store.base import Rules
from models.store.productivity import SPARK_DAYS, Report

CARDS = ("attempts", "connect_rate", "talk_time", "answer_rate", "missed_calls", "still_open")
ADDITIVE = frozenset({"attempts", "talk_time", "missed_calls", "still_open"})


def cards(report: Report, rules: Rules) -> Component:
    """Six cards side by side."""
    return kpi_cards(*(_card(metric_id, report, rules) for metric_id in CARDS))


def meaning(metric_id: str, rules: Rules) -> str:
    return metrics.formula(metric_id, human_seconds=rules.human_seconds, sla_minutes=rules.sla_minutes)


def _card(metric_id: str, report: Report, rules: Rules) -> Component:
    label = metrics.CATALOGUE[metric_id].label
    value = report.total.value(metric_id)
    if report.total.empty:
        value = None
    figure = numbers.shown(metric_id, value)
    opens = {"data-drill": metric_id, "aria-label": f"{label}, {figure}: the calls behind it"}
    return html.Div(
        [
            html.Div([html.Span(label), info(meaning(metric_id, rules))], className="kpi-label"),
            html.Div(
                html.Button(_parts(figure), type="button", className="kpi-value drill", **opens),
                className="kpi-row",
            ),
            html.Div(
                [_note(metric_id, value, report.previous), spark(line(metric_id, report))],
                className="kpi-note",
            ),
        ],
        className="kpi",
    )


def _parts(figure: numbers.Shown) -> list[str | Component]:
    """Units stand smaller: of a duration its letters, else the unit behind the figure."""
    if figure.figure[:1].isdigit() and figure.figure[-1:].isalpha():
        parts: list[str | Component] = []
        for place, part in enumerate(figure.figure.split(" ")):
            digits = part.rstrip("hms")
            parts += [" " if place else "", digits, html.Small(part[len(digits) :])]
        return parts
    return [figure.figure, html.Small(figure.unit)]


def _note(metric_id: str, value: float | None, previous: Tally) -> Component:
    moved = numbers.moved(metric_id, value, None if previous.empty else previous.value(metric_id))
    if moved is None:
        return html.Span("no data before", className="hint")
    if moved.words == "no change":
        return html.Span(moved.words, className="hint")
    return change(moved.words, moved.up, moved.tone)


def line(metric_id: str, report: Report) -> list[float | None]:
    """The metric day by day: over the window, or over a week where the window is shorter than three days."""
    window = report.window
    first = window.first if window.days >= 3 else window.last - SPARK_DAYS + 1
    found: list[float | None] = []
    for day in range(first, window.last + 1):
        tally = report.days.get(day)
        if tally is None:
            found.append(0 if metric_id in ADDITIVE else None)
        else:
            found.append(tally.value(metric_id))
    return found
