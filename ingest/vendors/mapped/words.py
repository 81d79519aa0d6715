"""The mapping document's tables of words: the provider's for each of ours."""

from typing import Any, Literal

from pydantic import Field

from ingest.vendors.mapped.shapes import DirectionWord, Name, Short, Value
from models.rules.call import Direction, Kind, MissReason, Outcome

KindWord = Literal[
    "routed", "ringing", "answered", "bridged", "missed", "ended", "log", "recording", "disposition"
]
OutcomeWord = Literal[
    "connected",
    "no_answer",
    "busy",
    "rejected",
    "cancelled",
    "agent_missed",
    "agent_cancelled",
    "abandoned",
    "voicemail",
    "failed",
    "unknown",
]
ReasonWord = Literal["free", "busy", "rejected", "away", "taken", "caller_left", "unknown"]
SideWord = Literal["lead", "agent", "system"]

VOCABULARY: dict[str, tuple[str, ...]] = {
    "direction": tuple(map(str, Direction)),
    "kind": tuple(map(str, Kind)),
    "outcome": tuple(map(str, Outcome)),
    "miss_reason": tuple(map(str, MissReason)),
    "hung_up_by": ("lead", "agent", "system"),
}


class Word(Value):
    """A provider's word for one of ours. A word that no entry maps is counted, and becomes `default`.

    A short text that is one of our own words is that word, not a path.
    """

    default: str | bool | None = Field(
        default=None, description="What a word becomes that nothing maps (it is counted all the same)."
    )
    words: Any = None

    @classmethod
    def vocabulary(cls) -> tuple[str, ...]:
        """Our own words."""
        return ()

    @classmethod
    def _of_text(cls, told: str) -> dict[str, Any]:
        return {"const": told} if told in cls.vocabulary() else {"path": told}


_WORDS = (
    "Their word → ours. Case, - and _ and blanks do not matter; * at the beginning or end stands for anything; "
    "null: understood, tells nothing. Or the name of a table in the document's `words`. Without it, our own words "
    "are expected."
)
_DEFAULT = "What a word becomes that nothing maps (it is counted all the same)."
_CONST = "Always this."


def _words() -> Any:
    return Field(default=None, description=_WORDS, union_mode="left_to_right")


class DirectionValue(Word):
    """Who called whom: inbound (a lead called), outbound (a counselor called), campaign (a dialler called)."""

    const: DirectionWord | None = Field(default=None, description=_CONST)
    words: Name | dict[Short, DirectionWord | None] | None = _words()
    default: DirectionWord | None = Field(default=None, description=_DEFAULT)

    @classmethod
    def vocabulary(cls) -> tuple[str, ...]:
        return VOCABULARY["direction"]


class KindValue(Word):
    """What an event says, as in "log"; null: understood, no event. See docs/mapping.md for the kinds."""

    const: KindWord | None = Field(default=None, description=_CONST)
    words: Name | dict[Short, KindWord | None] | None = _words()
    default: KindWord | None = Field(default=None, description=_DEFAULT)

    @classmethod
    def vocabulary(cls) -> tuple[str, ...]:
        return VOCABULARY["kind"]

    @classmethod
    def _of_text(cls, told: str) -> dict[str, Any]:
        return {"const": told}


class OutcomeValue(Word):
    """How the call ended. A word that nothing maps is `unknown` unless `default` says otherwise."""

    const: OutcomeWord | None = Field(default=None, description=_CONST)
    words: Name | dict[Short, OutcomeWord | None] | None = _words()
    default: OutcomeWord | None = Field(default="unknown", description=_DEFAULT)

    @classmethod
    def vocabulary(cls) -> tuple[str, ...]:
        return VOCABULARY["outcome"]


class ReasonValue(Word):
    """Why an offered leg was not answered."""

    const: ReasonWord | None = Field(default=None, description=_CONST)
    words: Name | dict[Short, ReasonWord | None] | None = _words()
    default: ReasonWord | None = Field(default="unknown", description=_DEFAULT)

    @classmethod
    def vocabulary(cls) -> tuple[str, ...]:
        return VOCABULARY["miss_reason"]


class SideValue(Word):
    """Who hung up: lead, agent or system."""

    const: SideWord | None = Field(default=None, description=_CONST)
    words: Name | dict[Short, SideWord | None] | None = _words()
    default: SideWord | None = Field(default=None, description=_DEFAULT)

    @classmethod
    def vocabulary(cls) -> tuple[str, ...]:
        return VOCABULARY["hung_up_by"]


class FlagValue(Word):
    """Yes or no."""

    const: bool | None = Field(default=None, description=_CONST)
    words: Name | dict[Short, bool | None] | None = _words()
    default: bool | None = Field(default=None, description=_DEFAULT)
