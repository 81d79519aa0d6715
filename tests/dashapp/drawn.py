"""Reading what a layout or a callback would draw, out of its JSON."""

import json
from collections.abc import Iterator
from typing import Any

from plotly.utils import PlotlyJSONEncoder


def nodes(drawn: Any) -> Iterator[dict[str, Any]]:
    """The properties of every component, outermost first."""
    if isinstance(drawn, dict):
        if isinstance(drawn.get("props"), dict):
            yield drawn["props"]
        for value in drawn.values():
            yield from nodes(value)
    elif isinstance(drawn, list):
        for value in drawn:
            yield from nodes(value)


def text(drawn: Any) -> str:
    """All the words a person would read, in order, with single blanks."""
    said: list[str] = []

    def read(value: Any) -> None:
        if isinstance(value, str | int):
            said.append(str(value))
        elif isinstance(value, list):
            for one in value:
                read(one)
        elif isinstance(value, dict):
            if isinstance(value.get("props"), dict):
                read(value["props"].get("children"))
            else:
                for key, one in value.items():
                    if key not in ("type", "namespace", "title"):
                        read(one)

    read(drawn)
    return " ".join(" ".join(said).split())


def attributes(drawn: Any, name: str) -> list[str]:
    """Every value of this attribute."""
    return [str(props[name]) for props in nodes(drawn) if name in props]


def children_of(answer: Any) -> Any:
    """What a callback with one ``children`` output put there."""
    (output,) = answer["response"].values()
    return output["children"]


def plain(components: Any) -> Any:
    """Components as the JSON that Dash would send."""
    return json.loads(json.dumps(components, cls=PlotlyJSONEncoder))
