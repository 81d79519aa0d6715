"""Who may ask: a Bearer key with the right scope. Declared on the view, checked before it runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, g, request

from ingest.api.problems import Problem
from models.store import api_keys
from models.store.api_keys import SCOPES, ApiKey
from models.store.base import Store

View = TypeVar("View", bound=Callable[..., Any])

POLICY = "callboard_policy"
"""The attribute by which ``dashapp.auth`` sees that a view has declared who may call it."""

LONGEST_SECRET = 200


def store() -> Store:
    """The store of this application."""
    found: Store = current_app.extensions["callboard"]
    return found


def needs(scope: str) -> Callable[[View], View]:
    """The view runs only for a key with this scope: 401 without a valid key, 403 without the scope."""
    if scope not in SCOPES:
        raise ValueError(f"unknown scope {scope!r}")

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.api_key = authorised(scope)
            return view(*args, **kwargs)

        setattr(guarded, POLICY, f"api:{scope}")
        return guarded  # type: ignore[return-value]

    return declare


def public(view: View) -> View:
    """The view answers anybody, because nothing it says is anybody's."""
    setattr(view, POLICY, "public")
    return view


def authorised(scope: str) -> ApiKey:
    """The key this request carries. Raises ``Problem`` 401 or 403."""
    given = request.authorization
    secret = given.token if given is not None and given.type == "bearer" else None
    if not secret:
        raise _refused("Send an API key: Authorization: Bearer <key>.")
    key = None
    if len(secret) <= LONGEST_SECRET:
        with store().read() as tx:
            key = api_keys.find(tx, secret)
    if key is None:
        raise _refused("This API key is not known or was revoked.")
    if scope not in key.scopes:
        raise Problem(403, "scope", "Not with this key", f"This API key lacks the scope {scope}.")
    return key


def _refused(detail: str) -> Problem:
    return Problem(401, "key", "Who are you?", detail, headers={"WWW-Authenticate": "Bearer"})
