"""Settings that hold several values: a list, or text with commas as the command line stores it."""

from ingest.contract import ConnectionInfo


def listed(connection: ConnectionInfo, name: str) -> list[str]:
    """The values of setting ``name``, without blanks around them; empty when it is not set."""
    told = connection.settings.get(name) or ()
    parts = told.split(",") if isinstance(told, str) else told if isinstance(told, list | tuple) else ()
    return [text for part in parts if (text := str(part).strip())]
