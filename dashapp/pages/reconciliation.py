"""Reconciliation: the providers' own call records beside what we hold, hour by hour; asking for them now."""

from datetime import date, timedelta
from typing import Any

import dash
from dash import Input, Output, State, callback, dcc, html, set_props
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components import words
from dashapp.components.page import card, link_button, page, page_head
from dashapp.components.reconciliation import asking, days, heat
from dashapp.components.shell import TOAST_STORE
from dashapp.context import store, viewer
from ingest.reconcile import planning
from models.store import sweeps
from models.store.sweeps import Busy, Sweep

dash.register_page(__name__, path="/reconciliation", title="Reconciliation · Callboard", roles=("admin",))

DAY, TICK = "reconciliation-day", "reconciliation-tick"
SLOWLY, QUICKLY = 30_000, 3_000
"""Milliseconds between two looks: while nothing is being read, and while something is."""


def layout(**query: Any) -> Component:
    kept = store()
    zone = kept.rules.zone
    shown = days.read_day(query.get("day"), kept.now(), zone)
    running, listed = _sweeps()
    return page(
        page_head("Reconciliation", link_button("Providers", "/providers", "plug"), beside=_days(shown)),
        card(
            html.P(
                "What each provider's own records say of every hour, beside what we hold. What a hook did not bring is "
                "added from the records; a call found so stands on the boards as late and rings nobody.",
                className="second",
            ),
            html.Div(_table(shown), id="reconciliation-table"),
            heat.legend(),
            title="Calls by hour",
            beside=html.Span(id="reconciliation-sums", children=_sums(shown), className="small hint num"),
        ),
        card(
            asking.form(planning.askable(kept)),
            html.Div(listed, id="reconciliation-sweeps"),
            title="Askings",
        ),
        dcc.Store(id=DAY, data=shown.isoformat()),
        dcc.Interval(id=TICK, interval=QUICKLY if running else SLOWLY),
        name="reconciliation",
    )


def _days(shown: date) -> Component:
    """One day back, the day, one day on."""
    kept = store()
    today = kept.now().astimezone(kept.rules.zone).date()
    before, after = shown - timedelta(days=1), shown + timedelta(days=1)
    return html.Div(
        [
            link_button("Earlier", f"/reconciliation?day={before}", "chevron-left", look="plain"),
            html.Span(words.day(shown, today), className="strong"),
            link_button("Later", f"/reconciliation?day={after}", "chevron-right", look="plain")
            if after <= today
            else None,
        ],
        className="day-steps",
    )


def _table(shown: date) -> Component:
    kept = store()
    day = days.day_of(shown, kept.rules.zone)
    return heat.table(days.accounts(kept, viewer(), day), day)


def _sums(shown: date) -> str:
    kept = store()
    found = days.sums(days.accounts(kept, viewer(), days.day_of(shown, kept.rules.zone)))
    told = words.plural(found["theirs"], "call")
    return f"{told} told, {found['repaired']:,} added, {found['missing']:,} missing"


def _sweeps() -> tuple[bool, Component]:
    kept = store()
    with kept.read() as tx:
        found: list[Sweep] = sweeps.recent(tx, viewer())
    running = any(each.state == sweeps.RUNNING for each in found)
    return running, asking.listed(found, kept.now(), kept.rules.zone)


@callback(
    Output("reconciliation-table", "children"),
    Output("reconciliation-sums", "children"),
    Output("reconciliation-sweeps", "children"),
    Output(TICK, "interval"),
    Input(TICK, "n_intervals"),
    State(DAY, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _refresh(_ticks: int | None, shown: Any) -> tuple[Component, str, Component, int]:
    kept = store()
    day = days.read_day(shown, kept.now(), kept.rules.zone)
    running, listed = _sweeps()
    return _table(day), _sums(day), listed, QUICKLY if running else SLOWLY


@callback(
    Output("reconciliation-sweeps", "children", allow_duplicate=True),
    Output(TICK, "interval", allow_duplicate=True),
    Input("reconciliation-ask", "n_clicks"),
    State("reconciliation-connection", "value"),
    State("reconciliation-span", "value"),
    State(DAY, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _ask(clicks: int | None, connection: Any, span: Any, shown: Any) -> tuple[Any, Any]:
    if not clicks:
        return dash.no_update, dash.no_update
    kept, who = store(), viewer()
    now, zone = kept.now(), kept.rules.zone
    asked = next((each for each in planning.askable(kept) if str(each.id) == str(connection)), None)
    if asked is None:
        return _say("This connection hands out no call records.")
    wanted = asking.asked_range(str(span), days.read_day(shown, now, zone), asked, now, zone)
    horizon = f" {asking.reaches(asked, now, zone)}" if wanted.cut else ""
    if wanted.since >= wanted.until:
        return _say(horizon.strip() or "There is no whole hour in this time that is over.")
    try:
        kept.write(lambda tx: sweeps.begin(tx, asked.id, wanted.since, wanted.until, now, who.person_id))
    except Busy:
        return _say("Its records are being read already.")
    _say(f"{asked.label} is asked within a few seconds.{horizon}")
    return _sweeps()[1], QUICKLY


def _say(text: str) -> tuple[Any, Any]:
    set_props(TOAST_STORE, {"data": {"text": text, "icon": "cloud-download"}})
    return dash.no_update, dash.no_update
