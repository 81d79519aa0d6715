"""The frame around every page: navigation by role, top bar, places for pop-up cards and toasts.

Drawn once for each load of the document; scripts in ``assets/js`` keep its counts and states right. Pages appear
inside ``dash.page_container``. The server's cursor of the feed stands in ``#live-cursor``, read before
anything else, so that what changes meanwhile arrives as an event.
"""

from datetime import datetime
from typing import Any, NamedTuple

import dash
from dash import ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components import words
from dashapp.components.icon import icon
from dashapp.components.page import skeleton
from dashapp.context import NotSignedIn, store, viewer
from models.rules.access import Role, Viewer
from models.store import catchup, entries, work

ERROR_STORE = "shell-error"
"""A failed callback leaves ``{"reference": …}`` here; the browser shows it as a toast."""

TOAST_STORE = "toast"
"""``set_props("toast", {"data": {"text": …, "icon": …}})`` shows a short message."""

BELL_ROWS = 8


class Place(NamedTuple):
    path: str
    word: str
    icon: str


PLACES = (
    Place("/", "Call", "telephone"),
    Place("/leads", "Leads", "person-lines-fill"),
    Place("/boards", "Boards", "layout-three-columns"),
    Place("/productivity", "Productivity", "bar-chart"),
    Place("/providers", "Providers", "plug"),
)

PRESENCE = {
    "in": ("connected", "Checked in"),
    "break": ("pending", "On a break"),
    "out": ("unknown", "Checked out"),
}

KEYS = (
    ("J", "K", "next and previous in the list"),
    ("Enter", "", "open it"),
    ("O", "", "open the profile of the call that rings"),
    ("/", "Ctrl K", "search leads"),
    ("Esc", "", "close a menu, leave a field"),
    ("?", "", "this list"),
)


def layout() -> Component:
    """The document for the person who is signed in; without one (Dash looks once at start-up) only the pages."""
    try:
        who = viewer()
    except NotSignedIn:
        return html.Div(dash.page_container)
    kept = store()
    with kept.read() as tx:
        mine = catchup.mine(kept, tx, who)
        teams = work.team_names(tx, who)
    now = kept.now()
    since = mine["presence"]["since"]
    return html.Div(
        [
            html.A("Skip to the content", href="#main", className="skip"),
            _navigation(who),
            _top(
                who, mine, teams, words.clock(datetime.fromisoformat(since), kept.rules.zone) if since else ""
            ),
            html.Div(id="popup-stack", role="region", **{"aria-label": "Calls now"}),
            html.Main(dash.page_container, id="main", className="main", tabIndex=-1),
            html.Div(id="toasts", role="status", **{"aria-live": "polite"}),
            html.Div(id="live-region", role="status", className="visually-hidden", **{"aria-live": "polite"}),
            _keys(),
            html.Div(
                id="live-cursor",
                hidden=True,
                **{
                    "data-last": str(mine["last"]),
                    "data-now": now.isoformat(),
                    "data-zone": str(kept.rules.zone),
                    "data-me": str(who.person_id),
                },
            ),
            dcc.Store(id=TOAST_STORE),
            dcc.Store(id=ERROR_STORE),
        ],
        className="shell",
    )


def _navigation(who: Viewer) -> Component:
    open_to = {
        page["path"] for page in dash.page_registry.values() if who.role.value in (page.get("roles") or ())
    }
    shown = [
        place
        for place in PLACES
        if place.path in open_to and (place.path != "/" or who.role is Role.COUNSELOR)
    ]
    return html.Nav(
        [
            html.A(html.Img(src="/assets/brand/mark.svg", alt="Callboard"), href="/", className="brand"),
            *[
                html.A(
                    [
                        icon(place.icon),
                        html.Span(place.word),
                        html.Span("0", className="count is-missed", **{"data-bell": "all", "data-count": "0"})
                        if place.path == "/"
                        else None,
                    ],
                    href=place.path,
                    className="rail-item",
                )
                for place in shown
            ],
        ],
        className="rail",
        **{"aria-label": "Main"},
    )


def _top(who: Viewer, mine: dict[str, Any], teams: list[str], since: str) -> Component:
    return html.Header(
        [
            html.Div(className="search", **{"data-search": ""}),
            html.Div(
                [
                    html.Span([icon("wifi-off"), "Reconnecting"], className="live-state", role="status"),
                    html.Div(_presence(who, mine, teams, since), className="top-start"),
                    html.Span(className="top-sep"),
                    _bell("missed", "telephone-x", "Missed", mine),
                    _bell("pending", "hourglass-split", "Pending", mine),
                    html.Span(className="top-sep"),
                    html.Button(
                        [icon("moon-stars", "when-light"), icon("sun", "when-dark")],
                        type="button",
                        className="icon-button",
                        **{"data-theme-switch": "", "aria-label": "Switch between light and dark"},
                    ),
                    html.Button(
                        icon("question-circle"),
                        type="button",
                        className="icon-button help-button",
                        **{"data-show-keys": "", "aria-label": "Keyboard keys"},
                    ),
                    _person(who, teams),
                ],
                className="top-end",
            ),
        ],
        className="top",
    )


def _presence(who: Viewer, mine: dict[str, Any], teams: list[str], since: str) -> Component:
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
    state = str(mine["presence"]["state"])
    tone, word = PRESENCE[state]
    pill = html.Button(
        [
            html.Span(className=f"dot is-{tone}"),
            html.Span(word, className="strong"),
            html.Span(f"since {since}" if since else "", className="since"),
            icon("chevron-down"),
        ],
        id="shell-presence",
        type="button",
        className="presence",
        **{
            "data-menu": "shell-presence-menu",
            "data-state": state,
            "data-from": str(mine["presence"]["since"] or ""),
            "aria-haspopup": "menu",
            "aria-expanded": "false",
        },
    )
    return html.Div(
        [pill, _menu("shell-presence-menu", [_state(name, state) for name in PRESENCE])],
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


def _menu(ident: str, children: list[Component | None], extra: str = "") -> Component:
    return html.Div(
        [child for child in children if child is not None],
        id=ident,
        className=f"menu {extra}".rstrip(),
        hidden=True,
        role="menu",
        **{"data-own": ""},
    )


def _bell(kind: str, icon_name: str, word: str, mine: dict[str, Any]) -> Component:
    number = sum(1 for entry in mine["entries"] if entry["kind"] == kind)
    button = html.Button(
        [
            icon(icon_name),
            html.Span(word, className="bell-word"),
            html.Span(
                "999+" if number > 999 else str(number),
                className=f"count is-{kind}",
                **{"data-bell": kind, "data-count": str(number)},
            ),
        ],
        id=f"shell-{kind}",
        type="button",
        className="bell",
        **{"data-menu": f"shell-{kind}-menu", "aria-haspopup": "menu", "aria-expanded": "false"},
    )
    loading = html.Div(skeleton(4), id=f"shell-{kind}-list", className="bell-list")
    return html.Div([button, _menu(f"shell-{kind}-menu", [loading], "bell-menu")], className="has-menu")


def _person(who: Viewer, teams: list[str]) -> Component:
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
            html.Div(who.name, className="strong", style={"color": "var(--ink)"}),
            html.Div(f"{who.role.value.capitalize()}{' · ' + ', '.join(teams) if teams else ''}"),
            html.Div(who.email),
        ],
        className="menu-head",
    )
    keys = html.Button(
        [icon("keyboard"), "Keyboard keys", html.Kbd("?", style={"marginLeft": "auto"})],
        type="button",
        role="menuitem",
        className="menu-item",
        **{"data-show-keys": ""},
    )
    button = html.Button(
        html.Span(words.initials(who.name), className="avatar"),
        type="button",
        className="avatar-button",
        **{
            "data-menu": "shell-person-menu",
            "aria-label": f"{who.name}: account",
            "aria-haspopup": "menu",
            "aria-expanded": "false",
        },
    )
    return html.Div(
        [button, _menu("shell-person-menu", [head, html.Div(className="menu-sep"), keys, out])],
        className="has-menu",
    )


def _keys() -> Component:
    """What ``?`` shows; assets/js/keys.js puts a copy into a dialog."""
    rows: list[Component] = []
    for first, second, meaning in KEYS:
        rows += [html.Dt([html.Kbd(first), " ", html.Kbd(second) if second else ""]), html.Dd(meaning)]
    return html.Div([html.H2("Keys", id="keys-title"), html.Dl(rows)], id="keys-dialog", hidden=True)


def _bell_rows(kind: str) -> list[Component]:
    kept, who = store(), viewer()
    now = kept.now()
    with kept.read() as tx:
        waiting = entries.open_for(tx, who, now=now, rules=kept.rules, kind=kind)
    if not waiting:
        word = "missed" if kind == "missed" else "pending"
        return [html.Div(f"Nothing {word}. New ones appear here by themselves.", className="bell-none")]
    rows: list[Component] = [
        html.A(
            [
                html.Div(
                    [
                        html.Div(entry["lead"], className="strong clip"),
                        html.Div(
                            entry["programme"] or entry["did"] or entry["direction"],
                            className="small second clip",
                        ),
                    ],
                    className="grow",
                ),
                html.Span(
                    words.age(datetime.fromisoformat(entry["raised_at"]), now),
                    className="end",
                    **{"data-since": entry["raised_at"]},
                ),
            ],
            href=f"/lead/{entry['lead_id']}?via=bell",
            role="menuitem",
            className="menu-item bell-row",
        )
        for entry in waiting[:BELL_ROWS]
    ]
    if len(waiting) > BELL_ROWS:
        where = "/" if who.role is Role.COUNSELOR else "/boards"
        rows += [
            html.Div(className="menu-sep"),
            html.A(f"All {len(waiting):,}", href=where, role="menuitem", className="menu-item"),
        ]
    return rows


@callback(
    Output("shell-missed-list", "children"), Input("shell-missed", "n_clicks"), prevent_initial_call=True
)
@allow("counselor", "supervisor", "admin")
def _missed_list(_clicks: int | None) -> list[Component]:
    return _bell_rows("missed")


@callback(
    Output("shell-pending-list", "children"), Input("shell-pending", "n_clicks"), prevent_initial_call=True
)
@allow("counselor", "supervisor", "admin")
def _pending_list(_clicks: int | None) -> list[Component]:
    return _bell_rows("pending")


clientside_callback(
    ClientsideFunction(namespace="callboard", function_name="toast"),
    Output(TOAST_STORE, "data", allow_duplicate=True),
    Input(TOAST_STORE, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction(namespace="callboard", function_name="failed"),
    Output(ERROR_STORE, "data", allow_duplicate=True),
    Input(ERROR_STORE, "data"),
    prevent_initial_call=True,
)
