"""How a connection is doing, in one word, in figures and in a line of bars."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.page import banner
from dashapp.components.status import Tone, word
from models.rules.silence import Hearing
from models.store.providers import Health

QUIET_AFTER = timedelta(hours=1)


class State(NamedTuple):
    """How a connection is doing, in the worst word that fits."""

    tone: Tone
    icon: str
    word: str


def state(of: Health, now: datetime) -> State:
    """The first of these that is true: off, silent, for review, logs missing, never heard, quiet, healthy."""
    if not of.active:
        return State("unknown", "slash-circle", "Switched off")
    if of.alarm:
        return State("missed", "volume-mute-fill", "Silent")
    if of.waiting:
        return State("missed", "exclamation-triangle-fill", f"{of.waiting:,} for review")
    if of.silent:
        return State("pending", "hourglass-split", words.plural(of.silent, "log") + " missing")
    if of.last_at is None:
        return State("unknown", "question-circle", "Never heard")
    if now - of.last_at > QUIET_AFTER:
        return State("unknown", "moon", "Quiet")
    return State("connected", "check-circle-fill", "Healthy")


def alarms(found: Sequence[Health], now: datetime) -> Component | None:
    """What must not be overlooked: connections that should be heard and are not."""
    silent = [each for each in found if each.alarm]
    if not silent:
        return None
    return html.Div(
        [
            banner(
                "missed",
                "volume-mute-fill",
                html.Span(
                    [
                        html.A(each.label, href=f"/providers/{each.id}", className="strong"),
                        " ",
                        _silence(each, now),
                    ]
                ),
                role="alert",
            )
            for each in silent
        ],
        className="provider-alarms",
    )


def _silence(of: Health, now: datetime) -> str:
    since = words.age(of.last_at, now) if of.last_at else ""
    return (
        f"has not been heard for {since}. About {of.hearing.expected:,.0f} calls are usual in that time. "
        "Ask the provider, and compare the addresses in its console."
    )


def says(of: Health, now: datetime) -> str:
    """What is to be said of the silence or the hearing, and that nobody can be rung where nobody has a seat."""
    nobody = " No seats yet: nobody can be rung." if of.active and of.last_at and not of.seats else ""
    return _hearing(of, now) + nobody


def _hearing(of: Health, now: datetime) -> str:
    match of.hearing.hearing:
        case Hearing.SILENT if of.active:
            return f"Nothing for {words.age(of.last_at, now) if of.last_at else 'long'}; {_usual(of.hearing.expected)} in that time."
        case Hearing.NEVER:
            return "Nothing has come yet. Paste the addresses at the provider, then call one of your numbers."
        case Hearing.LEARNING:
            return "Too new to say what is usual; silence is judged after a whole week."
    if of.hearing.empty_hour and (of.last_at is None or now - of.last_at > QUIET_AFTER):
        return "Hardly anything is usual at this hour, so silence says nothing."
    return f"{words.plural(of.calls_today, 'call')} today; {_usual(of.hearing.today)} by now."


def _usual(calls: float) -> str:
    return f"about {calls:,.0f} are usual" if calls >= 1 else "hardly any are usual"


def bars(of: Health) -> Component:
    """Deliveries of the last 24 hours, a bar for each 60 minutes, the newest at the right.

    The browser draws them (assets/js/hours.js): 24 bars of 25 connections would be 1,200 components, and Dash
    pays for each of them at every update of the page.
    """
    total = words.plural(sum(of.rate), "delivery", "deliveries")
    most = max(of.rate)
    return html.Div(
        className="hour-bars",
        role="img",
        **{
            "aria-label": f"{total} in the last 24 hours, at most {most:,} in one",
            "data-hours": json.dumps(list(of.rate)),
        },
    )


def facts(of: Health, zone: ZoneInfo) -> Component:
    """The figures, each with its meaning."""
    last: Component | str = "never"
    if of.last_at is not None:
        last = html.Span(
            "", className="num", title=words.full(of.last_at, zone), **{"data-since": of.last_at.isoformat()}
        )
    silent: Component | str = f"{of.silent:,}"
    if of.silent:
        silent = word("pending", "hourglass-split", f"{of.silent:,}")
    return html.Dl(
        [
            _fact(
                "Last heard",
                last,
                "When the provider last called one of our addresses. Test events don't count.",
            ),
            _fact(
                "Deliveries today",
                f"{of.heard_today:,}",
                "Requests received since local midnight, redeliveries included.",
            ),
            _fact(
                "Not read",
                error_share(of),
                "Share of today's deliveries that could not be read. They are kept and can be replayed.",
            ),
            _fact(
                "Calls today",
                html.Span([f"{of.calls_today:,}", html.Span(_beside(of), className="hint usual")]),
                "Calls that began since local midnight, and how many are usual by now: the mean of the same hours "
                "of this weekday in the last four weeks.",
            ),
            _fact(
                "No log",
                silent,
                "Calls that rang more than 15 minutes ago and of which no end was ever told.",
            ),
            _fact("Seats", f"{of.seats:,}", "Counselors' addresses at this provider."),
        ],
        className="provider-facts",
    )


def _beside(of: Health) -> str:
    if of.hearing.hearing in (Hearing.NEVER, Hearing.LEARNING):
        return ""
    return f" / {of.hearing.today:,.0f} usual"


def error_share(of: Health) -> str:
    """Share of today's deliveries that could not be read, as text."""
    heard = of.heard_today
    return f"{of.today.get('for review', 0) / heard * 100:.1f} %" if heard else words.NO_DATA


def _fact(name: str, value: Component | str, meaning: str) -> Component:
    return html.Div([html.Dt(name, **{"data-info": meaning}), html.Dd(value)])
