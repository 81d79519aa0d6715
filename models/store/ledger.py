"""What providers' own records say of each hour, beside what we hold."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from models.rules import redaction
from models.rules.access import Viewer
from models.store.base import Store
from models.tables.calls import call, call_event
from models.tables.telephony import connection, delivery, ledger_hour

PULLED = "pulled"
"""The door of call records we asked for, as ``delivery.door`` has it."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the ledger; ``theirs`` is ``ours`` + ``repaired`` + ``missing``. ``reasons``: why records are
    missing, each with the fingerprints of those records."""

    connection_id: int
    hour: datetime
    theirs: int
    ours: int
    repaired: int
    missing: int
    completed: int
    swept_at: datetime
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A connection in use."""

    id: int
    vendor: str
    label: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OnFile:
    """How a call came to be on file. ``pulled_first``: we learnt of it from the provider's records.
    ``completed``: its hooks came first, and a record said more than they had."""

    pulled_first: bool
    completed: bool


def keep_hour(tx: Connection, hour: Hour) -> None:
    """What is counted of this hour now, in place of what was counted before."""
    tx.execute(
        delete(ledger_hour).where(
            ledger_hour.c.connection_id == hour.connection_id, ledger_hour.c.hour == hour.hour
        )
    )
    tx.execute(
        insert(ledger_hour).values(
            connection_id=hour.connection_id,
            hour=hour.hour,
            theirs=hour.theirs,
            ours=hour.ours,
            repaired=hour.repaired,
            missing=hour.missing,
            completed=hour.completed,
            reasons=json.dumps({why: list(marks) for why, marks in hour.reasons.items()}),
            swept_at=hour.swept_at,
        )
    )


def sources(tx: Connection) -> list[Source]:
    """The connections in use, by label."""
    found = tx.execute(
        select(connection.c.id, connection.c.vendor, connection.c.label, connection.c.created_at)
        .where(connection.c.active)
        .order_by(connection.c.label, connection.c.id)
    )
    return [Source(*row) for row in found]


def in_use(tx: Connection, connection_id: int) -> bool:
    """Is there such a connection, and is it switched on?"""
    found = select(connection.c.id).where(connection.c.id == connection_id, connection.c.active)
    return tx.execute(found).first() is not None


def hours(tx: Connection, viewer: Viewer, since: datetime, until: datetime) -> list[Hour]:
    """The hours of all connections that began in [since, until). For administrators."""
    if not viewer.sees_all:
        return []
    found = tx.execute(
        select(ledger_hour)
        .where(ledger_hour.c.hour >= since, ledger_hour.c.hour < until)
        .order_by(ledger_hour.c.connection_id, ledger_hour.c.hour)
    )
    return [_hour(dict(row)) for row in found.mappings()]


def hour_of(tx: Connection, connection_id: int, hour: datetime) -> Hour | None:
    """What was counted of this hour before."""
    row = (
        tx.execute(
            select(ledger_hour).where(
                ledger_hour.c.connection_id == connection_id, ledger_hour.c.hour == hour
            )
        )
        .mappings()
        .first()
    )
    return _hour(dict(row)) if row else None


def on_file(tx: Connection, connection_id: int, call_ids: Collection[str]) -> dict[str, OnFile]:
    """Of these calls, those on file, and how they came there.

    A delivery older than its keeping is forgotten; of what it brought first, only the events are left. Such
    a call counts as heard by hook: records are asked for no further back than deliveries are kept.
    """
    first: dict[str, bool] = {}
    pulled: dict[str, bool] = {}
    for some in _chunks(sorted(call_ids)):
        rows = tx.execute(
            select(call_event.c.provider_call_id, delivery.c.door)
            .outerjoin(delivery, delivery.c.id == call_event.c.delivery_id)
            .where(call_event.c.connection_id == connection_id, call_event.c.provider_call_id.in_(some))
            .order_by(call_event.c.id)
        )
        for name, door in rows:
            first.setdefault(name, door == PULLED)
            pulled[name] = pulled.get(name, False) or door == PULLED
    return {name: OnFile(pulled_first=was, completed=not was and pulled[name]) for name, was in first.items()}


def held(tx: Connection, viewer: Viewer, since: datetime, until: datetime) -> dict[int, int]:
    """By connection, the calls on file that began in [since, until), whoever told us. For administrators."""
    if not viewer.sees_all:
        return {}
    rows = tx.execute(
        select(call.c.connection_id, func.count())
        .where(call.c.started_at >= since, call.c.started_at < until)
        .group_by(call.c.connection_id)
    )
    return {connection_id: count for connection_id, count in rows}


def fingerprint(store: Store, record: bytes) -> str:
    """Tells one record from another without telling what it says: keyed, as events' digests are."""
    return store.vault.fingerprint(record).hex()


def _hour(row: Mapping[str, Any]) -> Hour:
    reasons: dict[str, tuple[str, ...]] = {}
    for why, marks in json.loads(row["reasons"]).items():
        shown = redaction.numbers(why)
        reasons[shown] = (*reasons.get(shown, ()), *marks)
    names = ("connection_id", "hour", "theirs", "ours", "repaired", "missing", "completed", "swept_at")
    return Hour(**{name: row[name] for name in names}, reasons=reasons)


def _chunks(items: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
