"""One application of a lead, with an address of its own. It shows the lead, so showing it is opening the profile."""

import dash
from dash import html
from dash.development.base_component import Component

from dashapp.components import calling, errors, status, words
from dashapp.components.moments import moments
from dashapp.components.page import card, page
from dashapp.components.people import avatar
from dashapp.components.profile import way
from dashapp.context import store, viewer
from models.store import applications, leads, openings
from models.store.applications import Application
from models.store.leads import Profile
from models.store.timeline import CallMoment, timeline

dash.register_page(
    __name__,
    path_template="/application/<application_id>",
    title="Application · Callboard",
    roles=("counselor", "supervisor", "admin"),
)


def layout(application_id: str = "", via: str | None = None, **_: str) -> Component:
    """``via`` says how the person came, as on the lead's page."""
    if not application_id.isdecimal() or len(application_id) > 18:
        return errors.not_here()
    kept, who = store(), viewer()
    with kept.read() as tx:
        found = applications.find(tx, who, int(application_id))
    if found is None:
        return errors.not_here()
    try:
        opened = openings.open_profile(kept, who, found.lead_id, way(via))
    except openings.NoSuchLead:
        return errors.not_here()
    now = kept.now()
    with kept.read() as tx:
        lead = leads.profile(tx, who, opened.lead_id, now=now, rules=kept.rules)
        story = timeline(kept, tx, who, opened.lead_id)
    if lead is None:
        return errors.not_here()
    calls = [moment for moment in story.moments if isinstance(moment, CallMoment)]
    shown = page(
        _head(lead, found),
        card(_facts(found), title=found.programme, beside=_progress(found), name="application-card"),
        card(*moments(list(calls), now, kept.rules.zone), title=f"Calls with {lead.name}"),
    )
    return html.Div(
        shown,
        **{"data-lead-id": str(lead.id), "data-opening-id": str(opened.opening_id)},
    )


def _head(lead: Profile, found: Application) -> Component:
    mask = lead.masks[0] if lead.masks else "No number known"
    line = [part for part in (lead.programme, lead.city, mask) if part]
    return html.Header(
        [
            avatar(lead.name, 48, accent=True),
            html.Div(
                [
                    html.Div(
                        [
                            html.H1(html.A(lead.name, href=f"/lead/{lead.id}?via=link")),
                            status.chip("accent", None, lead.stage),
                        ],
                        className="lead-name",
                    ),
                    html.Div(
                        [html.Span(part, className="text-nowrap") for part in line], className="lead-line num"
                    ),
                ],
                className="who",
            ),
            calling.call_button(lead.id, lead.name, application=found.id)
            if lead.masks and calling.may_call()
            else None,
        ],
        className="application-head",
    )


def _progress(found: Application) -> Component:
    return html.Span(f"{found.steps_done} of {found.steps_total} steps", className="num second")


def _facts(found: Application) -> Component:
    done = round(100 * found.steps_done / max(1, found.steps_total))
    zone = store().rules.zone
    told = (
        ("Form", found.form),
        ("Stage", found.stage),
        ("Payment", found.payment),
        ("Still missing", found.missing or ("Nothing" if found.steps_done >= found.steps_total else "")),
        ("Begun", words.date_of(found.created_at, zone)),
        ("Last change", words.date_of(found.updated_at, zone) if found.updated_at else ""),
    )
    rows: list[Component] = []
    for name, value in told:
        rows += [html.Dt(name), html.Dd(value or words.NO_DATA)]
    return html.Div(
        [
            html.Span(html.Span(style={"width": f"{done}%"}), className="bar"),
            html.Dl(rows, className="facts"),
        ],
        className="app",
    )
