"""A body's fields, each by the path that leads to it: what an admin sees and clicks on."""

import re
from collections.abc import Iterator

from ingest.vendors.mapped import tree
from models.rules import redaction

MAX_LISTED = 400
_PLAIN = re.compile(r"[^\s.\[\]\"/@$*=!<>,|{}][^.\[\]\"=!<>{}|,]*")


def listed(node: tree.Node) -> tuple[tuple[str, str], ...]:
    """(path, text) of every leaf, in their order; JSON inside a text is opened.

    A name that holds a telephone number is another one in every message: it is told as ``*``, and so never shown.
    """
    found = []
    for pair in _walk(node, ""):
        found.append(pair)
        if len(found) == MAX_LISTED:
            break
    return tuple(found)


def _walk(node: tree.Node, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        opened = tree.inner(node)
        if isinstance(opened, str):
            yield prefix, opened
        else:
            yield from _walk(opened, prefix)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _walk(value, f"{prefix}.{_name(key)}" if prefix else _name(key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _walk(value, f"{prefix}[{index}]")
    else:
        yield prefix, ""


def _name(key: str) -> str:
    if redaction.numbers(key) != key:
        return "*"
    if _PLAIN.fullmatch(key):
        return key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
