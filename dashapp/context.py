"""Who is asking, in this request. Set by ``auth`` before any view or callback runs."""

from flask import current_app, g

from models.rules.access import Role, Viewer
from models.store.base import Store

EXTENSION = "callboard"


class NotSignedIn(Exception):
    """No session stands behind this request."""


def store() -> Store:
    """The store of this application (Flask keeps it, so tests may run several)."""
    found: Store = current_app.extensions[EXTENSION]
    return found


def viewer() -> Viewer:
    """The signed-in person. Raises ``NotSignedIn``."""
    found: Viewer | None = g.get("viewer")
    if found is None:
        raise NotSignedIn
    return found


def is_counselor() -> bool:
    return viewer().role is Role.COUNSELOR
