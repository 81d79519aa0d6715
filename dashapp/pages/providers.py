"""Providers: is every connection heard and understood? What came, what we made of it, and again if it failed."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, set_props
from dash.development.base_component import Component
from flask import current_app

from dashapp.auth import allow
from dashapp.components import filters, providers_cards, providers_drawer, providers_grid
from dashapp.components.page import button, card, empty, page, page_head
from dashapp.components.providers_query import VERDICTS, ProvidersQuery
from dashapp.components.shell import TOAST_STORE
from dashapp.context import store, viewer
from ingest import intake
from ingest.contract import Vendor
from ingest.vendors import registry
from ingest.webhooks import doors
from models.store import inspector, providers
from models.store.inspector import Listed
from models.store.providers import Health

dash.register_page(__name__, path="/providers", title="Providers · Callboard", roles=("admin",))

QUERY, TICK, OPEN = "providers-query", "providers-tick", "providers-open"
DRAWER = "providers-drawer"
PAGE_SIZE, MOST = 100, 1000


def layout(**query: Any) -> Component:
    asked = ProvidersQuery.read(query)
    health, found = _health(), _recent(asked, 0)
    kept = store()
    now, zone = kept.now(), kept.rules.zone
    with kept.read() as tx:
        unmapped = providers.unmapped_seats(tx, viewer(), now=now)
        unknown = providers.unknown_words(tx, viewer())
    return page(
        page_head("Providers", html.Div(_review(health), id="providers-review"), beside=_live()),
        html.Div(_cards(health), id="providers-cards"),
        html.Div(providers_cards.turned_away(doors.refused.counts), id="providers-refused"),
        html.Div(
            [
                card(
                    html.Div(providers_cards.unmapped(unmapped, now), id="providers-unmapped"),
                    title="Unmapped seats",
                ),
                card(
                    html.Div(providers_cards.unknown(unknown, now), id="providers-words"),
                    title="Unknown words",
                ),
            ],
            className="providers-pair",
        ),
        html.Section(
            [
                html.Div([html.H2("Deliveries"), _bar(asked, health)], className="card-head"),
                html.Div(
                    [providers_grid.grid(found, now, zone), _nothing()],
                    className="providers-board",
                    **{"data-providers": "", "data-rows": str(len(found))},
                ),
                html.Div(
                    button("Show older", ident="providers-older"),
                    className="providers-older",
                    id="providers-older-line",
                    hidden=len(found) < PAGE_SIZE,
                ),
            ],
            className="card providers-deliveries",
        ),
        dbc.Offcanvas(
            html.Div(id="providers-drawer-body", className="drawer"),
            id=DRAWER,
            placement="end",
            is_open=False,
            labelledby="providers-drawer-title",
            class_name="drill-drawer",
        ),
        dcc.Store(id=QUERY, data=asked.stored()),
        dcc.Store(id=TICK),
        dcc.Store(id=OPEN, data={"delivery": asked.delivery_id} if asked.delivery_id else None),
        name="providers",
    )


def _live() -> Component:
    return html.Span(
        [html.Span(className="dot"), html.Span("Live", **{"data-live-words": ""})],
        className="live-note",
        **{"data-live-note": ""},
    )


def _bar(asked: ProvidersQuery, health: list[Health]) -> Component:
    return filters.bar(
        QUERY,
        filters.chip(
            "connection",
            "Connection",
            "plug",
            [(str(each.id), each.label) for each in health],
            [str(asked.connection_id or "")],
            many=False,
        ),
        filters.chip(
            "verdict",
            "Verdict",
            "check2-square",
            VERDICTS,
            [(asked.verdict or "").replace(" ", "-")],
            many=False,
        ),
        name="grow end-items",
    )


def _nothing() -> Component:
    return html.Div(
        empty(
            "inbox",
            "No delivery here",
            "Whatever a provider sends to one of our addresses appears in this list by itself.",
        ),
        className="providers-empty",
    )


def _health() -> list[Health]:
    kept = store()
    with kept.read() as tx:
        return providers.health(tx, viewer(), now=kept.now(), rules=kept.rules)


def _recent(asked: ProvidersQuery, pages: int) -> list[Listed]:
    with store().read() as tx:
        return inspector.recent(
            tx,
            viewer(),
            connection_id=asked.connection_id,
            verdict=asked.verdict,
            limit=min(PAGE_SIZE * (pages + 1), MOST),
        )


def _cards(health: list[Health]) -> Component:
    kept = store()
    return providers_cards.cards(health, _vendors(health), kept.now(), kept.rules.zone)


def _vendors(health: list[Health]) -> dict[str, Vendor]:
    known = registry.all_slugs()
    return {each.vendor: registry.get(each.vendor) for each in health if each.vendor in known}


def _review(health: list[Health]) -> Component | None:
    waiting = sum(each.waiting for each in health)
    if not waiting:
        return None
    return button(
        f"Replay all {waiting:,} for review",
        "arrow-counterclockwise",
        look="primary",
        ident="providers-replay-all",
    )


@callback(
    Output("providers-cards", "children"),
    Output("providers-refused", "children"),
    Output("providers-review", "children"),
    Output("providers-unmapped", "children"),
    Output("providers-words", "children"),
    Output(providers_grid.GRID, "rowData"),
    Output("providers-older-line", "hidden"),
    Input(QUERY, "data"),
    Input(TICK, "data"),
    Input("providers-older", "n_clicks"),
    prevent_initial_call=True,
)
@allow("admin")
def _refresh(data: dict[str, Any] | None, _tick: float | None, older: int | None) -> tuple[Any, ...]:
    asked, kept = ProvidersQuery.read(data), store()
    now = kept.now()
    health, found = _health(), _recent(asked, older or 0)
    with kept.read() as tx:
        unmapped = providers.unmapped_seats(tx, viewer(), now=now)
        unknown = providers.unknown_words(tx, viewer())
    full = PAGE_SIZE * ((older or 0) + 1)
    return (
        _cards(health),
        providers_cards.turned_away(doors.refused.counts),
        _review(health),
        providers_cards.unmapped(unmapped, now),
        providers_cards.unknown(unknown, now),
        providers_grid.rows(found, now, kept.rules.zone),
        len(found) < full or full >= MOST,
    )


@callback(Output("providers-drawer-body", "children"), Input(OPEN, "data"))
@allow("admin")
def _open(opened: dict[str, Any] | None) -> list[Component]:
    if not opened:
        return []
    if isinstance(opened.get("setup"), int):
        return _setup(opened["setup"])
    asked = ProvidersQuery.read(opened)
    return _inspected(asked.delivery_id) if asked.delivery_id else []


def _inspected(delivery_id: int) -> list[Component]:
    kept = store()
    try:
        with kept.read() as tx:
            found = inspector.inspect(tx, viewer(), kept.vault, delivery_id)
    except LookupError:
        return providers_drawer.gone()
    return providers_drawer.inspector(found, kept.rules.zone)


def _setup(connection_id: int) -> list[Component]:
    health = next((each for each in _health() if each.id == connection_id), None)
    if health is None:
        return []
    with store().read() as tx:
        seats = providers.seated(tx, viewer(), connection_id)
    base = current_app.extensions["callboard.settings"].url
    return providers_drawer.setup(health, _vendors([health]).get(health.vendor), seats, base)


@callback(
    Output("providers-drawer-body", "children", allow_duplicate=True),
    Output(TICK, "data", allow_duplicate=True),
    Input("providers-replay", "n_clicks"),
    State(OPEN, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _replay(clicks: int | None, opened: dict[str, Any] | None) -> tuple[Any, Any]:
    delivery_id = ProvidersQuery.read(opened).delivery_id
    if not clicks or delivery_id is None:
        return dash.no_update, dash.no_update
    with store().read() as tx:
        before = inspector.inspect(tx, viewer(), store().vault, delivery_id).listed.verdict
    verdict = intake.replay(store(), viewer(), delivery_id)
    _toast(providers_drawer.verdict_words(before, verdict))
    return _inspected(delivery_id), clicks


@callback(
    Output(TICK, "data", allow_duplicate=True),
    Input("providers-replay-all", "n_clicks"),
    prevent_initial_call=True,
)
@allow("admin")
def _replay_all(clicks: int | None) -> Any:
    if not clicks:
        return dash.no_update
    _toast(providers_drawer.counts_words(intake.replay_for_review(store(), viewer())))
    return -clicks


def _toast(text: str) -> None:
    set_props(TOAST_STORE, {"data": {"text": text, "icon": "arrow-counterclockwise"}})


clientside_callback(
    ClientsideFunction(namespace="callboard", function_name="providersDrawer"),
    Output(DRAWER, "is_open"),
    Input(OPEN, "data"),
)
clientside_callback(
    ClientsideFunction(namespace="callboard", function_name="providersClosed"),
    Output(DRAWER, "is_open", allow_duplicate=True),
    Input(DRAWER, "is_open"),
    prevent_initial_call=True,
)
