"""A lead's profile: head, timeline, rail. The lead page shows it whole, the counselor's home in its middle.

Showing it *is* opening it: ``open_lead`` records the opening and clears what waits, then draws. Scripts in
``assets/js/lead.js`` report that it is still on the screen and ask for a fresh timeline.
"""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import MATCH, Input, Output, State, callback, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashapp.auth import allow
from dashapp.components import after_call, calling, errors, lead_head, words
from dashapp.components.icon import icon
from dashapp.components.lead_rail import Seen, promises, rail
from dashapp.components.moments import moments, what_cleared
from dashapp.components.page import banner
from dashapp.components.people import avatar
from dashapp.context import store, viewer
from models.rules.access import Role, Viewer
from models.store import habits, leads, openings, stages
from models.store.leads import Profile
from models.store.openings import Cleared
from models.store.stages import Stage
from models.store.timeline import CALLS, Story, timeline

WAYS = frozenset({"popup", "queue", "board", "bell", "search", "leads", "seen", "link"})
"""How a profile can be opened; anything else in an address counts as a link."""

PILLS = (("all", "Everything"), ("call", "Calls"), ("note", "Notes"), ("stage", "Stages"))
MOST_CALLS = 6000
"""A timeline is drawn at most this long."""


def way(via: str | None) -> str:
    """How the person came, as an opening keeps it."""
    return via if via in WAYS else "link"


def open_lead(lead_id: int, via: str | None) -> Component:
    """Open the profile for the person who asks, and draw it; an unknown lead and one of somebody else's
    work look the same."""
    kept, who = store(), viewer()
    with kept.read() as tx:
        lead_id = openings.standing(tx, lead_id)
    try:
        opened = openings.open_profile(kept, who, lead_id, way(via))
    except openings.NoSuchLead:
        return errors.not_here()
    lead_id = opened.lead_id
    now = kept.now()
    with kept.read() as tx:
        found = leads.profile(tx, who, lead_id, now=now, rules=kept.rules)
        story = timeline(kept, tx, who, lead_id) if found else None
        places = stages.choosable(tx)
        habit = habits.of_lead(tx, lead_id, now=now)
    if found is None or story is None:
        return errors.not_here()
    seen = Seen(who, now, kept.rules.zone, habit)
    return _lead(found, places, story, opened.opening_id, opened.cleared, seen)


def _lead(
    profile: Profile,
    places: list[Stage],
    story: Story,
    opening_id: int,
    cleared: list[Cleared],
    seen: Seen,
) -> Component:
    who, now, zone, _ = seen
    return html.Article(
        [
            _phone_bar(who),
            _head(profile, places),
            _tabs(profile),
            html.Div(
                [
                    _missed_now(profile.id),
                    html.Div(_cleared(cleared), id={"type": "profile-cleared", "lead": profile.id}),
                    _filters(now, zone),
                    html.Div(_told(story, now, zone), id={"type": "profile-timeline", "lead": profile.id}),
                ],
                className="lead-body",
                **{"data-show": "all"},
            ),
            html.Aside(
                rail(profile, seen),
                id={"type": "profile-rail", "lead": profile.id},
                className="lead-rail",
                **{"aria-label": "Applications and facts"},
            ),
            after_call.bar(profile, who),
            dcc.Store(id={"type": "profile-refresh", "lead": profile.id}),
            dcc.Store(id={"type": "profile-changed", "lead": profile.id}),
        ],
        className="profile",
        **{
            "data-lead-id": str(profile.id),
            "data-opening-id": str(opening_id),
            "data-tab": "timeline",
            "aria-label": profile.name,
        },
    )


def _phone_bar(who: Viewer) -> Component:
    back = "/" if who.role is Role.COUNSELOR else "/boards"
    return html.Div(
        [
            html.A(icon("arrow-left"), href=back, className="icon-button", **{"aria-label": "Back"}),
            html.Span("Back to the queue" if back == "/" else "Back to the boards", className="where second"),
        ],
        className="phone-bar",
    )


def _head(profile: Profile, places: list[Stage]) -> Component:
    return html.Header(
        [
            avatar(profile.name, 48, accent=True),
            html.Div(
                [
                    html.Div(lead_head.who(profile, places), id={"type": "profile-who", "lead": profile.id}),
                    calling.call_bar(profile),
                    html.Div(className="lead-live", **{"data-lead-live": str(profile.id)}),
                ],
                className="who",
            ),
        ],
        className="lead-head",
    )


def _tabs(profile: Profile) -> Component:
    """On a phone one part at a time; assets/js/lead.js shows the one chosen."""
    tabs: tuple[tuple[str, str, int | None], ...] = (
        ("timeline", "Timeline", None),
        ("apps", "Applications", len(profile.applications)),
        ("promised", "Promised", len(promises(profile.id))),
        ("facts", "Facts", None),
    )
    return html.Div(
        [
            html.Button(
                [
                    html.Span(word, className="tab-word", **{"data-word": word}),
                    html.Span(str(n), className="n") if n is not None else None,
                ],
                type="button",
                className="tab",
                **{"data-tab-of": name, "aria-pressed": "true" if name == "timeline" else "false"},
            )
            for name, word, n in tabs
        ],
        className="tabs lead-tabs",
        role="group",
        **{"aria-label": "Parts of the lead"},
    )


def _missed_now(lead_id: int) -> Component:
    """Filled and shown by assets/js/lead.js when a call is missed while the page is open."""
    return html.Div(
        [
            icon("telephone-x"),
            html.Span([html.B("Missed", **{"data-said": ""}), " ", html.Span(**{"data-when": ""})]),
            html.Button(
                "Mark as seen",
                id={"type": "profile-seen", "lead": lead_id},
                type="button",
                className="btn btn-secondary btn-sm",
                **{"data-seen": ""},
            ),
        ],
        className="banner is-missed missed-now",
        role="status",
        hidden=True,
    )


def _cleared(cleared: list[Cleared]) -> Component | None:
    if not cleared:
        return None
    missed = sum(entry.kind == "missed" for entry in cleared)
    others = sorted({name for entry in cleared for name in entry.others})
    whom = words.join(["you", *others]) if len(others) < 3 else f"you and {len(others)} colleagues"
    said = what_cleared(missed, len(cleared) - missed)
    return banner(
        "connected",
        "check2-all",
        html.Span([html.B(said), f" for {whom}, by opening this page"]),
        role="status",
    )


def _filters(now: datetime, zone: ZoneInfo) -> Component:
    """The counts are filled in by assets/js/lead.js from the timeline, which knows them."""
    return html.Div(
        [
            html.Div(
                [
                    html.Button(
                        [word, html.Span(className="n", **{"data-n-of": show})],
                        type="button",
                        className="pill",
                        **{"data-show": show, "aria-pressed": "true" if show == "all" else "false"},
                    )
                    for show, word in PILLS
                ],
                className="timeline-filter",
                role="group",
                **{"aria-label": "Show"},
            ),
            html.Span(f"Times in {words.zone_name(now, zone)}", className="hint small"),
        ],
        className="timeline-head",
    )


def _told(story: Story, now: datetime, zone: ZoneInfo) -> list[Component]:
    """The timeline, with what the filters count and the way to what was earlier."""
    counts = {"call": story.calls, "note": story.notes, "stage": story.stages}
    earlier = html.Button(
        [icon("clock-history"), html.Span("Earlier")],
        type="button",
        className="btn btn-secondary timeline-earlier",
        **{"data-earlier": str(CALLS)},
    )
    return [
        html.Span(hidden=True, **{"data-counts": json.dumps(counts)}),
        *moments(story.moments, now, zone),
        *([earlier] if story.more else []),
    ]


@callback(
    Output({"type": "profile-timeline", "lead": MATCH}, "children"),
    Input({"type": "profile-refresh", "lead": MATCH}, "data"),
    prevent_initial_call=True,
)
@allow("counselor", "supervisor", "admin")
def _refresh(asked: dict[str, Any]) -> list[Component]:
    """The timeline as it is now; looking again is not opening again."""
    most = asked.get("most")
    return _story(int(asked["lead"]), min(int(most), MOST_CALLS) if most else CALLS)


@callback(
    Output({"type": "profile-cleared", "lead": MATCH}, "children"),
    Output({"type": "profile-timeline", "lead": MATCH}, "children", allow_duplicate=True),
    Input({"type": "profile-seen", "lead": MATCH}, "n_clicks"),
    State({"type": "profile-seen", "lead": MATCH}, "id"),
    prevent_initial_call=True,
)
@allow("counselor", "supervisor", "admin")
def _seen(clicks: int | None, ident: dict[str, Any]) -> tuple[Component | None, list[Component]]:
    """The person says they saw the call that was missed while the page was open: another opening."""
    if not clicks:
        raise PreventUpdate
    lead_id = int(ident["lead"])
    opened = openings.open_profile(store(), viewer(), lead_id, "seen")
    return _cleared(opened.cleared), _story(opened.lead_id)


@callback(
    Output({"type": "profile-who", "lead": MATCH}, "children"),
    Output({"type": "profile-rail", "lead": MATCH}, "children"),
    Input({"type": "profile-changed", "lead": MATCH}, "data"),
    prevent_initial_call=True,
)
@allow("counselor", "supervisor", "admin")
def _changed(asked: dict[str, Any]) -> tuple[list[Component], list[Component]]:
    """Head and rail as the lead is now, after somebody changed it; nothing when it is not here any more."""
    kept, who, lead_id = store(), viewer(), int(asked["lead"])
    now = kept.now()
    with kept.read() as tx:
        found = leads.profile(tx, who, lead_id, now=now, rules=kept.rules)
        places = stages.choosable(tx)
        habit = habits.of_lead(tx, lead_id, now=now) if found else None
    if found is None or habit is None:
        return [], []
    return lead_head.who(found, places), rail(found, Seen(who, now, kept.rules.zone, habit))


def _story(lead_id: int, most: int = CALLS) -> list[Component]:
    kept, who = store(), viewer()
    with kept.read() as tx:
        if not openings.may_open(tx, who, lead_id):
            return moments([], kept.now(), kept.rules.zone)
        story = timeline(kept, tx, who, lead_id, most=most)
    return _told(story, kept.now(), kept.rules.zone)
