"""A popover list under a button; assets/js/menu.js opens and closes it.

The button names it: ``data-menu="<id>"``, ``aria-haspopup="menu"``, ``aria-expanded="false"``; both stand in one
``has-menu`` element.
"""

from dash import html
from dash.development.base_component import Component


def menu(ident: str, children: list[Component | None], extra: str = "", role: str = "menu") -> Component:
    """Closed until its button is pressed; ``extra`` is more css classes. ``role`` is "group" for a list
    that may be empty or hold plain links."""
    return html.Div(
        [child for child in children if child is not None],
        id=ident,
        className=f"menu {extra}".rstrip(),
        hidden=True,
        role=role,
        **{"data-own": ""},
    )
