"""What Dash shows, inside the shell, for an address no page has (it finds this file by its name)."""

import dash
from dash.development.base_component import Component

from dashapp.components import errors

dash.register_page(
    __name__, path="/404", title="Not here · Callboard", roles=("counselor", "supervisor", "admin")
)


def layout(**_: str) -> Component:
    return errors.not_here()
