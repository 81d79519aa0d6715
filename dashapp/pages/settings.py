"""Settings: what the institution decides for everybody. Every change is saved at once and audited."""

import dash
from dash import html
from dash.development.base_component import Component

from dashapp.components.page import card, page, page_head
from dashapp.components.settings import limits, results, steps

dash.register_page(__name__, path="/settings", title="Settings · Callboard", roles=("admin",))


def layout(**_: str) -> Component:
    saved = html.Span("Saved as you change it, for everybody; each change is in the audit", className="hint")
    return page(
        page_head("Settings", beside=saved),
        card(html.Div(results.section(), id=results.PLACE), title="Dispositions"),
        card(html.Div(steps.section(), id=steps.PLACE), title="Stages"),
        card(html.Div(limits.section(), id=limits.PLACE, className="settings-rules"), title="Rules"),
        name="settings-page",
    )
