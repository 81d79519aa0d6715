"""A popover list under a button; assets/js/menu.js opens and closes it.

The button names it: ``data-menu="<id>"``, ``aria-haspopup="menu"``, ``aria-expanded="false"``; both stand in one
``has-menu`` element.
"""

from dash import html
from dash.development.base_component import Component


def menu(ident: str, children: list[Component | None], extra: str = "") -> Component:
    """Closed until its button is pressed; ``extra`` is more css classes."""
    return html.Div(
        [child for child in children if child is not None],
        id=ident,
        className=f"menu {extra}".rstrip(),
        hidden=True,
        role="menu",
        **{"data-own": ""},
    )
