"""Who I am in the top bar: my state (checked in, on a break, out) and the menu with sign-out.

assets/js/presence.js changes the state and adds the proof of origin to the sign-out form.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.icon import icon
from dashapp.components.menu import menu
from models.rules.access import Role, Viewer

PRESENCE = {
    "in": ("connected", "Checked in"),
    "break": ("pending", "On a break"),
    "out": ("unknown", "Checked out"),
}


def presence(who: Viewer, current: dict[str, Any], teams: list[str], zone: ZoneInfo) -> Component:
    """A counselor's state with its menu (``current`` as the store's ``presence.current`` gives it); for the others,
    what they look after."""
    if who.role is not Role.COUNSELOR:
        word = "Supervising" if who.role is Role.SUPERVISOR else "Administrator"
        where = ", ".join(teams) or "all teams"
        return html.Span(
            [
                html.Span(className="dot is-connected"),
                html.Span(word, className="strong"),
                html.Span(where, className="since clip"),
            ],
            className="presence",
        )
    state, since = str(current["state"]), current["since"]
    tone, word = PRESENCE[state]
    at = f"since {words.clock(datetime.fromisoformat(since), zone)}" if since else ""
    pill = html.Button(
        [
            html.Span(className=f"dot is-{tone}"),
            html.Span(word, className="strong"),
            html.Span(at, className="since"),
            icon("chevron-down"),
        ],
        id="shell-presence",
        type="button",
        className="presence",
        **{
            "data-menu": "shell-presence-menu",
            "data-state": state,
            "data-from": since or "",
            "aria-haspopup": "menu",
            "aria-expanded": "false",
        },
    )
    return html.Div(
        [pill, menu("shell-presence-menu", [_state(name, state) for name in PRESENCE])],
        className="has-menu presence-menu",
    )


def _state(name: str, now: str) -> Component:
    tone, _ = PRESENCE[name]
    word = {"in": "Check in", "break": "Take a break", "out": "Check out"}[name]
    return html.Button(
        [html.Span(className=f"dot is-{tone}"), word, icon("check-lg", "tick")],
        type="button",
        role="menuitemradio",
        className="menu-item",
        **{"data-presence": name, "aria-checked": "true" if name == now else "false"},
    )


def person(who: Viewer, teams: list[str]) -> Component:
    """Initials that open: who I am, the keys, sign out."""
    out = html.Form(
        html.Button(
            [icon("box-arrow-right"), "Sign out"], type="submit", role="menuitem", className="menu-item"
        ),
        action="/logout",
        method="POST",
        **{"data-sign-out": ""},
    )
    head = html.Div(
        [
            html.Div(who.name, className="strong body-ink"),
            html.Div(f"{who.role.value.capitalize()}{' · ' + ', '.join(teams) if teams else ''}"),
            html.Div(who.email),
        ],
        className="menu-head",
    )
    keys = html.Button(
        [icon("keyboard"), "Keyboard keys", html.Kbd("?", className="menu-key")],
        type="button",
        role="menuitem",
        className="menu-item",
        **{"data-show-keys": ""},
    )
    button = html.Button(
        html.Span(words.initials(who.name), className="avatar", **{"aria-hidden": "true"}),
        type="button",
        className="avatar-button",
        **{
            "data-menu": "shell-person-menu",
            "aria-label": f"{words.initials(who.name)}: {who.name}, account",
            "aria-haspopup": "menu",
            "aria-expanded": "false",
        },
    )
    return html.Div(
        [button, menu("shell-person-menu", [head, html.Div(className="menu-sep"), keys, out])],
        className="has-menu",
    )
