"""What the sections of the settings page are built of. Every field is saved as it is changed."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.components.icon import icon

Ident = dict[str, str | int]


def dom_id(ident: Mapping[str, str | int]) -> str:
    """As Dash writes a pattern's id: JSON, keys in order, without blanks."""
    return json.dumps(dict(ident), sort_keys=True, separators=(",", ":"))


def text(ident: Ident, value: str, label: str, longest: int) -> Component:
    """A name, saved when it is left or Enter is pressed; ``label`` is heard, not seen."""
    return html.Div(
        [
            _hidden(label, ident),
            dbc.Input(id=ident, value=value, debounce=True, maxlength=longest, class_name="settings-name"),
        ]
    )


def switch(ident: Ident, value: bool, label: str, *, shown: bool = False) -> Component:
    """On or off. ``shown``: its words stand beside it, otherwise they are only heard."""
    words = label if shown else html.Span(label, className="visually-hidden")
    return dbc.Switch(id=ident, value=value, label=words, class_name="settings-switch")


def several(ident: Ident, value: Sequence[str], options: Mapping[str, str], label: str) -> Component:
    """Any number of a few words."""
    return html.Div(
        dbc.Checklist(
            id=ident,
            options=[{"label": word, "value": name} for name, word in options.items()],
            value=list(value),
            inline=True,
        ),
        role="group",
        className="settings-several",
        **{"aria-label": label},
    )


def select(ident: Ident, value: str, options: Mapping[str, str], label: str) -> Component:
    """One of a list."""
    made = [{"label": word, "value": name} for name, word in options.items()]
    return html.Div(
        [_hidden(label, ident), dbc.Select(id=ident, options=made, value=value, size="sm", html_size=None)]
    )


def number(ident: Ident, value: int, least: int, most: int) -> Component:
    """A whole number; its visible label names it by ``dom_id``."""
    return dbc.Input(
        id=ident,
        type="number",
        min=least,
        max=most,
        step=1,
        value=value,
        debounce=True,
        class_name="num settings-number",
    )


def act(ident: Ident, icon_name: str, label: str, *, off: bool = False) -> Component:
    """A small button that is only an icon."""
    return html.Button(
        icon(icon_name),
        id=ident,
        type="button",
        className="icon-button",
        title=label,
        disabled=off,
        **{"aria-label": label},
    )


def adding(ident: Ident, label: str, longest: int, button: Component) -> Component:
    """A field for a new name and the button that adds it."""
    return html.Div(
        [
            _hidden(label, ident),
            dbc.Input(
                id=ident,
                value="",
                placeholder=label,
                maxlength=longest,
                n_submit=0,
                class_name="settings-name",
            ),
            button,
        ],
        className="settings-add",
    )


def table(heads: Sequence[Any], rows: Sequence[Component]) -> Component:
    """A wide table scrolls by itself on a phone."""
    head = html.Tr([html.Th(each) for each in heads])
    return html.Div(
        html.Table([html.Thead(head), html.Tbody(list(rows))], className="table-plain settings-table"),
        className="table-wide",
    )


def _hidden(label: str, ident: Ident) -> Component:
    return html.Label(label, htmlFor=dom_id(ident), className="visually-hidden")
