"""What a browser that just (re)connected must know: where the feed stands, what waits, who rings now."""

from typing import Any

from sqlalchemy import Connection, select

from models.rules.access import Viewer
from models.rules.lifecycle import fold
from models.store import entries, feed, lookups, popups, presence
from models.store.availability import LIVE_FOR
from models.store.base import Store
from models.store.callrows import Case
from models.tables.calls import call, notification, offer


def mine(store: Store, tx: Connection, viewer: Viewer) -> dict[str, Any]:
    """Cursor, open entries, live cards and own presence. The cursor is read first, so that whatever
    changes meanwhile arrives again as an event rather than never."""
    last = feed.last_id(tx)
    rows = tx.execute(
        select(notification.c.id, notification.c.kind, notification.c.direction).where(
            notification.c.state == "open", entries.visible(viewer)
        )
    )
    return {
        "last": last,
        "entries": [{"id": row.id, "kind": row.kind, "direction": row.direction} for row in rows],
        "popups": cards(store, tx, viewer),
        "presence": presence.current(tx, viewer.person_id),
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
    known = lookups.events(tx, store.vault, [(row.connection_id, row.provider_call_id) for row in live])
    leads = lookups.leads_by_id(tx, {row.lead_id for row in live if row.lead_id})
    connections = lookups.connections(tx, {row.connection_id for row in live})
    found: list[dict[str, Any]] = []
    for row in live:
        folded = fold(known.by_call[row.connection_id, row.provider_call_id], now)
        index = {made.seat: store.vault.index(made.seat) for made in folded.offers}
        seated = lookups.seats(tx, set(index.values()))
        seats = {
            seat: seated[row.connection_id, ix]
            for seat, ix in index.items()
            if (row.connection_id, ix) in seated
        }
        lead = leads.get(row.lead_id)
        people = lookups.people(tx, {*seats.values(), (lead or {}).get("last_talk_by") or 0})
        case = Case(
            key=(row.connection_id, row.provider_call_id),
            call_id=row.id,
            before=None,
            call=folded,
            lead=lead,
            seats=seats,
            people=people,
            did_team=None,
            connection_team=None,
            connection_label=connections[row.connection_id]["label"],
        )
        found += popups.current(case, viewer.person_id, now)
    return found
