"""JSON in and out, for the small calls our own scripts make."""

import json
from typing import Any

from flask import Response, request


def posted() -> dict[str, Any]:
    """What was posted, if it is an object; otherwise nothing, and every field of it is missing."""
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def answer(body: Any, status: int = 200) -> Response:
    """``body`` as JSON."""
    return Response(json.dumps(body), status, content_type="application/json")
