"""JSON in and out, for the small calls our own scripts make."""

import json
from typing import Any

from flask import Response, request
from werkzeug.exceptions import BadRequest


def posted() -> dict[str, Any]:
    """What was posted, if it is an object; otherwise nothing, and every field of it is missing.

    Raises ``BadRequest`` for what no database takes, wherever it stands: half a character, a NUL.
    """
    body = request.get_json(silent=True)
    if not _can_be_kept(body):
        raise BadRequest("this cannot be kept: a text of it is broken")
    return body if isinstance(body, dict) else {}


def _can_be_kept(value: object) -> bool:
    match value:
        case str():
            return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
        case dict():
            return all(_can_be_kept(one) for pair in value.items() for one in pair)
        case list():
            return all(map(_can_be_kept, value))
        case _:
            return True


def answer(body: Any, status: int = 200) -> Response:
    """``body`` as JSON."""
    return Response(json.dumps(body), status, content_type="application/json")
