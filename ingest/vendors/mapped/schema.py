"""The mapping document: how a provider nobody wrote code for is read and answered, as configuration.

``docs/mapping.md`` is the guide, ``docs/mapping.schema.json`` this as JSON Schema.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from ingest.vendors.mapped import shapes
from ingest.vendors.mapped.shapes import (
    Condition,
    Country,
    DirectionValue,
    Duration,
    FlagValue,
    KindValue,
    Long,
    Moment,
    Name,
    Number,
    OutcomeValue,
    Path,
    Pattern,
    ReasonValue,
    Seat,
    Short,
    SideValue,
    Strict,
    Value,
    Zone,
)

MAX_DOCUMENT_BYTES = 200_000
MAX_DEPTH = 40

DoorName = Literal["popup", "log", "call-log", "route", "status", "passthru", "voice", "pulled"]
Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")]


class Fields(Strict):
    """What an event tells. null takes back what a wider list of fields said."""

    call_id: Value | None = Field(
        default=None,
        description="What is the same in all deliveries of one call. Not told: one is built from number, agent and start (low confidence).",
    )
    leg: Value | None = Field(default=None, description="Id of this leg of the call.")
    seat: Seat | None = Field(
        default=None, description="The agent's number, extension, user name or e-mail there."
    )
    direction: DirectionValue | None = Field(default=None, description="Who called whom.")
    customer: Number | None = Field(default=None, description="The lead's number.")
    did: Number | None = Field(default=None, description="Our number: the one called, or shown to the lead.")
    campaign: Value | None = Field(default=None, description="Campaign or list.")
    intent: Value | None = Field(
        default=None, description="Our own reference, given when we asked for the call."
    )
    at: Moment | None = Field(default=None, description="When what the event says happened.")
    started_at: Moment | None = Field(default=None, description="When the call began.")
    answered_at: Moment | None = Field(default=None, description="When a person (not a menu) answered.")
    ended_at: Moment | None = Field(default=None, description="When the call ended.")
    talk_seconds: Duration | None = Field(default=None, description="How long both sides talked.")
    ring_seconds: Duration | None = Field(default=None, description="How long it rang.")
    total_seconds: Duration | None = Field(default=None, description="From beginning to end.")
    outcome: OutcomeValue | None = Field(
        default=None, description="How it ended: connected only if both sides talked."
    )
    hung_up_by: SideValue | None = Field(default=None, description="Who hung up.")
    machine: FlagValue | None = Field(default=None, description="Answered by a machine?")
    recording: Value | None = Field(default=None, description="Link or name of the recording.")
    disposition: Value | None = Field(default=None, description="What the agent chose as the result.")
    miss_reason: ReasonValue | None = Field(default=None, description="Why this agent did not answer.")
    words: list[Path] | None = Field(
        default=None,
        description="Fields with the provider's own words on the outcome, kept verbatim.",
        max_length=8,
    )
    extra: dict[Name, Value] | None = Field(
        default=None, description="Other values worth keeping, by name.", max_length=20
    )


class Event(Strict):
    """One event of a delivery, or with `each`, one of every item."""

    kind: KindValue = Field(description="What it says; null: no event.")
    each: Path | None = Field(
        default=None, description="One event for every item found here; its paths begin at the item."
    )
    when: Condition | None = Field(default=None, description="Only when this holds.")
    fields: Fields | None = Field(default=None, description="What this event tells besides, or otherwise.")


class Legs(Strict):
    """Whom the call was offered to, one item an agent. Paths begin at the item; `/a.b` at the body, `../a` one up."""

    each: Path = Field(description="Where the legs are, as in legs[type=agent].")
    when: Condition | None = Field(default=None, description="Only legs for which this holds.")
    seat: Seat = Field(description="The agent.")
    leg: Value | None = Field(default=None, description="Id of the leg.")
    at: Moment | None = Field(default=None, description="When it began to ring.")
    answered: Condition = Field(description="Holds when this agent picked up.")
    answered_at: Moment | None = Field(default=None, description="When the agent picked up.")
    ended_at: Moment | None = Field(default=None, description="When this leg ended.")
    talk_seconds: Duration | None = Field(
        default=None, description="How long this agent talked with the lead."
    )
    ring_seconds: Duration | None = Field(default=None, description="How long it rang.")
    reason: ReasonValue | None = Field(
        default=None, description="Why it was not answered; not told: it rang, nobody picked up."
    )


class Rule(Strict):
    """Which deliveries mean what. The first rule that fits decides."""

    name: Short | None = Field(default=None, description="For people.")
    doors: list[DoorName] | None = Field(
        default=None,
        description="Only at these of our addresses; default: all that ask for no routing answer.",
    )
    when: Condition | None = Field(default=None, description="Only when this holds.")
    ignore: Short | None = Field(
        default=None, description="Read, understood, nothing to record; the text says what it is."
    )
    each: Path | None = Field(
        default=None, description="The body holds a list of calls: do this for each item."
    )
    rules: list[Self] | None = Field(
        default=None, description="Rules for each item, in place of events.", max_length=40
    )
    kind: KindValue | None = Field(default=None, description="Short for one event of this kind.")
    fields: Fields | None = Field(
        default=None, description="What all events of this rule tell, over the document's."
    )
    events: list[Event] | None = Field(default=None, description="The events it becomes.", max_length=20)
    legs: list[Legs] | None = Field(
        default=None, description="Agents the call was offered to, one item each.", max_length=8
    )
    go_on: bool = Field(default=False, description="Try the rules below it too.")

    @field_validator("legs", mode="before")
    @classmethod
    def _one_or_many(cls, told: Any) -> Any:
        return [told] if isinstance(told, dict) else told

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        does = [
            name for name in ("ignore", "rules", "kind", "events", "legs") if getattr(self, name) is not None
        ]
        if not does:
            raise ValueError("a rule needs one of kind, events, legs, rules, ignore")
        for alone in ("ignore", "rules"):
            if alone in does and len(does) > 1:
                raise ValueError(f"{alone} cannot stand beside {', '.join(d for d in does if d != alone)}")
        if self.kind is not None and self.events is not None:
            raise ValueError("kind and events say the same thing: give one of them")
        return self


class Reading(Strict):
    """How bodies are opened. By itself JSON, forms, multipart, XML, JSON lines and "Key: value" lines are known."""

    format: Literal["auto", "json", "form", "xml", "lines", "text"] = Field(
        default="auto", description="Only when the body's kind is guessed wrongly."
    )
    inside: Path | None = Field(
        default=None, description="The body proper is inside this field (JSON or XML as text)."
    )
    decode: list[Literal["url", "base64", "hex", "html", "jwt"]] | None = Field(
        default=None, description="Encodings of the field named in `inside`.", max_length=4
    )
    url_encoded_values: bool = Field(default=False, description="Every text value is URL-encoded once more.")
    ignore_case: bool = Field(default=False, description="Names of fields are found whatever their case.")


class Proof(Strict):
    """Something that proves a delivery came from the provider, beside the token in our address."""

    kind: Literal["header", "field", "bearer", "basic", "hmac", "digest", "jwt", "ip"] = Field(
        description="header, field: equals a secret; hmac: signed; digest: a hash of parts that include the secret; ip: from these addresses."
    )
    secret: Name | None = Field(default=None, description="Name of the connection's secret.")
    header: Header | None = Field(default=None, description="Header that holds the proof.")
    path: Path | None = Field(
        default=None, description="Field that holds the proof (@query.token for the address)."
    )
    prefix: Short | None = Field(default=None, description='Text before the proof, as in "sha256=".')
    match: Pattern | None = Field(
        default=None, description="Regular expression that finds the proof inside the header."
    )
    user: Short | None = Field(default=None, description="basic: the user name.")
    algorithm: Literal["md5", "sha1", "sha256", "sha384", "sha512"] = Field(
        default="sha256", description="Of hmac, digest, jwt."
    )
    encoding: Literal["hex", "base64", "base64url"] = Field(
        default="hex", description="How the signature is written."
    )
    key: Literal["text", "hex", "base64"] = Field(default="text", description="How the secret is written.")
    over: Long = Field(
        default="{@body}",
        description='What is signed, with paths in braces, as in "{@header.x-timestamp}.{@body}"; {@secret} in a digest; {@form} for name and value of every form field, sorted.',
    )
    timestamp: Moment | None = Field(
        default=None, description="When it was signed, refused when too far from now."
    )
    tolerance_seconds: Annotated[int, Field(ge=1, le=86_400)] = Field(
        default=300, description="How far `timestamp` may be off."
    )
    body_hash: Short | None = Field(
        default=None, description="jwt: the claim that holds the body's SHA-256 in hex."
    )
    allow: list[Short] | None = Field(default=None, description="ip: addresses or networks.", max_length=200)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needs = {"header": ("header",), "basic": ("user",), "ip": ("allow",)}.get(self.kind, ())
        if self.kind == "field":
            needs = ("path",)
        for name in needs:
            if getattr(self, name) is None:
                raise ValueError(f"{self.kind} needs {name}")
        if self.kind in ("hmac", "digest") and (self.header is None) == (self.path is None):
            raise ValueError(f"{self.kind} needs either header or path: where the signature is")
        if self.kind != "ip" and self.secret is None:
            raise ValueError(f"{self.kind} needs secret: the name of the connection's secret")
        return self


class Answer(Strict):
    """An HTTP answer. Texts may hold paths in braces; they are escaped as the content type needs."""

    status: Annotated[int, Field(ge=200, le=299)] = Field(default=200, description="HTTP status.")
    content_type: (
        Annotated[str, StringConstraints(pattern=r"^[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w.-]+)*$")] | None
    ) = Field(default=None, description="Default: application/json with `value`, else text/plain.")
    body: Long | None = Field(default=None, description="The body as text.")
    value: Any = Field(default=None, description='The body as JSON; {"$each": …} stands for one item a seat.')


class Acknowledgement(Answer):
    """What the provider wants back for a delivery. {$delivery} is our number of it, {$verdict} what became of it."""

    doors: list[DoorName] | None = Field(default=None, description="Only at these of our addresses.")
    when: Condition | None = Field(default=None, description="Only when this holds.")


class Routing(Strict):
    """The provider asks who should get a caller."""

    customer: Number | None = Field(default=None, description="The caller's number.")
    did: Number | None = Field(default=None, description="The number called.")
    call_id: Value | None = Field(default=None, description="The provider's id of the call.")
    found: Answer | None = Field(
        default=None,
        description="Counselors were found: {$seat} the first, {$seats} all joined, {$name}, {$did}, {$call_id}.",
    )
    fallback: Answer | None = Field(
        default=None, description="Nobody, but the fallback group is to be rung; default: as found."
    )
    nobody: Answer | None = Field(default=None, description="Nobody at all.")
    seats: Literal["as_is", "digits", "national"] = Field(
        default="as_is",
        description="How telephone numbers are written: +919…, 919…, or the number without its country code.",
    )
    separator: Short = Field(default=",", description="Between the seats of {$seats}.")
    each_seat: Short = Field(
        default="{$seat}", description='One seat inside {$seats}, as in "<Number>{$seat}</Number>".'
    )
    at_most: Annotated[int, Field(ge=1, le=50)] = Field(default=10, description="How many seats are named.")


class Mapping(Strict):
    """How one provider's deliveries are read and answered."""

    version: Literal[1] = Field(description="Of this format: 1.")
    name: Short | None = Field(default=None, description="The provider, for people.")
    notes: Long | None = Field(default=None, description="What the next person should know.")
    zone: Zone | None = Field(
        default=None, description="IANA zone of times without an offset; default: the connection's."
    )
    country: Country | None = Field(
        default=None, description="ISO code of numbers without a prefix; default: the connection's."
    )
    placeholders: list[Short] | None = Field(
        default=None,
        description="Texts that mean not told, besides null, None, 0000-00-00, [Variable] …",
        max_length=60,
    )
    read: Reading = Field(default=Reading(), description="How bodies are opened.")
    let: dict[Name, Value] | None = Field(
        default=None,
        description="Values used in several places; {$name} or the path $name means them.",
        max_length=40,
    )
    words: dict[Name, dict[Short, str | bool | None]] | None = Field(
        default=None, description="Tables of words used in several places, by name.", max_length=40
    )
    proof: list[Proof] | None = Field(
        default=None,
        description="All of these must hold. Without any: the token in our address.",
        max_length=8,
    )
    any_proof: list[Proof] | None = Field(
        default=None, description="At least one of these must hold.", max_length=8
    )
    fields: Fields = Field(
        default=Fields(), description="What every event tells, unless its rule says otherwise."
    )
    rules: list[Rule] = Field(
        description="Which deliveries mean what; the first that fits decides.", min_length=1, max_length=80
    )
    otherwise: Literal["review", "ignore"] = Field(
        default="review",
        description="A delivery that fits no rule is kept for review, or read as telling nothing.",
    )
    answers: list[Acknowledgement] | None = Field(
        default=None,
        description="What the provider wants back; the first that fits. Default: our own JSON with status 200.",
        max_length=20,
    )
    routing: Routing | None = Field(default=None, description="The provider asks who should get a caller.")
    recording_hosts: list[Short] | None = Field(
        default=None,
        description="Hosts recordings are fetched from; *.example.com for all below.",
        max_length=20,
    )


class Problem(Exception):
    """A mapping document that cannot be used; ``lines`` say where and why, in plain words."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def read(document: Any) -> Mapping:
    """The document as a model. Raises ``Problem``, never anything else."""
    if not isinstance(document, dict):
        raise Problem(["$: a mapping is a JSON object"])
    try:
        if _too_deep(document):
            raise Problem([f"$: nested deeper than {MAX_DEPTH}"])
        if len(json.dumps(document)) > MAX_DOCUMENT_BYTES:
            raise Problem([f"$: larger than {MAX_DOCUMENT_BYTES} bytes"])
        return Mapping.model_validate(document)
    except ValidationError as error:
        raise Problem(list(_lines(error))) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise Problem(["$: this is no JSON document"]) from error


def published() -> str:
    """The JSON Schema as it stands in ``docs/mapping.schema.json``."""
    schema = Mapping.model_json_schema()
    definitions = schema["$defs"]
    for name, one in list(vars(shapes).items()):
        if name in definitions and isinstance(one, type) and issubclass(one, Value):
            full = definitions[name]
            ref = {"$ref": f"#/$defs/{name}"}
            definitions[name] = {
                "description": full.pop("description", ""),
                "anyOf": [
                    {"type": "string", "maxLength": 300},
                    {"type": "array", "items": ref, "maxItems": 60},
                    full,
                ],
            }
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://callboard.dev/mapping.schema.json",
    }
    return json.dumps(head | schema, indent=1, ensure_ascii=False) + "\n"


def _too_deep(document: Any) -> bool:
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


def _lines(error: ValidationError) -> Iterator[str]:
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
