"""The mapping document as JSON Schema: what ``schema`` and the compilers demand, as far as JSON Schema can say it.

It cannot say how paths and regular expressions are written, which time zones there are, and that a name stands for
something elsewhere in the document; those only the program tells.
"""

import json
from collections.abc import Iterator
from typing import Any

from ingest.vendors.mapped import shapes, words
from ingest.vendors.mapped.conditions import TESTS
from ingest.vendors.mapped.schema import Mapping
from ingest.vendors.mapped.shapes import ONE_OR_MANY, Value

Schema = dict[str, Any]

_DOES = ("ignore", "rules", "kind", "events", "legs")


def published() -> str:
    """The JSON Schema as it stands in ``docs/mapping.schema.json``."""
    schema = Mapping.model_json_schema()
    definitions = schema["$defs"]
    for full in definitions.values():
        for name in ONE_OR_MANY & full["properties"].keys():
            many = full["properties"][name]["anyOf"]
            many.append(many[0]["items"])
    for name, one in [*vars(shapes).items(), *vars(words).items()]:
        if isinstance(one, type) and issubclass(one, Value) and one.__name__ == name and name in definitions:
            definitions[name] = _short_or_full(name, one, definitions[name])
    definitions["Condition"]["allOf"] = list(_condition())
    definitions["Rule"]["allOf"] = list(_rule())
    definitions["Proof"]["allOf"] = list(_proof())
    definitions["Computed"]["allOf"] = [
        {"anyOf": [_told("secret"), {"properties": {"kind": {"const": "digest"}, "over": _without_secret()}}]}
    ]
    for name in ("Answer", "Acknowledgement"):
        definitions[name]["allOf"] = [{"not": {"allOf": [_told("body"), {"required": ["value"]}]}}]
    _close(schema)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | schema, indent=1, ensure_ascii=False) + "\n"


def _told(name: str) -> Schema:
    """The entry is there and not null."""
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


def _none_of(*names: str) -> Schema:
    return {"not": {"anyOf": [_told(name) for name in names]}}


def _without_secret() -> Schema:
    return {"not": {"pattern": r"\{@secret\}"}}


def _short_or_full(name: str, model: type[Value], full: Schema) -> Schema:
    """A value: a text, a list or the object. Exactly one source, or a `const` of null, or only a `stop`."""
    sources = model.sources()
    sourceless = {
        "anyOf": [{"required": ["const"]}, {"required": ["stop"], "properties": {"stop": {"const": True}}}]
    }
    full["oneOf"] = [*map(_told, sources), {"allOf": [_none_of(*sources), sourceless]}]
    if name == "KindValue":
        text: Schema = {"enum": list(words.KindValue.vocabulary())}
    else:
        text = {"type": "string", "minLength": 1, "maxLength": 300}
    return {
        "description": full.pop("description", ""),
        "anyOf": [text, {"type": "array", "items": {"$ref": f"#/$defs/{name}"}, "maxItems": 60}, full],
    }


def _condition() -> Iterator[Schema]:
    tested = [_told(name) for name in TESTS]
    yield {"anyOf": [_told(name) for name in ("all", "any", "no", "field")]}
    yield {"if": {"anyOf": tested}, "then": _told("field")}
    yield {"if": _told("field"), "then": {"anyOf": tested}}


def _rule() -> Iterator[Schema]:
    yield {"anyOf": [_told(name) for name in _DOES]}
    for alone in ("ignore", "rules"):
        yield {"if": _told(alone), "then": _none_of(*(name for name in _DOES if name != alone))}
    yield {"not": {"allOf": [_told("kind"), _told("events")]}}


def _proof() -> Iterator[Schema]:
    def of(*kinds: str) -> Schema:
        return {"required": ["kind"], "properties": {"kind": {"enum": list(kinds)}}}

    for kind, needed in (("header", "header"), ("field", "path"), ("basic", "user"), ("ip", "allow")):
        yield {"if": of(kind), "then": _told(needed)}
    yield {"if": of("hmac", "digest", "ed25519"), "then": {"oneOf": [_told("header"), _told("path")]}}
    yield {
        "if": of("digest"),
        "then": {"required": ["over"], "properties": {"over": {"pattern": r"\{@secret\}"}}},
    }
    yield {"anyOf": [of("ip"), _told("secret")]}


def _close(node: Any) -> None:
    """Names that fit no pattern are refused."""
    if isinstance(node, dict):
        if "patternProperties" in node:
            node["additionalProperties"] = False
        for inner in node.values():
            _close(inner)
    elif isinstance(node, list):
        for inner in node:
            _close(inner)
