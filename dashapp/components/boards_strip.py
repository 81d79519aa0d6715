"""The boards' figures in one card: what waits, how long, and what became of today's missed calls."""

from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.kpi import change, kpi, kpi_strip
from dashapp.components.spark import spark
from dashapp.components.status import word
from models.rules import metrics, tally
from models.store.base import Rules
from models.store.boards import Figures, Today, Waiting


def strip(figures: Figures, now: datetime, rules: Rules) -> Component:
    """Five figures with hairlines between them."""
    return kpi_strip(
        _open(figures, rules),
        _oldest(figures.missed, now, rules),
        _within_sla(figures.today, rules),
        _recovered(figures.today, figures.week_ago, now, rules),
        _pending(figures.pending, now, rules),
    )


def _meaning(metric_id: str, rules: Rules) -> str:
    return metrics.formula(metric_id, human_seconds=rules.human_seconds, sla_minutes=rules.sla_minutes)


def _label(metric_id: str) -> str:
    return metrics.CATALOGUE[metric_id].label


def _open(figures: Figures, rules: Rules) -> Component:
    missed = figures.missed
    late = f"{missed.late:,} late" if missed.late else "None late"
    soon = f", {missed.soon:,} due within 5 min" if missed.soon else ""
    return kpi(
        _label("open_now"),
        f"{missed.count:,}",
        note=late + soon if missed.count else "Everybody was looked after",
        formula=_meaning("open_now", rules),
        side=spark(figures.open_line, "Open entries over the last eight hours"),
    )


def _oldest(missed: Waiting, now: datetime, rules: Rules) -> Component:
    if missed.oldest_at is None:
        return kpi(
            _label("oldest"), words.NO_DATA, note="Nothing is waiting", formula=_meaning("oldest", rules)
        )
    value, _, unit = words.age(missed.oldest_at, now).partition(" ")
    if value == "just":
        value, unit = "0", "min"
    who = missed.oldest_lead or "Unknown caller"
    note: str | Component = who
    due = missed.oldest_at + timedelta(minutes=rules.sla_minutes)
    if due <= now:
        late = words.age(due, now)
        text = f"{who}, late now" if late == "just now" else f"{who}, {late} late"
        note = word("missed", "exclamation-triangle-fill", text)
    return kpi(_label("oldest"), value, unit=unit, note=note, formula=_meaning("oldest", rules))


def _within_sla(today: Today, rules: Rules) -> Component:
    formula = _meaning("within_sla", rules)
    share = tally.quotient(today.called_back_in_time, today.due)
    if share is None:
        return kpi(_label("within_sla"), words.NO_DATA, note="No call back was due yet", formula=formula)
    return kpi(
        _label("within_sla"),
        f"{share * 100:.1f}",
        unit="%",
        note=f"{today.called_back_in_time:,} of {today.due:,} called back in time",
        formula=formula,
    )


def _recovered(today: Today, week_ago: Today, now: datetime, rules: Rules) -> Component:
    more = today.recovered - week_ago.recovered
    note: list[str | Component] = [f"{today.cleared:,} cleared"]
    if week_ago.missed and more:
        day = f"{now.astimezone(rules.zone):%A}"
        than = f"{abs(more):,} {'more' if more > 0 else 'fewer'} than last {day}"
        note = [change(than, more > 0, "better" if more > 0 else "worse")]
    return kpi(
        _label("recovered"),
        f"{today.recovered:,}" if today.missed else words.NO_DATA,
        unit=f"of {today.missed:,}" if today.missed else "",
        note=html.Span(note) if today.missed else "Nothing was missed today",
        formula=_meaning("recovered", rules),
    )


def _pending(pending: Waiting, now: datetime, rules: Rules) -> Component:
    note = "Every profile was opened"
    if pending.oldest_at is not None:
        note = f"Oldest {words.age(pending.oldest_at, now)}, {pending.oldest_lead or 'unknown caller'}"
    return kpi(_label("pending_now"), f"{pending.count:,}", note=note, formula=_meaning("pending_now", rules))
