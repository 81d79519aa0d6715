"""One lead, with an address of its own. Showing the page is opening the profile."""

import dash
from dash import html
from dash.development.base_component import Component

from dashapp.components import errors
from dashapp.components.page import page, skeleton
from dashapp.components.profile import open_lead, way
from dashapp.context import store, viewer
from models.store import openings

dash.register_page(
    __name__,
    path_template="/lead/<lead_id>",
    title="Lead · Callboard",
    roles=("counselor", "supervisor", "admin"),
)


def layout(lead_id: str = "", via: str | None = None, **_: str) -> Component:
    """``via`` says how the person came: popup, queue, board, bell, search or leads."""
    if not lead_id.isdecimal() or len(lead_id) > 18:
        return errors.not_here()
    asked = int(lead_id)
    kept = store()
    with kept.read() as tx:
        there = openings.standing(tx, asked)
        onward = there != asked and openings.may_open(tx, viewer(), there)
    if onward:  # its own address, so that a link that is shared from now on is the right one
        return page(skeleton(4), html.Div(**{"data-go-on": f"/lead/{there}?via={way(via)}"}))
    return open_lead(asked, via)
