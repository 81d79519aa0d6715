"""Regular expressions an administrator may write: only such as cannot take long on any text.

Python's engine tries again and again; patterns whose worst case is large are refused when the mapping is saved, and
no text longer than ``MAX_TEXT`` is searched.
"""

import re
from functools import lru_cache
from importlib import import_module
from typing import Any

# The engine's own reading of a pattern, to judge it by; it has no types.
_parse: Any = import_module("re._parser").parse

MAX_TEXT = 256
_MAX_COST = MAX_TEXT * (MAX_TEXT + 1) ** 2
"""Ways through a pattern: two repetitions without an end, begun anywhere. A tenth of a second at the very worst."""


class BadPattern(ValueError):
    """What is wrong with a pattern, in plain words."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, case-insensitive. Raises ``BadPattern``."""
    try:
        parsed = _parse(pattern, re.IGNORECASE)
        cost = _cost(parsed, False)
        if not pattern.startswith(("^", r"\A")):
            cost *= MAX_TEXT
    except (re.error, RecursionError, OverflowError) as error:
        raise BadPattern(f"this is no regular expression: {error}") from error
    if cost > _MAX_COST:
        raise BadPattern("this could take too long: use at most two + or * in a pattern, and begin it with ^")
    return re.compile(pattern, re.IGNORECASE)


def search(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """What the pattern finds in the first ``MAX_TEXT`` signs of ``text``."""
    return pattern.search(text[:MAX_TEXT])


def _cost(parsed: Any, repeated: bool) -> int:
    """How many ways through the pattern there are at most; ``repeated``: inside something repeated."""
    cost = 1
    for operation, argument in parsed:
        name = str(operation)
        if name in ("GROUPREF", "GROUPREF_EXISTS", "ASSERT", "ASSERT_NOT"):
            raise BadPattern("references to groups and look-arounds are not allowed")
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, inside = argument
            most, least = min(int(most), MAX_TEXT), min(int(least), MAX_TEXT)
            if repeated and most > 1:
                raise BadPattern("a repetition inside a repetition is not allowed")
            inner = _cost(inside, repeated or most > 1)
            cost *= (most - least + 1) * inner
        elif name == "SUBPATTERN":
            cost *= _cost(argument[3], repeated)
        elif name == "ATOMIC_GROUP":
            cost *= _cost(argument, repeated)
        elif name == "BRANCH":
            if repeated:
                raise BadPattern("alternatives inside a repetition are not allowed")
            cost *= sum(_cost(branch, repeated) for branch in argument[1])
        if cost > _MAX_COST:
            break
    return cost
