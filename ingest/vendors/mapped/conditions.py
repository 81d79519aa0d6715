"""Conditions of the mapping, made ready to be asked."""

from collections.abc import Callable
from typing import Any

from ingest.readings import given, number
from ingest.readings import seconds as duration
from ingest.vendors.mapped import patterns
from ingest.vendors.mapped.making import Making
from ingest.vendors.mapped.scope import Scope, as_text
from ingest.vendors.mapped.shapes import Condition

Holds = Callable[[Scope], bool]
Test = Callable[[str, Scope], bool]

TESTS = (
    "told",
    "present",
    "equals",
    "one_of",
    "contains",
    "starts",
    "ends",
    "matches",
    "above",
    "below",
    "same_as",
    "number_in",
)


def condition(told: Condition, making: Making, where: str) -> Holds:
    """The condition as a function of the item at hand."""
    parts: list[Holds] = []
    if told.all is not None:
        every = [condition(one, making, f"{where}.all[{i}]") for i, one in enumerate(told.all)]
        parts.append(lambda scope: all(holds(scope) for holds in every))
    if told.any is not None:
        some = [condition(one, making, f"{where}.any[{i}]") for i, one in enumerate(told.any)]
        parts.append(lambda scope: any(holds(scope) for holds in some))
    if told.no is not None:
        parts.append(_not(condition(told.no, making, f"{where}.no")))
    tests = [name for name in TESTS if getattr(told, name) is not None]
    if told.field is not None:
        if not tests:
            making.wrong(where, f"nothing is asked of {told.field}: give one of {', '.join(TESTS)}")
        parts.append(_of_field(told, making, where))
    elif tests:
        making.wrong(where, f"{tests[0]} needs field: the path it is asked of")
    if not parts and not tests:
        making.wrong(where, "this condition tests nothing")
    return parts[0] if len(parts) == 1 else lambda scope: all(holds(scope) for holds in parts)


def _not(holds: Holds) -> Holds:
    return lambda scope: not holds(scope)


def _of_field(told: Condition, making: Making, where: str) -> Holds:
    path = making.path(told.field or "", f"{where}.field")
    tests = _tests(told, making, where)
    parts: list[Holds] = []
    if told.present is not None:
        present = told.present
        parts.append(lambda scope: any(True for _ in scope.nodes(path)) is present)
    if told.told is not None:
        wanted = told.told
        nothing = making.placeholders
        parts.append(lambda scope: any(_told(node, nothing) for node in scope.nodes(path)) is wanted)
    if tests:
        parts.append(lambda scope: any(all(t(text, scope) for t in tests) for text in scope.texts(path)))
    return lambda scope: all(part(scope) for part in parts)


def _told(node: Any, nothing: frozenset[str]) -> bool:
    if isinstance(node, dict | list) and not (isinstance(node, list) and len(node) == 1):
        return bool(node)
    told = given(as_text(node))
    return told is not None and told.casefold() not in nothing


def _tests(told: Condition, making: Making, where: str) -> list[Test]:
    tests: list[Test] = []
    if told.equals is not None:
        tests.append(_one_of([as_text(told.equals) or ""]))
    if told.one_of is not None:
        tests.append(_one_of(making.listed(told.one_of, f"{where}.one_of")))
    tests += [
        _with(name, getattr(told, name)) for name in ("contains", "starts", "ends") if getattr(told, name)
    ]
    if told.matches is not None:
        pattern = making.pattern(told.matches, f"{where}.matches")
        tests.append(lambda text, _: patterns.search(pattern, text) is not None)
    if told.above is not None:
        least = told.above
        tests.append(lambda text, _: (found := _amount(text)) is not None and found > least)
    if told.below is not None:
        most = told.below
        tests.append(lambda text, _: (found := _amount(text)) is not None and found < most)
    if told.same_as is not None:
        other = making.path(told.same_as, f"{where}.same_as")
        tests.append(lambda text, scope: any(text.casefold() == one.casefold() for one in scope.texts(other)))
    if told.number_in is not None:
        tests.append(_number_in(making.listed(told.number_in, f"{where}.number_in")))
    return tests


def _one_of(told: list[str]) -> Test:
    wanted = frozenset(one.strip().casefold() for one in told)
    return lambda text, _: text.casefold() in wanted


def _with(name: str, part: str) -> Test:
    sought = part.casefold()
    if name == "contains":
        return lambda text, _: sought in text.casefold()
    if name == "starts":
        return lambda text, _: text.casefold().startswith(sought)
    return lambda text, _: text.casefold().endswith(sought)


def _number_in(numbers: list[str]) -> Test:
    def test(text: str, scope: Scope) -> bool:
        country = scope.heard.country
        said = number(text, country)
        return said is not None and any(number(one, country) == said for one in numbers)

    return test


def _amount(text: str) -> float | None:
    try:
        if ":" in text:
            found = duration(text)
            return None if found is None else float(found)
        return float(text) if len(text) < 40 else None
    except ValueError:
        return None
