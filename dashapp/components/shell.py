"""The frame around every page: navigation by role, top bar, places for pop-up cards and toasts.

Drawn once for each load of the document; scripts in ``assets/js`` keep its counts and states right. Pages appear
inside ``dash.page_container``. The server's cursor of the feed stands in ``#live-cursor``, read before
anything else, so that what changes meanwhile arrives as an event.
"""

from collections import Counter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import dash
from dash import ClientsideFunction, Input, Output, clientside_callback, dcc, html
from dash.development.base_component import Component

from dashapp.components import document, softphone
from dashapp.components.account import person, presence
from dashapp.components.bells import bell
from dashapp.components.icon import icon
from dashapp.context import NotSignedIn, store, viewer
from models.rules.access import Role, Viewer
from models.store import catchup, providers, work

ERROR_STORE = "shell-error"
"""A failed callback leaves ``{"reference": …}`` here; the browser shows it as a toast."""

TOAST_STORE = "toast"
"""``set_props("toast", {"data": {"text": …, "icon": …}})`` shows a short message."""


class Place(NamedTuple):
    """An entry of the navigation; ``here`` is its icon on the current page."""

    path: str
    word: str
    icon: str
    here: str


PLACES = (
    Place("/", "Call", "telephone", "telephone-fill"),
    Place("/leads", "Leads", "person-lines-fill", "person-lines-fill"),
    Place("/boards", "Boards", "layout-three-columns", "layout-three-columns"),
    Place("/productivity", "Productivity", "bar-chart", "bar-chart-fill"),
    Place("/audit", "Audit", "journal-text", "journal-text"),
    Place("/providers", "Providers", "plug", "plug-fill"),
    Place("/reconciliation", "Records", "cloud-check", "cloud-check-fill"),
    Place("/settings", "Settings", "gear", "gear-fill"),
)

KEYS = (
    ("J", "K", "next and previous in the list"),
    ("Enter", "", "open it"),
    ("C", "", "call the lead"),
    ("T", "", "take a waiting call, or give it back"),
    ("D", "1 – 9", "result of the call"),
    ("N", "", "write a note"),
    ("O", "", "open the profile of the call that rings"),
    ("/", "Ctrl K", "search leads"),
    ("Esc", "", "close a menu, leave a field, close the lead"),
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
        silent = providers.silent(tx, now=now, rules=kept.rules) if who.role is Role.ADMIN else {}
    return html.Div(
        [
            html.A("Skip to the content", href="#main", className="skip"),
            _navigation(who, list(silent.values())),
            _top(who, mine, teams, kept.rules.zone),
            html.Div(id="popup-stack", role="region", **{"aria-label": "Calls now"}),
            html.Main(dash.page_container, id="main", className="main", tabIndex=-1),
            softphone.dock(who),
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
                    "data-worker": document.asset("js/sse-worker.js"),
                },
            ),
            dcc.Store(id=TOAST_STORE),
            dcc.Store(id=ERROR_STORE),
        ],
        className="shell",
    )


def _navigation(who: Viewer, silent: list[str]) -> Component:
    """``silent`` names the connections that should be heard and are not."""
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
            html.A(
                html.Img(src=document.asset("brand/mark.svg"), alt="Callboard"), href="/", className="brand"
            ),
            *[
                html.A(
                    [
                        icon(place.icon, "when-away"),
                        icon(place.here, "when-here"),
                        html.Span(place.word),
                        html.Span("0", className="count is-missed", **{"data-bell": "all", "data-count": "0"})
                        if place.path == "/"
                        else None,
                        _silence(silent) if place.path == "/providers" else None,
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


def _silence(silent: list[str]) -> Component:
    """How many connections are silent; assets/js/silence.js keeps it right."""
    return html.Span(
        str(len(silent)),
        className="count is-missed is-alarm",
        title=f"Silent: {', '.join(silent)}" if silent else "",
        **{"data-silence": "", "data-count": str(len(silent))},
    )


def _top(who: Viewer, mine: dict[str, Any], teams: list[str], zone: ZoneInfo) -> Component:
    open_now = Counter(entry["kind"] for entry in mine["entries"])
    return html.Header(
        [
            html.Div(className="search", **{"data-search": ""}),
            html.Div(
                [
                    html.Span([icon("wifi-off"), "Reconnecting"], className="live-state", role="status"),
                    html.Div(presence(who, mine["presence"], teams, zone), className="top-start"),
                    html.Span(className="top-sep"),
                    bell("missed", "telephone-x", "Missed", open_now["missed"]),
                    bell("pending", "hourglass-split", "Pending", open_now["pending"]),
                    html.Span(className="top-sep"),
                    html.Button(
                        icon("search"),
                        type="button",
                        className="icon-button search-button",
                        **{"data-open-search": "", "aria-label": "Find a lead"},
                    ),
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
                    person(who, teams),
                ],
                className="top-end",
            ),
        ],
        className="top",
    )


def _keys() -> Component:
    """What ``?`` shows; assets/js/keys.js puts a copy into a dialog."""
    rows: list[Component] = []
    for first, second, meaning in KEYS:
        rows += [html.Dt([html.Kbd(first), " ", html.Kbd(second) if second else ""]), html.Dd(meaning)]
    close = html.Button(
        icon("x-lg"), type="button", className="icon-button", **{"data-close": "", "aria-label": "Close"}
    )
    return html.Div([html.H2("Keys", id="keys-title"), close, html.Dl(rows)], id="keys-dialog", hidden=True)


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
