"""Mapping a provider that is configured, not coded: its messages on one side, what they mean on the other."""

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp.components import errors
from dashapp.components.mapping import acting, draft, preview, tables
from dashapp.components.mapping.acting import JSON, OF, SAMPLES
from dashapp.components.page import button, card, link_button, page, page_head
from dashapp.components.providers import replaying
from dashapp.components.providers.lists_acting import TICK
from dashapp.context import store, viewer
from models.store import inspector

dash.register_page(
    __name__,
    path_template="/providers/<connection_id>/mapping",
    title="Mapping · Callboard",
    roles=("admin",),
    order=-1,  # before the page of one connection, whose address fits this one too
)

DOORS = ("call-log", "popup", "status", "route")
KEPT = 12


def layout(connection_id: str = "", **_: str) -> Component:
    given = (
        {"connection": int(connection_id)} if connection_id.isdecimal() and len(connection_id) < 10 else None
    )
    found = acting.of(given)
    if found is None:
        return errors.not_here()
    kept = store()
    with kept.read() as tx:
        old = inspector.recent(tx, viewer(), connection_id=found.id, limit=KEPT)
    document = found.document if found.document is not None else draft.blank()
    return page(
        page_head(
            "Mapping",
            link_button("Connection", f"/providers/{found.id}", "arrow-left"),
            button("Save as version", "check-lg", look="primary", ident="mapping-save"),
            beside=html.Span(f"{found.label} · {found.slug}", className="second"),
        ),
        *replaying.parts(found.id),
        html.Div(id="mapping-problems", role="status"),
        html.Div(
            [
                html.Div(
                    [
                        card(_adding(), preview.kept(old, kept.now(), kept.rules.zone), title="Messages"),
                        card(html.Div(id="mapping-fields"), title="What was sent", name="is-flush"),
                    ],
                    className="stack",
                ),
                html.Div(
                    [
                        card(html.Div(id="mapping-split"), title="Which message is which"),
                        card(html.Div(id="mapping-meanings"), title="What it means"),
                    ],
                    className="stack",
                ),
                html.Div(
                    [
                        card(
                            html.Div(id="mapping-preview"),
                            title="What it would become",
                            name="mapping-preview-card",
                        ),
                        card(
                            dbc.Input(
                                id="mapping-note", placeholder="What is new in it", maxLength=200, value=""
                            ),
                            html.Div(acting.versions(found), id="mapping-versions"),
                            html.Div(acting.waiting(found), id="mapping-waiting"),
                            html.Div(id="mapping-secrets"),
                            title="Versions",
                        ),
                    ],
                    className="stack",
                ),
            ],
            className="mapping-grid",
        ),
        card(
            html.P(
                "The same mapping as text: legs, conditions, signatures and answers are written here. See docs/mapping.md.",
                className="second",
            ),
            tables.labelled(
                "The mapping as JSON",
                dbc.Textarea(
                    id=JSON,
                    value=draft.text_of(document),
                    debounce=True,
                    spellCheck=False,
                    class_name="mapping-json",
                ),
            ),
            title="As JSON",
        ),
        dcc.Store(id=OF, data=given),
        dcc.Store(id=SAMPLES, data=[]),
        dcc.Store(id=TICK),
        name="mapping",
    )


def _adding() -> Component:
    return html.Div(
        [
            tables.labelled(
                "Body of a message",
                dbc.Textarea(
                    id="mapping-paste",
                    placeholder="Paste the body of a real message (JSON, a form, XML …), or its address with all it tells",
                    value="",
                    class_name="mapping-paste",
                ),
            ),
            html.Div(
                [
                    tables.labelled(
                        "Address it came to",
                        dbc.Select(
                            id="mapping-door",
                            options=[{"label": f"came to …/{word}", "value": word} for word in DOORS],
                            value=DOORS[0],
                            class_name="short-choice",
                        ),
                    ),
                    button("Add", "plus", ident="mapping-add"),
                    button("Clear", ident="mapping-clear", look="plain"),
                ],
                className="mapping-adding",
            ),
        ]
    )
