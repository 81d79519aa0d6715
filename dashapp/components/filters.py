"""Filters whose whole state stands in the address. The browser's half is ``assets/js/filters.js``.

A ``bar`` names the ``dcc.Store`` that the page's callbacks listen to; each field in it is a parameter of
the address. Values are strings; several of one field are joined by commas.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.components.icon import icon

Choice = tuple[str, str]  # value, label


def bar(store_id: str, *parts: Component | None, name: str = "") -> Component:
    """The line of filters; ``store_id`` gets ``{field: value}`` after every change."""
    return html.Div(
        [part for part in parts if part is not None],
        className=f"toolbar {name}".rstrip(),
        role="group",
        **{"data-filters": store_id, "aria-label": "Filters"},
    )


def segmented(
    field: str,
    label: str,
    choices: Sequence[Choice],
    chosen: str,
    counts: Mapping[str, int] | None = None,
    *,
    default: str | None = None,
    instead_of: Sequence[str] = (),
) -> Component:
    """One of a few, always in sight. ``default`` (else the first choice) does not stand in the address.
    With ``counts`` each choice has a number with the id ``<field>-<value>-count``. Choosing empties the
    fields ``instead_of``, and while one of those is set nothing is chosen here."""
    return html.Div(
        [
            html.Button(
                [
                    html.Span(word),
                    html.Span(f"{counts[value]:,}", id=f"{field}-{value}-count", className="num")
                    if counts is not None
                    else None,
                ],
                type="button",
                className="seg-item",
                **{"data-value": value, "aria-pressed": "true" if value == chosen else "false"},
            )
            for value, word in choices
        ],
        className="seg",
        role="group",
        **{
            "data-field": field,
            "data-default": default or choices[0][0],
            "data-instead-of": ",".join(instead_of),
            "aria-label": label,
        },
    )


def dates(first: date, last: date, text: str, ident: str, *, given: bool) -> Component:
    """A chip that opens two dates; they stand in the address as ``from`` and ``to`` while ``given``.
    ``text`` is what the chip says; its span has the id ``ident``."""
    opener = html.Button(
        [
            icon("calendar3"),
            html.Span(text, id=ident, className="filter-word clip num"),
            icon("chevron-down", "filter-more"),
        ],
        type="button",
        className="filter-open",
        **{"data-menu": "filter-dates", "aria-haspopup": "dialog", "aria-expanded": "false"},
    )
    panel = html.Div(
        id="filter-dates",
        className="menu dates-menu",
        hidden=True,
        **{"data-own": "", "data-dates": "", "data-first": first.isoformat(), "data-last": last.isoformat()},
    )
    fields = [
        html.Span(
            hidden=True,
            **{"data-field": name, "data-free": "", "data-now": at.isoformat() if given else ""},
        )
        for name, at in (("from", first), ("to", last))
    ]
    return html.Div(
        [html.Span([opener], className=f"filter dates{' is-on' if given else ''}"), panel, *fields],
        className="has-menu dates-field",
    )


def chip(
    field: str,
    label: str,
    icon_name: str,
    choices: Sequence[Choice],
    chosen: Sequence[str],
    *,
    many: bool = True,
) -> Component:
    """A chip that opens its choices. ``many``: several may be ticked, else one."""
    on = [text for value, text in choices if value in chosen]
    menu = f"filter-{field}"
    role = "menuitemcheckbox" if many else "menuitemradio"
    items = [
        html.Div(
            [html.Span(text, className="clip"), icon("check-lg", "tick")],
            className="menu-item",
            role=role,
            tabIndex=-1,
            **{"data-value": value, "aria-checked": "true" if value in chosen else "false"},
        )
        for value, text in choices
    ]
    opener = html.Button(
        [
            icon(icon_name, "filter-icon"),
            html.Span(f"{label}: {', '.join(on)}" if on else label, className="filter-word clip"),
            icon("chevron-down", "filter-more"),
        ],
        type="button",
        className="filter-open",
        **{"data-menu": menu, "aria-haspopup": "menu", "aria-expanded": "false"},
    )
    clear = html.Button(
        icon("x-lg"), type="button", className="filter-clear", **{"aria-label": f"Clear {label.lower()}"}
    )
    nothing = html.Div("Nothing to choose from", className="menu-head") if not choices else None
    return html.Div(
        [
            html.Span([opener, clear], className=f"filter{' is-on' if on else ''}"),
            html.Div(
                [nothing, *items], id=menu, className="menu", hidden=True, role="menu", **{"data-own": ""}
            ),
        ],
        className="has-menu filter-field",
        **{"data-field": field, "data-label": label, "data-many": "yes" if many else "no"},
    )


def pairs(choices: Sequence[tuple[int, str]]) -> list[Choice]:
    """Choices whose values are ids."""
    return [(str(value), label) for value, label in choices]


def ids(given: Any) -> frozenset[int]:
    """Ids of a comma-separated parameter; what is no number is left out, since addresses are typed by people."""
    return frozenset(
        int(part) for part in words(given) if part.isascii() and part.isdigit() and len(part) < 19
    )


def words(given: Any) -> list[str]:
    """The parts of a comma-separated parameter."""
    return [part for part in str(given or "").split(",") if part][:200]
