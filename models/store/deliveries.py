"""Kept deliveries: found again for review and replay."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from models.store import decisions
from models.tables.telephony import delivery

FOR_REVIEW = "for review"  # journal.Verdict.FOR_REVIEW


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery as it was kept; ``raw`` is sealed."""

    id: int
    connection_id: int
    received_at: datetime
    raw: bytes
    verdict: str


def kept(tx: Connection, delivery_id: int) -> Kept:
    """Raises ``LookupError`` when there is no such delivery."""
    row = tx.execute(select(delivery).where(delivery.c.id == delivery_id)).first()
    if row is None:
        raise LookupError("no such delivery")
    return Kept(row.id, row.connection_id, row.received_at, row.raw_ct, row.verdict)


def waiting_for_review(
    tx: Connection, limit: int = 1000, *, after: int = 0, connection_id: int | None = None
) -> list[int]:
    """Ids above ``after`` of deliveries nobody could read yet, oldest first; of one connection, or of all."""
    wanted = select(delivery.c.id).where(delivery.c.verdict == FOR_REVIEW, delivery.c.id > after)
    if connection_id is not None:
        wanted = wanted.where(delivery.c.connection_id == connection_id)
    return list(tx.scalars(wanted.order_by(delivery.c.id).limit(limit)))


def forget(tx: Connection, before: datetime) -> int:
    """Delete deliveries received before this moment (their events stay), but none that waits for review:
    what it says is nowhere else. With them, why routing questions of that time were answered as they were."""
    decisions.forget(tx, before)
    old = delivery.c.received_at < before, delivery.c.verdict != FOR_REVIEW
    decisions.forget_of(tx, select(delivery.c.id).where(*old))
    return tx.execute(delete(delivery).where(*old)).rowcount


def dismiss(tx: Connection, delivery_id: int) -> None:
    """Delete one that waits for review and tells nothing. Raises ``LookupError`` when it is not such a one."""
    one = delivery.c.id == delivery_id, delivery.c.verdict == FOR_REVIEW
    decisions.forget_of(tx, select(delivery.c.id).where(*one))
    if not tx.execute(delete(delivery).where(*one)).rowcount:
        raise LookupError("no such delivery waits for review")
