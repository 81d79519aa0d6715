"""What nobody has mapped yet: seats without a person, words without a meaning. Both are dealt with here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.icon import icon
from dashapp.components.providers.labels import dom_id
from models.store.providers import UnknownWord
from models.store.seats import Somebody, UnmappedSeat

GIVE, DISMISS = "providers-seat", "providers-word"


def unmapped(
    found: Sequence[UnmappedSeat], people: Sequence[Somebody], now: datetime, *, whose: bool = True
) -> Component:
    """Seats that rang and are nobody's, each with the people to choose from. ``whose``: show the connection."""
    if not found:
        return html.P("Every seat that rang in the last 30 days belongs to somebody.", className="second")
    options = [
        {"label": f"{each.name} – {each.team}" if each.team else each.name, "value": str(each.id)}
        for each in people
    ]
    return _table(
        ("Seat", *(("Connection",) if whose else ()), "Rings", "Last", "Belongs to"),
        [
            [
                html.Td(each.mask, className="num nowrap"),
                html.Td(each.connection, className="second") if whose else None,
                *_times(each.rings, each.last_at, now),
                html.Td(_choice(each, options)),
            ]
            for each in found
        ],
    )


def _choice(seat: UnmappedSeat, options: list[dict[str, Any]]) -> Component:
    ident: dict[str, str | int] = {"type": GIVE, "connection": seat.connection_id, "seat": seat.key}
    return html.Div(
        [
            html.Label(f"Who answers {seat.mask}", htmlFor=dom_id(ident), className="visually-hidden"),
            dbc.Select(
                id=ident,
                options=options,
                placeholder="Choose…",
                size="sm",
                class_name="seat-choice",
                html_size=None,
            ),
        ]
    )


def given_words(mask: str, name: str, calls: int) -> str:
    """What became of a seat that was given."""
    earlier = f" {words.plural(calls, 'earlier call')} counted for them now." if calls else ""
    return f"{mask} is {name}'s.{earlier}"


def unknown(found: Sequence[UnknownWord], now: datetime, *, whose: bool = True) -> Component:
    """Words of providers that no table maps."""
    if not found:
        return html.P("Every word the providers used is understood.", className="second")
    return _table(
        ("Word", "Field", *(("Connection",) if whose else ()), "Seen", "Last", ""),
        [
            [
                html.Td(f"“{each.word}”", className="said"),
                html.Td(each.field, className="second"),
                html.Td(each.connection, className="second") if whose else None,
                *_times(each.seen, each.last_at, now),
                html.Td(
                    html.Button(
                        icon("x-lg"),
                        type="button",
                        className="icon-button",
                        id={"type": DISMISS, "word": each.id},
                        title="Dismiss; it comes back when the provider says it again",
                        **{"aria-label": f"Dismiss “{each.word}”"},
                    ),
                    className="end",
                ),
            ]
            for each in found
        ],
    )


def _times(count: int, last: datetime, now: datetime) -> list[Component]:
    return [
        html.Td(f"{count:,}", className="end"),
        html.Td("", className="end nowrap", **{"data-since": last.isoformat()}),
    ]


def _table(heads: Sequence[str], rows: Sequence[Sequence[Component | None]]) -> Component:
    right = {"Rings", "Seen", "Last"}
    head = html.Tr([html.Th(each, className="end" if each in right else "") for each in heads])
    body = [html.Tr([cell for cell in row if cell is not None]) for row in rows]
    return html.Div(
        html.Table([html.Thead(head), html.Tbody(body)], className="table-plain"), className="table-wide"
    )
