"""The secrets a mapping's proofs need: whether each is set, and a field to set it. No value ever comes back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, html, no_update
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components.mapping import tables
from dashapp.components.page import banner, button
from dashapp.components.providers.lists_acting import toast
from dashapp.components.status import chip
from dashapp.context import store, viewer
from models.store import audit, connections, mappings
from models.store.hooks import TokenBook

SET, VALUE = "mapping-secret-set", "mapping-secret-value"
OVERLAP = timedelta(hours=24)
LONGEST = 4000


def drawn(names: Sequence[str], connection_id: int) -> Component | None:
    """One line a secret; None when the mapping needs none."""
    account = TokenBook(store()).by_id(connection_id)
    if not names or account is None:
        return None
    missing = [name for name in names if not account.secrets.get(name)]
    return html.Div(
        [
            html.H3("Secrets it needs"),
            banner(
                "pending",
                "exclamation-triangle-fill",
                html.Span("Once this mapping is saved, every message is turned away until they are set."),
            )
            if missing
            else None,
            *[_line(name, name not in missing) for name in names],
        ],
        className="mapping-meanings",
        id="mapping-secrets-of",
    )


def _line(name: str, there: bool) -> Component:
    typed = dbc.Input(
        id={"type": VALUE, "name": name},
        type="password",
        value="",
        autocomplete="new-password",
        maxLength=LONGEST,
        placeholder="Replace it…" if there else "Paste it here",
    )
    return html.Div(
        [
            html.Div(
                [
                    html.Code(name),
                    " ",
                    chip("connected", "lock-fill", "set") if there else chip("pending", "unlock", "missing"),
                ]
            ),
            html.Div(
                [tables.labelled(f"Secret {name}", typed), button("Set", ident={"type": SET, "name": name})],
                className="mapping-secret",
            ),
        ],
        className="mapping-meaning",
    )


@callback(
    Output("mapping-secrets", "children", allow_duplicate=True),
    Input({"type": SET, "name": ALL}, "n_clicks"),
    State({"type": VALUE, "name": ALL}, "value"),
    State({"type": VALUE, "name": ALL}, "id"),
    State("mapping-of", "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _set(_clicks: Any, values: Any, idents: Any, of: Any) -> Any:
    by = ctx.triggered_id
    connection_id = of.get("connection") if isinstance(of, dict) else None
    if not isinstance(by, dict) or not ctx.triggered[0]["value"] or not isinstance(connection_id, int):
        return no_update
    typed = {str(one["name"]): value for one, value in zip(idents or (), values or (), strict=False)}
    name = str(by["name"])
    value = typed.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        toast("Nothing was typed.", "exclamation-triangle")
        return no_update
    kept, who = store(), viewer()
    now, secret = kept.now(), value.strip()
    try:
        with kept.read() as tx:
            mappings.of(tx, who, connection_id)
        with kept.db.begin() as tx:
            connections.change(tx, kept.vault, connection_id, secrets={name: secret}, old_until=now + OVERLAP)
            audit.secret_set(tx, now, connection_id, name, who.person_id)
    except LookupError as error:
        toast(f"Not done: {error}.", "exclamation-triangle")
        return no_update
    toast(f"{name} is set; an older value is accepted for a day more.", "lock")
    return drawn(list(typed), connection_id)
