"""What providers' own records say of each hour beside what we hold, and the sweeps that asked for them."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from models.rules import redaction
from models.rules.access import Viewer
from models.store.base import Store
from models.tables.calls import call_event
from models.tables.people import person
from models.tables.telephony import connection, delivery, ledger_hour, sweep

RUNNING, DONE, FAILED = "running", "done", "failed"
PULLED = "pulled"
"""The door of call records we asked for, as ``delivery.door`` has it."""

BY_CLOCK = 0
"""Stands for the person of a sweep that nobody asked for by hand."""

_AT_ONCE = 500


class Busy(Exception):
    """This connection's records are being read already."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One asking for call records of [since, until). ``reached`` is the hour it reads next."""

    id: int
    connection_id: int
    connection: str
    since: datetime
    until: datetime
    reached: datetime
    state: str
    records: int
    reason: str
    person_id: int
    by: str | None
    started_at: datetime
    ended_at: datetime | None

    @property
    def share(self) -> float:
        """How much of the range is read, 0 to 1."""
        whole = (self.until - self.since).total_seconds()
        return (self.reached - self.since).total_seconds() / whole if whole else 1.0


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


def begin(
    tx: Connection,
    connection_id: int,
    since: datetime,
    until: datetime,
    at: datetime,
    person_id: int = BY_CLOCK,
) -> int:
    """Put a sweep on the list; whoever leads reads it. The id.

    Raises ``Busy`` when one runs at this connection already, ``ValueError`` for a range that is empty.
    """
    if since >= until:
        raise ValueError("the range must end after it begins")
    going = select(sweep.c.id).where(sweep.c.connection_id == connection_id, sweep.c.state == RUNNING)
    if tx.execute(going).first() is not None:
        raise Busy("this connection's records are being read already")
    values = {
        "connection_id": connection_id,
        "since": since,
        "until": until,
        "state": RUNNING,
        "cursor": since.isoformat(),
        "person_id": person_id,
        "started_at": at,
    }
    return int(tx.execute(insert(sweep).values(values).returning(sweep.c.id)).scalar_one())


def keep_hour(tx: Connection, sweep_id: int, hour: Hour, reached: datetime, records: int) -> None:
    """The hour is counted and the sweep is past it, in one commit. ``records`` were read for it."""
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
    tx.execute(
        update(sweep)
        .where(sweep.c.id == sweep_id)
        .values(cursor=reached.isoformat(), records=sweep.c.records + records)
    )


def say(tx: Connection, sweep_id: int, reason: str) -> None:
    """What a running sweep is waiting for; empty: nothing."""
    tx.execute(update(sweep).where(sweep.c.id == sweep_id).values(reason=reason[:400]))


def end(tx: Connection, sweep_id: int, at: datetime, failure: str = "") -> None:
    """The sweep is over: done, or failed for this reason."""
    tx.execute(
        update(sweep)
        .where(sweep.c.id == sweep_id)
        .values(state=FAILED if failure else DONE, reason=failure[:400], ended_at=at)
    )


_SWEEPS = (
    select(sweep, connection.c.label.label("connection"), person.c.name.label("by"))
    .join(connection, connection.c.id == sweep.c.connection_id)
    .outerjoin(person, person.c.id == sweep.c.person_id)
)


def sources(tx: Connection) -> list[Source]:
    """The connections in use, by label."""
    found = tx.execute(
        select(connection.c.id, connection.c.vendor, connection.c.label, connection.c.created_at)
        .where(connection.c.active)
        .order_by(connection.c.label, connection.c.id)
    )
    return [Source(*row) for row in found]


def running(tx: Connection) -> list[Sweep]:
    """Sweeps that are not over, oldest first: for the process that leads."""
    return _sweeps(tx, _SWEEPS.where(sweep.c.state == RUNNING).order_by(sweep.c.id))


def by_clock(tx: Connection, connection_id: int) -> tuple[datetime | None, datetime | None]:
    """(where the last sweep by the clock ended, where the last one that succeeded did)."""
    last = func.max(sweep.c.until)
    ours = (sweep.c.connection_id == connection_id, sweep.c.person_id == BY_CLOCK)
    return (
        _moment(tx, select(last).where(*ours)),
        _moment(tx, select(last).where(*ours, sweep.c.state == DONE)),
    )


NIGHTLY_TRIES = 3


def asked_enough(
    tx: Connection, connection_id: int, since: datetime, until: datetime, after: datetime
) -> bool:
    """Did a sweep that began at ``after`` or later read all of [since, until), or did ``NIGHTLY_TRIES`` fail to?"""
    states = tx.scalars(
        select(sweep.c.state).where(
            sweep.c.connection_id == connection_id,
            sweep.c.since <= since,
            sweep.c.until >= until,
            sweep.c.started_at >= after,
        )
    ).all()
    return len(states) >= NIGHTLY_TRIES or any(state != FAILED for state in states)


def recent(tx: Connection, viewer: Viewer, limit: int = 20) -> list[Sweep]:
    """The latest sweeps, newest first. For administrators."""
    if not viewer.sees_all:
        return []
    return _sweeps(tx, _SWEEPS.order_by(sweep.c.id.desc()).limit(limit))


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


def fingerprint(store: Store, record: bytes) -> str:
    """Tells one record from another without telling what it says: keyed, as events' digests are."""
    return store.vault.fingerprint(record).hex()


def _sweeps(tx: Connection, wanted: Any) -> list[Sweep]:
    return [
        Sweep(
            id=row.id,
            connection_id=row.connection_id,
            connection=row.connection,
            since=row.since,
            until=row.until,
            reached=datetime.fromisoformat(row.cursor),
            state=row.state,
            records=row.records,
            reason=redaction.numbers(row.reason),
            person_id=row.person_id,
            by=row.by,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )
        for row in tx.execute(wanted)
    ]


def _hour(row: Mapping[str, Any]) -> Hour:
    reasons: dict[str, tuple[str, ...]] = {}
    for why, marks in json.loads(row["reasons"]).items():
        shown = redaction.numbers(why)
        reasons[shown] = (*reasons.get(shown, ()), *marks)
    names = ("connection_id", "hour", "theirs", "ours", "repaired", "missing", "completed", "swept_at")
    return Hour(**{name: row[name] for name in names}, reasons=reasons)


def _moment(tx: Connection, wanted: Any) -> datetime | None:
    found: datetime | None = tx.scalar(wanted)
    return found


def _chunks(items: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
