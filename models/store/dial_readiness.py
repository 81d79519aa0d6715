"""What an operator should know about placing calls before a counselor finds out: who could ring whom."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, func, select

from models.rules.access import Role
from models.store.rotation import SECRETS
from models.store.vault import Vault
from models.tables.people import person
from models.tables.telephony import connection, seat


@dataclass(frozen=True, slots=True)
class Readiness:
    """One connection that is on. ``seats`` are those of counselors who may sign in; ``unproved`` are softphone seats
    that have no password of their own. ``secrets`` are the names of the secrets it holds."""

    slug: str
    vendor: str
    share: int
    settings: Mapping[str, Any]
    secrets: frozenset[str]
    seats: int
    unproved: int


def connections(tx: Connection, vault: Vault) -> list[Readiness]:
    """Every connection that is on, by slug."""
    counts = and_(person.c.active, person.c.role == Role.COUNSELOR.value)
    bare = and_(seat.c.kind == "sip", seat.c.secret_ct.is_(None))
    rows = tx.execute(
        select(
            connection.c.slug,
            connection.c.vendor,
            connection.c.share,
            connection.c.settings,
            connection.c.secrets_ct,
            func.count(case((counts, seat.c.id))).label("seats"),
            func.count(case((bare, seat.c.id))).label("unproved"),
        )
        .outerjoin(seat, seat.c.connection_id == connection.c.id)
        .outerjoin(person, person.c.id == seat.c.person_id)
        .where(connection.c.active)
        .group_by(connection.c.id)
        .order_by(connection.c.slug)
    )
    return [
        Readiness(
            row.slug,
            row.vendor,
            row.share,
            json.loads(row.settings),
            frozenset(json.loads(vault.open(row.secrets_ct, SECRETS))) if row.secrets_ct else frozenset(),
            row.seats,
            row.unproved,
        )
        for row in rows
    ]


def seatless(tx: Connection) -> Sequence[str]:
    """E-mails of counselors who may sign in and have no seat at any connection that is on."""
    seated = (
        select(seat.c.person_id)
        .join(connection, connection.c.id == seat.c.connection_id)
        .where(connection.c.active)
    )
    return tx.scalars(
        select(person.c.email)
        .where(person.c.active, person.c.role == Role.COUNSELOR.value, person.c.id.not_in(seated))
        .order_by(person.c.email)
    ).all()
