"""Settings › Rules: the numbers and requirements that hold for everybody."""

from typing import Any

from dash import ALL, Input, Output, callback, ctx, html, no_update
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components.settings import parts
from dashapp.components.settings.saying import said, triggered
from dashapp.context import store, viewer
from models.store import choices
from models.store.choices import CHOICES, Choice

FIELD, PLACE = "settings-choice", "settings-choices"
NAMES = {
    "wrap_up_seconds": "Wrap-up time",
    "claim_minutes": "Claims last",
    "reveals_a_day": "Numbers revealed a day",
    "require_inbound": "Inbound calls need a disposition",
    "require_outbound": "Outbound calls need a disposition",
    "require_campaign": "Campaign calls need a disposition",
}


def section() -> list[Component]:
    """Every choice with its meaning, limits and unit."""
    with store().read() as tx:
        found = choices.of(tx)
    return [_row(name, known, found[name]) for name, known in CHOICES.items()]


def _row(name: str, known: Choice, value: int) -> Component:
    ident: parts.Ident = {"type": FIELD, "name": name}
    word = NAMES.get(name, name.replace("_", " ").capitalize())
    if (known.least, known.most) == (0, 1):
        return html.Div(
            [
                parts.switch(ident, bool(value), word, shown=True),
                html.Div("Then its wrap-up can only be saved with one.", className="small hint"),
            ],
            className="settings-rule",
        )
    limits = f"{known.least:,} to {known.most:,}{' ' + known.unit if known.unit else ''}; otherwise {known.default:,}"
    return html.Div(
        [
            html.Label(word, htmlFor=parts.dom_id(ident)),
            html.Div(
                [
                    parts.number(ident, value, known.least, known.most),
                    html.Span(known.unit, className="hint"),
                ],
                className="settings-amount",
            ),
            html.Div(f"{known.meaning} {limits.capitalize()}.", className="small hint"),
        ],
        className="settings-rule",
    )


@callback(
    Output(PLACE, "children"),
    Input({"type": FIELD, "name": ALL}, "value"),
    prevent_initial_call=True,
)
@allow("admin")
def _changed(_values: Any) -> Any:
    """A rule was changed: save it. What cannot be is said, and the rules show again what holds."""
    asked = ctx.triggered_id
    if not isinstance(asked, dict) or asked["name"] not in CHOICES:
        return no_update
    kept, who, name, value = store(), viewer(), str(asked["name"]), triggered()
    with kept.read() as tx:
        before = choices.one(tx, name)
    if not isinstance(value, int):  # the field is empty, or holds what is no whole number
        said(_not_whole, "")
        return section()
    if int(value) == before:
        return no_update
    word = NAMES.get(name, name)
    return (
        no_update
        if said(lambda: choices.decide(kept, who, name, int(value)), f"{word}: saved")
        else section()
    )


def _not_whole() -> None:
    raise choices.BadChoice("it must be a whole number within the limits")
