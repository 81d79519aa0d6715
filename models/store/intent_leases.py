"""How long a click holds its counselor and its lead, and how it ends when nothing more is told of it.

A lease counts by its moment, not by whether the job that ends leases has come by.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from models.rules import dialling
from models.rules.dialling import State
from models.store import intent_news
from models.store.base import Store
from models.tables.work import intent


def holding(now: datetime) -> ColumnElement[bool]:
    """Is this click a lease now? One that was asked and never answered holds on for as long as an unknown does."""
    asked = and_(intent.c.state == State.REQUESTED.value, intent.c.asked_at.is_not(None))
    return and_(
        intent.c.live,
        or_(
            intent.c.lease_until > now,
            and_(asked, intent.c.lease_until > now - dialling.lease(State.UNKNOWN)),
        ),
    )


def lapse(store: Store, limit: int = 200) -> int:
    """End leases whose time is over: what was never asked is refused, what was asked and not answered becomes
    unknown, and what no more is told of lets its counselor and lead go. Returns how many there were."""
    due = select(intent.c.id).where(intent.c.live, intent.c.lease_until <= store.now()).limit(limit)
    with store.read() as tx:
        ids = list(tx.scalars(due))
    if not ids:
        return 0
    done: int = store.write(lambda tx: lapse_of(store, tx, intent.c.id.in_(ids)))
    return done


def lapse_of(store: Store, tx: Connection, which: ColumnElement[bool]) -> int:
    """The same for these clicks, within a change of the caller's."""
    now = store.now()
    rows = tx.execute(select(intent).where(which, intent.c.live, intent.c.lease_until <= now)).all()
    for row in rows:
        tx.execute(update(intent).where(intent.c.id == row.id).values(_ended(row, now)))
    if rows:
        intent_news.tell(store, tx, [row.id for row in rows])
    return len(rows)


def _ended(row: Any, now: datetime) -> dict[str, Any]:
    if row.state != State.REQUESTED:
        return {"live": False, "reason": row.reason or "silent"}
    if row.asked_at is None and row.call_id is None:
        return {"live": False, "state": State.REFUSED.value, "reason": "not_sent", "ended_at": now}
    # from when its time was over, however late that is noticed
    until = row.lease_until + dialling.lease(State.UNKNOWN)
    return {
        "state": State.UNKNOWN.value,
        "reason": "no_word",
        "lease_until": until,
        "live": until > now,
    }
