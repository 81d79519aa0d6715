"""What pages are built of: head, card, empty state, skeleton, info mark, segmented control, banner.

Everything is a plain function that returns components and owns no callback.
"""

from collections.abc import Sequence
from typing import TypeAlias

from dash import html
from dash.development.base_component import Component

from dashapp.components.icon import icon

Children: TypeAlias = str | Component | Sequence[str | Component | None] | None


def page(*children: Component | None, name: str = "") -> Component:
    """A scrolling page with the standard padding; its parts stand 16 px apart."""
    return html.Div([child for child in children if child is not None], className=f"page {name}".rstrip())


def page_head(title: str, *actions: Component, beside: Children = None) -> Component:
    """Title left, a quiet note beside it, actions right. At most one action is ``btn-primary``."""
    return html.Div(
        [html.H1(title), beside, html.Div(list(actions), className="actions") if actions else None],
        className="page-head",
    )


def card(*children: Component | None, title: str = "", beside: Children = None, name: str = "") -> Component:
    """A card; with ``title`` it has a head line, whose right end takes ``beside`` (legend, button)."""
    head = (
        html.Div([html.H2(title), html.Div(beside, className="grow end")], className="card-head")
        if title
        else None
    )
    body = html.Div([child for child in children if child is not None], className="card-body")
    return html.Section([head, body] if head else [body], className=f"card {name}".rstrip())


def empty(icon_name: str, title: str, text: str, *actions: Component) -> Component:
    """Nothing to show: says why, and what to do next."""
    return html.Div(
        [
            icon(icon_name),
            html.Div(title, className="heading"),
            html.P(text),
            html.Div(list(actions), className="actions") if actions else None,
        ],
        className="empty",
    )


def skeleton(lines: int = 3, widths: Sequence[str] = ("70%", "90%", "55%")) -> Component:
    """Grey lines where text will be. Screen readers hear "Loading"."""
    bars = [
        html.Span(
            className="skeleton", style={"width": widths[line % len(widths)]}, **{"aria-hidden": "true"}
        )
        for line in range(lines)
    ]
    return html.Div(
        [html.Span("Loading", className="visually-hidden"), *bars], className="skeletons", role="status"
    )


def info(text: str) -> Component:
    """The (i) beside a metric: its formula, shown on hover, focus and tap (assets/js/tip.js)."""
    return html.Button(
        icon("info-circle"),
        type="button",
        className="info",
        **{"data-tip": text, "aria-label": f"Meaning: {text}"},
    )


def banner(tone: str, icon_name: str, *children: str | Component, **attrs: str) -> Component:
    """One line above the content. ``tone``: a status, or ``quiet``."""
    return html.Div([icon(icon_name), *children], className=f"banner is-{tone}", **attrs)


def button(
    label: str,
    icon_name: str | None = None,
    *,
    look: str = "secondary",
    ident: str | dict[str, str] | None = None,
    key: str | None = None,
    **attrs: str,
) -> Component:
    """A button in one of the looks ``primary secondary plain danger``; ``key`` shows its keyboard key;
    ``ident`` is its Dash id."""
    inside: list[Component] = [html.Span(label)]
    if icon_name:
        inside.insert(0, icon(icon_name))
    if key:
        inside.append(html.Kbd(key))
    named = {"id": ident} if ident is not None else {}
    return html.Button(inside, type="button", className=f"btn btn-{look}", **named, **attrs)


def link_button(label: str, href: str, icon_name: str | None = None, *, look: str = "secondary") -> Component:
    """A link that looks like a button; it moves inside the app without reloading."""
    inside: list[Component] = [html.Span(label)]
    if icon_name:
        inside.insert(0, icon(icon_name))
    return html.A(inside, href=href, className=f"btn btn-{look}")
