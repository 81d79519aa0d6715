"""Calls of a seat that was nobody's when they came, once somebody is mapped to it.

Their events name the seat, so folding them anew gives rings, talks, entries and leads to whose they are.
"""

from functools import partial

from sqlalchemy import Connection, select

from models.store import journal
from models.store.base import Store
from models.tables.calls import call, offer
from models.tables.telephony import seat

AT_ONCE = 200
"""Calls a transaction: webhooks wait for the same writer."""


def attribute(store: Store) -> int:
    """Attribute every call with a seat that has an owner by now; returns how many there were.

    Harmless at any time: where nothing waits it is one question.
    """
    done = last = 0
    while True:
        ids = store.write(partial(_some, store, after=last))
        done += len(ids)
        if len(ids) < AT_ONCE:
            return done
        last = ids[-1]


_waiting = (
    select(call.c.id, call.c.connection_id, call.c.provider_call_id)
    .join(offer, offer.c.call_id == call.c.id)
    .join(seat, (seat.c.address_ix == offer.c.seat_ix) & (seat.c.connection_id == call.c.connection_id))
    .where(offer.c.person_id.is_(None))
    .distinct()
    .order_by(call.c.id)
)


def _some(store: Store, tx: Connection, after: int) -> list[int]:
    """The next few in the order they came; their ids."""
    rows = tx.execute(_waiting.where(call.c.id > after).limit(AT_ONCE)).all()
    if rows:
        journal.refold(store, tx, [(row.connection_id, row.provider_call_id) for row in rows])
    return [row.id for row in rows]
