"""Giving a seat to somebody, dismissing a word, sharing out the dialling: what a choice in these lists does.

Both pages that show the lists hold a store ``TICK``; they draw themselves anew when it changes.
"""

from typing import Any

from dash import ALL, Input, Output, callback, ctx, no_update, set_props

from dashapp.auth import allow
from dashapp.components.providers.lists import DISMISS, GIVE, given_words
from dashapp.components.providers.shares import MOST, SHARE
from dashapp.components.shell import TOAST_STORE
from dashapp.context import store, viewer
from models.store import audit, connections, providers, seats

TICK = "providers-tick"


def toast(text: str, icon: str = "check-lg") -> None:
    set_props(TOAST_STORE, {"data": {"text": text, "icon": icon}})


@callback(
    Output(TICK, "data", allow_duplicate=True),
    Input({"type": GIVE, "connection": ALL, "seat": ALL}, "value"),
    prevent_initial_call=True,
)
@allow("admin")
def _give(_values: Any) -> Any:
    asked, value = ctx.triggered_id, _triggered()
    if not isinstance(asked, dict) or not str(value or "").isdecimal():
        return no_update
    kept, who = store(), viewer()
    connection_id, key, person_id = int(asked["connection"]), str(asked["seat"]), int(str(value))
    with kept.read() as tx:
        masks = {each.key: each.mask for each in seats.unmapped(tx, who, now=kept.now())}
        names = {each.id: each.name for each in seats.candidates(tx, who)}
    try:
        calls = seats.give(kept, who, connection_id=connection_id, key=key, person_id=person_id)
    except LookupError as error:
        toast(f"Not done: {error}.", "exclamation-triangle")
        return kept.now().timestamp()
    toast(given_words(masks.get(key, "The seat"), names[person_id], calls), "person-check")
    return kept.now().timestamp()


@callback(
    Output(TICK, "data", allow_duplicate=True),
    Input({"type": DISMISS, "word": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
@allow("admin")
def _dismiss(_clicks: Any) -> Any:
    asked = ctx.triggered_id
    if not isinstance(asked, dict) or not _triggered():
        return no_update
    kept, who = store(), viewer()
    word_id = str(asked["word"])
    kept.write(lambda tx: providers.dismiss_word(tx, who, kept.now(), word_id))
    return kept.now().timestamp()


@callback(
    Output(TICK, "data", allow_duplicate=True),
    Input({"type": SHARE, "connection": ALL}, "value"),
    prevent_initial_call=True,
)
@allow("admin")
def _share(_values: Any) -> Any:
    asked, value = ctx.triggered_id, _triggered()
    if not isinstance(asked, dict) or not isinstance(value, int) or isinstance(value, bool):
        return no_update
    kept, who = store(), viewer()
    connection_id = int(asked["connection"])
    with kept.read() as tx:
        current = connections.shares(tx, who).get(connection_id)
    if current is None or current == value or not 0 <= value <= MOST:
        return no_update

    def work(tx: Any) -> None:
        connections.change(tx, kept.vault, connection_id, share=value)
        audit.by_person(
            tx, kept.now(), who, "connection.share", f"connection:{connection_id}", f"{current} → {value}"
        )

    kept.write(work)
    return kept.now().timestamp()


def _triggered() -> Any:
    return ctx.triggered[0]["value"] if ctx.triggered else None
