"""Agent addresses that rang and are nobody's, and giving one to somebody with its earlier calls."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from models.rules.access import Role, Viewer
from models.rules.phone import seat_label
from models.store import attribution, audit, connections, events
from models.store.base import Store
from models.tables.calls import call, call_event, offer
from models.tables.people import person, team
from models.tables.telephony import connection, seat

UNMAPPED_DAYS = 30


@dataclass(frozen=True, slots=True)
class UnmappedSeat:
    """An agent address that rang and belongs to nobody; ``rings`` of the last 30 days. ``key`` names it without
    telling it (hexadecimal of the blind index)."""

    connection_id: int
    connection: str
    key: str
    mask: str
    rings: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Seated:
    """Who sits where, the address as a mask."""

    name: str
    mask: str


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person who may be given a seat."""

    id: int
    name: str
    team: str | None


class NoSuchSeat(LookupError):
    """Nobody's seat of this key rang at this connection, or it is somebody's by now."""


def unmapped(
    tx: Connection, viewer: Viewer, *, now: datetime, connection_id: int | None = None
) -> list[UnmappedSeat]:
    """Seats that rang lately and are nobody's, the busiest first."""
    if not viewer.sees_all:
        return []
    last = func.max(func.coalesce(offer.c.offered_at, call.c.started_at))
    wanted = (
        select(
            connection.c.id,
            connection.c.label,
            offer.c.seat_ix,
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
    if connection_id is not None:
        wanted = wanted.where(connection.c.id == connection_id)
    return [
        UnmappedSeat(row.id, row.label, bytes(row.seat_ix).hex(), row.mask, row.rings, row.last_at)
        for row in tx.execute(wanted)
    ]


def seated(tx: Connection, viewer: Viewer, connection_id: int) -> list[Seated]:
    """Who sits where at this connection, by name."""
    if not viewer.sees_all:
        return []
    rows = tx.execute(
        select(person.c.name, seat.c.mask)
        .join(person, person.c.id == seat.c.person_id)
        .where(seat.c.connection_id == connection_id)
        .order_by(person.c.name, seat.c.id)
    )
    return [Seated(row.name, row.mask) for row in rows]


def candidates(tx: Connection, viewer: Viewer) -> list[Somebody]:
    """Everybody who may sign in, counselors first, by name."""
    if not viewer.sees_all:
        return []
    rows = tx.execute(
        select(person.c.id, person.c.name, team.c.name.label("team"), person.c.role)
        .outerjoin(team, team.c.id == person.c.team_id)
        .where(person.c.active)
        .order_by(person.c.name, person.c.id)
    )
    ranked = sorted(rows, key=lambda row: bool(row.role != Role.COUNSELOR.value))
    return [Somebody(row.id, row.name, row.team) for row in ranked]


def give(store: Store, viewer: Viewer, *, connection_id: int, key: str, person_id: int) -> int:
    """Make nobody's seat this person's; its earlier calls become theirs. Returns how many calls there were.

    The address is read from an event that named it, so nobody has to type it. Raises ``NoSuchSeat``, and
    ``LookupError`` for a person there is not.
    """
    if viewer.role is not Role.ADMIN:
        raise NoSuchSeat("no such seat")
    with store.read() as tx:
        address = _address(store, tx, connection_id, key)

    def work(tx: Connection) -> None:
        named = tx.execute(select(person.c.name).where(person.c.id == person_id, person.c.active)).first()
        if named is None:
            raise LookupError("there is no such person")
        taken = select(seat.c.id).where(
            seat.c.connection_id == connection_id, seat.c.address_ix == store.vault.index(address)
        )
        if tx.execute(taken).first() is not None:
            raise NoSuchSeat("this seat is somebody's by now")
        connections.add_seat(
            tx, store.vault, connection_id=connection_id, person_id=person_id, address=address
        )
        audit.by_person(
            tx,
            store.now(),
            viewer,
            "connection.seat",
            f"person:{person_id}",
            f"connection:{connection_id} {seat_label(address)}",
        )

    store.write(work)
    return attribution.attribute(store)


def _address(store: Store, tx: Connection, connection_id: int, key: str) -> str:
    """The seat's address in clear. Raises ``NoSuchSeat``."""
    try:
        wanted = bytes.fromhex(key)
    except ValueError as error:
        raise NoSuchSeat("no such seat") from error
    rows = tx.execute(
        select(call_event.c.body_ct)
        .join(
            call,
            (call.c.connection_id == call_event.c.connection_id)
            & (call.c.provider_call_id == call_event.c.provider_call_id),
        )
        .join(offer, offer.c.call_id == call.c.id)
        .where(offer.c.seat_ix == wanted, offer.c.person_id.is_(None), call.c.connection_id == connection_id)
        .order_by(call.c.id.desc())
        .limit(200)
    )
    for (sealed,) in rows:
        address = events.unseal(store.vault, sealed).seat
        if address is not None and store.vault.index(address) == wanted:
            return address
    raise NoSuchSeat("no such seat")
