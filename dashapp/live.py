"""The event stream to browsers, and the hub that feeds it.

The feed table is the truth and a wake-up is a hint: the pump reads what is new after every commit (and
once a second in any case) and hands each row to the streams whose viewer it is meant for. A browser that
lost its stream comes back with the last id it saw and is given everything after it.
"""

import logging
import queue
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg
from flask import Blueprint, Response, request
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from dashapp import auth
from dashapp.context import store as current_store
from dashapp.context import viewer as current_viewer
from dashapp.jsonbody import answer, posted
from models.db import FEED_CHANNEL
from models.rules.access import Viewer
from models.store import catchup, feed, openings, presence, worktime
from models.store.base import Store
from models.store.feed import FeedRow

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
RECHECK_SECONDS = 4.0
STREAM_SECONDS = 600.0
COALESCE_SECONDS = 0.005
"""So long what other processes commit may wait for one another before the hub hears of it."""

BUFFER = 500
MOST_STREAMS = 20
"""Of one person in one process. A browser holds one, on some phones one a tab; each costs a thread."""

_spread = random.SystemRandom()

RESET = "event: reset\ndata: {}\n\n"


@dataclass(eq=False, slots=True)
class Subscriber:
    """One open stream. ``None`` in its queue means: close, the browser will come back."""

    viewer: Viewer
    events: "queue.Queue[tuple[int, str] | None]" = field(default_factory=lambda: queue.Queue(BUFFER))
    overflowed: bool = False


class Hub:
    """The open streams of this process. Delivering never blocks: who cannot follow is cut off and resumes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: dict[Subscriber, None] = {}  # the oldest first
        self._closed = False

    def subscribe(self, viewer: Viewer) -> Subscriber:
        """A new stream; the person's oldest one beyond ``MOST_STREAMS`` is closed for it."""
        subscriber = Subscriber(viewer, overflowed=self._closed)
        with self._lock:
            theirs = [each for each in self._subscribers if each.viewer.person_id == viewer.person_id]
            self._subscribers[subscriber] = None
        for oldest in theirs[: max(0, len(theirs) + 1 - MOST_STREAMS)]:
            self._cut(oldest)
        return subscriber

    def close(self) -> None:
        """End every stream, those still to come as well: this process stops, and browsers find the next one."""
        self._closed = True
        for subscriber in self._all():
            self._cut(subscriber)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        with self._lock:
            self._subscribers.pop(subscriber, None)

    def drop(self, person_id: int) -> None:
        """Close every stream of a person: they signed out or their rights changed."""
        for subscriber in self._all():
            if subscriber.viewer.person_id == person_id:
                self._cut(subscriber)

    def deliver(self, row: FeedRow) -> None:
        text = render(row)
        for subscriber in self._all():
            if row.audience.admits(subscriber.viewer):
                try:
                    subscriber.events.put_nowait((row.id, text))
                except queue.Full:
                    self._cut(subscriber)

    def __len__(self) -> int:
        return len(self._subscribers)

    def _all(self) -> list[Subscriber]:
        with self._lock:
            return list(self._subscribers)

    def _cut(self, subscriber: Subscriber) -> None:
        subscriber.overflowed = True
        with suppress(queue.Full):  # then it is not asleep
            subscriber.events.put_nowait(None)
        self.unsubscribe(subscriber)


class Pump:
    """Reads the feed and hands it to the hub, in a thread of its own."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store, self._hub = store, hub
        self._wake = threading.Event()
        self._stopped = threading.Event()
        with store.read() as tx:
            self._cursor = feed.last_id(tx)
        store.writer.on_commit(self._committed)
        self._threads = [threading.Thread(target=self._run, name="feed-pump", daemon=True)]
        if not store.db.sqlite:
            self._threads.append(threading.Thread(target=self._listen, name="feed-listen", daemon=True))
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._stopped.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(5)

    def _committed(self) -> None:
        """Who subscribes after this asks the feed itself, and the cursor follows within a second."""
        if len(self._hub):
            self._wake.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(1.0)
            self._wake.clear()
            try:
                self._drain()
            except SQLAlchemyError as error:
                log.warning("the feed could not be read: %s", type(error).__name__)
                self._stopped.wait(1.0)

    def _drain(self) -> None:
        while True:
            with self._store.read() as tx:
                if not len(self._hub):
                    last = feed.last_id(tx)
                    # Asked again: who came meanwhile replays what there was before, perhaps less than this.
                    if not len(self._hub):
                        self._cursor = last
                        return
                rows = feed.after(tx, self._cursor)
            for row in rows:
                self._hub.deliver(row)
                self._cursor = row.id
            if len(rows) < feed.PAGE:
                return

    def _listen(self) -> None:
        """PostgreSQL tells of commits in other processes; without it the poll each second still does."""
        address = self._store.db.url.replace("postgresql+psycopg://", "postgresql://", 1)
        while not self._stopped.is_set():
            try:
                with psycopg.connect(address, autocommit=True) as connection:
                    connection.execute(f"LISTEN {FEED_CHANNEL}")
                    while not self._stopped.is_set():
                        for _ in connection.notifies(timeout=1.0, stop_after=1):
                            self._committed()
                            # Each notice costs more than to hear a few of them at once.
                            self._stopped.wait(COALESCE_SECONDS)
            except psycopg.Error as error:
                log.warning("not listening to other processes: %s", type(error).__name__)
                self._stopped.wait(1.0)


def render(row: FeedRow) -> str:
    return f"id: {row.id}\nevent: {row.kind}\ndata: {row.body}\n\n"


def blueprint(hub: Hub) -> Blueprint:
    """The stream and the small calls of live screens."""
    live = Blueprint("live", __name__, url_prefix="/live")

    @live.get("/stream")
    @auth.policy(auth.SIGNED_IN)
    def stream() -> Response:
        last = request.headers.get("Last-Event-ID") or request.args.get("last") or ""
        cursor = int(last) if last.isdecimal() and len(last) < 19 else None
        secret = auth.cookie(auth.SESSION_COOKIE) or ""
        body = events(current_store(), hub, current_viewer(), cursor, secret)
        return Response(body, content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    @live.get("/mine")
    @auth.policy(auth.SIGNED_IN)
    def mine() -> Response:
        kept = current_store()
        with kept.read() as tx:
            return answer(catchup.mine(kept, tx, current_viewer()))

    @live.post("/viewing")
    @auth.policy(auth.SIGNED_IN)
    def viewing() -> Response:
        opening_id = posted().get("opening_id")
        if type(opening_id) is not int or not 0 < opening_id < 2**62:
            return answer({"error": "opening_id must be a number"}, 400)
        return answer({"ok": openings.still_viewing(current_store(), current_viewer(), opening_id)})

    @live.get("/presence")
    @auth.policy(auth.SIGNED_IN)
    def own_presence() -> Response:
        kept = current_store()
        with kept.read() as tx:
            return answer(worktime.live(tx, current_viewer().person_id, kept.now()))

    @live.post("/presence")
    @auth.policy(auth.SIGNED_IN)
    def set_presence() -> Response:
        said = posted()
        state, reason = str(said.get("state")), str(said.get("reason", ""))
        try:
            return answer(presence.set_state(current_store(), current_viewer(), state, reason))
        except ValueError as error:
            return answer({"error": str(error)}, 400)

    return live


def events(store: Store, hub: Hub, viewer: Viewer, cursor: int | None, secret: str) -> Iterator[str]:
    """The text of one stream: first what was missed since ``cursor``, then what comes, no row twice.

    It subscribes before it replays, so nothing can fall between. It ends by itself after some minutes,
    when the session ends, or when the browser cannot follow; the browser then comes back with its cursor.
    """
    subscriber = hub.subscribe(viewer)
    try:
        yield f"retry: {_spread.randint(500, 2500)}\n\n"  # reconnects after a restart must not come all at once
        with store.read() as tx:
            sent = feed.last_id(tx) if cursor is None else cursor
            missed = _missed(tx, sent)
        if missed is None:
            yield RESET
            with store.read() as tx:
                sent = feed.last_id(tx)
            missed = []
        for row in missed:
            sent = row.id
            if row.audience.admits(viewer):
                yield render(row)
        yield from _follow(store, subscriber, sent, secret)
    finally:
        hub.unsubscribe(subscriber)


def _missed(tx: Connection, cursor: int) -> list[FeedRow] | None:
    """All rows after ``cursor``, or None when the feed no longer reaches back that far (or never did)."""
    if cursor > feed.last_id(tx) or cursor < feed.first_id(tx) - 1:
        return None
    rows: list[FeedRow] = []
    while page := feed.after(tx, rows[-1].id if rows else cursor):
        rows += page
        if len(rows) > 5000:
            return None
    return rows


def _follow(store: Store, subscriber: Subscriber, sent: int, secret: str) -> Iterator[str]:
    started = spoke = checked = time.monotonic()
    lasting = STREAM_SECONDS * _spread.uniform(0.8, 1.2)
    while not subscriber.overflowed:
        try:
            due = checked + RECHECK_SECONDS - time.monotonic()
            item = subscriber.events.get(timeout=max(0.0, due))
        except queue.Empty:
            item = None
        now = time.monotonic()
        if item and item[0] > sent:
            sent = item[0]
            yield item[1]
            spoke = now
        if now - spoke >= HEARTBEAT_SECONDS:
            yield ": still here\n\n"
            spoke = now
        if now - checked >= RECHECK_SECONDS:
            checked = now
            found = auth.still_valid(store, secret)
            if found is None or found.viewer != subscriber.viewer or now - started > lasting:
                return
