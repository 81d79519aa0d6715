"""Who is checked in, as intervals that never overlap: at most one open interval a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from models.rules.access import Viewer
from models.store import feed
from models.store.base import Store
from models.store.feed import Audience, News
from models.tables.people import person, presence

STATES = ("in", "break", "out")


def set_state(store: Store, viewer: Viewer, state: str, reason: str = "") -> dict[str, Any]:
    """End the interval under way and, unless ``state`` is "out", begin another. The same state again
    changes nothing. Raises ``ValueError`` for an unknown state."""
    if state not in STATES:
        raise ValueError(f"presence must be one of {', '.join(STATES)}")

    def work(tx: Connection) -> dict[str, Any]:
        was = current(tx, viewer.person_id)
        if was["state"] == state:
            return was
        now = store.now()
        tx.execute(
            update(presence)
            .where(presence.c.person_id == viewer.person_id, presence.c.to_at.is_(None))
            .values(to_at=now)
        )
        if state != "out":
            tx.execute(
                insert(presence).values(
                    person_id=viewer.person_id, state=state, reason=reason[:80], from_at=now
                )
            )
        body = {"person_id": viewer.person_id, "name": viewer.name, "state": state, "since": now.isoformat()}
        team_id = tx.scalar(select(person.c.team_id).where(person.c.id == viewer.person_id))
        audience = Audience(frozenset({viewer.person_id}), frozenset({team_id} if team_id else ()))
        feed.append(tx, store.db, now, [News("presence", audience, body)])
        return body

    body: dict[str, Any] = store.write(work)
    return body


def current(tx: Connection, person_id: int) -> dict[str, Any]:
    """State now, and since when (None for "out", which has no interval)."""
    row = tx.execute(
        select(presence.c.state, presence.c.from_at, person.c.name)
        .join(person, person.c.id == presence.c.person_id)
        .where(presence.c.person_id == person_id, presence.c.to_at.is_(None))
    ).first()
    if row is None:
        return {"person_id": person_id, "name": None, "state": "out", "since": None}
    since: datetime = row.from_at
    return {"person_id": person_id, "name": row.name, "state": row.state, "since": since.isoformat()}
