"""The one write path of calls: deliveries and their events in, calls and all that follows out.

A batch is many deliveries of many providers; every subject is loaded and written once for the whole
batch, in this order: deliveries, events, calls (folded from *all* their events), notifications, feed.
The caller commits. Nothing here looks at the order of arrival: what a call is follows from the set of
its events.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache, partial

from sqlalchemy import Connection, bindparam, select, update

from models.rules.call import Call, CallEvent
from models.rules.lifecycle import fold
from models.store import callrows, decisions, feed, intent_links, leftleads, lookups, notices, popups, turns
from models.store.base import Store
from models.store.decisions import Decided
from models.store.events import SealedEvent
from models.store.failpoints import failpoint
from models.store.lookups import Events, Key
from models.store.prepared import insert_rows
from models.store.words import count_unknown
from models.tables.calls import call, call_event
from models.tables.telephony import delivery


class Verdict(StrEnum):
    """What became of a delivery. A provider hears it as ``accepted``."""

    RECORDED = "recorded"
    NOTHING_NEW = "nothing new"  # every event of it was on file: a redelivery
    NO_EVENT = "no event"  # understood; it says nothing of a call
    FOR_REVIEW = "for review"  # kept, but we could not read it
    TEST = "test event"  # sent by an administrator here: read as all others, and no call is made of it


@dataclass(frozen=True, slots=True)
class Item:
    """One delivery to write.

    ``raw`` is the sealed request, or None for events that no request brought (a seeded history).
    ``verdict`` is given when there are no events. ``replays`` is the id of a kept delivery that is read
    again. ``quiet`` items change the truth but ring no live screen. ``decided`` is the answer to a routing question.
    """

    connection_id: int
    door: str
    received_at: datetime
    raw: bytes | None
    events: Sequence[SealedEvent] = ()
    verdict: Verdict = Verdict.NO_EVENT
    reason: str = ""
    unknown_words: Sequence[tuple[str, str]] = ()
    replays: int | None = None
    quiet: bool = False
    decided: Decided | None = None

    @property
    def weight(self) -> int:
        """Bytes it holds, sealed, and as much again for the request it was read from, which waits beside it."""
        return 2 * (len(self.raw or b"") + sum(len(sealed.body) for sealed in self.events))


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an item; ``delivery_id`` is 0 for an item without a request."""

    delivery_id: int
    verdict: Verdict


Work = Callable[[Connection, Sequence[Item]], list[Written]]


@lru_cache(maxsize=8)
def write_batch(store: Store) -> Work:
    """The work to hand to ``store.writer.submit`` with ``Item`` payloads. One object a store, because
    the writer puts jobs of the same work into one batch."""
    return partial(_write, store)


def _write(store: Store, tx: Connection, items: Sequence[Item]) -> list[Written]:
    known = lookups.events(tx, store.vault, {_key(item, sealed) for item in items for sealed in item.events})
    before = {key: list(events) for key, events in known.by_call.items()}
    fresh, verdicts = _sift(items, known)
    ids = _write_deliveries(store, tx, items, verdicts)
    answers = [(ids[position], item.decided) for position, item in enumerate(items) if item.decided]
    if answers:
        decisions.write(tx, answers)
    failpoint("journal.after_deliveries")
    rows = [
        {
            "connection_id": key[0],
            "provider_call_id": key[1],
            "digest": sealed.digest,
            "delivery_id": ids[position],
            "body_ct": sealed.body,
        }
        for position, key, sealed in fresh
    ]
    if rows:
        insert_rows(tx, call_event, rows)
    failpoint("journal.after_events")
    words = [(item.connection_id, *word) for item in items for word in item.unknown_words]
    if words:
        count_unknown(tx, words, store.now())
    loud = {key for position, key, _ in fresh if not items[position].quiet}
    changed = {key: known.by_call[key] for _, key, _ in fresh}
    _follow(store, tx, changed, before, loud)
    return [Written(ids[position], verdicts[position]) for position in range(len(items))]


def refold(store: Store, tx: Connection, keys: Sequence[Key]) -> None:
    """Fold these calls anew, for a reason other than a new event: time passed, a seat was mapped."""
    known = lookups.events(tx, store.vault, keys)
    _follow(store, tx, known.by_call, known.by_call, set(known.by_call), lookups.changed(tx, keys))


def settle_due(store: Store, limit: int = 500) -> int:
    """Fold the calls whose open offer has lapsed by now; returns how many there were."""

    def work(tx: Connection) -> int:
        rows = tx.execute(
            select(call.c.connection_id, call.c.provider_call_id)
            .where(call.c.settle_at.is_not(None), call.c.settle_at <= store.now())
            .limit(limit)
        )
        keys = [(row.connection_id, row.provider_call_id) for row in rows]
        if keys:
            refold(store, tx, keys)
        return len(keys)

    done: int = store.write(work)
    return done


def _key(item: Item, sealed: SealedEvent) -> Key:
    return (item.connection_id, sealed.event.provider_call_id)


def _sift(items: Sequence[Item], known: Events) -> tuple[list[tuple[int, Key, SealedEvent]], list[Verdict]]:
    """Which events are new (added to ``known``), and each item's verdict."""
    fresh: list[tuple[int, Key, SealedEvent]] = []
    verdicts: list[Verdict] = []
    for position, item in enumerate(items):
        verdict = Verdict.NOTHING_NEW if item.events else item.verdict
        for sealed in item.events:
            key = _key(item, sealed)
            if sealed.digest in known.digests[key]:
                continue
            known.digests[key].add(sealed.digest)
            known.by_call[key].append(sealed.event)
            fresh.append((position, key, sealed))
            verdict = Verdict.RECORDED
        verdicts.append(verdict)
    return fresh, verdicts


def _write_deliveries(
    store: Store, tx: Connection, items: Sequence[Item], verdicts: Sequence[Verdict]
) -> list[int]:
    """Insert new deliveries, update replayed ones; the ids in the items' order."""
    ids = [item.replays or 0 for item in items]
    new = [position for position, item in enumerate(items) if item.raw is not None and not item.replays]
    if new:
        rows = [
            {
                "connection_id": items[position].connection_id,
                "door": items[position].door,
                "received_at": items[position].received_at,
                "raw_ct": items[position].raw,
                "verdict": verdicts[position],
                "reason": items[position].reason,
                "provider_call_id": _call_id(items[position]),
            }
            for position in new
        ]
        for position, row, delivery_id in zip(
            new, rows, store.db.next_ids(tx, delivery, len(new)), strict=True
        ):
            ids[position] = row["id"] = delivery_id
        insert_rows(tx, delivery, rows)
    again = [
        {
            "this_id": item.replays,
            "verdict": verdicts[position],
            "reason": item.reason,
            "provider_call_id": _call_id(item),
            "replayed_at": store.now(),
        }
        for position, item in enumerate(items)
        if item.replays
    ]
    if again:
        tx.execute(update(delivery).where(delivery.c.id == bindparam("this_id")), again)
    return ids


def _call_id(item: Item) -> str | None:
    return item.events[0].event.provider_call_id if item.events else None


def _follow(
    store: Store,
    tx: Connection,
    changed: Mapping[Key, Sequence[CallEvent]],
    before: Mapping[Key, Sequence[CallEvent]],
    loud: set[Key],
    folded: Mapping[Key, datetime] | None = None,
) -> None:
    """Everything that follows from new events: calls, notifications, feed.

    Or from old ones, with ``folded``: when each call was last folded, which is how screens know it.
    """
    if not changed:
        return
    now = store.now()
    folds: dict[Key, tuple[Call | None, Call]] = {
        key: (fold(before[key], (folded or {}).get(key, now)) if before.get(key) else None, fold(events, now))
        for key, events in changed.items()
    }
    links = intent_links.find(store, tx, folds)
    cases = callrows.write(store, tx, folds, now, anew=folded is not None, links=links)
    turns.give(store, tx, cases, now)
    failpoint("journal.after_calls")
    touched = notices.sync(store, tx, cases, now, loud)
    leftleads.tidy(tx, cases, now)
    failpoint("journal.after_notifications")
    if links:
        told = {case.key: (case.call_id, case.call) for case in cases}
        intent_links.follow(store, tx, links, told, changed, now)
    heard = [case for case in cases if case.key in loud]
    loud_ids = {case.call_id for case in heard}
    news = popups.news(heard, now)
    news += notices.news(store, tx, [row for row in touched if row.call_id in loud_ids], now)
    feed.append(tx, store.db, now, news)
    failpoint("journal.after_feed")
