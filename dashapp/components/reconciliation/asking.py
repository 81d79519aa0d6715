"""Asking a provider for its records now, and how the latest askings went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.page import button
from dashapp.components.reconciliation.days import HOUR, day_of
from dashapp.components.status import chip
from ingest.reconcile import planning
from ingest.reconcile.planning import Askable
from models.store import sweeps
from models.store.sweeps import Sweep

SPANS = (("day", "The day shown"), ("hours", "The last 6 hours"), ("week", "The 7 days until the day shown"))


def form(askable: Sequence[Askable]) -> Component | None:
    """Which connection, which time."""
    if not askable:
        return None
    connections = [{"value": str(each.id), "label": each.label} for each in askable]
    spans = [{"value": value, "label": label} for value, label in SPANS]
    return html.Div(
        [
            _choice("reconciliation-connection", "Connection to ask", connections),
            _choice("reconciliation-span", "Time to ask for", spans),
            button("Ask now", "cloud-download", look="primary", ident="reconciliation-ask"),
        ],
        className="ask-now",
    )


def _choice(ident: str, label: str, options: list[dict[str, str]]) -> Component:
    select = dbc.Select(id=ident, options=options, value=options[0]["value"], class_name="ask-select")
    return html.Label([html.Span(label, className="visually-hidden"), select])


@dataclass(frozen=True, slots=True)
class Range:
    """What is asked for. ``cut``: more was wanted than the provider can be asked for now."""

    since: datetime
    until: datetime
    cut: bool


def asked_range(span: str, shown: date, asked: Askable, now: datetime, zone: ZoneInfo) -> Range:
    """Whole hours that are over: since the connection was added, and no further back than may be asked for.
    Empty (it ends where it begins, or before) when there are none."""
    latest = planning.latest_hour(now, zone)
    day = day_of(shown, zone)
    since, until = day.since, day.until
    if span == "hours":
        since, until = latest - 6 * HOUR, latest
    elif span == "week":
        since = day_of(shown - timedelta(days=6), zone).since
    since = max(since, planning.floor(asked.since, zone))
    furthest = asked.furthest(now, zone)
    return Range(max(since, furthest), min(until, latest), cut=since < furthest)


def reaches(asked: Askable, now: datetime, zone: ZoneInfo) -> str:
    """How far back this connection can be asked, in words."""
    furthest = asked.furthest(now, zone).astimezone(zone)
    return (
        f"{asked.label} can be asked {words.plural(asked.reach_days, 'day')} back, "
        f"from {furthest.day} {furthest:%b %H:%M} on."
    )


_STATE = {
    sweeps.RUNNING: ("ringing", "arrow-repeat", "Reading"),
    sweeps.DONE: ("connected", "check-circle-fill", "Done"),
    sweeps.FAILED: ("missed", "exclamation-triangle-fill", "Failed"),
}


def listed(found: Sequence[Sweep], now: datetime, zone: ZoneInfo) -> Component:
    """The latest askings, newest first."""
    if not found:
        return html.P("No provider was asked yet.", className="hint")
    return html.Ol([_sweep(each, now, zone) for each in found], className="sweeps")


def _sweep(of: Sweep, now: datetime, zone: ZoneInfo) -> Component:
    tone, icon_name, word = _STATE[of.state]
    by = f"asked by {of.by}" if of.by else "by the clock"
    facts = [_span(of, zone), by, words.plural(of.records, "record")]
    progress = None
    if of.state == sweeps.RUNNING:
        share = round(100 * of.share)
        word = f"{word}, {share} %"
        progress = html.Progress(value=str(share), max="100", **{"aria-label": f"{share} % read"})
    return html.Li(
        [
            html.Div(
                [html.Span(of.connection, className="strong clip grow"), chip(tone, icon_name, word)],  # type: ignore[arg-type]
                className="sweep-head",
            ),
            html.Div(" · ".join(facts), className="small second"),
            progress,
            html.Div(of.reason[:1].upper() + of.reason[1:], className="small sweep-why")
            if of.reason
            else None,
            html.Div(words.full(of.ended_at or of.started_at, zone), className="small hint num"),
        ]
    )


def _span(of: Sweep, zone: ZoneInfo) -> str:
    since, until = of.since.astimezone(zone), of.until.astimezone(zone)
    ends = f"{until:%H:%M}" if until.date() == since.date() else f"{until.day} {until:%b %H:%M}"
    return f"{since.day} {since:%b %H:%M} to {ends}"
