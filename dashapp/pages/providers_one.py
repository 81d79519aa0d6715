"""One connection: how it is heard, what to paste where, what to fill in, who sits where."""

from collections.abc import Callable
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update
from dash.development.base_component import Component
from flask import current_app

from dashapp.auth import allow
from dashapp.components import errors
from dashapp.components.page import button, card, link_button, page
from dashapp.components.providers import (
    addresses,
    connection_acting,
    guide,
    health,
    lists,
    redrawing,
    replaying,
)
from dashapp.components.providers.adding import NOBODY, field
from dashapp.components.providers.connection_acting import DETAILS, OF, SWITCH, TRIED, TRY
from dashapp.components.providers.lists_acting import TICK
from dashapp.components.providers.tokens_acting import ONCE
from dashapp.components.status import chip
from dashapp.context import store, viewer
from ingest.contract import Capability, Vendor
from models.store import people, providers, rotation, seats
from models.store.connections import Details
from models.store.providers import Health

dash.register_page(
    __name__, path_template="/providers/<connection_id>", title="Connection · Callboard", roles=("admin",)
)

MARKS = "connection-marks"
LIVE = ("head", "alarm", "health", "tokens", "seats", "unmapped", "words", "able")
FURTHER: tuple[tuple[str, str, str, Callable[[Vendor], bool]], ...] = (
    ("/providers/<connection_id>/mapping", "Mapping", "diagram-3", lambda vendor: vendor.set_up.mapped),
    (
        "/reconciliation",
        "Reconciliation",
        "clipboard-check",
        lambda vendor: Capability.PULL_LOG in vendor.capabilities,
    ),
)
"""Pages of others that concern one connection, and of which vendors they do."""


def layout(connection_id: str = "", **_: str) -> Component:
    given = (
        {"connection": int(connection_id)} if connection_id.isdecimal() and len(connection_id) < 10 else None
    )
    found = connection_acting.of(given)
    if found is None:
        return errors.not_here()
    vendor = connection_acting.vendor_of(found)
    base = current_app.extensions["callboard.settings"].url
    drawn = _live(found)
    parts = dict(zip(LIVE, drawn, strict=True))

    def live(name: str) -> Component:
        return html.Div(parts[name], id=f"connection-{name}", **{"data-live-part": ""})

    main = [
        card(live("health"), title="Heard", beside=_range()),
        html.Div(id=TRIED, role="status"),
    ]
    side = [card(_details(found), title="This connection")]
    if vendor is not None:
        main += [
            card(
                html.Div(addresses.hidden(vendor, base), id=ONCE),
                live("tokens"),
                title="Addresses to paste",
                beside=addresses.issuing(),
            ),
            card(
                html.Div(connection_acting.entries_form(given), id="connection-entries"),
                html.Div(id="connection-entries-told", role="status"),
                title="To fill in",
            ),
        ]
        side.append(card(live("able"), title="What it can do"))
    side.append(card(live("seats"), title="Seats"))
    main += [
        card(live("unmapped"), title="Unmapped seats"),
        card(live("words"), title="Unknown words"),
    ]
    return page(
        live("head"),
        *replaying.parts(found.id),
        live("alarm"),
        html.Div(
            [html.Div(main, className="stack"), html.Div(side, className="stack")],
            className="connection-grid",
        ),
        guide.page(found.vendor) if vendor is not None else None,
        dcc.Store(id=OF, data=given),
        dcc.Store(id=TICK),
        dcc.Store(id=MARKS, data=redrawing.marks(LIVE, drawn)),
        html.Span(hidden=True, **{"data-providers-live": ""}),
        name="connection",
    )


def _live(found: Details) -> tuple[Any, ...]:
    """In the order of ``LIVE``."""
    kept, who = store(), viewer()
    now, zone = kept.now(), kept.rules.zone
    vendor = connection_acting.vendor_of(found)
    with kept.read() as tx:
        all_health = providers.health(tx, who, now=now, rules=kept.rules)
        of = next(each for each in all_health if each.id == found.id)
        live_tokens = rotation.tokens(tx, found.id, now)
        seated = seats.seated(tx, who, found.id)
        unmapped = seats.unmapped(tx, who, now=now, connection_id=found.id)
        words = providers.unknown_words(tx, who, connection_id=found.id)
        candidates = seats.candidates(tx, who) if unmapped else []
    return (
        _head(found, of),
        health.alarms([of], now),
        [
            health.bars(of),
            html.Div([html.Span("24 h ago"), html.Span("now")], className="hour-ends small hint"),
            html.P(health.says(of, now), className="second"),
            health.facts(of, zone),
        ],
        addresses.tokens(live_tokens, now, zone),
        _seats(seated),
        lists.unmapped(unmapped, candidates, now, whose=False),
        lists.unknown(words, now, whose=False),
        guide.able(vendor, found.settings) if vendor is not None else None,
    )


def _head(found: Details, of: Health) -> Component:
    look = health.state(of, store().now())
    vendor = connection_acting.vendor_of(found)
    off = "Its provider is answered 401 from then on, and calls are lost. Switch it off?"
    return html.Div(
        [
            html.Div(
                [
                    html.A("Providers", href="/providers", className="small hint"),
                    html.H1([found.label, " ", chip(look.tone, look.icon, look.word)]),
                    html.Div(
                        f"{vendor.label if vendor else found.vendor} · {found.slug}", className="small second"
                    ),
                ],
                className="grow",
            ),
            html.Div(
                [
                    replaying.opener(of.waiting),
                    *_further(found, vendor),
                    link_button("Deliveries", f"/providers?connection={found.id}", "list-ul"),
                    button(
                        "Switch off" if found.active else "Switch on",
                        "power",
                        ident=SWITCH,
                        **({"data-confirm": off} if found.active else {}),
                    ),
                    button(
                        "Send test event",
                        "send-check",
                        look="secondary" if of.waiting else "primary",
                        ident=TRY,
                    )
                    if vendor and vendor.set_up.sample
                    else None,
                ],
                className="actions",
            ),
        ],
        className="page-head",
    )


def _further(found: Details, vendor: Vendor | None) -> list[Component]:
    there = {each.get("path_template") or each["path"] for each in dash.page_registry.values()}
    links = []
    for template, label, icon_name, concerns in FURTHER:
        if vendor is not None and template in there and concerns(vendor):
            href = template.replace("<connection_id>", str(found.id))
            href += "" if "<" in template else f"?connection={found.id}"
            links.append(link_button(label, href, icon_name))
    return links


def _range() -> Component:
    return html.Span("Deliveries in each of the last 24 hours", className="hint small")


def _details(found: Details) -> Component:
    with store().read() as tx:
        teams = people.teams(tx)
    options = [{"label": "Nobody in particular", "value": NOBODY}]
    options += [{"label": each.name, "value": str(each.id)} for each in teams]
    return html.Div(
        [
            field("Name on the screens", dbc.Input(id=f"{DETAILS}-label", value=found.label, maxLength=80)),
            field(
                "Time zone",
                dbc.Input(id=f"{DETAILS}-zone", value=found.zone),
                "Of times the provider sends without an offset.",
            ),
            field(
                "Country",
                dbc.Input(id=f"{DETAILS}-country", value=found.country, maxLength=2),
                "For numbers it sends without a country's prefix.",
            ),
            field(
                "Team",
                dbc.Select(id=f"{DETAILS}-team", options=options, value=str(found.team_id or NOBODY)),
                "Who answers numbers that no team claims.",
            ),
            html.Div(id="connection-details-told", role="status"),
            html.Div(button("Save", "check-lg", ident=f"{DETAILS}-save"), className="form-end"),
        ],
        className="stack",
    )


def _seats(found: list[seats.Seated]) -> Component:
    if not found:
        return html.P(
            "Nobody has a seat here yet. Seats that ring are listed below, to be given to somebody.",
            className="second",
        )
    rows = [html.Tr([html.Td(each.name), html.Td(each.mask, className="num second end")]) for each in found]
    return html.Div(html.Table(html.Tbody(rows), className="pairs"), className="seat-list")


@callback(
    *[Output(f"connection-{name}", "children") for name in LIVE],
    Output(MARKS, "data"),
    Input(TICK, "data"),
    State(OF, "data"),
    State(MARKS, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _refresh(
    _tick: float | None, given: dict[str, Any] | None, known: dict[str, str] | None
) -> tuple[Any, ...]:
    found = connection_acting.of(given)
    if found is None:
        return (no_update,) * (len(LIVE) + 1)
    parts, now = redrawing.changed(LIVE, _live(found), known)
    return (*parts, now)
