"""People as initials: counselors in a cell, a lead at the head of its page."""

from typing import Literal

from dash import html
from dash.development.base_component import Component

from dashapp.components import words
from dashapp.components.icon import icon
from dashapp.components.status import NOT_PICKED_UP
from models.rules.call import MissReason


def avatar(
    name: str, size: Literal[24, 32, 40, 48] = 32, *, accent: bool = False, why: MissReason | None = None
) -> Component:
    """Initials in a circle; ``why`` adds the mark (and, in the title, the words) for a call not picked up."""
    title = name if why is None else f"{name}: {NOT_PICKED_UP[why].word}"
    inside: list[str | Component] = [words.initials(name)]
    if why is not None:
        look = NOT_PICKED_UP[why]
        inside.append(html.Span(icon(look.icon), className=f"why is-{look.tone}"))
    look_class = f"avatar is-{size}{' is-accent' if accent else ''}"
    return html.Span(inside, className=look_class, title=title, **{"aria-label": title, "role": "img"})


def person(name: str, second: str = "", size: Literal[24, 32] = 24) -> Component:
    """Avatar, name and a quiet second word on one line."""
    return html.Span(
        [
            html.Span(words.initials(name), className=f"avatar is-{size}", **{"aria-hidden": "true"}),
            html.Span(name, className="strong"),
            html.Span(second, className="hint small"),
        ],
        className="person",
    )
