"""The provider's words as ours. One that nothing maps is counted, never guessed."""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.readings import word
from ingest.vendors.mapped.making import Ask, Making
from ingest.vendors.mapped.scope import Scope
from ingest.vendors.mapped.values import chosen, label_of
from ingest.vendors.mapped.words import KindValue, Word

_TRUTHS: dict[str, Any] = {
    **dict.fromkeys(("1", "true", "yes", "y", "on"), True),
    **dict.fromkeys(("0", "false", "no", "n", "off"), False),
}


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
    if isinstance(value, KindValue):
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
