"""What stands beside a lead's timeline: applications, and facts that can be changed where they stand.

``assets/js/lead-edit.js`` turns a fact into a field and sends it; the rail is drawn anew when the lead changes.
"""

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashapp.components import status, words
from dashapp.components.best_moment import best_moment
from dashapp.components.icon import icon
from dashapp.components.page import Children
from dashapp.context import store
from models.rules.access import Viewer
from models.rules.moment import Habit
from models.store import follow_ups
from models.store.lead_editing import FIELDS
from models.store.leads import Profile


class Seen(NamedTuple):
    """Who looks, when, in which zone; and what is known of when the lead picks up."""

    who: Viewer
    now: datetime
    zone: ZoneInfo
    habit: Habit


def rail(profile: Profile, seen: Seen) -> list[Component]:
    """The sections, from top to bottom."""
    return [
        best_moment(seen.habit),
        *_alike(profile),
        _applications(profile),
        *_promised(profile.id, seen),
        _facts(profile, seen),
    ]


def promises(lead_id: int) -> list[dict[str, Any]]:
    """The open follow-ups with a lead that the viewer may open."""
    kept = store()
    with kept.read() as tx:
        return follow_ups.of_lead(kept, tx, lead_id)


def _alike(profile: Profile) -> list[Component]:
    """Other leads that may be the same person, each with the way to merge it into this one."""
    if not profile.also_known:
        return []
    rows = [
        html.Div(
            [
                html.Div(
                    [
                        html.A(other.name, href=f"/lead/{other.id}?via=link"),
                        html.Div(", ".join(other.why), className="small hint"),
                    ],
                    className="grow",
                ),
                html.Div(other.refused, className="small hint")
                if other.refused
                else html.Button(
                    "Compare",
                    type="button",
                    className="btn btn-secondary btn-sm",
                    **{
                        "data-merge-with": str(other.id),
                        "aria-label": f"Compare with {other.name} and merge",
                    },
                ),
            ],
            className="alike",
        )
        for other in profile.also_known
    ]
    return [
        html.Section(
            [html.Div(html.H2("Also known as"), className="rail-head"), *rows], className="rail-facts"
        )
    ]


def _promised(lead_id: int, seen: Seen) -> list[Component]:
    found = promises(lead_id)
    head = html.Div([html.H2("Promised"), html.Span(str(len(found)))], className="rail-head")
    rows: list[Component] = []
    for one in found:
        at = datetime.fromisoformat(one["due_at"])
        when = f"{words.short_day(at, seen.zone)}, {words.clock(at, seen.zone)}"
        late = status.chip("missed", "exclamation-triangle-fill", "overdue") if one["overdue"] else None
        rows.append(
            html.Div(
                [
                    html.Div([html.Span(when, className="num"), late], className="app-row"),
                    html.Div(one["why"], className="second") if one["why"] else None,
                    html.Div(one["person"], className="small hint"),
                ],
                className="app",
            )
        )
    nothing = html.P("No follow-up is promised.", className="hint")
    look = "rail-promised" if found else "rail-promised is-none"
    return [html.Section([head, *(rows or [nothing])], className=look)]


def _applications(profile: Profile) -> Component:
    rows: list[Component] = []
    for application in profile.applications:
        done = round(100 * application.steps_done / max(1, application.steps_total))
        lacks = f"{application.missing} missing" if application.missing else ""
        said = lacks or f"{application.stage} · {application.payment}"
        rows.append(
            html.A(
                [
                    html.Div(
                        [
                            html.Span(application.programme),
                            html.Span(
                                f"{application.steps_done} of {application.steps_total}", className="num"
                            ),
                        ],
                        className="app-row",
                    ),
                    html.Span(html.Span(style={"width": f"{done}%"}), className="bar"),
                    html.Div(said, className="small hint"),
                ],
                href=f"/application/{application.id}?via=link",
                className="app",
            )
        )
    head = html.Div([html.H2("Applications"), html.Span(str(len(rows)))], className="rail-head")
    return html.Section([head, *(rows or [html.P("None yet.", className="hint")])], className="rail-apps")


def _facts(profile: Profile, seen: Seen) -> Component:
    can: list[Component] = []
    for field, (word, longest) in FIELDS.items():
        can += [html.Dt(word), html.Dd(_fact(field, word, longest, getattr(profile, field) or ""))]
    told: list[tuple[str, Children]] = [
        ("Source", f"{profile.source}, {words.date_of(profile.created_at, seen.zone)}"),
        ("Owner", _owner(profile)),
        ("Last talk", _last_talk(profile, seen)),
        ("Numbers", ", ".join(profile.masks) if len(profile.masks) > 1 else None),
    ]
    rows: list[Component] = []
    for name, value in told:
        if value:
            rows += [html.Dt(name), html.Dd(value)]
    return html.Section(
        [html.Div(html.H2("Facts"), className="rail-head"), html.Dl([*can, *rows], className="facts")],
        className="rail-facts",
    )


def _fact(field: str, word: str, longest: int, value: str) -> Component:
    said = value or "Add"
    return html.Button(
        [html.Span(_breakable(value) if value else said), icon("pencil")],
        type="button",
        className=f"fact{'' if value else ' is-empty'}",
        **{
            "data-fact": field,
            "data-word": word,
            "data-value": value,
            "data-longest": str(longest),
            "aria-label": f"{word}: {value}. Change" if value else f"Add {word}",
        },
    )


def _breakable(value: str) -> Children:
    """A long address breaks before its @, not in the middle of a word."""
    if "@" not in value:
        return value
    name, _, domain = value.rpartition("@")
    return [name, html.Wbr(), f"@{domain}"]


def _owner(profile: Profile) -> str:
    if profile.owner is None:
        return "Nobody yet"
    return f"{profile.owner} (you)" if profile.is_mine else profile.owner


def _last_talk(profile: Profile, seen: Seen) -> str:
    if profile.last_talk_at is None:
        return "Never"
    at = words.moment(profile.last_talk_at, seen.now, seen.zone)
    at = at[0].upper() + at[1:]
    said = f"{at}, {words.duration(profile.last_talk_seconds)}"
    if profile.last_talk_by is None:
        return said
    return f"{said} with {'you' if profile.last_talk_by == seen.who.name else profile.last_talk_by}"
