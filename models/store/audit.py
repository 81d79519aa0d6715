"""What operators changed, by command or on a screen: when, what, of whom; never a secret."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from models.rules.access import Viewer
from models.store.base import Store
from models.tables.people import audit


def by_command(tx: Connection, at: datetime, action: str, subject: str, detail: str = "") -> None:
    """Note a change made on the command line. ``subject`` is as in ``person:12``."""
    values = {"at": at, "person_id": 0, "action": action, "subject": subject}
    tx.execute(insert(audit).values(**values, detail=f"command line: {detail}" if detail else "command line"))


def by_person(
    tx: Connection, at: datetime, viewer: Viewer, action: str, subject: str, detail: str = ""
) -> None:
    """Note a change somebody made on a screen."""
    values = {"at": at, "person_id": viewer.person_id, "action": action, "subject": subject}
    tx.execute(insert(audit).values(**values, detail=detail))


def file_taken(store: Store, viewer: Viewer, what: str, detail: str) -> None:
    """Note that somebody took rows as a file; ``detail`` says how many and which. Noted before the file is sent."""
    store.write(lambda tx: by_person(tx, store.now(), viewer, f"export.{what}", what, detail))


SECRET_SET = "connection.secret"  # noqa: S105 the name of an action


def secret_set(tx: Connection, at: datetime, connection_id: int, name: str, person_id: int = 0) -> None:
    """Note that a connection's secret got a value, which the connection's page tells. ``person_id`` 0: by command."""
    values = {
        "at": at,
        "person_id": person_id,
        "action": SECRET_SET,
        "subject": f"connection:{connection_id}",
    }
    tx.execute(insert(audit).values(**values, detail=name))


def secrets_set_at(tx: Connection, connection_id: int) -> dict[str, datetime]:
    """When each of a connection's secrets was last set, by name."""
    rows = tx.execute(
        select(audit.c.detail, func.max(audit.c.at))
        .where(audit.c.action == SECRET_SET, audit.c.subject == f"connection:{connection_id}")
        .group_by(audit.c.detail)
    )
    return {name: at for name, at in rows}
