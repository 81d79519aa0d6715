"""A day-end certificate of one connection, to be printed or taken as a file."""

from typing import Any

import dash
from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component
from flask import current_app

from dashapp.auth import allow
from dashapp.components import errors
from dashapp.components.page import button, link_button, page
from dashapp.components.reconciliation import certificate, days
from dashapp.components.reconciliation.days import Account, Day
from dashapp.context import store, viewer

dash.register_page(
    __name__,
    path="/reconciliation/certificate",
    title="Certificate · Callboard",
    roles=("admin",),
)

ASKED, FILE = "certificate-asked", "certificate-file"


def layout(**query: Any) -> Component:
    kept = store()
    if not query.get("connection"):
        return _choice(query)
    found, day = _found(query)
    if not found:
        return errors.not_here()
    institution = current_app.extensions["callboard.settings"].institution_name
    paper = certificate.statement(found[0], day, kept.now(), viewer().name, institution)
    return page(
        html.Div(
            [
                link_button(
                    "Reconciliation", f"/reconciliation?day={day.date}", "chevron-left", look="plain"
                ),
                html.Div(
                    [
                        button("CSV", "download", ident="certificate-csv"),
                        button("JSON", "download", ident="certificate-json"),
                        button("Print", "printer", look="primary", **{"data-print": ""}),
                    ],
                    className="actions",
                ),
            ],
            className="page-head no-print",
        ),
        paper,
        dcc.Store(id=ASKED, data={"connection": str(found[0].source.id), "day": day.date.isoformat()}),
        dcc.Download(id=FILE),
        name="certificate",
    )


def _choice(query: dict[str, Any]) -> Component:
    """Which connection's certificate? For the address without one."""
    everybody, day = _of_day(query)
    links = [
        html.Li(
            dcc.Link(
                each.source.label,
                href=f"/reconciliation/certificate?connection={each.source.id}&day={day.date}",
            )
        )
        for each in everybody
    ]
    said = "Of which connection?" if links else "There is no connection whose calls could be compared."
    return page(html.H1("Certificate"), html.P(said), html.Ul(links), name="certificate")


def _of_day(told: dict[str, Any]) -> tuple[list[Account], Day]:
    """Every connection on the day asked for."""
    kept = store()
    zone, settings = kept.rules.zone, current_app.extensions["callboard.settings"]
    day = days.day_of(days.read_day(told.get("day"), kept.now(), zone), zone, settings.reconcile_night_hour)
    return days.accounts(kept, viewer(), day), day


def _found(asked: Any) -> tuple[list[Account], Day]:
    """The connection asked for (none: an empty list) on the day asked for."""
    told = asked if isinstance(asked, dict) else {}
    everybody, day = _of_day(told)
    return [each for each in everybody if str(each.source.id) == str(told.get("connection"))], day


@callback(
    Output(FILE, "data"),
    Input("certificate-csv", "n_clicks"),
    State(ASKED, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _csv(clicks: int | None, asked: Any) -> Any:
    found, day = _found(asked)
    if not clicks or not found:
        return dash.no_update
    return certificate.as_csv(found, day, store().now(), viewer().name)


@callback(
    Output(FILE, "data", allow_duplicate=True),
    Input("certificate-json", "n_clicks"),
    State(ASKED, "data"),
    prevent_initial_call=True,
)
@allow("admin")
def _json(clicks: int | None, asked: Any) -> Any:
    found, day = _found(asked)
    if not clicks or not found:
        return dash.no_update
    return certificate.as_json(found, day, store().now(), viewer().name)
