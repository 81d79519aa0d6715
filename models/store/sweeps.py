"""Sweeps: askings for a provider's call records, what for, how far each got, how it ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from models.rules import redaction
from models.rules.access import Viewer
from models.tables.people import person
from models.tables.telephony import connection, sweep

RUNNING, DONE, FAILED = "running", "done", "failed"
BY_CLOCK = 0
"""Stands for the person of a sweep that nobody asked for by hand."""


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


def passed(tx: Connection, sweep_id: int, reached: datetime, records: int) -> None:
    """The sweep reads on at ``reached``; ``records`` were read for the hour before."""
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


def _moment(tx: Connection, wanted: Any) -> datetime | None:
    found: datetime | None = tx.scalar(wanted)
    return found
