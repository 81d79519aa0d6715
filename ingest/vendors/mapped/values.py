"""Values of the mapping, made ready to be asked: each is a function of the item at hand.

None always means: not told. What is told and cannot be understood is counted (``Heard.puzzled``), never guessed.
"""

import re
from collections.abc import Callable
from typing import Any

from ingest.readings import given
from ingest.vendors.mapped import paths
from ingest.vendors.mapped.changes import transformed
from ingest.vendors.mapped.making import Ask, Making
from ingest.vendors.mapped.scope import Scope, as_text
from ingest.vendors.mapped.shapes import Value
from ingest.vendors.mapped.words import FlagValue, Word

_PLACEHOLDER = re.compile(r"\{([\w$@/.\[][^{}]{0,299})\}")


def text(value: Value, making: Making, where: str) -> Ask:
    """The value as text."""
    return chosen(value, making, where, text, lambda ask: ask)


def chosen(
    value: Any,
    making: Making,
    where: str,
    make: Callable[[Any, Making, str], Ask],
    read: Callable[[Ask], Ask],
) -> Ask:
    """The function of a value: ``make`` compiles what is nested in it, ``read`` gives its text a meaning."""
    if value.first is not None:
        ask = _first(value, making, where, make)
    elif value.by_direction is not None:
        sides = {
            side: make(inherited(one, value), making, f"{where}.by_direction.{side}")
            for side, one in value.by_direction.items()
        }
        ask = _by_direction(sides)
    elif "const" in value.model_fields_set and value.path is None and value.template is None:
        ask = _const(value) if isinstance(value, Word) else read(_const(value))
    else:
        ask = read(transformed(value, _source(value, making, where), making, where))
    if value.when is None:
        return ask
    assert making.condition is not None
    holds = making.condition(value.when, making, f"{where}.when")
    return lambda scope: ask(scope) if holds(scope) else None


def inherited(nested: Any, outer: Any) -> Any:
    """``nested`` with what only ``outer`` says of meaning: words, units, formats, zones, countries.

    A value of the mapping (``$name``) has its meaning already.
    """
    if nested.path is not None and nested.path.startswith("$"):
        return nested
    missing = {
        name: getattr(outer, name)
        for name in (
            "words",
            "unit",
            "format",
            "zone",
            "zone_from",
            "country",
            "international",
            "as_is",
            "nothing",
        )
        if name in outer.model_fields_set
        and name not in nested.model_fields_set
        and name in type(nested).model_fields
    }
    if (
        isinstance(outer, Word)
        and "default" in outer.model_fields_set
        and "default" not in nested.model_fields_set
    ):
        missing["default"] = outer.default
    return nested.model_copy(update=missing) if missing else nested


def label_of(value: Value) -> str:
    """How an unknown word's field is called on screens: its path."""
    return value.path or value.template or "?"


def _first(value: Any, making: Making, where: str, make: Callable[[Any, Making, str], Ask]) -> Ask:
    asks = []
    for i, one in enumerate(value.first):
        nested = inherited(one, value)
        holds = None
        if one.stop and one.when is not None and making.condition is not None:
            holds = making.condition(one.when, making, f"{where}.first[{i}].when")
        bare = not one.stop or any(getattr(one, name) is not None for name in type(one).sources())
        ask = make(nested, making, f"{where}.first[{i}]") if bare or "const" in one.model_fields_set else None
        asks.append((ask, holds, one.stop))

    def told(scope: Scope) -> Any:
        for ask, holds, stop in asks:
            found = ask(scope) if ask is not None else None
            if found is not None:
                return found
            if stop and (holds is None or holds(scope)):
                return None
        return None

    return told


def _by_direction(sides: dict[Any, Ask]) -> Ask:
    def told(scope: Scope) -> Any:
        ask = sides.get(str(scope.value("direction")))
        return ask(scope) if ask is not None else None

    return told


def _const(value: Value) -> Ask:
    const = value.const
    if isinstance(const, bool) and isinstance(value, FlagValue):
        return lambda scope: const
    said = as_text(const)
    return lambda scope: said


def _source(value: Value, making: Making, where: str) -> Ask:
    nothing = making.placeholders | {one.strip().casefold() for one in value.nothing or ()}

    def really(said: str | None) -> str | None:
        told = given(said)
        return None if told is None or (nothing and told.casefold() in nothing) else told

    if value.template is not None:
        return template(value.template, making, f"{where}.template", really)
    path = making.path(value.path or "", f"{where}.path")
    if value.join is not None:
        joint = value.join
        return lambda scope: joint.join(t for one in scope.texts(path) if (t := really(one))) or None

    def told(scope: Scope) -> str | None:
        for one in scope.texts(path):
            found = really(one)
            if found is not None:
                return found
        return None

    return told


def template(
    text: str,
    making: Making,
    where: str,
    really: Callable[[str | None], str | None],
    escape: Callable[[str], str] | None = None,
    *,
    partly: bool = False,
) -> Callable[[Scope], str | None]:
    """``{path}`` in a text. Not told unless every path is; with ``partly`` a missing one is left empty.

    ``$seats`` is not escaped: each seat in it is already.
    """
    pieces = _PLACEHOLDER.split(text)
    parts: list[str | paths.Path] = [
        piece if i % 2 == 0 else making.path(piece, where) for i, piece in enumerate(pieces)
    ]

    def told(scope: Scope) -> str | None:
        said: list[str] = []
        for part in parts:
            if isinstance(part, str):
                said.append(part)
                continue
            found = next((t for one in scope.texts(part) if (t := really(one)) is not None), None)
            if found is None and not partly:
                return None
            raw = escape is None or (part.root == "$" and part.name == "seats")
            said.append(found or "" if raw or escape is None else escape(found or ""))
        return "".join(said)

    return told
