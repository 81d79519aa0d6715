"""From a click to the provider's answer: each step is one conditional change, committed before the next is taken."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from models.rules import dialling
from models.rules.dialling import Mode, State
from models.store import intent_news, journal
from models.store.base import Store
from models.tables.calls import call
from models.tables.work import intent


@dataclass(frozen=True, slots=True)
class Pending:
    """A click that waits to be asked for."""

    id: int
    reference: str
    person_id: int
    lead_id: int
    mode: Mode


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A click of which nobody knows what became of it, at a connection that may be asked."""

    id: int
    connection_id: int
    asked_at: datetime


def pending(tx: Connection, intent_id: int) -> Pending | None:
    """None when it is not waiting any more."""
    row = tx.execute(select(intent).where(intent.c.id == intent_id, *_WAITING)).first()
    return Pending(row.id, row.reference, row.person_id, row.lead_id, Mode(row.mode)) if row else None


_WAITING = (intent.c.live, intent.c.state == State.REQUESTED.value, intent.c.asked_at.is_(None))


def mark_asked(store: Store, intent_id: int, connection_id: int) -> bool:
    """This connection is about to be asked. Only who is told True may ask it, and only once."""

    def work(tx: Connection) -> bool:
        now = store.now()
        done = tx.execute(
            update(intent)
            .where(intent.c.id == intent_id, *_WAITING)
            .values(
                asked_at=now,
                connection_id=connection_id,
                lease_until=now + dialling.lease(State.REQUESTED),
            )
        )
        return bool(done.rowcount == 1)

    marked: bool = store.write(work)
    return marked


def refused(store: Store, intent_id: int, reason: str, words: str = "", *, onward: bool = False) -> None:
    """The connection certainly did nothing. ``onward``: another one will be asked."""

    def work(tx: Connection) -> None:
        now = store.now()
        row = tx.execute(
            select(intent).where(intent.c.id == intent_id, intent.c.state == State.REQUESTED.value)
        ).first()
        if row is None:
            return
        if onward:
            tried = [
                *json.loads(row.tried),
                {"connection_id": row.connection_id, "reason": reason, "words": words[:200]},
            ]
            values: dict[str, Any] = {
                "tried": json.dumps(tried),
                "asked_at": None,
                "lease_until": now + dialling.NOT_SENT_AFTER,
            }
        else:
            values = {
                "state": State.REFUSED.value,
                "reason": reason,
                "words": words[:400],
                "ended_at": now,
                "lease_until": now,
                "live": False,
            }
        tx.execute(update(intent).where(intent.c.id == intent_id).values(values))
        if not onward:
            intent_news.tell(store, tx, [intent_id])

    store.write(work)


def unknown(store: Store, intent_id: int) -> None:
    """The connection was asked and nobody knows whether it rings. The leases stay for a while; see ``lapse``."""
    store.write(lambda tx: _unknown(store, tx, [intent_id]))


def _unknown(store: Store, tx: Connection, ids: Sequence[int]) -> None:
    until = store.now() + dialling.lease(State.UNKNOWN)
    tx.execute(
        update(intent)
        .where(intent.c.id.in_(ids), intent.c.state == State.REQUESTED.value)
        .values(state=State.UNKNOWN.value, reason="no_word", lease_until=until)
    )
    intent_news.tell(store, tx, ids)


def accepted(store: Store, intent_id: int, provider_call_id: str | None, words: str = "") -> None:
    """The connection took it. Its hooks may have come before its answer: what they told is looked up."""

    def work(tx: Connection) -> None:
        now = store.now()
        row = tx.execute(select(intent).where(intent.c.id == intent_id)).one()
        values: dict[str, Any] = {"accepted_at": now, "words": words[:400]}
        if provider_call_id and row.provider_call_id is None:
            values["provider_call_id"] = provider_call_id[:120]
        if row.state in (State.REQUESTED, State.UNKNOWN):
            values |= {"state": State.ACCEPTED.value, "reason": None}
            if row.live:
                values["lease_until"] = now + dialling.lease(State.ACCEPTED)
        tx.execute(update(intent).where(intent.c.id == intent_id).values(values))
        intent_news.tell(store, tx, [intent_id])
        if provider_call_id and row.call_id is None:
            known = tx.execute(
                select(call.c.connection_id, call.c.provider_call_id).where(
                    call.c.connection_id == row.connection_id, call.c.provider_call_id == provider_call_id
                )
            ).first()
            if known is not None:
                journal.refold(store, tx, [(known.connection_id, known.provider_call_id)])

    store.write(work)


def lapse(store: Store, limit: int = 200) -> int:
    """End leases whose time is over: what was never asked is refused, what was asked and not answered becomes
    unknown, and what no more is told of lets its counselor and lead go. Returns how many there were."""
    with store.read() as tx:
        due = list(tx.scalars(_due(store, limit)))
    if not due:
        return 0

    def work(tx: Connection) -> int:
        rows = tx.execute(
            select(intent.c.id, intent.c.state, intent.c.asked_at, intent.c.reason).where(
                intent.c.id.in_(due), intent.c.live, intent.c.lease_until <= store.now()
            )
        ).all()
        for row in rows:
            if row.state == State.REQUESTED and row.asked_at is not None:
                _unknown(store, tx, [row.id])
                continue
            values: dict[str, Any] = {"live": False}
            if row.state == State.REQUESTED:
                values |= {"state": State.REFUSED.value, "reason": "not_sent", "ended_at": store.now()}
            else:
                values["reason"] = row.reason or "silent"
            tx.execute(update(intent).where(intent.c.id == row.id).values(values))
            intent_news.tell(store, tx, [row.id])
        return len(rows)

    done: int = store.write(work)
    return done


def _due(store: Store, limit: int) -> Any:
    return select(intent.c.id).where(intent.c.live, intent.c.lease_until <= store.now()).limit(limit)


def unsettled(tx: Connection, now: datetime) -> list[Unsettled]:
    """Clicks whose fate their provider's records may tell: unknown, and asked for in the last half hour."""
    rows = tx.execute(
        select(intent.c.id, intent.c.connection_id, intent.c.asked_at)
        .where(
            intent.c.state == State.UNKNOWN.value,
            intent.c.call_id.is_(None),
            intent.c.asked_at.is_not(None),
            intent.c.requested_at > now - timedelta(minutes=30),
        )
        .order_by(intent.c.id)
    )
    return [Unsettled(*row) for row in rows]
