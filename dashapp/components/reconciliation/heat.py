"""The heat table: a row a connection, a column an hour; what the provider told, and what of it we lack."""

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.icon import icon
from dashapp.components.page import empty
from dashapp.components.reconciliation.days import Account, Day
from models.store.ledger import Hour

LEGEND = (
    ("whole", "check2", "all were on file"),
    ("repaired", "plus-lg", "some were added from the records"),
    ("missing", "exclamation-lg", "some are missing"),
    ("none", "dash", "no calls"),
    ("due", "hourglass", "not asked for yet"),
)


def legend() -> Component:
    return html.Ul(
        [
            html.Li([html.Span(icon(name), className=f"heat-key is-{look}"), html.Span(text)])
            for look, name, text in LEGEND
        ],
        className="heat-legend small",
    )


def table(found: Sequence[Account], day: Day) -> Component:
    """The whole day. Without any connection that can be asked, why there is nothing."""
    if not any(account.askable for account in found):
        return empty(
            "cloud-slash",
            "No provider can be asked for its call records",
            "Of the connections here none hands out call records, or none is set up for it. Under Providers, a "
            "connection that can shows “Asking for logs”, and its set-up says what is needed.",
        )
    heads = [html.Th("Connection", scope="col", className="heat-name")]
    heads += [html.Th(f"{hour.astimezone(day.zone):%H}", scope="col") for hour in day.hours]
    heads.append(html.Th("Day", scope="col", className="heat-sum"))
    return html.Div(
        html.Table(
            [html.Thead(html.Tr(heads)), html.Tbody([_row(account, day) for account in found])],
            className="heat",
        ),
        className="heat-wide",
        tabIndex=0,
        role="region",
        **{"aria-label": "Calls by connection and hour"},
    )


def _row(account: Account, day: Day) -> Component:
    name = html.Th(
        html.A(
            account.source.label,
            href=f"/reconciliation/certificate?connection={account.source.id}&day={day.date}",
            className="clip",
            title=f"Certificate of {account.source.label}",
        ),
        scope="row",
        className="heat-name",
    )
    if not account.askable:
        said = f"Not asked: it hands out no call records, or its keys are not filled in. {words.plural(account.held, 'call')} on file."
        return html.Tr([name, html.Td(said, colSpan=len(day.hours) + 1, className="heat-said small")])
    return html.Tr([name, *[_cell(account, hour, day) for hour in day.hours], _sum(account)])


def _cell(account: Account, at: datetime, day: Day) -> Component:
    hour = account.hours.get(at)
    when = (
        f"{account.source.label}, {at.astimezone(day.zone):%H:%M} to {at.astimezone(day.zone).hour + 1:02}:00"
    )
    if hour is None:
        due = at in account.due
        text = f"{when}: {'not asked for yet' if due else 'not to be asked for now'}"
        if not due:
            return html.Td("", className="is-later", title=text)
        return html.Td([icon("hourglass"), _heard(text)], className="is-due", title=text)
    text = f"{when}: {said(hour)}"
    mark = {"repaired": f"+{hour.repaired:,}", "missing": f"−{hour.missing:,}"}.get(look(hour))
    return html.Td(
        [
            html.Span(f"{hour.theirs:,}" if hour.theirs else "–", **{"aria-hidden": "true"}),
            html.Span(mark, className="heat-mark", **{"aria-hidden": "true"}) if mark else None,
            _heard(text),
        ],
        className=f"is-{look(hour)}",
        title=text,
    )


def _heard(text: str) -> Component:
    return html.Span(text, className="visually-hidden")


def _sum(account: Account) -> Component:
    theirs, repaired, missing = (account.total(name) for name in ("theirs", "repaired", "missing"))
    marks = [
        html.Span(f"+{repaired:,}", className="heat-mark is-plus", title=f"{repaired:,} added")
        if repaired
        else None,
        html.Span(f"−{missing:,}", className="heat-mark is-minus", title=f"{missing:,} missing")
        if missing
        else None,
    ]
    return html.Td([html.Span(f"{theirs:,}"), *marks], className="heat-sum")


def look(hour: Hour) -> str:
    """The worst that fits: missing, repaired, none, whole."""
    if hour.missing:
        return "missing"
    if hour.repaired:
        return "repaired"
    return "whole" if hour.theirs else "none"


def said(hour: Hour) -> str:
    """An hour in words."""
    if not hour.theirs:
        return "the provider has no calls"
    parts = [
        f"the provider has {words.plural(hour.theirs, 'call')}",
        f"{hour.ours:,} on file before we asked",
    ]
    if hour.completed:
        parts.append(f"{hour.completed:,} of them made complete")
    if hour.repaired:
        parts.append(f"{hour.repaired:,} added from its records")
    if hour.missing:
        parts.append(f"{hour.missing:,} missing")
    return ", ".join(parts)
