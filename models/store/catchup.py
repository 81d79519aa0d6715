"""What a browser that just (re)connected must know: where the feed stands, what waits, who rings now."""

from typing import Any

from sqlalchemy import Connection, select

from models.rules.access import Viewer
from models.rules.lifecycle import fold
from models.store import directory, entries, feed, lookups, popups, worktime
from models.store.availability import LIVE_FOR
from models.store.base import Store
from models.store.callrows import Case, seats_of
from models.tables.calls import call, notification, offer


def mine(store: Store, tx: Connection, viewer: Viewer) -> dict[str, Any]:
    """Cursor, open entries, live cards and own presence. The cursor is read first, so that whatever
    changes meanwhile arrives again as an event rather than never."""
    last = feed.last_id(tx)
    rows = tx.execute(
        select(notification.c.id, notification.c.kind, notification.c.direction).where(
            entries.IS_OPEN, entries.visible(viewer)
        )
    )
    return {
        "last": last,
        "entries": [{"id": row.id, "kind": row.kind, "direction": row.direction} for row in rows],
        "popups": cards(store, tx, viewer),
        "presence": worktime.live(tx, viewer.person_id, store.now()),
    }


def cards(store: Store, tx: Connection, viewer: Viewer) -> list[dict[str, Any]]:
    """The pop-up cards that should be on this person's screen now."""
    now = store.now()
    live = tx.execute(
        select(call.c.id, call.c.connection_id, call.c.provider_call_id, call.c.lead_id)
        .join(offer, offer.c.call_id == call.c.id)
        .where(
            call.c.over.is_(False),
            call.c.started_at > now - LIVE_FOR,
            offer.c.person_id == viewer.person_id,
        )
        .distinct()
    ).all()
    if not live:
        return []
    known = directory.of(tx)
    events = lookups.events(tx, store.vault, [(row.connection_id, row.provider_call_id) for row in live])
    leads = lookups.leads_by_id(tx, {row.lead_id for row in live if row.lead_id})
    found: list[dict[str, Any]] = []
    for row in live:
        folded = fold(events.by_call[row.connection_id, row.provider_call_id], now)
        case = Case(
            key=(row.connection_id, row.provider_call_id),
            call_id=row.id,
            before=None,
            call=folded,
            lead=leads.get(row.lead_id),
            seats=seats_of(store, known, row.connection_id, folded, {}),
            people=known.people,
            did_team=None,
            connection_team=None,
            connection_label=known.lines[row.connection_id].label,
        )
        found += popups.current(case, viewer.person_id, now)
    return found
