"""Calls told to a store the way intake tells them, for tests that look at what screens make of them."""

from datetime import datetime, timedelta
from typing import Any

from models.rules.call import CallEvent, Direction, Kind, Outcome
from models.store import journal
from models.store.base import Store
from models.store.events import seal
from models.store.journal import Item
from tests.cast import INDORE_DID, Cast, Lead, Person


def tell(store: Store, cast: Cast, *events: CallEvent) -> None:
    """One delivery with these events, through the writer."""
    item = Item(
        connection_id=cast.connection.id,
        door="call-log",
        received_at=store.now(),
        raw=b"sealed elsewhere",
        events=seal(store.vault, events),
    )
    store.writer.submit(journal.write_batch(store), item)


def rung(store: Store, to: Person, lead: Lead, call_id: str, **more: Any) -> CallEvent:
    """The call is offered to ``to`` now."""
    return _event(store, Kind.ROUTED, to, lead, call_id, at=store.now(), **more)


def ended(
    store: Store,
    of: Person,
    lead: Lead,
    call_id: str,
    *,
    talk: int = 0,
    ago: timedelta = timedelta(),
    **more: Any,
) -> CallEvent:
    """A log of a call that ended ``ago``: talked for ``talk`` seconds, or not picked up by ``of``."""
    end: datetime = store.now() - ago
    start = end - timedelta(seconds=talk + 20)
    outcome = more.pop("outcome", Outcome.CONNECTED if talk else Outcome.AGENT_MISSED)
    return _event(
        store,
        Kind.LOG,
        of,
        lead,
        call_id,
        started_at=start,
        answered_at=start + timedelta(seconds=20) if talk else None,
        ended_at=end,
        talk_seconds=talk,
        ring_seconds=20,
        outcome=outcome,
        **more,
    )


def _event(store: Store, kind: Kind, seat: Person, lead: Lead, call_id: str, **more: Any) -> CallEvent:
    return CallEvent(
        provider_call_id=call_id,
        kind=kind,
        received_at=store.now(),
        direction=more.pop("direction", Direction.INBOUND),
        customer=lead.phone,
        seat=seat.seat,
        did=INDORE_DID,
        **more,
    )
