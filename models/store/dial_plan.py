"""What choosing a connection for a click must know: the person's seats, today's dialling, recent faults, and what
was used with the lead before."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from models.rules.dialling import FAULTS, State
from models.store.callrows import PHONE
from models.store.connections import ADDRESS
from models.store.vault import Vault
from models.tables.calls import call
from models.tables.leads import lead_phone
from models.tables.telephony import connection, did, seat
from models.tables.work import intent

FAULT_LASTS = timedelta(minutes=2)
"""A connection that failed is put behind the others for so long, unless it works again before."""


@dataclass(frozen=True, slots=True)
class Seated:
    """A seat of one person at a connection that is on. ``address_ct`` is sealed: see ``address``."""

    connection_id: int
    vendor: str
    label: str
    share: int
    kind: str
    address_ct: bytes
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Used:
    """The connection of the last call with a lead, and the institution's own number it went through."""

    connection_id: int
    did: str | None


def seats(tx: Connection, person_id: int) -> list[Seated]:
    """The person's seats at connections that are on."""
    rows = tx.execute(
        select(
            connection.c.id,
            connection.c.vendor,
            connection.c.label,
            connection.c.share,
            seat.c.kind,
            seat.c.address_ct,
            connection.c.settings,
        )
        .join(seat, seat.c.connection_id == connection.c.id)
        .where(seat.c.person_id == person_id, connection.c.active)
        .order_by(connection.c.id, seat.c.id)
    )
    return [Seated(*row[:6], settings=json.loads(row.settings)) for row in rows]


def address(vault: Vault, seated: Seated) -> str:
    """The seat in clear, for the provider's ears only."""
    return vault.open(seated.address_ct, ADDRESS).decode()


def number(tx: Connection, vault: Vault, lead_id: int) -> str | None:
    """The lead's first number in clear, for the provider's ears only; None when it has none."""
    sealed: bytes | None = tx.scalar(
        select(lead_phone.c.phone_ct)
        .where(lead_phone.c.lead_id == lead_id)
        .order_by(lead_phone.c.position, lead_phone.c.id)
        .limit(1)
    )
    return None if sealed is None else vault.open(sealed, PHONE).decode()


def dialled_today(tx: Connection, now: datetime, zone: ZoneInfo) -> dict[int, int]:
    """Connection → clicks it was asked for since midnight of the institution and did not refuse."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = tx.execute(
        select(intent.c.connection_id, func.count())
        .where(
            intent.c.requested_at >= midnight,
            intent.c.connection_id.is_not(None),
            intent.c.state != State.REFUSED.value,
        )
        .group_by(intent.c.connection_id)
    )
    return {connection_id: count for connection_id, count in rows}


def faulty(tx: Connection, now: datetime) -> frozenset[int]:
    """Connections whose last word in ``FAULT_LASTS`` was a fault of their own, or none at all."""
    rows = tx.execute(
        select(intent.c.connection_id, intent.c.state, intent.c.reason, intent.c.accepted_at, intent.c.tried)
        .where(intent.c.requested_at > now - FAULT_LASTS)
        .order_by(intent.c.requested_at, intent.c.id)
    )
    bad: Counter[int] = Counter()
    for row in rows:
        for tried in json.loads(row.tried):
            bad[tried["connection_id"]] = 1
        if row.connection_id is None:
            continue
        if row.accepted_at is not None:
            bad[row.connection_id] = 0
        elif row.state == State.UNKNOWN or row.reason in FAULTS:
            bad[row.connection_id] = 1
    return frozenset(connection_id for connection_id, is_bad in bad.items() if is_bad)


def last_used(tx: Connection, lead_id: int) -> Used | None:
    """How this lead was last spoken to or tried; a number that is not the institution's own is left out."""
    row = tx.execute(
        select(call.c.connection_id, did.c.number)
        .outerjoin(did, did.c.number == call.c.did)
        .where(call.c.lead_id == lead_id)
        .order_by(call.c.started_at.desc())
        .limit(1)
    ).first()
    return None if row is None else Used(row.connection_id, row.number)
