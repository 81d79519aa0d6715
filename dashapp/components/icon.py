"""One icon of the vendored Bootstrap Icons font, hidden from screen readers: its word stands beside it."""

from dash import html
from dash.development.base_component import Component


def icon(name: str, extra: str = "") -> Component:
    """``icon("telephone-x")``; ``extra`` is more css classes."""
    return html.I(className=f"bi bi-{name} {extra}".rstrip(), **{"aria-hidden": "true"})
