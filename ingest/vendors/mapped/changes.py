"""What is done to a text before it gets its meaning: decoded, cut, matched, rewritten."""

from collections.abc import Callable
from dataclasses import replace

from ingest.readings import given
from ingest.vendors.mapped import encodings, paths, patterns, tree
from ingest.vendors.mapped.making import Ask, Making
from ingest.vendors.mapped.scope import Scope, as_text
from ingest.vendors.mapped.shapes import Value


def transformed(value: Value, ask: Ask, making: Making, where: str) -> Ask:
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
    if value.encode is not None:
        steps.append(encodings.WRITERS[value.encode])
    return steps


def _undone(told: list[str]) -> Change:
    return lambda said: encodings.undo(said, told)


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
