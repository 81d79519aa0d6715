"""What compiling a mapping needs to know, and where its mistakes are noted."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.vendors.mapped import paths, patterns
from ingest.vendors.mapped.scope import Scope

Ask = Callable[[Scope], Any]
"""A value of the mapping, ready to be asked of an item. None always means: not told."""


@dataclass(frozen=True, slots=True)
class Making:
    """What compiling needs to know besides the value itself. ``problems`` collects what is wrong."""

    problems: list[str]
    tables: Mapping[str, Mapping[str, Any]]
    placeholders: frozenset[str] = frozenset()
    lists: Mapping[str, list[str]] = field(default_factory=dict)
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

    def listed(self, told: list[str] | str, where: str) -> list[str]:
        """The texts of a list, or of the document's list of that name."""
        if not isinstance(told, str):
            return told
        if told not in self.lists:
            self.wrong(where, f"there is no list {told!r} in $.lists")
        return self.lists.get(told, [])

    def pattern(self, text: str, where: str) -> re.Pattern[str]:
        """The regular expression; a bad one is noted."""
        try:
            return patterns.compiled(text)
        except patterns.BadPattern as error:
            self.wrong(where, str(error))
            return patterns.compiled("x")
