"""Audit: who did what, when, to whom. All of it for admins; for a supervisor who saw numbers in their teams."""

from datetime import date
from typing import Any

import dash
from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from dashapp.auth import allow
from dashapp.components import audit_table, audit_words, filters, words
from dashapp.components.audit_query import DEFAULT, SPANS, AuditQuery
from dashapp.components.page import button, page, page_head
from dashapp.context import store, viewer
from models.store import audit, audit_trail
from models.store.audit_trail import MOST, PAGE

dash.register_page(__name__, path="/audit", title="Audit · Callboard", roles=("supervisor", "admin"))

QUERY, FILE = "audit-query", "audit-file"


def layout(**query: Any) -> Component:
    asked = _asked(query)
    whose = "All that is on record" if viewer().sees_all else "Numbers you and your teams asked for"
    kept = store()
    now = kept.now()
    return page(
        page_head(
            "Audit",
            button("Export", "download", ident="audit-export"),
            beside=html.Span(whose, className="hint"),
        ),
        _bar(asked),
        html.Div(_table(asked), id="audit-found"),
        html.P(
            f"Times in {words.zone_name(now, kept.rules.zone)}. Numbers are masked. A line is never changed.",
            className="page-foot",
        ),
        dcc.Store(id=QUERY, data=asked.stored()),
        dcc.Download(id=FILE),
        name="audit",
    )


def _bar(asked: AuditQuery) -> Component:
    who = viewer()
    kinds = audit_trail.kinds_for(who)
    return filters.bar(
        QUERY,
        filters.segmented(
            "span",
            "Days",
            [(value, word) for value, word, _ in SPANS],
            asked.preset,
            default=DEFAULT,
            instead_of=("from", "to"),
        ),
        filters.dates(asked.first, asked.last, asked.days(_today()), "audit-dates", given=not asked.preset),
        html.Div(
            [
                filters.chip(
                    "person", "Who", "person", filters.pairs(_people()), [str(one) for one in asked.people]
                ),
                filters.chip(
                    "kind",
                    "Kind",
                    "funnel",
                    [(name, audit_words.KIND_WORDS[name][1]) for name in kinds],
                    list(asked.kinds),
                )
                if len(kinds) > 1
                else None,
            ],
            className="toolbar end",
        ),
    )


def _people() -> list[tuple[int, str]]:
    who = viewer()
    with store().read() as tx:
        found = audit_trail.people_for(tx, who)
    return [*found, (0, audit_words.NOBODY)] if who.sees_all else found


def _today() -> date:
    kept = store()
    return kept.now().astimezone(kept.rules.zone).date()


def _asked(given: dict[str, Any] | None) -> AuditQuery:
    return AuditQuery.read(given, _today())


def _table(asked: AuditQuery) -> list[Component]:
    kept = store()
    zone = kept.rules.zone
    with kept.read() as tx:
        found = audit_trail.lines(tx, viewer(), asked.wanted(zone), before=asked.before, limit=PAGE + 1)
    return audit_table.table(found, asked, kept.now(), zone)


@callback(
    Output("audit-found", "children"),
    Output("audit-dates", "children"),
    Input(QUERY, "data"),
    prevent_initial_call=True,
)
@allow("supervisor", "admin")
def _found(data: dict[str, Any] | None) -> tuple[list[Component], str]:
    asked = _asked(data)
    return _table(asked), asked.days(_today())


@callback(
    Output(FILE, "data"), Input("audit-export", "n_clicks"), State(QUERY, "data"), prevent_initial_call=True
)
@allow("supervisor", "admin")
def _export(clicks: int | None, data: dict[str, Any] | None) -> Any:
    if not clicks:
        return dash.no_update
    asked, kept, who = _asked(data), store(), viewer()
    zone = kept.rules.zone
    said = _said(asked)
    with kept.read() as tx:
        found = audit_trail.lines(tx, who, asked.wanted(zone), limit=MOST)
    audit.file_taken(kept, who, "audit", f"{words.plural(len(found), 'line')}: {'; '.join(said)}")
    return audit_table.download(found, said, kept.now(), zone)


def _said(asked: AuditQuery) -> list[str]:
    """The filters in words, for the file."""
    known = dict(_people())
    people = [known.get(one, f"no. {one}") for one in sorted(asked.people)]
    kinds = [audit_words.KIND_WORDS[name][1] for name in sorted(asked.kinds)]
    named = (("Who", people), ("Kind", kinds))
    return [
        f"{asked.first.isoformat()} to {asked.last.isoformat()}",
        *(f"{name}: {', '.join(labels)}" for name, labels in named if labels),
    ]
