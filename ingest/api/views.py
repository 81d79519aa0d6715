"""The public API on Flask: every operation behind its key, and every failure a problem document."""

import json
import logging
import re
from collections.abc import Callable

from flask import Blueprint, Response, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from ingest.api import health
from ingest.api.keys import needs, public
from ingest.api.openapi import OPERATIONS, PREFIX, document
from ingest.api.problems import Problem, unavailable
from models.store.writer import Unavailable

log = logging.getLogger(__name__)

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_RULES = [(re.compile(re.sub(r"{\w+}", "[^/]+", op.path)), op.method) for op in OPERATIONS]
_RULES.append((re.compile(r"/openapi\.json"), "GET"))


def blueprints(url: str) -> tuple[Blueprint, Blueprint]:
    """The API and the health checks. ``url`` is where we are reached from outside, for the document.

    The store is found on the application that the blueprints are registered with.
    """
    return _api(url), health.blueprint()


def _api(url: str) -> Blueprint:
    api = Blueprint("api", __name__, url_prefix=PREFIX)
    for operation in OPERATIONS:
        view = needs(operation.scope)(operation.view)
        api.add_url_rule(
            operation.rule,
            operation.name,
            view,
            methods=[operation.method],
            provide_automatic_options=False,
        )
    api.add_url_rule(
        "/openapi.json", "openapi", _openapi(url), methods=["GET"], provide_automatic_options=False
    )
    for rule in ("/", "/<path:rest>"):
        api.add_url_rule(rule, "nothing", _nothing, methods=METHODS, provide_automatic_options=False)
    api.register_error_handler(Problem, Problem.answer)
    api.register_error_handler(HTTPException, _http)
    for error in (Unavailable, OperationalError, InterfaceError, PoolTimeoutError):
        api.register_error_handler(error, _away)
    api.after_request(_private)
    return api


def _openapi(url: str) -> Callable[[], Response]:
    text = json.dumps(document(url), ensure_ascii=False)

    @public
    def openapi() -> Response:
        return Response(text, content_type="application/json")

    return openapi


@public
def _nothing(rest: str = "") -> Response:
    """What no operation is at: 405 where another method would do, else 404."""
    allowed = sorted({method for rule, method in _RULES if rule.fullmatch(f"/{rest}")})
    if allowed:
        says = f"This address knows {' and '.join(allowed)}."
        raise Problem(405, "method", "Not with this method", says, headers={"Allow": ", ".join(allowed)})
    raise Problem(404, "not-found", "Not found", f"The operations are listed at {PREFIX}/openapi.json.")


def _http(error: HTTPException) -> Response:
    """What Flask itself refuses (too large, unreadable), in the words of the API."""
    status = error.code or 500
    return Problem(status, f"http-{status}", error.name, error.description or error.name).answer()


def _away(error: Exception) -> Response:
    log.warning("answered 503 at %s: %s", request.endpoint, type(error).__name__)
    return unavailable().answer()


def _private(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response
