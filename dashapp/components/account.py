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
from dashapp.context import store
from models.rules.access import Role, Viewer
from models.store import preferences
from models.store.presence import LONGEST_REASON, REASONS

PRESENCE = {
    "in": ("connected", "Checked in"),
    "break": ("pending", "On a break"),
    "out": ("unknown", "Checked out"),
}
BUSY = {
    "ringing": ("ringing", "Ringing"),
    "on_call": ("connected", "On a call"),
    "wrap_up": ("accent", "Wrap-up"),
}


def presence(who: Viewer, current: dict[str, Any], teams: list[str], zone: ZoneInfo) -> Component:
    """A counselor's state with its menu (``current`` as the store's ``worktime.live`` gives it); for the others,
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
    state, since, reason = str(current["state"]), current["since"], str(current["reason"])
    busy = current["busy"] or {"state": "", "since": "", "until": None}
    tone, word = BUSY.get(busy["state"], PRESENCE[state])
    if state == "break" and reason and not busy["state"]:
        word = reason
    at = f"since {words.clock(datetime.fromisoformat(since), zone)}" if since and not busy["state"] else ""
    pill = html.Button(
        [
            html.Span(className=f"dot is-{tone}"),
            html.Span(word, className="strong clip"),
            html.Span(at, className="since"),
            icon("chevron-down"),
        ],
        id="shell-presence",
        type="button",
        className="presence",
        **{
            "data-menu": "shell-presence-menu",
            "data-state": state,
            "data-reason": reason,
            "data-from": since or "",
            "data-busy-state": busy["state"],
            "data-busy-since": busy["since"],
            "data-busy-until": busy["until"] or "",
            "aria-expanded": "false",
        },
    )
    return html.Div([pill, _states(state, reason)], className="has-menu presence-menu")


def _states(state: str, reason: str) -> Component:
    """What a person can say of themselves; a break for one of the usual reasons, or for one in their own words
    (presence.js puts the field into the form)."""
    known = reason if reason in REASONS else ""
    return menu(
        "shell-presence-menu",
        [
            _state("in", "Check in", state == "in"),
            html.Div(className="menu-sep"),
            _state("break", "Take a break", state == "break" and not known),
            *[_state("break", each, state == "break" and each == known, each) for each in REASONS],
            html.Form(className="break-form", **{"data-break-form": str(LONGEST_REASON)}),
            html.Div(className="menu-sep"),
            _state("out", "Check out", state == "out"),
        ],
        role="group",
    )


def _state(name: str, word: str, chosen: bool, reason: str = "") -> Component:
    tone, _ = PRESENCE[name]
    return html.Button(
        [html.Span(className="dot is-none" if reason else f"dot is-{tone}"), word, icon("check-lg", "tick")],
        type="button",
        className="menu-item",
        **{"data-presence": name, "data-reason": reason, "aria-pressed": "true" if chosen else "false"},
    )


def person(who: Viewer, teams: list[str]) -> Component:
    """Initials that open: who I am, what may make a noise, the keys, sign out."""
    with store().read() as tx:
        chosen = preferences.of(tx, who.person_id)
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
    sound = [
        _choice("sound", "Sound for calls", chosen["sound"]),
        _choice("notify", "Browser notifications", chosen["notify"]),
        html.Button(
            [icon("music-note"), "Try the sound"],
            type="button",
            role="menuitem",
            className="menu-item",
            **{"data-test-sound": ""},
        ),
        html.Div(className="menu-sep"),
    ]
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
        [button, menu("shell-person-menu", [head, html.Div(className="menu-sep"), *sound, keys, out])],
        className="has-menu",
    )


def _choice(name: str, word: str, value: str) -> Component:
    """assets/js/alerts.js changes it."""
    return html.Button(
        [icon("check-lg", "tick"), word],
        type="button",
        role="menuitemcheckbox",
        className="menu-item",
        **{"data-preference": name, "aria-checked": "true" if value == "on" else "false"},
    )
