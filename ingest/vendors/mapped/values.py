"""Values of the mapping, made ready to be asked: each is a function of the item at hand.

None always means: not told. What is told and cannot be understood is counted (``Heard.puzzled``), never guessed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ingest.readings import given, word
from ingest.vendors.mapped import paths, patterns, shapes, tree
from ingest.vendors.mapped.scope import Scope, as_text
from ingest.vendors.mapped.shapes import Value, Word

Ask = Callable[[Scope], Any]
T = TypeVar("T")

_PLACEHOLDER = re.compile(r"\{([\w$@/.\[][^{}]{0,299})\}")
_TRUTHS: dict[str, Any] = {
    **dict.fromkeys(("1", "true", "yes", "y", "on"), True),
    **dict.fromkeys(("0", "false", "no", "n", "off"), False),
}


class Wrong(Exception):
    """Something in the document cannot be used; ``where`` is its place, as in ``$.rules[0].kind``."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


@dataclass(frozen=True, slots=True)
class Making:
    """What compiling needs to know besides the value itself. ``problems`` collects what is wrong."""

    problems: list[str]
    tables: Mapping[str, Mapping[str, Any]]
    placeholders: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    condition: Callable[[Any, "Making", str], Callable[[Scope], bool]] | None = None
    mentioned: list[paths.Path] = field(default_factory=list)

    def wrong(self, where: str, why: str) -> None:
        """Note a problem and go on, so that all are told at once."""
        self.problems.append(f"{where}: {why}")

    def path(self, text: str, where: str) -> paths.Path:
        """The path; a bad one is noted."""
        try:
            found = paths.parse(text)
        except paths.BadPath as error:
            self.wrong(where, str(error))
            return paths.parse("x")
        if found.root == "$" and found.name not in self.names:
            self.wrong(where, f"there is no value ${found.name}")
        self.mentioned.append(found)
        for i, step in enumerate(found.steps):
            for names, _, _ in step.tests:
                keys = (*found.steps[:i], paths.Step(each=True), *(paths.Step(key=name) for name in names))
                self.mentioned.append(replace(found, text=f"{found.text}|{names}", steps=keys))
        return found

    def pattern(self, text: str, where: str) -> re.Pattern[str]:
        """The regular expression; a bad one is noted."""
        try:
            return patterns.compiled(text)
        except patterns.BadPattern as error:
            self.wrong(where, str(error))
            return patterns.compiled("x")


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
        ask = read(_transformed(value, _source(value, making, where), making, where))
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


def word_value(value: Word, making: Making, where: str) -> Ask:
    """The provider's word as one of ours."""
    table = _table(value, making, where)

    def read(ask: Ask) -> Ask:
        label = label_of(value)
        default = value.default

        def told(scope: Scope) -> Any:
            said = ask(scope)
            if said is None:
                return None
            found = table(word(said))
            if found is not _UNMAPPED:
                return found
            scope.heard.puzzled(label, said)
            return default

        return told

    return chosen(value, making, where, word_value, read)


_UNMAPPED = object()

NO_EVENT = "-"
"""The kind of a word that is understood and stands for no event; None is a kind nobody told or mapped."""


def _table(value: Word, making: Making, where: str) -> Callable[[str], Any]:
    told = _words_of(value, making, where)
    if isinstance(value, shapes.KindValue):
        told = {key: NO_EVENT if target is None else target for key, target in told.items()}
    exact = {word(key): target for key, target in told.items() if "*" not in key or key == "*"}
    stars = [(word(key), target) for key, target in told.items() if "*" in key and key != "*"]

    def look_up(said: str) -> Any:
        if said in exact:
            return exact[said]
        for star, target in stars:
            if _fits(star, said):
                return target
        return exact.get("*", _UNMAPPED)

    return look_up


def _words_of(value: Word, making: Making, where: str) -> Mapping[str, Any]:
    ours = value.vocabulary()
    told = value.words
    if isinstance(told, str):
        if told not in making.tables:
            making.wrong(f"{where}.words", f"there is no table {told!r} in $.words")
        allowed = {*ours, None} if ours else {True, False, None}
        told = making.tables.get(told, {})
        for key, target in told.items():
            if target not in allowed:
                making.wrong(f"{where}.words", f"{key!r} stands for {target!r}: not one of {', '.join(ours)}")
    if told is None:
        return {one: one for one in ours} if ours else _TRUTHS
    return dict(told)


def _fits(star: str, said: str) -> bool:
    bare = star.strip("*")
    if star.startswith("*"):
        return bare in said if star.endswith("*") else said.endswith(bare)
    return said.startswith(bare)


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
    if isinstance(const, bool) and isinstance(value, shapes.FlagValue):
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


def _transformed(value: Value, ask: Ask, making: Making, where: str) -> Ask:
    steps = _steps(value, making, where)
    if not steps:
        return ask

    def told(scope: Scope) -> str | None:
        said: str | None = ask(scope)
        for step in steps:
            if said is None:
                return None
            said = given(step(said))
        return said

    return told


Change = Callable[[str], str | None]


def _steps(value: Value, making: Making, where: str) -> list[Change]:
    """What is done to the text, in this order."""
    steps: list[Change] = []
    if value.decode:
        steps.append(_undone(list(value.decode)))
    if value.inside is not None:
        steps.append(_inside(making.path(value.inside, f"{where}.inside")))
    if value.split is not None:
        steps.append(_part(value.split, value.part or 0))
    if value.match is not None:
        steps.append(_matched(value, making, where))
    return steps + _rewritten(value)


def _rewritten(value: Value) -> list[Change]:
    steps: list[Change] = []
    if value.replace:
        steps.append(_replaced(dict(value.replace)))
    if value.remove_prefix:
        steps.append(_cut(list(value.remove_prefix), at_start=True))
    if value.remove_suffix:
        steps.append(_cut(list(value.remove_suffix), at_start=False))
    if value.case is not None:
        steps.append(str.lower if value.case == "lower" else str.upper)
    return steps


def _undone(encodings: list[str]) -> Change:
    return lambda said: tree.undo(said, encodings)


def _inside(path: paths.Path) -> Callable[[str], str | None]:
    def step(said: str) -> str | None:
        node = tree.inner(said)
        found = next(paths.walk(node, replace(path, root=""), {}), None)
        return as_text(found[0]) if found else None

    return step


def _part(separator: str, part: int) -> Callable[[str], str | None]:
    def step(said: str) -> str | None:
        parts = said.split(separator)
        return parts[part].strip() if -len(parts) <= part < len(parts) else None

    return step


def _matched(value: Value, making: Making, where: str) -> Callable[[str], str | None]:
    pattern = making.pattern(value.match or "", f"{where}.match")
    group: int | str = value.group if value.group is not None else (1 if pattern.groups else 0)
    if (isinstance(group, int) and not 0 <= group <= pattern.groups) or (
        isinstance(group, str) and group not in pattern.groupindex
    ):
        making.wrong(f"{where}.group", f"the pattern has no group {group}")
        group = 0

    def step(said: str) -> str | None:
        found = patterns.search(pattern, said)
        return str(found.group(group) or "") if found else None

    return step


def _replaced(pairs: dict[str, str]) -> Callable[[str], str]:
    def step(said: str) -> str:
        for old, new in pairs.items():
            said = said.replace(old, new) if old else said
        return said[:4000]

    return step


def _cut(affixes: list[str], *, at_start: bool) -> Callable[[str], str]:
    def step(said: str) -> str:
        for affix in affixes:
            if affix and (said.startswith(affix) if at_start else said.endswith(affix)):
                return said[len(affix) :] if at_start else said[: -len(affix)]
        return said

    return step
