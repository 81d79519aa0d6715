"""Glossary: every number we show, what it means with this institution's settings, and which way is better."""

import dash
from dash import html
from dash.development.base_component import Component

from dashapp.components.numbers import BETTER, UNITS
from dashapp.components.page import card, link_button, page, page_head
from dashapp.components.productivity_cards import meaning
from dashapp.context import store
from models.rules.metrics import CATALOGUE, Metric
from models.store.base import Rules

dash.register_page(
    __name__,
    path="/glossary",
    title="Glossary · Callboard",
    roles=("counselor", "supervisor", "admin"),
)

HEADS = ("Name and id in files", "Formula", "Unit", "Better")


def layout(**_: str) -> Component:
    rules = store().rules
    return page(
        page_head("Glossary", link_button("Productivity", "/productivity", "bar-chart")),
        card(
            html.Table(
                [
                    html.Thead(html.Tr([html.Th(head, scope="col") for head in HEADS])),
                    html.Tbody([_row(metric, rules) for metric in CATALOGUE.values()]),
                ],
                className="table-plain glossary-table",
            ),
            name="is-flush",
        ),
        html.P(
            "A call belongs to the day it started, in the institution's zone. A dash means no data, not zero.",
            className="page-foot",
        ),
        name="glossary",
    )


def _row(metric: Metric, rules: Rules) -> Component:
    return html.Tr(
        [
            html.Th([metric.label, html.Code(metric.id)], scope="row"),
            html.Td(meaning(metric.id, rules)),
            html.Td(UNITS[metric.unit]),
            html.Td(BETTER[metric.better]),
        ]
    )
