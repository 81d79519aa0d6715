"""The eye beside a masked number: a supervisor or admin may see it, for a reason (assets/js/reveal.js asks)."""

from dash import html
from dash.development.base_component import Component

from dashapp.components.icon import icon
from models.rules.access import Viewer
from models.store import reveals


def number(lead_id: int, mask: str, who: Viewer) -> Component:
    """The mask, and for those who may see more a button; nothing of the number itself."""
    shown = html.Span(mask, className="num", **{"data-reveal-mask": str(lead_id)})
    if not reveals.may_reveal(who):
        return shown
    return html.Span(
        [
            shown,
            html.Button(
                icon("eye-slash"),
                type="button",
                className="icon-button reveal-button",
                title="Show the number",
                **{"data-reveal": str(lead_id), "aria-label": "Show the number, for a reason"},
            ),
        ],
        className="reveal",
    )
