"""Drawing anew only what changed: what is redrawn loses the focus, and its buttons ask the server for nothing."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from dash import no_update
from plotly.io.json import to_json_plotly


def marks(names: Sequence[str], parts: Sequence[Any]) -> dict[str, str]:
    """A short mark of each part's content, kept in the page beside it."""
    return {
        name: blake2b(to_json_plotly(part).encode(), digest_size=8).hexdigest()
        for name, part in zip(names, parts, strict=True)
    }


def changed(names: Sequence[str], parts: Sequence[Any], known: Any) -> tuple[list[Any], dict[str, str]]:
    """The parts that are not as the page has them (``no_update`` for the others), and the new marks."""
    now = marks(names, parts)
    before = known if isinstance(known, Mapping) else {}
    return [
        no_update if before.get(name) == now[name] else part for name, part in zip(names, parts, strict=True)
    ], now
