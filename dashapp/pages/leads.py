"""The leads a person may see: a list with search. Words stand in the address; a number never does."""

from typing import Any
from urllib.parse import urlencode

import dash
from dash import Input, Output, callback, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashapp.auth import allow
from dashapp.components import calling, status, words
from dashapp.components.icon import icon
from dashapp.components.page import card, empty, link_button, page, page_head
from dashapp.context import is_counselor, store, viewer
from models.store import leads, searching
from models.store.leads import PAGE, LeadRow, Leads

dash.register_page(
    __name__, path="/leads", title="Leads · Callboard", roles=("counselor", "supervisor", "admin")
)

LONGEST = 80


def layout(q: str = "", mine: str = "", at: str = "", **_: str) -> Component:
    """``q`` words to find, ``mine=1`` only those I own, ``at`` how many rows to skip."""
    asked = q.strip()[:LONGEST]
    offset = int(at) if at.isdecimal() and len(at) < 8 else 0
    own = mine == "1" and is_counselor()
    kept, who = store(), viewer()
    with kept.read() as tx:
        found = (
            leads.mine(tx, who, offset=offset)
            if own
            else searching.listed(kept, tx, who, asked, limit=PAGE, offset=offset)
        )
    return page(
        page_head(
            "Leads", beside=html.Span(_said(found.total, asked, own), id="leads-said", className="second")
        ),
        html.Div(
            [
                html.Div(className="search leads-search", **{"data-search": ""}),
                _whose(own) if is_counselor() else None,
            ],
            className="toolbar",
        ),
        html.Div(_table(found, {"q": asked, "mine": "1" if own else ""}, offset), id="leads-found"),
        dcc.Store(id="leads-number"),
    )


def _said(total: int, asked: str, own: bool) -> str:
    if asked:
        return f"{words.plural(total, 'lead')} for “{asked}”"
    return f"{total:,} {'of mine' if own else 'in all'}"


def _whose(own: bool) -> Component:
    return html.Div(
        [
            html.A("All I work with", href="/leads", className="" if own else "is-on"),
            html.A("Mine", href="/leads?mine=1", className="is-on" if own else ""),
        ],
        className="seg",
    )


def _table(found: Leads, asked: dict[str, str], offset: int) -> list[Component]:
    if not found.rows:
        return [
            card(
                empty(
                    "search",
                    "No lead found",
                    "Search by name, e-mail, city, programme or the lead's id. A phone number must be whole, or its last four digits.",
                    link_button("Show all", "/leads"),
                ),
                name="leads-card",
            )
        ]
    heads = [("Lead", "who"), ("Programme", ""), ("City", ""), ("Number", ""), ("Stage", ""), ("Owner", "")]
    with_call = calling.may_call()
    table = html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        *[html.Th(word, className=name) for word, name in heads],
                        html.Th("Last talk", className="end"),
                        html.Th("Worked on", className="end keep"),
                        html.Th(html.Span("Call", className="visually-hidden"), className="end keep"),
                    ]
                )
            ),
            html.Tbody([_row(row, with_call) for row in found.rows]),
        ],
        className="table-plain leads-table",
    )
    return [card(table, name="leads-card"), _pager(found, asked, offset)]


def _row(row: LeadRow, with_call: bool) -> Component:
    kept = store()
    zone, now = kept.rules.zone, kept.now()
    waiting = None
    if row.waiting == "missed":
        waiting = status.chip("missed", "telephone-x", "Missed")
    elif row.waiting:
        waiting = status.chip("pending", "hourglass-split", "Pending")
    talk = (
        f"{words.moment(row.last_talk_at, now, zone)}, {words.duration(row.last_talk_seconds)}"
        if row.last_talk_at
        else words.NO_DATA
    )
    return html.Tr(
        [
            html.Td(
                [
                    html.A(row.name, href=f"/lead/{row.id}?via=leads", className="row-link"),
                    " ",
                    waiting,
                    html.Div(
                        " · ".join([row.programme or row.stage, row.city or ""]).rstrip(" ·"),
                        className="small second only-phone",
                    ),
                ],
                className="who",
            ),
            html.Td(row.programme or words.NO_DATA),
            html.Td(row.city or words.NO_DATA, className="second"),
            html.Td(row.mask or words.NO_DATA, className="second num"),
            html.Td(row.stage),
            html.Td(row.owner or words.NO_DATA, className="second"),
            html.Td(talk, className="end second"),
            html.Td(
                words.age(row.worked_at, now),
                className="end keep",
                title=words.full(row.worked_at, zone),
                **{"data-since": row.worked_at.isoformat()},
            ),
            html.Td(
                calling.call_button(row.id, row.name, small=True) if with_call and row.mask else None,
                className="end keep",
            ),
        ]
    )


def _pager(found: Leads, asked: dict[str, str], offset: int) -> Component:
    def link(word: str, name: str, to: int, there: bool) -> Component:
        query = urlencode(
            {key: value for key, value in {**asked, "at": str(to) if to else ""}.items() if value}
        )
        if not there:
            return html.Span(
                [icon(name), word], className="btn btn-secondary disabled", **{"aria-disabled": "true"}
            )
        return html.A(
            [icon(name), word], href=f"/leads?{query}" if query else "/leads", className="btn btn-secondary"
        )

    last = offset + len(found.rows)
    return html.Div(
        [
            html.Span(f"{offset + 1:,}–{last:,} of {found.total:,}", className="second num"),
            link("Newer", "chevron-left", max(0, offset - PAGE), offset > 0),
            link("Older", "chevron-right", last, last < found.total),
        ],
        className="pager",
    )


@callback(
    Output("leads-found", "children"),
    Output("leads-said", "children"),
    Input("leads-number", "data"),
    prevent_initial_call=True,
)
@allow("counselor", "supervisor", "admin")
def _by_number(asked: dict[str, Any] | None) -> tuple[list[Component], str]:
    """A whole number was typed: it comes in the body of a request, never in an address."""
    if not asked:
        raise PreventUpdate
    kept = store()
    with kept.read() as tx:
        found = searching.listed(kept, tx, viewer(), str(asked["number"])[:LONGEST], limit=PAGE)
    return _table(found, {}, 0), f"{words.plural(found.total, 'lead')} with this number"
