"""When a lead is likely to pick up: a bar for each hour, and the best hours in words with what they rest on."""

from dash import html
from dash.development.base_component import Component

from dashapp.components.icon import icon
from models.rules.moment import FIRST_HOUR, LAST_HOUR, Basis, Best, Habit

MEANING = (
    "Of the calls dialled to this lead in the last 180 days, how many were picked up, by the hour they began. "
    "With few calls of the lead's own, leads of the same programme who came at about the same time count too."
)
LABELLED = frozenset({9, 12, 15, 18, 20})


def best_moment(habit: Habit) -> Component:
    """The section of the rail."""
    best = habit.best
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Best moment to call"),
                    html.Span(icon("info-circle"), title=MEANING, className="hint", tabIndex=0, role="note"),
                ],
                className="rail-head",
            ),
            _bars(habit),
            html.P(_words(best) if best else "Not enough calls yet", className="moment-words"),
        ],
        className="best-moment",
    )


def _bars(habit: Habit) -> Component:
    """Decoration for the eye: what they say is said in words below."""
    columns: list[Component] = []
    for hour, share in zip(range(FIRST_HOUR, LAST_HOUR + 1), habit.likely, strict=True):
        chosen = habit.best is not None and habit.best.first <= hour <= habit.best.last
        said = "no calls" if share is None else f"{share:.0%} picked up"
        columns.append(
            html.Span(
                [
                    html.Span(
                        className="moment-bar is-best" if chosen else "moment-bar",
                        style={"height": f"{round(100 * (share or 0))}%"},
                    ),
                    html.Span(f"{hour:02}" if hour in LABELLED else "", className="moment-hour"),
                ],
                title=f"{hour:02}:00, {said}",
                className="moment-column",
            )
        )
    return html.Div(columns, className="moment-bars", **{"aria-hidden": "true"})


def _words(best: Best) -> list[Component | str]:
    hours = html.B(f"{best.first:02}:00 – {best.last + 1:02}:00", className="num")
    times = "time" if best.tried.of == 1 else "times"
    if best.basis is Basis.LEAD:
        return [hours, f" · picked up {best.tried.picked} of {best.tried.of} {times}"]
    return [hours, f" · similar leads picked up {best.tried.picked} of {best.tried.of} {times}"]
