"""Field paths: ``a.b[0].c``, ``legs[type=agent].number``, ``calls[*].id``, ``Legs[0][Number]``, ``"odd key. "``.

A path begins at the item at hand (``.`` is the item itself); ``/a`` at the body, ``../a`` one item up, ``$name`` is a value of the mapping
(a field of the event or of ``let``), ``@door``, ``@method``, ``@header.x-name``, ``@query.name``, ``@body``,
``@key``, ``@index``, ``@remote``, ``@received``, ``@setting.name`` are of the request.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingest.vendors.mapped import tree

MAX_STEPS = 20
MAX_FOUND = 501

REQUEST = frozenset(
    "door method header query body remote received content_type setting key index outer delivery verdict".split()
)
_NEVER_READ = frozenset({"authorization", "cookie", "proxy-authorization"})
_BARE = re.compile(r"[^.\[\]\"/@$*=!<>,][^.\[\]\"=!<>]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CONDITION = re.compile(
    r"""\s*([^=!,\[\]"]+?|"(?:[^"\\]|\\.)*")\s*(!=|=)\s*("(?:[^"\\]|\\.)*"|[^,\[\]"]*?)\s*(?:,|$)"""
)


class BadPath(ValueError):
    """What is wrong with a path, in plain words."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: into a field, an item, every item (``each``), or the items that fit ``tests``."""

    key: str | None = None
    index: int | None = None
    each: bool = False
    values: bool = False  # every value of an object, whatever they are
    tests: tuple[tuple[tuple[str, ...], bool, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A path as it was written, where it begins, and its steps."""

    text: str
    root: str  # "" item, "/" body, "../" (repeated) up, "$" value, "@" request
    name: str
    steps: tuple[Step, ...]

    @property
    def many(self) -> bool:
        """May it lead to several values?"""
        return any(step.each or step.tests for step in self.steps)


@lru_cache(maxsize=4096)
def parse(text: str) -> Path:
    """Raises ``BadPath``."""
    rest, root = text.strip(), ""
    if rest == ".":
        return Path(text, "", "", ())
    while rest.startswith("../"):
        root, rest = root + "../", rest[3:]
    if not root and rest[:1] == "/":
        root, rest = "/", rest[1:]
    elif not root and rest[:1] in ("$", "@"):
        return _named_root(text, rest[0], rest[1:])
    if not rest and root in ("", "../"):
        raise BadPath("the path is empty")
    return Path(text, root, "", tuple(_steps(rest)))


def _named_root(text: str, root: str, rest: str) -> Path:
    """A path that begins with ``$name`` or ``@name``."""
    found = re.match(r"[a-z][a-z0-9_]*", rest)
    if not found:
        raise BadPath(f"after {root} a name is needed")
    name, rest = found[0], rest[found.end() :].removeprefix(".")
    if root == "$":
        if rest:
            raise BadPath("nothing can follow the name of a value")
        return Path(text, root, name, ())
    if name not in REQUEST:
        raise BadPath(f"there is no @{name}; there are @{', @'.join(sorted(REQUEST))}")
    if name != "header":
        return Path(text, root, name, tuple(_steps(rest)))
    header = rest.strip('"').lower()
    if header in _NEVER_READ:
        raise BadPath("credentials are not read as fields: use proof")
    return Path(text, root, name, (Step(key=header),))


def _steps(text: str) -> Iterator[Step]:
    at = count = 0
    while at < len(text):
        count += 1
        if count > MAX_STEPS:
            raise BadPath(f"more than {MAX_STEPS} steps")
        if text[at] == "[":
            end = _closing(text, at)
            yield _bracket(text[at + 1 : end].strip())
            at = end + 1
        else:
            if text[at] == ".":
                at += 1
            step, at = _named(text, at)
            yield step
        if at < len(text) and text[at] not in ".[":
            raise BadPath(f"unexpected {text[at]!r} at place {at + 1}")
    if text.endswith("."):
        raise BadPath("it ends with a dot")


def _named(text: str, at: int) -> tuple[Step, int]:
    if text.startswith("*", at):
        return Step(each=True, values=True), at + 1
    if quoted := _QUOTED.match(text, at):
        return Step(key=_unquoted(quoted[0])), quoted.end()
    if bare := _BARE.match(text, at):
        return Step(key=bare[0].strip()), bare.end()
    raise BadPath(f"a name is needed at place {at + 1}; odd names are written in double quotes")


def _closing(text: str, at: int) -> int:
    quoted = False
    for place in range(at + 1, len(text)):
        sign = text[place]
        if sign == '"' and text[place - 1] != "\\":
            quoted = not quoted
        elif sign == "]" and not quoted:
            return place
    raise BadPath("a [ is not closed")


def _bracket(inside: str) -> Step:
    if inside == "*":
        return Step(each=True)
    if re.fullmatch(r"-?\d{1,4}", inside):
        return Step(index=int(inside))
    if "=" not in inside:
        if not inside:
            raise BadPath("[] is empty: use [*] for every item, [0] for the first")
        return Step(key=_unquoted(inside) if inside[0] == '"' else inside)
    tests = []
    place = 0
    while place < len(inside):
        found = _CONDITION.match(inside, place)
        if not found or found.end() == place:
            raise BadPath(f"[{inside}] is no condition such as [type=agent]")
        names = tuple(part.strip() for part in _unquoted(found[1]).split("."))
        tests.append((names, found[2] == "=", _unquoted(found[3]).casefold()))
        place = found.end()
    return Step(tests=tuple(tests))


def _unquoted(text: str) -> str:
    if text[:1] == '"' and text[-1:] == '"' and len(text) > 1:
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    return text.strip()


Found = tuple[Any, Any, Any]
"""A value with its container and its key there."""


def walk(node: Any, path: Path, opened: dict[str, Any], *, ignore_case: bool = False) -> Iterator[Found]:
    """The values at ``path`` below ``node``. JSON inside a text is opened on the way (``opened`` remembers it)."""
    if isinstance(node, str):
        node = _opened(node, opened)
    if len(path.steps) > 1 and isinstance(node, dict) and path.text in node:
        yield node[path.text], node, path.text  # a flat key that happens to look like a path
        return
    yield from _walk(node, path.steps, 0, opened, ignore_case)


def _walk(
    node: Any, steps: tuple[Step, ...], at: int, opened: dict[str, Any], ignore_case: bool
) -> Iterator[Found]:
    container: Any = None
    key: Any = None
    for place in range(at, len(steps)):
        step = steps[place]
        if isinstance(node, str):
            node = _opened(node, opened)
        if step.each or step.tests:
            for found_key, item in list(_items(node, step)):
                if not step.tests or all(_fits(item, test, opened, ignore_case) for test in step.tests):
                    if place + 1 == len(steps):
                        yield item, node, found_key
                    else:
                        yield from _walk(item, steps, place + 1, opened, ignore_case)
            return
        container, key = node, step.key if step.index is None else step.index
        found = _into(node, step, ignore_case)
        if found is None:
            return
        container, key, node = found
    yield node, container, key


def _into(node: Any, step: Step, ignore_case: bool) -> Found | None:
    if step.index is not None:
        return _at_index(node, step.index)
    if isinstance(node, list):
        node = next((item for item in node if isinstance(item, dict)), None)
    if not isinstance(node, dict) or step.key is None:
        return None
    key = step.key
    if key not in node and ignore_case:
        sought = key.casefold()
        key = next((name for name in node if name.casefold() == sought), key)
    return (node, key, node[key]) if key in node else None


def _at_index(node: Any, index: int) -> Found | None:
    """An item by its place; one thing where a list is expected is a list of one."""
    if isinstance(node, list):
        return (node, index, node[index]) if -len(node) <= index < len(node) else None
    if isinstance(node, dict):
        if str(index) in node:
            return node, str(index), node[str(index)]
        return (node, index, node) if index in (0, -1) else None
    return None


def _items(node: Any, step: Step) -> Iterator[tuple[Any, Any]]:
    """A list's items. One thing where a list is expected is a list of one; ``*`` of plain fields is each value."""
    if isinstance(node, list):
        yield from list(enumerate(node))[:MAX_FOUND]
    elif isinstance(node, dict) and step.values:
        yield from list(node.items())[:MAX_FOUND]
    elif isinstance(node, dict):
        nested = node and all(isinstance(value, dict | list) for value in node.values())
        if nested or (step.each and not step.tests and not any(isinstance(v, str) for v in node.values())):
            yield from list(node.items())[:MAX_FOUND]
        else:
            yield 0, node


def _fits(
    item: Any, test: tuple[tuple[str, ...], bool, str], opened: dict[str, Any], ignore_case: bool
) -> bool:
    names, equal, expected = test
    for name in names:
        if isinstance(item, str):
            item = _opened(item, opened)
        found = _into(item, Step(key=name), ignore_case)
        item = found[2] if found else None
    told = item.casefold() if isinstance(item, str) else ""
    return (told == expected) is equal


def _opened(text: str, opened: dict[str, Any]) -> Any:
    if text[:1] not in ("{", "["):
        return text
    if text not in opened:
        opened[text] = tree.inner(text)
    return opened[text]
