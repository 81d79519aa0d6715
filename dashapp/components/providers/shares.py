"""How the dialling is divided among the connections that can dial."""

from collections.abc import Mapping, Sequence

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.components.page import info
from dashapp.components.providers.labels import dom_id
from ingest import abilities
from ingest.contract import Capability, Vendor
from models.store.providers import Health

SHARE = "providers-share"
MOST = 1000
DIALS = frozenset({Capability.DIAL, Capability.PUSH_LIST})


def dialling(found: Sequence[Health], vendors: Mapping[str, Vendor]) -> list[Health]:
    """The connections that are on and can dial or take lists."""
    return [
        each
        for each in found
        if each.active
        and each.vendor in vendors
        and abilities.of(vendors[each.vendor], each.settings) & DIALS
    ]


def percent(share: int, total: int) -> str:
    """``40 %`` of all dialling; 0 % where nothing is shared out."""
    return f"{share / total * 100:.0f} %" if total else "0 %"


def table(found: Sequence[Health]) -> Component:
    """A number for each connection, and what it comes to; saved as it is changed."""
    if not found:
        return html.P("No connection that is switched on can dial or take lists.", className="second")
    total = sum(each.share for each in found)
    rows = [
        html.Tr(
            [
                html.Td(
                    html.Label(each.label, htmlFor=dom_id({"type": SHARE, "connection": each.id})),
                    className="grow",
                ),
                html.Td(
                    dbc.Input(
                        id={"type": SHARE, "connection": each.id},
                        type="number",
                        min=0,
                        max=MOST,
                        step=1,
                        value=each.share,
                        debounce=True,
                        class_name="num share-input",
                    )
                ),
                html.Td(_bar(each.share, total)),
                html.Td(percent(each.share, total), className="end num strong"),
            ]
        )
        for each in found
    ]
    head = html.Tr(
        [
            html.Th("Connection"),
            html.Th(["Share ", info("A weight: 2 gets twice as many calls as 1, and 0 gets none.")]),
            html.Th(""),
            html.Th("Of the dialling", className="end"),
        ]
    )
    return html.Table([html.Thead(head), html.Tbody(rows)], className="table-plain shares")


def _bar(share: int, total: int) -> Component:
    width = f"{share / total * 100 if total else 0:.1f}%"
    return html.Span(html.Span(style={"width": width}), className="bar share-bar", **{"aria-hidden": "true"})
