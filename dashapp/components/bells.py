"""The bells of the top bar: how many entries are open for me, and the oldest of them in a menu.

The counts are kept by assets/js/bells.js; the menu is asked for when a bell is pressed.
"""

from datetime import datetime
from typing import Any

from dash import Input, Output, callback, html
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components import calling, words
from dashapp.components.icon import icon
from dashapp.components.menu import menu
from dashapp.components.page import skeleton
from dashapp.context import store, viewer
from models.rules.access import Role
from models.store import entries

ROWS = 8


def bell(kind: str, icon_name: str, word: str, number: int) -> Component:
    """``kind`` is "missed" or "pending"; ``number`` how many are open as the page is drawn."""
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
        **{
            "data-menu": f"shell-{kind}-menu",
            "aria-expanded": "false",
            "aria-controls": f"shell-{kind}-menu",
        },
    )
    loading = html.Div(skeleton(4), id=f"shell-{kind}-list", className="bell-list")
    return html.Div(
        [button, menu(f"shell-{kind}-menu", [loading], "bell-menu", "group")], className="has-menu"
    )


def _rows(kind: str) -> list[Component]:
    kept, who = store(), viewer()
    now = kept.now()
    with kept.read() as tx:
        waiting = entries.open_for(tx, who, now=now, rules=kept.rules, kind=kind)
    if not waiting:
        word = "missed" if kind == "missed" else "pending"
        return [html.Div(f"Nothing {word}. New ones appear here by themselves.", className="bell-none")]
    with_call = calling.may_call()
    rows = [_row(entry, now, with_call) for entry in waiting[:ROWS]]
    if len(waiting) > ROWS:
        where = "/" if who.role is Role.COUNSELOR else "/boards"
        rows += [
            html.Div(className="menu-sep"),
            html.A(f"All {len(waiting):,}", href=where, className="menu-item"),
        ]
    return rows


def _row(entry: dict[str, Any], now: datetime, with_call: bool) -> Component:
    link = html.A(
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
        className="menu-item bell-row",
    )
    call = None
    if with_call and entry["mask"]:
        call = calling.call_button(entry["lead_id"], entry["lead"], small=True)
    return html.Div([link, call], className="bell-line")


@callback(
    Output("shell-missed-list", "children"), Input("shell-missed", "n_clicks"), prevent_initial_call=True
)
@allow("counselor", "supervisor", "admin")
def _missed_list(_clicks: int | None) -> list[Component]:
    return _rows("missed")


@callback(
    Output("shell-pending-list", "children"), Input("shell-pending", "n_clicks"), prevent_initial_call=True
)
@allow("counselor", "supervisor", "admin")
def _pending_list(_clicks: int | None) -> list[Component]:
    return _rows("pending")
