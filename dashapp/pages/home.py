"""The counselor's home: what waits for me on the left, the lead I look at on the right.

The queue is drawn and kept right by ``assets/js/queue.js``; choosing an item opens the lead in the middle, and
that is opening the profile. The address keeps the lead, so a reload shows the same.
"""

import json
from typing import Any

import dash
from dash import Input, Output, callback, dcc, html
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components import calling, status, words
from dashapp.components.icon import icon
from dashapp.components.page import empty, link_button, page, skeleton
from dashapp.components.profile import open_lead
from dashapp.context import is_counselor, store, viewer
from models.store import entries, feed, follow_ups, leads
from models.store.leads import LeadRow

dash.register_page(
    __name__, path="/", title="Call · Callboard", order=0, roles=("counselor", "supervisor", "admin")
)

MY_LEADS = 60
FILTERS = (
    ("all", "All"),
    ("inbound", "Inbound"),
    ("outbound", "Outbound"),
    ("campaign", "Campaign"),
    ("due", "Due"),
    ("later", "Later"),
)
NOTHING = {
    "missed": (
        "check2-circle",
        "Nothing missed",
        "Everybody who called has been looked after. The next missed call appears here by itself.",
    ),
    "pending": (
        "check2-circle",
        "Nothing pending",
        "You have opened the profile of everybody you talked with.",
    ),
    "follow": (
        "calendar-check",
        "Nobody to call again",
        "Promise a next call after a talk, and it appears here and reminds you.",
    ),
    "due": (
        "calendar-check",
        "Nothing due now",
        "What you promised for later comes here when its time has come, and you are reminded.",
    ),
    "later": ("calendar-check", "Nothing for later", "All you promised is due now."),
    "filter": ("funnel", "None of this kind", "Others wait in this list."),
}
ELSEWHERE = {"missed": ("follow", "pending"), "pending": ("missed", "follow")}
"""An empty tab, and the tabs it points to while something waits there."""


def layout(lead: str | None = None, **_: str) -> Component:
    """``/?lead=ID`` opens that lead. Who has no queue of their own is sent to the boards."""
    if not is_counselor():
        return page(skeleton(4), html.Div(**{"data-go-on": "/boards"}))
    chosen = int(lead) if lead and lead.isdecimal() and len(lead) < 19 else None
    profile = open_lead(chosen, "link") if chosen else _nobody()
    return html.Div(
        [
            _queue(chosen),
            html.Div(profile, id="home-profile", className="home-lead"),
            dcc.Store(id="home-open"),
            dcc.Store(id="home-tab"),
        ],
        className="home",
    )


def _queue(chosen: int | None) -> Component:
    kept, who = store(), viewer()
    with kept.read() as tx:
        cursor = feed.last_id(tx)
        waiting = entries.open_for(tx, who, now=kept.now(), rules=kept.rules)
        promised = follow_ups.queue(tx, who, now=kept.now(), vault=kept.vault)
        mine = leads.mine(tx, who, limit=1).total
    return html.Section(
        [
            html.H1("Calls", className="visually-hidden"),
            _tabs(waiting, sum(each["overdue"] for each in promised), mine),
            html.Div(
                [
                    *[
                        html.Button(
                            [word, " ", html.Span(className="n")],
                            type="button",
                            className="pill",
                            **{"data-filter": name, "aria-pressed": "false"},
                        )
                        for name, word in FILTERS
                    ],
                    html.Button(
                        [icon("sort-down-alt"), html.Span("Urgent")],
                        type="button",
                        className="queue-order",
                        **{"data-order": ""},
                    ),
                ],
                className="queue-filters",
                role="group",
                **{"aria-label": "Show"},
            ),
            html.Ul(
                className="queue-list",
                **{
                    "data-entries": json.dumps(waiting),
                    "data-follow-ups": json.dumps(promised),
                    "data-cursor": str(cursor),
                    "aria-label": "Queue",
                },
            ),
            *[
                html.Div(
                    empty(*said, *_ways(kind)),
                    hidden=True,
                    className="queue-list",
                    **{"data-empty": kind},
                )
                for kind, said in NOTHING.items()
            ],
            html.Div(skeleton(6), id="home-mine", className="queue-list", hidden=True),
            html.Div(
                [
                    html.Span([html.Kbd("J"), " ", html.Kbd("K"), " move"]),
                    html.Span([html.Kbd("Enter"), " open"]),
                    html.Span([html.Kbd("C"), " call"]),
                    html.Span([html.Kbd("?"), " all keys"]),
                ],
                className="queue-foot small",
            ),
        ],
        className="queue",
        **{
            "data-me": str(who.person_id),
            "data-lead": str(chosen or ""),
            "aria-label": "Work queue",
        },
    )


def _ways(kind: str) -> list[Component]:
    """Out of an empty list to what waits elsewhere; assets/js/queue.js says how much, and hides the way to nothing."""
    marks = [{"data-show-tab": tab} for tab in ELSEWHERE.get(kind, ())]
    if kind in ("due", "later", "filter"):
        marks = [{"data-filter": {"due": "later", "later": "due"}.get(kind, "all"), "data-way": ""}]
    return [
        html.Button("Show", type="button", className="btn btn-secondary", hidden=True, **mark)
        for mark in marks
    ]


def _tabs(waiting: list[dict[str, Any]], due: int, mine: int) -> Component:
    def tab(name: str, word: str, number: Component) -> Component:
        return html.Button(
            [html.Span(word, className="tab-word", **{"data-word": word}), number],
            type="button",
            role="tab",
            className="tab",
            **{"data-tab": name, "aria-selected": "true" if name == "missed" else "false"},
        )

    def count(kind: status.Tone) -> Component:
        number = sum(entry["kind"] == kind for entry in waiting)
        return status.count(number, kind, **{"data-kind": kind})

    return html.Div(
        [
            tab("missed", "Missed", count("missed")),
            tab("pending", "Pending", count("pending")),
            tab(
                "follow",
                "Follow-ups",
                html.Span(str(due), className="n", **{"data-kind": "follow", "data-count": str(due)}),
            ),
            tab("mine", "My leads", html.Span(f"{mine:,}", className="n")),
        ],
        className="tabs queue-tabs",
        role="tablist",
        **{"aria-label": "Queue"},
    )


def _nobody() -> Component:
    return empty(
        "telephone-inbound",
        "Choose a call on the left",
        "Opening a lead clears its missed call for you and everybody else it rang. "
        "A new call comes up by itself, at the top right.",
        link_button("Browse my leads", "/leads", "person-lines-fill"),
    )


@callback(Output("home-profile", "children"), Input("home-open", "data"), prevent_initial_call=True)
@allow("counselor")
def _open(asked: dict[str, Any]) -> Component:
    """The person chose a lead in the queue, or closed the one that was open."""
    if asked.get("lead") is None:
        return _nobody()
    return open_lead(int(asked["lead"]), str(asked["via"]))


@callback(Output("home-mine", "children"), Input("home-tab", "data"), prevent_initial_call=True)
@allow("counselor")
def _mine(_tab: str) -> list[Component]:
    """My leads, the one most recently worked on first."""
    kept = store()
    with kept.read() as tx:
        found = leads.mine(tx, viewer(), limit=MY_LEADS)
    if not found.rows:
        return [
            empty("person-lines-fill", "No lead is yours yet", "Leads that are assigned to you appear here.")
        ]
    items = [_item(row) for row in found.rows]
    if found.total > MY_LEADS:
        items.append(
            html.Div(link_button(f"All {found.total:,} leads", "/leads?mine=1"), className="queue-more")
        )
    return items


def _item(row: LeadRow) -> Component:
    kept = store()
    tone, name = {
        "missed": ("missed", "telephone-x"),
        "pending": ("pending", "hourglass-split"),
    }.get(row.waiting or "", ("unknown", "person"))
    waiting = status.chip(tone, name, row.waiting.capitalize()) if row.waiting else None  # type: ignore[arg-type]
    talked = "Never talked"
    if row.last_talk_at:
        when = words.moment(row.last_talk_at, kept.now(), kept.rules.zone)
        talked = f"Last talk {when}, {words.duration(row.last_talk_seconds)}"
    link = html.A(
        [
            html.Span(words.initials(row.name), className="avatar", **{"aria-hidden": "true"}),
            html.Span(row.name, className="who clip"),
            html.Span(row.programme or "Programme not known yet", className="what clip"),
            html.Span(talked, className="why clip"),
            html.Span(
                words.age(row.worked_at, kept.now()),
                className="age",
                **{"data-since": row.worked_at.isoformat()},
            ),
            html.Span(waiting, className="state"),
            html.Span(row.stage, className="often clip"),
        ],
        href=f"/lead/{row.id}?via=leads",
        className="queue-item",
        **{"data-lead": str(row.id)},
    )
    call = calling.call_button(row.id, row.name, small=True) if row.mask else None
    return html.Div([link, html.Span(call, className="queue-do")], className="queue-row")
