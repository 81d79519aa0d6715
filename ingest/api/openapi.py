"""The OpenAPI 3.1 document, made from the operations and their Pydantic models."""

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ingest.api import calls, counselors, entries, leads, openings
from ingest.api.doors import BASE, DOORS, DoorDoc, DoorRefused
from ingest.api.operations import Operation
from ingest.api.problems import MEDIA_TYPE, ProblemBody
from models.store.api_keys import SCOPES

PREFIX = "/api/v1"
VERSION = "1.0.0"
REF = "#/components/schemas/{model}"

OPERATIONS: list[Operation] = [
    *calls.OPERATIONS,
    *entries.OPERATIONS,
    *leads.OPERATIONS,
    *openings.OPERATIONS,
    *counselors.OPERATIONS,
]

INTRODUCTION = """\
What other systems may read and tell. Send an API key as `Authorization: Bearer <key>`; each key has scopes.

Times are ISO 8601 in UTC; durations are whole seconds; null means *not told*, never zero. Full phone numbers
go in and never come out. Lists are pages: follow `next` with the same filters until it is null. Problems are
RFC 9457 documents whose `type` is stable. Unknown parameters and fields are refused with 422.

The doors under `/webhooks/v1` are for telephony providers; the token in the address is their key.

Scopes:

""" + "\n".join(f"- `{scope}`: {says}" for scope, says in SCOPES.items())

PROBLEMS = {
    400: "The body is not JSON.",
    401: "No key, or not a valid one.",
    403: "The key lacks the scope.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "A parameter or field cannot be used; `errors` names it.",
    503: "The database is away; ask again after `Retry-After` seconds.",
}
_ALWAYS = (401, 403, 422, 503)
_WITH_BODY = (400, 413, 415)


def document(url: str) -> dict[str, Any]:
    """The whole document, for a server at ``url``."""
    schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = _operation(
            operation, schemas
        )
    for door in DOORS:
        for word in door.words:
            paths[f"{BASE}/{word}"] = _door(door, word, schemas)
    spoken = _spoken(paths, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Callboard", "version": VERSION, "description": INTRODUCTION},
        "servers": [{"url": url.rstrip("/")}],
        "tags": [
            {"name": "api", "description": "For other systems of the institution."},
            {"name": "doors", "description": "For telephony providers."},
        ],
        "paths": paths,
        "components": {
            "schemas": spoken,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key."}},
        },
    }


def _schemas() -> dict[str, Any]:
    models: dict[type[BaseModel], JsonSchemaMode] = {
        ProblemBody: "serialization",
        DoorRefused: "serialization",
    }
    for operation in OPERATIONS:
        models.update({m: "validation" for m in (operation.query, operation.body) if m})
        models.update({answer.model: "serialization" for answer in operation.answers.values()})
    for door in DOORS:
        models.update({door.says: "validation", door.answers: "serialization"})
    _, made = models_json_schema(list(models.items()), ref_template=REF)
    found: dict[str, Any] = made["$defs"]
    return found


def _spoken(paths: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Only the schemas that something refers to: parameters are spelled out where they stand."""
    wanted: set[str] = set()
    queue = [paths]
    while queue:
        names = set(re.findall(r"#/components/schemas/(\w+)", repr(queue.pop()))) - wanted
        wanted |= names
        queue += [schemas[name] for name in names]
    return {name: schema for name, schema in schemas.items() if name in wanted}


def _operation(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": operation.name,
        "tags": ["api"],
        "summary": operation.summary,
        "description": f"{operation.says}\n\nScope: `{operation.scope}`.",
        "security": [{"key": []}],
        "responses": {
            str(status): _json(answer.says, answer.model, answer.example)
            for status, answer in operation.answers.items()
        },
    }
    parameters = [_id_parameter(name) for name in re.findall(r"{(\w+)}", operation.path)]
    if operation.query:
        parameters += _parameters(schemas[operation.query.__name__])
    if parameters:
        said["parameters"] = parameters
    if operation.body:
        said["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {"schema": _ref(operation.body), "example": operation.body_example}
            },
        }
    problems = {status: PROBLEMS[status] for status in _ALWAYS + (_WITH_BODY if operation.body else ())}
    for status, says in sorted({**problems, **operation.problems}.items()):
        said["responses"][str(status)] = {
            "description": says,
            "content": {MEDIA_TYPE: {"schema": _ref(ProblemBody)}},
        }
    return said


def _door(door: DoorDoc, word: str, schemas: dict[str, Any]) -> dict[str, Any]:
    token = {
        "name": "token",
        "in": "path",
        "required": True,
        "description": "The secret of the connection.",
        "schema": {"type": "string"},
    }
    answers = {
        "200": _json("The answer.", door.answers, door.answer_example),
        "401": _json("The token is not known.", DoorRefused),
        "413": {"description": "The body is too large. It was not kept."},
        "503": _json("The database is away; send it again after `Retry-After` seconds.", DoorRefused),
    }
    answers["503"]["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    alias = "" if word == door.words[-1] else f" The same door as `{door.words[-1]}`."
    path: dict[str, Any] = {"parameters": [token]}
    for method in ("get", "post"):
        said: dict[str, Any] = {
            "operationId": f"{door.name}_{word.replace('-', '_')}_{method}",
            "tags": ["doors"],
            "summary": door.summary,
            "description": f"{door.says.__doc__}{alias}",
            "security": [],
            "responses": answers,
        }
        if method == "get":
            said["parameters"] = _parameters(schemas[door.says.__name__])
        else:
            kinds = ("application/json", "application/x-www-form-urlencoded")
            content = {"schema": _ref(door.says), "example": door.example}
            said["requestBody"] = {"required": True, "content": dict.fromkeys(kinds, content)}
        path[method] = said
    return path


def _json(says: str, model: type[BaseModel], example: Any = None) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _ref(model)}
    if example is not None:
        content["example"] = example
    return {"description": says, "content": {"application/json": content}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}


def _id_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _parameters(model: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a model as query parameters. "or null" is left out: an address cannot say null."""
    made = []
    for name, field in model["properties"].items():
        schema = {key: value for key, value in field.items() if key not in ("title", "description", "anyOf")}
        if schema.get("default", "") is None:
            del schema["default"]
        for choice in field.get("anyOf", ()):
            if choice != {"type": "null"}:
                schema.update(choice)
        parameter = {
            "name": name,
            "in": "query",
            "required": name in model.get("required", ()),
            "schema": schema,
        }
        if "description" in field:
            parameter["description"] = field["description"]
        made.append(parameter)
    return made
