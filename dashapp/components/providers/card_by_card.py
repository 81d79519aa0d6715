"""The cards of the providers page are drawn anew one by one: one that changed does not redraw the others."""

from collections.abc import Sequence
from typing import Any

import dash

from dashapp.components.providers import cards, redrawing

CARDS = "cards"
"""The part of the page that holds them."""


def marks(names: Sequence[str], drawn: Sequence[Any]) -> dict[str, str]:
    """``redrawing.marks`` of every part and of every card."""
    return redrawing.marks(*_single(names, drawn))


def changed(names: Sequence[str], drawn: Sequence[Any], known: Any) -> tuple[list[Any], dict[str, str]]:
    """``redrawing.changed``; cards that changed while there are the same ones are set by themselves.

    Only inside a callback.
    """
    place = names.index(CARDS)
    found, now = redrawing.changed(*_single(names, drawn), known)
    parts, single = found[: len(names)], found[len(names) :]
    if parts[place] is not dash.no_update:
        parts[place] = drawn[place]
        return parts, now
    for one in single:
        if one is not dash.no_update:
            dash.set_props(one.id, {"children": one.children, "className": one.className})
    return parts, now


def _single(names: Sequence[str], drawn: Sequence[Any]) -> tuple[list[str], list[Any]]:
    """Of the part with the cards only which there are, and then each card."""
    single = cards.each(drawn[names.index(CARDS)])
    parts = [list(single) if name == CARDS else part for name, part in zip(names, drawn, strict=True)]
    return [*names, *single], [*parts, *single.values()]
