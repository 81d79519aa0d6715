"""How the connections to providers are doing. For administrators only: a viewer who is none sees nothing."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from models.rules import redaction
from models.rules.access import Viewer
from models.store.base import Rules
from models.store.journal import Verdict
from models.tables.calls import call, offer
from models.tables.people import person
from models.tables.telephony import connection, delivery, seat, unknown_word

SILENT_AFTER = timedelta(minutes=15)
SILENT_WITHIN = timedelta(hours=24)
UNMAPPED_DAYS = 30


@dataclass(frozen=True, slots=True)
class Health:
    """One connection now. ``today`` counts deliveries by verdict since local midnight; ``silent`` are calls
    of the last 24 hours that rang more than 15 minutes ago and of which no end was ever told."""

    id: int
    slug: str
    vendor: str
    label: str
    zone: str
    active: bool
    seats: int
    last_at: datetime | None
    live: int
    silent: int
    waiting: int  # for review, of any day
    today: dict[str, int] = field(default_factory=dict)

    @property
    def heard_today(self) -> int:
        return sum(self.today.values())


@dataclass(frozen=True, slots=True)
class UnmappedSeat:
    """An agent address that rang and belongs to nobody; ``rings`` of the last 30 days."""

    connection_id: int
    connection: str
    mask: str
    rings: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class UnknownWord:
    connection_id: int
    connection: str
    field: str
    word: str
    seen: int
    last_at: datetime


def health(tx: Connection, viewer: Viewer, *, now: datetime, rules: Rules) -> list[Health]:
    """Every connection by label."""
    if not viewer.sees_all:
        return []
    midnight = now.astimezone(rules.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today: dict[int, dict[str, int]] = defaultdict(dict)
    for row in tx.execute(
        select(delivery.c.connection_id, delivery.c.verdict, func.count().label("n"))
        .where(delivery.c.received_at >= midnight)
        .group_by(delivery.c.connection_id, delivery.c.verdict)
    ):
        today[row.connection_id][row.verdict] = row.n
    waiting = _count(tx, delivery.c.connection_id, delivery.c.verdict == Verdict.FOR_REVIEW.value)
    seats = _count(tx, seat.c.connection_id)
    live, silent = _under_way(tx, now)
    last = (
        select(delivery.c.received_at)
        .where(delivery.c.connection_id == connection.c.id)
        .order_by(delivery.c.id.desc())
        .limit(1)
        .correlate(connection)
        .scalar_subquery()
    )
    rows = tx.execute(select(connection, last.label("last_at")).order_by(connection.c.label))
    return [
        Health(
            id=row.id,
            slug=row.slug,
            vendor=row.vendor,
            label=row.label,
            zone=row.zone,
            active=row.active,
            seats=seats.get(row.id, 0),
            last_at=row.last_at,
            live=live.get(row.id, 0),
            silent=silent.get(row.id, 0),
            waiting=waiting.get(row.id, 0),
            today=today.get(row.id, {}),
        )
        for row in rows
    ]


def unmapped_seats(tx: Connection, viewer: Viewer, *, now: datetime) -> list[UnmappedSeat]:
    """Seats that rang lately and are nobody's, the busiest first."""
    if not viewer.sees_all:
        return []
    last = func.max(func.coalesce(offer.c.offered_at, call.c.started_at))
    rows = tx.execute(
        select(
            connection.c.id,
            connection.c.label,
            func.min(offer.c.seat_mask).label("mask"),
            func.count().label("rings"),
            last.label("last_at"),
        )
        .select_from(offer)
        .join(call, call.c.id == offer.c.call_id)
        .join(connection, connection.c.id == call.c.connection_id)
        .where(offer.c.person_id.is_(None), call.c.started_at >= now - timedelta(days=UNMAPPED_DAYS))
        .group_by(connection.c.id, connection.c.label, offer.c.seat_ix)
        .order_by(func.count().desc(), connection.c.label, func.min(offer.c.seat_mask))
        .limit(100)
    )
    return [UnmappedSeat(row.id, row.label, row.mask, row.rings, row.last_at) for row in rows]


def unknown_words(tx: Connection, viewer: Viewer) -> list[UnknownWord]:
    """Words of providers that no table maps, the latest first."""
    if not viewer.sees_all:
        return []
    rows = tx.execute(
        select(unknown_word, connection.c.label)
        .join(connection, connection.c.id == unknown_word.c.connection_id)
        .order_by(unknown_word.c.last_at.desc(), unknown_word.c.word)
        .limit(100)
    )
    return [
        UnknownWord(
            row.connection_id,
            row.label,
            redaction.numbers(row.field),
            redaction.numbers(row.word),
            row.seen,
            row.last_at,
        )
        for row in rows
    ]


def seated(tx: Connection, viewer: Viewer, connection_id: int) -> list[dict[str, Any]]:
    """Who sits where at this connection, by name; the addresses as masks."""
    if not viewer.sees_all:
        return []
    rows = tx.execute(
        select(person.c.name, seat.c.mask)
        .join(person, person.c.id == seat.c.person_id)
        .where(seat.c.connection_id == connection_id)
        .order_by(person.c.name, seat.c.id)
    )
    return [{"name": row.name, "mask": row.mask} for row in rows]


def _count(tx: Connection, key: ColumnElement[int], *conditions: ColumnElement[bool]) -> dict[int, int]:
    rows = tx.execute(select(key, func.count()).where(*conditions).group_by(key))
    return {connection_id: count for connection_id, count in rows}


def _under_way(tx: Connection, now: datetime) -> tuple[dict[int, int], dict[int, int]]:
    """Calls not known to have ended, by connection: those that may still be going on, and the silent."""
    live: dict[int, int] = defaultdict(int)
    silent: dict[int, int] = defaultdict(int)
    # Grouped here: asked to group by connection, SQLite walks every call there is.
    for row in tx.execute(
        select(call.c.connection_id, call.c.started_at, call.c.answered_at).where(
            call.c.over.is_(False), call.c.started_at >= now - SILENT_WITHIN
        )
    ):
        talking = row.answered_at is not None  # a long talk is no lost log
        lost = row.started_at < now - SILENT_AFTER and not talking
        (silent if lost else live)[row.connection_id] += 1
    return live, silent
