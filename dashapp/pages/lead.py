"""One lead, with an address of its own. Showing the page is opening the profile."""

import dash
from dash.development.base_component import Component

from dashapp.components import errors
from dashapp.components.profile import open_lead

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
    return open_lead(int(lead_id), via)
