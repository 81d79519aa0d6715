"""The words at a lead's head: name, stage with its picker, programme, masked number, calls.

``assets/js/lead-edit.js`` sends what is picked; the words are drawn anew when the lead changes.
"""

from dash import html
from dash.development.base_component import Component

from dashapp.components import reveal, words
from dashapp.components.icon import icon
from dashapp.components.menu import menu
from dashapp.context import viewer
from models.store.leads import Profile
from models.store.stages import Stage
from models.store.timeline_work import path


def who(profile: Profile, places: list[Stage]) -> list[Component]:
    """Everything beside the avatar and above the call bar; ``places`` are the stages it can be moved to."""
    study = [part for part in (profile.programme, profile.city) if part]
    return [
        html.Div([html.H1(profile.name), _stage(profile, places)], className="lead-name"),
        html.Div([html.Span(part) for part in study] or "Programme not known yet", className="lead-line"),
        html.Div(_line(profile), className="lead-line"),
    ]


def _line(profile: Profile) -> list[Component]:
    mask = profile.masks[0] if profile.masks else "No number known"
    calls = words.plural(profile.calls, "call") if profile.calls else "No call yet"
    if profile.calls_today:
        calls = f"{words.plural(profile.calls_today, 'call')} today, {profile.calls} in all"
    shown = reveal.number(profile.id, mask, viewer()) if profile.masks else html.Span(mask)
    said = [shown, html.Span(calls)]
    if profile.external_id:
        said.append(html.Span(profile.external_id, className="num"))
    return said


def _stage(profile: Profile, places: list[Stage]) -> Component:
    ident = f"stage-menu-{profile.id}"
    at = path(profile.stage, profile.sub_stage)
    items: list[Component | None] = []
    for place in places:
        items.append(_item(place.name, None, profile, needs=place.needs_follow_up))
        items += [_item(place.name, sub.name, profile, needs=sub.needs_follow_up) for sub in place.subs]
    return html.Div(
        [
            html.Button(
                [html.Span(at), icon("chevron-down")],
                type="button",
                className="chip is-accent stage-chip",
                **{
                    "data-menu": ident,
                    "data-stage-at": profile.stage,
                    "data-sub-at": profile.sub_stage or "",
                    "aria-haspopup": "menu",
                    "aria-expanded": "false",
                    "aria-label": f"Stage: {at}. Change",
                },
            ),
            menu(ident, items, "stage-menu"),
        ],
        className="has-menu",
    )


def _item(stage: str, sub: str | None, profile: Profile, *, needs: bool) -> Component:
    here = (profile.stage, profile.sub_stage) == (stage, sub)
    return html.Button(
        [
            html.Span(sub or stage),
            html.Span([icon("calendar-plus"), "needs a date"], className="stage-needs") if needs else None,
            icon("check2", "tick"),
        ],
        type="button",
        className=f"menu-item{' is-sub' if sub else ''}",
        role="menuitemradio",
        **{"data-to-stage": stage, "data-to-sub": sub or "", "aria-checked": "true" if here else "false"},
    )
