"""Issuing and revoking hook addresses from a connection's page."""

from datetime import timedelta
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, no_update
from flask import current_app

from dashapp.auth import allow
from dashapp.components.providers import addresses
from dashapp.components.providers.connection_acting import OF, hours, of, vendor_of, write
from dashapp.components.providers.lists_acting import TICK, toast
from dashapp.context import store
from models.store import connections, rotation

ONCE = "connection-once"


@callback(
    Output(ONCE, "children"),
    Output(TICK, "data", allow_duplicate=True),
    Input(addresses.ISSUE, "n_clicks"),
    State(addresses.OVERLAP, "value"),
    State(OF, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _issue(clicks: int | None, keep: str | None, given: dict[str, Any] | None) -> tuple[Any, Any]:
    found = of(given)
    vendor = vendor_of(found) if found else None
    if not clicks or found is None or vendor is None:
        return no_update, no_update
    kept = store()
    now, overlap = kept.now(), hours(keep)
    token = write(
        found,
        "connection.token",
        f"{found.slug}, older ones end in {overlap} h",
        lambda tx: connections.issue_token(
            tx, found.id, now, retire_others_at=now + timedelta(hours=overlap)
        ),
    )
    base = current_app.extensions["callboard.settings"].url
    return addresses.once(vendor, base, token), now.timestamp()


@callback(
    Output(TICK, "data", allow_duplicate=True),
    Input({"type": addresses.REVOKE, "token": ALL}, "n_clicks"),
    State(OF, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _revoke(_clicks: Any, given: dict[str, Any] | None) -> Any:
    found, asked = of(given), ctx.triggered_id
    if found is None or not isinstance(asked, dict) or not ctx.triggered[0]["value"]:
        return no_update
    kept, token_id = store(), int(asked["token"])
    done = write(
        found,
        "connection.revoke",
        f"{found.slug}, token {token_id}",
        lambda tx: rotation.revoke_token(tx, found.id, token_id, kept.now()),
    )
    toast(
        "Revoked: whoever uses that address is answered 401 within seconds." if done else "It had ended.",
        "key",
    )
    return kept.now().timestamp()
