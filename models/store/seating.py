"""Seats as an administrator keeps them by command: listed, moved to somebody else, taken away.

Calls on file stay with whom they were counted for, as long as nothing new is told of them.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from models.store.vault import Vault
from models.tables.people import person
from models.tables.telephony import seat


class NoSuchSeat(LookupError):
    """Nobody, or somebody else, has this address at this connection."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits where; ``mask`` is the address as it may be shown."""

    email: str
    name: str
    active: bool
    mask: str


def listed(tx: Connection, connection_id: int) -> list[Seat]:
    """A connection's seats by name."""
    rows = tx.execute(
        select(person.c.email, person.c.name, person.c.active, seat.c.mask)
        .join(person, person.c.id == seat.c.person_id)
        .where(seat.c.connection_id == connection_id)
        .order_by(person.c.name, seat.c.id)
    )
    return [Seat(*row) for row in rows]


def move(tx: Connection, vault: Vault, connection_id: int, person_id: int, address: str) -> int:
    """Give an address that is somebody's to this person; returns whose it was. Raises ``NoSuchSeat``."""
    ours = (seat.c.connection_id == connection_id) & (seat.c.address_ix == vault.index(address))
    was: int | None = tx.scalar(select(seat.c.person_id).where(ours))
    if was is None:
        raise NoSuchSeat("this address is nobody's there yet; without --move it is given to them")
    tx.execute(update(seat).where(ours).values(person_id=person_id))
    return was


def remove(tx: Connection, vault: Vault, connection_id: int, person_id: int, address: str) -> None:
    """Raises ``NoSuchSeat`` when the address is not this person's."""
    theirs = delete(seat).where(
        seat.c.connection_id == connection_id,
        seat.c.person_id == person_id,
        seat.c.address_ix == vault.index(address),
    )
    if not tx.execute(theirs).rowcount:
        raise NoSuchSeat("this address is not theirs; see: connection seats")
