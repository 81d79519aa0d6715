"""Providers: is every connection heard and understood? What came, what we made of it, and again if it failed."""

from dataclasses import dataclass
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components import filters
from dashapp.components.page import button, card, empty, page, page_head
from dashapp.components.providers import (
    adding,
    card_by_card,
    cards,
    drawer,
    grid,
    health,
    lists,
    replaying,
    shares,
)
from dashapp.components.providers.lists_acting import TICK, toast
from dashapp.components.providers.query import VERDICTS, ProvidersQuery
from dashapp.context import store, viewer
from ingest import intake
from ingest.contract import Vendor
from ingest.vendors import registry
from ingest.webhooks import doors
from models.store import decisions, inspector, providers, seats
from models.store.inspector import Listed
from models.store.providers import Health, UnknownWord
from models.store.seats import Somebody, UnmappedSeat

dash.register_page(__name__, path="/providers", title="Providers · Callboard", roles=("admin",))

QUERY, OPEN, MARKS = "providers-query", "providers-open", "providers-marks"
DRAWER = "providers-drawer"
PAGE_SIZE, MOST = 100, 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands on the page besides the deliveries."""

    health: list[Health]
    vendors: dict[str, Vendor]
    unmapped: list[UnmappedSeat]
    words: list[UnknownWord]
    people: list[Somebody]


def layout(**query: Any) -> Component:
    asked = ProvidersQuery.read(query)
    seen, found = _seen(), _recent(asked, 0)
    kept = store()
    drawn = _parts(seen)
    parts = dict(zip(PARTS, drawn, strict=True))

    def live(name: str) -> Component:
        return html.Div(parts[name], id=f"providers-{name}", **{"data-live-part": ""})

    return page(
        page_head("Providers", live("review"), adding.opener(), beside=_live()),
        *replaying.parts(),
        live("alarms"),
        live("cards"),
        live("refused"),
        html.Div(
            [
                card(live("unmapped"), title="Unmapped seats"),
                card(live("words"), title="Unknown words"),
            ],
            className="providers-pair",
        ),
        card(live("shares"), title="Shares of the dialling", name="is-flush"),
        html.Section(
            [
                html.Div([html.H2("Deliveries"), _bar(asked, seen.health)], className="card-head"),
                html.Div(
                    [grid.grid(found, kept.now(), kept.rules.zone), _nothing()],
                    className="providers-board",
                    **{"data-providers": "", "data-providers-live": "", "data-rows": str(len(found))},
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
        adding.modal(),
        dcc.Store(id=QUERY, data=asked.stored()),
        dcc.Store(id=TICK),
        dcc.Store(id=MARKS, data=card_by_card.marks(PARTS, drawn)),
        dcc.Store(id=OPEN, data={"delivery": asked.delivery_id} if asked.delivery_id else None),
        name="providers",
    )


def _live() -> Component:
    return html.Span(
        [html.Span(className="dot"), html.Span("Live", **{"data-live-words": ""})],
        className="live-note",
        **{"data-live-note": ""},
    )


def _bar(asked: ProvidersQuery, found: list[Health]) -> Component:
    return filters.bar(
        QUERY,
        filters.chip(
            "connection",
            "Connection",
            "plug",
            [(str(each.id), each.label) for each in found],
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


def _seen() -> Seen:
    kept, who = store(), viewer()
    now = kept.now()
    with kept.read() as tx:
        found = providers.health(tx, who, now=now, rules=kept.rules)
        unmapped = seats.unmapped(tx, who, now=now)
        return Seen(
            health=found,
            vendors={each.vendor: registry.get(each.vendor) for each in found if _known(each)},
            unmapped=unmapped,
            words=providers.unknown_words(tx, who),
            people=seats.candidates(tx, who) if unmapped else [],
        )


def _known(of: Health) -> bool:
    return of.vendor in registry.all_slugs()


PARTS = ("review", "alarms", "cards", "refused", "unmapped", "words", "shares")


def _parts(seen: Seen) -> tuple[Component | None, ...]:
    """In the order of ``PARTS``."""
    kept = store()
    now = kept.now()
    return (
        replaying.opener(sum(each.waiting for each in seen.health)),
        health.alarms(seen.health, now),
        cards.cards(seen.health, seen.vendors, now, kept.rules.zone),
        cards.turned_away(doors.refused.counts),
        lists.unmapped(seen.unmapped, seen.people, now),
        lists.unknown(seen.words, now),
        shares.table(shares.dialling(seen.health, seen.vendors)),
    )


def _recent(asked: ProvidersQuery, pages: int) -> list[Listed]:
    with store().read() as tx:
        return inspector.recent(
            tx,
            viewer(),
            connection_id=asked.connection_id,
            verdict=asked.verdict,
            limit=min(PAGE_SIZE * (pages + 1), MOST),
        )


@callback(
    *[Output(f"providers-{name}", "children") for name in PARTS],
    Output(grid.GRID, "rowData"),
    Output("providers-older-line", "hidden"),
    Output(MARKS, "data"),
    Input(QUERY, "data"),
    Input(TICK, "data"),
    Input("providers-older", "n_clicks"),
    State(MARKS, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _refresh(
    data: dict[str, Any] | None, _tick: float | None, older: int | None, known: dict[str, str] | None
) -> tuple[Any, ...]:
    asked, kept = ProvidersQuery.read(data), store()
    found = _recent(asked, older or 0)
    full = PAGE_SIZE * ((older or 0) + 1)
    parts, now = card_by_card.changed(PARTS, _parts(_seen()), known)
    return (
        *parts,
        grid.rows(found, kept.now(), kept.rules.zone),
        len(found) < full or full >= MOST,
        now,
    )


@callback(Output("providers-drawer-body", "children"), Input(OPEN, "data"))
@allow("admin")
def _open(opened: dict[str, Any] | None) -> list[Component]:
    asked = ProvidersQuery.read(opened)
    return _inspected(asked.delivery_id) if asked.delivery_id else []


def _inspected(delivery_id: int) -> list[Component]:
    kept = store()
    try:
        with kept.read() as tx:
            found = inspector.inspect(tx, viewer(), kept.vault, delivery_id)
            decided = decisions.decision(tx, viewer(), delivery_id)
    except LookupError:
        return drawer.gone()
    return drawer.inspector(found, decided, kept.rules.zone)


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
    try:
        with store().read() as tx:
            before = inspector.inspect(tx, viewer(), store().vault, delivery_id).listed.verdict
        verdict = intake.replay(store(), viewer(), delivery_id)
    except LookupError as error:
        toast(f"Not replayed: {error}.", "exclamation-triangle")
        return _inspected(delivery_id), clicks
    toast(drawer.verdict_words(before, verdict), "arrow-counterclockwise")
    return _inspected(delivery_id), clicks


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
