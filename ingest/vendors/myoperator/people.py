"""Which agent is which: seats are telephone numbers, and MyOperator also knows user ids and extensions."""

from collections.abc import Mapping
from typing import Any

from ingest.contract import ConnectionInfo
from ingest.readings import seat


def user_ids(connection: ConnectionInfo) -> dict[str, str]:
    """The account's user id of each seat, from the setting ``users``: ``+919800000001=6836cad947bcc605``."""
    return {_seat(left, connection): right for left, right in _pairs(connection.settings, "users")}


def extensions(connection: ConnectionInfo) -> dict[str, str]:
    """The seat behind each extension, from the setting ``extensions``: ``15=+919800000001``."""
    return {left: _seat(right, connection) for left, right in _pairs(connection.settings, "extensions")}


def listed(settings: Mapping[str, Any], name: str) -> list[str]:
    """A setting that is a list, or one text separated by commas."""
    told = settings.get(name) or ()
    entries = told.split(",") if isinstance(told, str) else told if isinstance(told, list | tuple) else ()
    return [text for entry in entries if (text := str(entry).strip())]


def _pairs(settings: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    pairs = [entry.partition("=") for entry in listed(settings, name)]
    return [(left.strip(), right.strip()) for left, _, right in pairs if left.strip() and right.strip()]


def _seat(text: str, connection: ConnectionInfo) -> str:
    return seat(text, connection.country) or text
