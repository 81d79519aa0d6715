"""From a click to the provider's answer: each step is one conditional change, committed before the next is taken."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

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


def pending(tx: Connection, intent_id: int, now: datetime) -> Pending | None:
    """None when it is not waiting any more."""
    row = tx.execute(select(intent).where(intent.c.id == intent_id, *_waiting(now))).first()
    return Pending(row.id, row.reference, row.person_id, row.lead_id, Mode(row.mode)) if row else None


def _waiting(now: datetime) -> Sequence[ColumnElement[bool]]:
    return (
        intent.c.live,
        intent.c.lease_until > now,
        intent.c.state == State.REQUESTED.value,
        intent.c.asked_at.is_(None),
        intent.c.call_id.is_(None),  # a call that quotes it: something rings already
    )


def mark_asked(store: Store, intent_id: int, connection_id: int) -> bool:
    """This connection is about to be asked. Only who is told True may ask it, and only once."""

    def work(tx: Connection) -> bool:
        now = store.now()
        done = tx.execute(
            update(intent)
            .where(intent.c.id == intent_id, *_waiting(now))
            .values(
                asked_at=now,
                connection_id=connection_id,
                lease_until=now + dialling.lease(State.REQUESTED),
            )
        )
        return bool(done.rowcount == 1)

    marked: bool = store.write(work)
    return marked


def refused(store: Store, intent_id: int, reason: str, words: str = "", *, onward: bool = False) -> bool:
    """The connection certainly did nothing. ``onward``: another one could be asked; True: it may.

    A refusal that comes late settles a click that nobody knew of, and ends there: what was unknown is never asked
    again. One that comes after a call was told of is contradicted, and changes nothing.
    """

    def work(tx: Connection) -> bool:
        now = store.now()
        row = tx.execute(
            select(intent).where(
                intent.c.id == intent_id,
                intent.c.state.in_((State.REQUESTED.value, State.UNKNOWN.value)),
                intent.c.call_id.is_(None),
            )
        ).first()
        if row is None:
            return False
        further = onward and row.live and row.state == State.REQUESTED and row.lease_until > now
        if further:
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
        if not further:
            intent_news.tell(store, tx, [intent_id])
        return further

    further: bool = store.write(work)
    return further


def unknown(store: Store, intent_id: int) -> None:
    """The connection was asked and nobody knows whether it rings. The leases stay for a while; see
    ``intent_leases.lapse``."""

    def work(tx: Connection) -> None:
        until = store.now() + dialling.lease(State.UNKNOWN)
        tx.execute(
            update(intent)
            .where(intent.c.id == intent_id, intent.c.state == State.REQUESTED.value)
            .values(state=State.UNKNOWN.value, reason="no_word", lease_until=until)
        )
        intent_news.tell(store, tx, [intent_id])

    store.write(work)


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
