"""Calls and entries put straight into the tables, so that a test says exactly what the API must show."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from models.store.base import Store
from models.tables.calls import call, notification, notification_for, offer
from tests.cast import INDORE_DID, Cast, Lead, Person

_numbers = itertools.count(1)


def add_call(
    store: Store,
    cast: Cast,
    provider_call_id: str,
    started_at: datetime,
    lead: Lead | None,
    offers: Sequence[dict[str, Any]] = (),
    **columns: Any,
) -> int:
    """A connected inbound call of no talker, unless ``columns`` say otherwise. Returns its id."""
    values = {
        "connection_id": cast.connection.id,
        "provider_call_id": provider_call_id,
        "direction": "inbound",
        "lead_id": lead.id if lead else None,
        "did": INDORE_DID,
        "started_at": started_at,
        "over": True,
        "outcome": "connected",
        "machine": False,
        "local_day": 0,
        "local_hour": 0,
        "changed_at": started_at,
    } | columns
    with store.db.begin() as tx:
        call_id: int = tx.execute(insert(call).values(values).returning(call.c.id)).scalar_one()
        for position, made in enumerate(offers):
            row = {
                "call_id": call_id,
                "position": position,
                "seat_ix": bytes([position]) * 32,
                "seat_mask": "••• 01",
                "answered": False,
            }
            tx.execute(insert(offer).values(row | made))
    return call_id


def add_entry(
    store: Store,
    cast: Cast,
    lead: Lead,
    *,
    people: Sequence[Person] = (),
    teams: Sequence[str] = (),
    raised_at: datetime | None = None,
    **columns: Any,
) -> int:
    """An open missed inbound entry with a call of its own. Returns the entry's id."""
    at = raised_at or store.now()
    number = next(_numbers)
    call_id = add_call(store, cast, f"missed-{number}", at, lead, outcome="no_answer")
    values = {
        "call_id": call_id,
        "lead_id": lead.id,
        "kind": "missed",
        "direction": "inbound",
        "reason": "no_answer",
        "everyone": False,
        "state": "open",
        "raised_at": at,
    } | columns
    with store.db.begin() as tx:
        entry_id: int = tx.execute(
            insert(notification).values(values).returning(notification.c.id)
        ).scalar_one()
        for person in people:
            tx.execute(insert(notification_for).values(notification_id=entry_id, person_id=person.id))
        for name in teams:
            tx.execute(insert(notification_for).values(notification_id=entry_id, team_id=cast.teams[name]))
    return entry_id
