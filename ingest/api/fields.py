"""The kinds of fields and parameters that several operations share."""

import re
import unicodedata
from datetime import datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

MOST_ITEMS = 500
USUAL_ITEMS = 100
LARGEST_ID = 2**63 - 1

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LOST_PLUS = re.compile(r" (?=\d{2}:?\d{2}$)", re.ASCII)


class Query(BaseModel):
    """Parameters of a GET: unknown ones are refused, so that a misspelt filter never widens an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Body(BaseModel):
    """A JSON body: unknown fields are refused, types are not guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Shown(BaseModel):
    """A part of an answer, read from what the store returned."""

    model_config = ConfigDict(from_attributes=True)


def printable(value: str) -> str:
    """Refuse what no name, city or id holds: control characters, NUL, halves of surrogate pairs."""
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
        raise PydanticCustomError("unprintable", "Input should not contain control characters")
    return value


def _moment(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    zone: ZoneInfo = (info.context or {})["zone"]
    # An unescaped "+" of an offset arrives as a space.
    text = _LOST_PLUS.sub("+", value)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("moment", "Input should be an ISO 8601 date and time") from None
    if _DATE.fullmatch(text):
        return datetime.combine(read.date(), time(), zone)
    if read.tzinfo is None:
        raise PydanticCustomError("moment", "Input should have a time zone: Z or an offset such as +05:30")
    return read


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema(
        {
            "type": "string",
            "description": "ISO 8601 with Z or an offset; a bare date is midnight in the institution's zone",
            "examples": ["2026-11-20T04:30:00Z", "2026-11-20T10:00:00+05:30", "2026-11-20"],
        }
    ),
]

RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


_PRINTABLE = AfterValidator(printable)


def _line(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


# One line of text: trimmed, not empty, printable, at most so many characters.
Line40 = Annotated[str, _line(40), _PRINTABLE]
Line60 = Annotated[str, _line(60), _PRINTABLE]
Line80 = Annotated[str, _line(80), _PRINTABLE]
Line120 = Annotated[str, _line(120), _PRINTABLE]
Line160 = Annotated[str, _line(160), _PRINTABLE]
Line200 = Annotated[str, _line(200), _PRINTABLE]


def _blank_to_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


BLANK_IS_ABSENT = BeforeValidator(_blank_to_none)
"""For fields where null and blank say as little as absence."""

Limit = Annotated[int, Field(ge=1, le=MOST_ITEMS, description="How many items a page holds at most.")]
Cursor = Annotated[
    str,
    Field(
        max_length=200,
        description="The `next` of the page before, with the same filters. Opaque.",
        examples=["AAZEBpXmgAAAAAAAAAAAKnGmT2rYz0vw"],
    ),
]
