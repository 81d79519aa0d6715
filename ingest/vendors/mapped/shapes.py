"""The mapping document's building blocks: where a value comes from, what it means, and conditions.

A value may be written short: a text is its ``path``, a list is its ``first``. ``schema`` holds the document.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

Path = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Short = Annotated[str, StringConstraints(max_length=120)]
Long = Annotated[str, StringConstraints(max_length=4000)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Zone = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]

DirectionWord = Literal["inbound", "outbound", "campaign"]


ONE_OR_MANY = frozenset({"legs", "remove_prefix", "remove_suffix", "nothing"})
"""Lists of which one item may be written bare."""

Format = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 60,
            "pattern": r"^(auto|iso|rfc2822|epoch_(s|ms|us|ns)|[^%]*(%[aAbBcdfGHIjmMpSuUVwWxXyYzZ%][^%]*)+)$",
        }
    ),
]


class Strict(BaseModel):
    """Nothing unknown is let in: a misspelled field would otherwise say nothing, silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Condition(Strict):
    """What must hold. Several tests in one condition must all hold; a path to many values is asked of each, and
    one is enough. Texts are compared without regard to case."""

    all: list[Self] | None = Field(default=None, description="All of these hold.", max_length=40)
    any: list[Self] | None = Field(default=None, description="At least one of these holds.", max_length=40)
    no: Self | None = Field(default=None, description="This does not hold.")
    field: Path | None = Field(default=None, description="Path of the field that the other entries test.")
    told: bool | None = Field(
        default=None,
        description="true: it has a real value; false: it is missing, blank or a placeholder (null, 0000-00-00).",
    )
    present: bool | None = Field(default=None, description="true: the field is there, whatever its value.")
    equals: str | bool | int | None = Field(default=None, description="It is this text.")
    one_of: list[str] | Name | None = Field(
        default=None, description="It is one of these texts, or of the document's list of this name."
    )
    contains: Short | None = Field(default=None, description="It contains this text.")
    starts: Short | None = Field(default=None, description="It begins with this text.")
    ends: Short | None = Field(default=None, description="It ends with this text.")
    matches: Pattern | None = Field(
        default=None, description="This regular expression is found in it (restricted: see docs/mapping.md)."
    )
    above: float | None = Field(
        default=None, description="As a number, or a duration such as 00:01:24 in seconds, it is above this."
    )
    below: float | None = Field(
        default=None, description="As a number or duration in seconds, it is below this."
    )
    same_as: Path | None = Field(default=None, description="It equals the field at this other path.")
    number_in: list[Short] | Name | None = Field(
        default=None,
        description="Read as a telephone number, it is one of these, or of the document's list of this name.",
    )


class Value(Strict):
    """Where a text comes from. Written short: "a.b" is {"path": "a.b"}, a list is {"first": […]}."""

    path: Path | None = Field(
        default=None, description="Path of a field. See docs/mapping.md for how paths are written."
    )
    const: str | int | float | bool | None = Field(default=None, description="Always this.")
    template: Long | None = Field(
        default=None,
        description='Text with paths in braces, as in "{date} {time}". Not told unless every path is told.',
    )
    first: list[Self] | None = Field(
        default=None,
        description="The first of these that is told (with `when`: an ordered decision).",
        max_length=60,
    )
    by_direction: dict[DirectionWord, Self] | None = Field(
        default=None,
        description="One source for each direction of the call; when the direction is not known, none is used.",
    )
    when: Condition | None = Field(default=None, description="Told only when this holds.")
    stop: bool = Field(
        default=False,
        description="Inside `first`: when `when` holds, look no further even if this tells nothing.",
    )
    decode: list[Literal["url", "base64", "hex", "html", "jwt"]] | None = Field(
        default=None,
        description="Encodings to undo, in order. `jwt` gives the claims (unverified: prove them with `proof`).",
        max_length=4,
    )
    inside: Path | None = Field(default=None, description="After decoding to JSON: a path inside it.")
    match: Pattern | None = Field(
        default=None,
        description="Keep what this regular expression finds (its group, if it has one); else not told.",
    )
    group: int | str | None = Field(
        default=None, description="Which group of `match` to keep; default: the first, else all."
    )
    replace: dict[Short, Short] | None = Field(
        default=None, description="Texts to replace, in order.", max_length=20
    )
    remove_prefix: list[Short] | None = Field(
        default=None, description="The first of these that it begins with is cut off.", max_length=20
    )
    remove_suffix: list[Short] | None = Field(
        default=None, description="The first of these that it ends with is cut off.", max_length=20
    )
    split: Short | None = Field(default=None, description="Cut the text at this separator …", min_length=1)
    part: int | None = Field(default=None, description="… and keep this part (0 first, -1 last; default 0).")
    join: Short | None = Field(
        default=None, description="A path to many values: all told ones, joined with this."
    )
    case: Literal["lower", "upper"] | None = Field(default=None, description="Change its case.")
    encode: Literal["url", "base64", "hex"] | None = Field(
        default=None, description="Write it in this encoding at last (signatures over parts need it)."
    )
    nothing: list[Short] | None = Field(
        default=None,
        description="Texts that mean: not told, besides the document's placeholders.",
        max_length=40,
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, told: Any) -> Any:
        if isinstance(told, str):
            return cls._of_text(told)
        return {"first": told} if isinstance(told, list) else told

    @field_validator("remove_prefix", "remove_suffix", "nothing", mode="before")
    @classmethod
    def _one_or_many(cls, told: Any) -> Any:
        return [told] if isinstance(told, str) else told

    @classmethod
    def _of_text(cls, told: str) -> dict[str, Any]:
        return {"path": told}

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        sources = [name for name in self.sources() if getattr(self, name) is not None]
        if len(sources) > 1:
            raise ValueError(f"only one of {', '.join(sources)} can be the source")
        if not sources and "const" not in self.model_fields_set and not self.stop:
            raise ValueError(f"there is no source: give one of {', '.join(self.sources())}")
        return self

    @classmethod
    def sources(cls) -> tuple[str, ...]:
        """The fields of which exactly one says where the value comes from."""
        return ("path", "const", "template", "first", "by_direction")


class Duration(Value):
    """A duration in seconds. `unit` says what the number means."""

    unit: (
        Literal["auto", "s", "ms", "us", "minutes", "hours", "HH:MM:SS", "MM:SS", "HH:MM", "text"] | None
    ) = Field(
        default=None,
        description="auto: 84, 84.5, 01:24, 00:01:24, 1m 24s, PT1M24S; text: only the last two kinds.",
    )
    between: list["Moment"] | None = Field(
        default=None, description="From the first moment to the second.", min_length=2, max_length=2
    )
    sum: Path | None = Field(
        default=None, description="A path to many values: all told ones together, as in legs[*].talk."
    )
    plus: "Duration | None" = Field(default=None, description="Add this; not told unless both are.")
    minus: "Duration | None" = Field(default=None, description="Take this off; below zero it is not told.")

    @classmethod
    def sources(cls) -> tuple[str, ...]:
        return (*super().sources(), "between", "sum")


class Moment(Value):
    """A moment. Without an offset it is read in `zone`, else the document's, else the connection's."""

    format: Format | list[Format] | None = Field(
        default=None,
        description='auto, iso, rfc2822, epoch_s, epoch_ms, epoch_us, epoch_ns, or a strptime format such as "%m/%d/%Y %I:%M %p"; a list is tried in order.',
    )
    zone: Zone | None = Field(
        default=None, description="IANA zone (Asia/Kolkata, UTC) or offset (+05:30) of this field."
    )
    zone_from: Path | None = Field(default=None, description="Path of a field that tells the zone or offset.")
    plus: Duration | None = Field(default=None, description="Add this; not told unless both are.")
    minus: Duration | None = Field(default=None, description="Take this off; not told unless both are.")


class Number(Value):
    """A telephone number."""

    country: Country | None = Field(
        default=None, description="ISO code for numbers without a country prefix."
    )
    international: bool | None = Field(
        default=None, description="true: it always carries its country code, though no + stands before it."
    )


class Seat(Number):
    """An agent's address: telephone number, extension, user name, client:x, sip:x or e-mail."""

    as_is: bool | None = Field(default=None, description="true: never read it as a telephone number.")
