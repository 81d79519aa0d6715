"""Adding a connection from the screen: five fields, then the addresses to paste."""

import re
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, html, no_update
from dash.development.base_component import Component
from flask import current_app
from sqlalchemy import Connection

from dashapp.auth import allow
from dashapp.components.page import banner, button, link_button
from dashapp.components.providers import addresses
from dashapp.components.providers.lists_acting import TICK
from dashapp.context import store, viewer
from ingest.vendors import registry
from models.store import audit, connections, people
from models.store.base import Store

OPEN, MODAL, BODY, MADE = "providers-add", "providers-add-modal", "providers-add-body", "providers-add-made"
FIELDS = ("vendor", "label", "zone", "country", "team")
LONGEST = 80
NOBODY = "0"
"""The choice of no team."""


def opener() -> Component:
    return button("Add a connection", "plus-lg", ident=OPEN)


def modal() -> Component:
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle("Add a connection", tag="h2"), close_button=True),
            dbc.ModalBody(html.Div(id=BODY)),
        ],
        id=MODAL,
        is_open=False,
        scrollable=True,
        size="lg",
    )


def form(store: Store, teams: list[people.Team]) -> list[Component]:
    """What a connection cannot be without; the rest is on its page."""
    vendors = [{"label": registry.get(slug).label, "value": slug} for slug in registry.all_slugs()]
    return [
        html.Div(
            [
                field(
                    "Provider", dbc.Select(id=f"{OPEN}-vendor", options=vendors, value=vendors[0]["value"])
                ),
                field(
                    "Name on the screens",
                    dbc.Input(
                        id=f"{OPEN}-label", maxLength=LONGEST, placeholder="Indore main line", autofocus=True
                    ),
                ),
                field(
                    "Time zone",
                    dbc.Input(id=f"{OPEN}-zone", value=store.rules.zone.key),
                    "Of times the provider sends without an offset.",
                ),
                field(
                    "Country",
                    dbc.Input(id=f"{OPEN}-country", value=store.rules.country, maxLength=2),
                    "For numbers it sends without a country's prefix, as in IN.",
                ),
                field(
                    "Team",
                    dbc.Select(
                        id=f"{OPEN}-team",
                        options=[{"label": "Nobody in particular", "value": NOBODY}]
                        + [{"label": each.name, "value": str(each.id)} for each in teams],
                        value=NOBODY,
                    ),
                    "Who answers numbers that no team claims.",
                ),
            ],
            className="form-grid",
        ),
        html.Div(id=MADE, role="status"),
        html.Div(
            button("Add and show its addresses", look="primary", ident=f"{OPEN}-do"), className="form-end"
        ),
    ]


def field(label: str, control: Component, hint: str = "") -> Component:
    """A label over its control, and what it is for under it."""
    return html.Div(
        [
            html.Label(
                label, htmlFor=control.id if isinstance(control.id, str) else None, className="form-label"
            ),
            control,
            html.Div(hint, className="hint small") if hint else None,
        ],
        className="form-field",
    )


def slug_of(label: str, taken: set[str]) -> str:
    """A short name for commands and logs, made of the label: ``indore-main-line``, with a number if it is taken."""
    base = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:50] or "connection"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


@callback(
    Output(MODAL, "is_open"), Output(BODY, "children"), Input(OPEN, "n_clicks"), prevent_initial_call=True
)
@allow("admin")
def _open(clicks: int | None) -> tuple[Any, Any]:
    if not clicks:
        return no_update, no_update
    kept = store()
    with kept.read() as tx:
        return True, form(kept, people.teams(tx))


@callback(
    Output(BODY, "children", allow_duplicate=True),
    Output(MADE, "children"),
    Output(TICK, "data", allow_duplicate=True),
    Input(f"{OPEN}-do", "n_clicks"),
    *[State(f"{OPEN}-{name}", "value") for name in FIELDS],
    prevent_initial_call=True,
)
@allow("admin")
def _add(clicks: int | None, *given: Any) -> tuple[Any, Any, Any]:
    if not clicks:
        return no_update, no_update, no_update
    asked = {name: str(value or "").strip() for name, value in zip(FIELDS, given, strict=True)}
    try:
        connection_id, token = _make(store(), asked)
    except (ValueError, LookupError) as error:
        return (
            no_update,
            banner("missed", "exclamation-triangle-fill", html.Span(_sentence(error))),
            no_update,
        )
    vendor, base = registry.get(asked["vendor"]), current_app.extensions["callboard.settings"].url
    shown = [
        addresses.once(vendor, base, token),
        html.Div(
            link_button(
                "Go on with its set-up", f"/providers/{connection_id}", "arrow-right", look="primary"
            ),
            className="form-end",
        ),
    ]
    return shown, no_update, store().now().timestamp()


def _make(kept: Store, asked: dict[str, str]) -> tuple[int, str]:
    if asked["vendor"] not in registry.all_slugs():
        raise ValueError("choose a provider")
    if not asked["label"] or len(asked["label"]) > LONGEST:
        raise ValueError(f"give it a name of 1 to {LONGEST} characters")
    zone, country, who = connections.zone(asked["zone"]), connections.country(asked["country"]), viewer()

    def work(tx: Connection) -> tuple[int, str]:
        team_ids = {str(each.id): each.id for each in people.teams(tx)}
        if asked["team"] not in ("", NOBODY) and asked["team"] not in team_ids:
            raise LookupError("there is no such team")
        slug = slug_of(asked["label"], {each.slug for each in connections.listed(tx)})
        connection_id = connections.add(
            tx,
            kept.vault,
            slug=slug,
            vendor=asked["vendor"],
            label=asked["label"],
            at=kept.now(),
            zone=zone,
            country=country,
            team_id=team_ids.get(asked["team"]),
        )
        token = connections.issue_token(tx, connection_id, kept.now())
        audit.by_person(tx, kept.now(), who, "connection.add", f"connection:{connection_id}", slug)
        return connection_id, token

    made: tuple[int, str] = kept.write(work)
    return made


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
