"""What is wrong with a mapping document, told by its place."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

MAX_DEPTH = 40


class Problem(Exception):
    """A mapping document that cannot be used; ``lines`` say where and why, in plain words."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def too_deep(document: Any) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for node in level
            if isinstance(node, dict | list)
            for item in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True


_MESSAGES = {"extra_forbidden": "there is no such entry", "missing": "this is needed"}


def lines(error: ValidationError) -> Iterator[str]:
    seen: set[str] = set()
    for one in error.errors(include_url=False)[:40]:
        where = one["loc"]
        if "constrained-str" in where and not isinstance(one["input"], str):
            continue  # the other alternative says what is wrong
        said = _MESSAGES.get(one["type"], one["msg"].removeprefix("Value error, "))
        line = f"{json_path(where)}: {said}"
        if line not in seen:
            seen.add(line)
            yield line


def json_path(where: tuple[int | str, ...]) -> str:
    """``$.rules[0].kind`` for pydantic's location; names pydantic gives to alternatives are left out."""
    text = "$"
    for part in where:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part == "constrained-str" or part.startswith(("dict[", "list[", "nullable[")):
            continue
        elif part.isidentifier():
            text += f".{part}"
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text
