"""What must hold in the database at every moment, however the server died: nothing lost, nothing half done.

Every function returns sentences about what is wrong; an empty list is the proof.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from ingest import intake
from models.rules.call import CallEvent
from models.rules.lifecycle import fold
from models.store import deliveries, feed
from models.store.base import Store
from models.store.events import unseal
from models.tables.calls import call, call_event, notification, notification_for, offer
from models.tables.calls import feed as feed_table
from models.tables.telephony import delivery
from tests.soak.provider import Memory

Key = tuple[int, str]


def wrong(store: Store, memory: Memory) -> list[str]:
    """Everything that is wrong with the database as it lies on the disk now."""
    with store.read() as tx:
        events = _events(store, tx)
        found = _lost(store, tx, memory)
        found += _half_events(tx)
        found += _half_calls(store, tx, events)
        found += _half_entries(tx)
        found += _half_feed(tx)
    return found


def kept(store: Store, tx: Connection) -> dict[int, str]:
    """Every raw delivery by its id: the marker its body carries."""
    found = {}
    for (delivery_id,) in tx.execute(select(delivery.c.id)).all():
        one = deliveries.kept(tx, delivery_id)
        body = intake.unpack(store.vault.open(one.raw, intake.RAW), one).body
        found[delivery_id] = str(json.loads(body)["marker"])
    return found


def _lost(store: Store, tx: Connection, memory: Memory) -> list[str]:
    """Acknowledged deliveries that are not there once, or whose bytes are another's."""
    on_disk = kept(store, tx)
    found = [
        f"acknowledged and lost: {key} (delivery {delivery_id})"
        for key, delivery_id in memory.acknowledged.items()
        if on_disk.get(delivery_id) != key
    ]
    if len(set(memory.acknowledged.values())) != len(memory.acknowledged):
        found.append("two acknowledgements name one delivery")
    times = Counter(on_disk.values())
    for key, number in times.items():
        possible = (key in memory.acknowledged) + memory.unanswered[key]
        if number > possible:
            found.append(f"kept {number} times, sent {possible} times: {key}")
    return found


def _events(store: Store, tx: Connection) -> dict[Key, list[CallEvent]]:
    events: dict[Key, list[CallEvent]] = defaultdict(list)
    for row in tx.execute(select(call_event)):
        events[row.connection_id, row.provider_call_id].append(unseal(store.vault, row.body_ct))
    return events


def _half_events(tx: Connection) -> list[str]:
    """A delivery without its events, or an event without its delivery."""
    raw = {row["id"]: row for row in tx.execute(select(delivery)).mappings()}
    told = defaultdict(list)
    for event in tx.execute(select(call_event.c.delivery_id, call_event.c.provider_call_id)):
        told[event.delivery_id].append(event.provider_call_id)
    found = [f"event without delivery {delivery_id}" for delivery_id in told.keys() - raw.keys()]
    calls = {name for names in told.values() for name in names}
    for delivery_id, row in raw.items():
        names = told.get(delivery_id, [])
        if (row["verdict"] == "recorded") != bool(names):
            found.append(f"delivery {delivery_id} is {row['verdict']} with {len(names)} events")
        if row["provider_call_id"] not in calls:
            found.append(f"delivery {delivery_id} of a call without events")
    return found


def _half_calls(store: Store, tx: Connection, events: Mapping[Key, list[CallEvent]]) -> list[str]:
    """A call without events, events without a call, a call or its offers that are not what its events say."""
    rows = {
        (row["connection_id"], row["provider_call_id"]): row for row in tx.execute(select(call)).mappings()
    }
    offers = Counter(tx.scalars(select(offer.c.call_id)))
    found = [f"events without call {key}" for key in events.keys() - rows.keys()]
    found += [f"call without events {key}" for key in rows.keys() - events.keys()]
    for key in rows.keys() & events.keys():
        row, true = rows[key], fold(events[key], store.now())
        said = {name: row[name] for name in ("over", "outcome", "talk_seconds", "started_at", "ended_at")}
        if said != {name: getattr(true, name) for name in said}:
            found.append(f"call {key} is not the fold of its events: {said}")
        if offers[row["id"]] != len(true.offers):
            found.append(f"call {key} has {offers[row['id']]} offers, its events {len(true.offers)}")
        if row["lead_id"] is None:
            found.append(f"call {key} without a lead")
    return found


def _half_entries(tx: Connection) -> list[str]:
    """A call that is over without the entry it owes, an entry nobody is told of, an entry that is not owed."""
    rows = {row["call_id"]: row for row in tx.execute(select(notification)).mappings()}
    people = Counter(tx.scalars(select(notification_for.c.notification_id)))
    found = []
    for row in tx.execute(select(call)).mappings():
        wanted = _owes(row)
        entry = rows.pop(row["id"], None)
        if (entry and entry["state"] == "open" and entry["kind"]) != wanted:
            found.append(f"call {row['id']} owes {wanted} and has {entry and dict(entry)}")
        if entry and not people[entry["id"]]:
            found.append(f"entry {entry['id']} is for nobody")
    return found + [f"entry {row['id']} without a call" for row in rows.values()]


def _owes(row: RowMapping) -> str | None:
    """Nobody ever opens a profile here, so this is the whole rule."""
    if not row["over"]:
        return None
    if row["outcome"] != "connected":
        return "missed"
    return None if row["direction"] == "outbound" else "pending"


def _half_feed(tx: Connection) -> list[str]:
    """What the screens were told last, against the tables."""
    told: dict[str, dict[Any, Any]] = {"call": {}, "entry": {}, "popup": {}}
    news = _all_feed(tx)
    for item in news:
        body = json.loads(item.body)
        if item.kind in told:
            told[item.kind][body["id"] if item.kind == "entry" else body["call_id"]] = body
    calls = {row["id"]: row for row in tx.execute(select(call)).mappings()}
    entries = {row["id"]: row for row in tx.execute(select(notification)).mappings()}
    found = [f"the feed tells of call {one} that is not" for one in told["call"].keys() - calls.keys()]
    found += [
        f"the feed shows a card of call {one} that is not" for one in told["popup"].keys() - calls.keys()
    ]
    found += [f"the feed tells of entry {one} that is not" for one in told["entry"].keys() - entries.keys()]
    for call_id, row in calls.items():
        said = told["call"].get(call_id, {})
        if (said.get("over"), said.get("outcome")) != (row["over"], row["outcome"]):
            found.append(f"the feed's last word on call {call_id} is {said}")
    for entry_id, row in entries.items():
        if told["entry"].get(entry_id, {}).get("state") != row["state"]:
            found.append(f"the feed's last word on entry {entry_id} is {told['entry'].get(entry_id)}")
    if [item.id for item in news] != list(tx.scalars(select(feed_table.c.id).order_by(feed_table.c.id))):
        found.append("reading the feed page by page skips rows")
    return found


def _all_feed(tx: Connection) -> list[feed.FeedRow]:
    rows: list[feed.FeedRow] = []
    while page := feed.after(tx, rows[-1].id if rows else 0):
        rows += page
    return rows


def shortened(sentences: Iterable[str], most: int = 8) -> str:
    """For a failure's message: the first few, and how many there are."""
    listed = list(sentences)
    return "\n".join([f"{len(listed)} things are wrong:", *listed[:most]])
