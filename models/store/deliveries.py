"""Kept deliveries: found again for review and replay."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from models.tables.telephony import delivery


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery as it was kept; ``raw`` is sealed."""

    id: int
    connection_id: int
    received_at: datetime
    raw: bytes


def kept(tx: Connection, delivery_id: int) -> Kept:
    """Raises ``LookupError`` when there is no such delivery."""
    row = tx.execute(select(delivery).where(delivery.c.id == delivery_id)).first()
    if row is None:
        raise LookupError("no such delivery")
    return Kept(row.id, row.connection_id, row.received_at, row.raw_ct)


def waiting_for_review(tx: Connection, limit: int = 1000) -> list[int]:
    """Ids of deliveries nobody could read yet, oldest first."""
    return list(
        tx.scalars(
            select(delivery.c.id)
            .where(delivery.c.verdict == "for review")
            .order_by(delivery.c.id)
            .limit(limit)
        )
    )


def forget(tx: Connection, before: datetime) -> int:
    """Delete deliveries received before this moment (their events stay)."""
    return tx.execute(delete(delivery).where(delivery.c.received_at < before)).rowcount
