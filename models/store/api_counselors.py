"""Counselors as other systems read them: who they are, whether they are there, whether they talk."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from models.rules.access import Role, Viewer
from models.store.api_leads import require_all
from models.store.availability import busy_people
from models.store.connections import ADDRESS
from models.store.vault import Vault
from models.tables.people import person, presence, team
from models.tables.telephony import connection, seat

OUT = "out"


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A counselor's agent number, extension or address at one connection, in clear."""

    connection: str
    address: str


@dataclass(frozen=True, slots=True)
class CounselorRow:
    """A counselor. ``state`` is in, break or out; ``on_call``: talks, or is being rung, now."""

    id: int
    name: str
    email: str
    team: str | None
    active: bool
    state: str
    on_call: bool
    seats: list[SeatRow] = field(default_factory=list)


def everybody(
    tx: Connection, viewer: Viewer, now: datetime, *, seats_from: Vault | None = None
) -> list[CounselorRow]:
    """All counselors, also those no longer active, by name. Seats only when the vault is given."""
    require_all(viewer)
    states: dict[int, str] = {
        person_id: state
        for person_id, state in tx.execute(
            select(presence.c.person_id, presence.c.state).where(presence.c.to_at.is_(None))
        )
    }
    busy = busy_people(tx, now)
    seats = _seats(tx, seats_from) if seats_from else {}
    rows = tx.execute(
        select(person.c.id, person.c.name, person.c.email, person.c.active, team.c.name.label("team"))
        .outerjoin(team, team.c.id == person.c.team_id)
        .where(person.c.role == Role.COUNSELOR)
        .order_by(person.c.name, person.c.id)
    )
    return [
        CounselorRow(
            id=row.id,
            name=row.name,
            email=row.email,
            team=row.team,
            active=row.active,
            state=states.get(row.id, OUT),
            on_call=row.id in busy,
            seats=seats.get(row.id, []),
        )
        for row in rows
    ]


def _seats(tx: Connection, vault: Vault) -> dict[int, list[SeatRow]]:
    found: dict[int, list[SeatRow]] = {}
    rows = tx.execute(
        select(seat.c.person_id, connection.c.slug, seat.c.address_ct)
        .join(connection, connection.c.id == seat.c.connection_id)
        .order_by(connection.c.slug, seat.c.id)
    )
    for person_id, slug, sealed in rows:
        found.setdefault(person_id, []).append(SeatRow(slug, vault.open(sealed, ADDRESS).decode()))
    return found
