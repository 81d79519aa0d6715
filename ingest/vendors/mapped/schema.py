"""The mapping document: how a provider nobody wrote code for is read and answered, as configuration.

``docs/mapping.md`` is the guide, ``docs/mapping.schema.json`` this as JSON Schema.
"""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from ingest.vendors.mapped.problems import MAX_DEPTH, Problem, lines, too_deep
from ingest.vendors.mapped.shapes import (
    Condition,
    Country,
    Long,
    Moment,
    Name,
    Number,
    Path,
    Pattern,
    Short,
    Strict,
    Value,
    Zone,
)
from ingest.vendors.mapped.telling import DoorName, Fields, Rule

MAX_DOCUMENT_BYTES = 200_000

Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")]


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

    kind: Literal["header", "field", "bearer", "basic", "hmac", "digest", "ed25519", "jwt", "ip"] = Field(
        description="header, field: equals a secret; hmac: signed with a shared secret; ed25519: signed with their private key, the secret being their public one; digest: a hash of parts that include the secret; ip: from these addresses."
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
        if self.kind in ("hmac", "digest", "ed25519") and (self.header is None) == (self.path is None):
            raise ValueError(f"{self.kind} needs either header or path: where the signature is")
        if self.kind == "digest" and "{@secret}" not in self.over:
            raise ValueError("digest needs {@secret} in over: without it anybody can make one")
        if self.kind != "ip" and self.secret is None:
            raise ValueError(f"{self.kind} needs secret: the name of the connection's secret")
        return self


class Computed(Strict):
    """A text that only somebody who knows a secret can make: the answer to a provider's test of the address."""

    kind: Literal["hmac", "digest"] = Field(
        description="hmac: keyed with the secret; digest: a hash of parts, which may include {@secret}."
    )
    secret: Name | None = Field(default=None, description="Name of the connection's secret.")
    over: Long = Field(description='What it is made of, with paths in braces, as in "{payload.plainToken}".')
    algorithm: Literal["md5", "sha1", "sha256", "sha384", "sha512"] = Field(
        default="sha256", description="Of the HMAC or digest."
    )
    encoding: Literal["hex", "base64", "base64url"] = Field(default="hex", description="How it is written.")
    key: Literal["text", "hex", "base64"] = Field(default="text", description="How the secret is written.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.secret is None and (self.kind == "hmac" or "{@secret}" in self.over):
            raise ValueError(f"{self.kind} needs secret: the name of the connection's secret")
        return self


_STEERING = (
    "alt-svc authorization cache-control clear-site-data connection date host keep-alive link location nel referrer-policy refresh report-to server "
    "service-worker-allowed set-cookie set-cookie2 strict-transport-security te trailer transfer-encoding upgrade "
    "www-authenticate x-content-type-options"
)
_STEERING_FAMILIES = "access-control- content- cross-origin- proxy- sec- x-accel-"


def _in_any_case(words: str) -> str:
    return "|".join(
        "".join(f"[{sign.upper()}{sign}]" if sign.isalpha() else sign for sign in word)
        for word in words.split()
    )


HEADER_NAME = (
    f"^(?!(?:{_in_any_case(_STEERING)})$)(?!{_in_any_case(_STEERING_FAMILIES)})[A-Za-z][A-Za-z0-9-]{{0,59}}$"
)
"""Headers an answer may carry: none that steers a connection, a cookie or a browser."""


class Answer(Strict):
    """An HTTP answer. Texts may hold paths in braces; they are escaped as the content type needs."""

    status: Annotated[int, Field(ge=200, le=299)] = Field(default=200, description="HTTP status.")
    content_type: (
        Annotated[str, StringConstraints(pattern=r"^[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w.-]+)*$")] | None
    ) = Field(default=None, description="Default: application/json with `value`, else text/plain.")
    body: Long | None = Field(default=None, description="The body as text.")
    value: Any = Field(default=None, description='The body as JSON; {"$each": …} stands for one item a seat.')
    compute: dict[Name, Computed] | None = Field(
        default=None,
        description="Texts made with a secret, by the name they have in this answer: {$name}.",
        max_length=4,
    )
    headers: dict[str, Long] | None = Field(
        default=None,
        description="HTTP headers, by name. One whose text is empty or no printable ASCII is left out; those that steer connections, cookies and browsers cannot be set.",
        max_length=8,
        json_schema_extra={"propertyNames": {"pattern": HEADER_NAME}},
    )

    @field_validator("headers")
    @classmethod
    def _harmless(cls, told: dict[str, str] | None) -> dict[str, str] | None:
        for name in told or ():
            if not re.fullmatch(HEADER_NAME, name):
                raise ValueError(f"a header named {name!r} cannot be set")
        return told


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
    lists: dict[Name, list[Short]] | None = Field(
        default=None,
        description="Lists for conditions by name, such as the agents' numbers.",
        max_length=20,
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

    def computed(self) -> Iterator[Computed]:
        """All that answers make with a secret."""
        routing = self.routing
        asked = (routing.found, routing.fallback, routing.nobody) if routing else ()
        for answer in (*(self.answers or ()), *asked):
            yield from ((answer.compute or {}) if answer else {}).values()


def read(document: Any) -> Mapping:
    """The document as a model. Raises ``Problem``, never anything else."""
    if not isinstance(document, dict):
        raise Problem(["$: a mapping is a JSON object"])
    try:
        if too_deep(document):
            raise Problem([f"$: nested deeper than {MAX_DEPTH}"])
        if len(json.dumps(document)) > MAX_DOCUMENT_BYTES:
            raise Problem([f"$: larger than {MAX_DOCUMENT_BYTES} bytes"])
        return Mapping.model_validate(document)
    except ValidationError as error:
        raise Problem(list(lines(error))) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise Problem(["$: this is no JSON document"]) from error
