"""Mapping documents of connections that are configured, not coded: saved in versions, one of them in use.

A version is never changed. The one in use stands in the connection's settings, where the doors find it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from models.rules.access import Role, Viewer
from models.store import audit, connections
from models.store.base import Store
from models.tables.people import person
from models.tables.telephony import connection, mapping

SETTING, IN_USE = "mapping", "mapping_version"
BY_COMMAND = Viewer(0, Role.ADMIN, "the command line", "")


@dataclass(frozen=True, slots=True)
class Version:
    """One saved version; ``by`` is who saved it, empty when it was done by command."""

    version: int
    note: str
    at: datetime
    by: str
    in_use: bool


@dataclass(frozen=True, slots=True)
class Mapped:
    """A connection and the document it is read by now; ``version`` 0: none was saved."""

    id: int
    slug: str
    label: str
    vendor: str
    document: dict[str, Any] | None
    version: int


def of(tx: Connection, viewer: Viewer, connection_id: int) -> Mapped:
    """Raises ``LookupError`` when there is no such connection, or the viewer is no admin."""
    row = tx.execute(select(connection).where(connection.c.id == connection_id)).mappings().first()
    if row is None or viewer.role is not Role.ADMIN:
        raise LookupError("no such connection")
    settings = json.loads(row["settings"])
    return Mapped(
        row["id"], row["slug"], row["label"], row["vendor"], settings.get(SETTING), settings.get(IN_USE, 0)
    )


def versions(tx: Connection, viewer: Viewer, connection_id: int) -> list[Version]:
    """All versions, newest first. Raises as ``of``."""
    in_use = of(tx, viewer, connection_id).version
    rows = tx.execute(
        select(mapping.c.version, mapping.c.note, mapping.c.created_at, person.c.name)
        .outerjoin(person, person.c.id == mapping.c.person_id)
        .where(mapping.c.connection_id == connection_id)
        .order_by(mapping.c.version.desc())
    )
    return [
        Version(row.version, row.note, row.created_at, row.name or "", row.version == in_use) for row in rows
    ]


def document(tx: Connection, viewer: Viewer, connection_id: int, version: int) -> dict[str, Any]:
    """A version as it was saved. Raises ``LookupError`` when there is none, and as ``of``."""
    of(tx, viewer, connection_id)
    text = tx.scalar(
        select(mapping.c.document).where(
            mapping.c.connection_id == connection_id, mapping.c.version == version
        )
    )
    if text is None:
        raise LookupError(f"there is no version {version}")
    found: dict[str, Any] = json.loads(text)
    return found


def save(
    tx: Connection, store: Store, viewer: Viewer, connection_id: int, told: Mapping[str, Any], note: str = ""
) -> int:
    """Save ``told`` (found usable by the vendor before) as a new version and use it; returns its number.

    Raises as ``of``.
    """
    of(tx, viewer, connection_id)
    last = tx.scalar(select(func.max(mapping.c.version)).where(mapping.c.connection_id == connection_id)) or 0
    values = {
        "connection_id": connection_id,
        "version": last + 1,
        "document": json.dumps(told, ensure_ascii=False),
        "note": note.strip()[:200],
        "created_at": store.now(),
        "person_id": viewer.person_id,
    }
    tx.execute(insert(mapping).values(values))
    _use(tx, store, viewer, connection_id, told, last + 1)
    return last + 1


def back(tx: Connection, store: Store, viewer: Viewer, connection_id: int, version: int) -> None:
    """Use an older version again. Raises as ``document``."""
    _use(tx, store, viewer, connection_id, document(tx, viewer, connection_id, version), version)


def _use(
    tx: Connection, store: Store, viewer: Viewer, connection_id: int, told: Mapping[str, Any], version: int
) -> None:
    settings = {SETTING: dict(told), IN_USE: version}
    connections.change(tx, store.vault, connection_id, settings=settings)
    note = (tx, store.now()), ("connection.mapping", f"connection:{connection_id}", f"version {version}")
    if viewer.person_id:
        audit.by_person(*note[0], viewer, *note[1])
    else:
        audit.by_command(*note[0], *note[1])
