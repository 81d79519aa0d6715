"""One stream's text: what was missed and what comes, without a gap and without a double, on both databases."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from dashapp import live
from dashapp.live import RESET, Hub, Pump
from models.store import feed, sessions
from models.store.base import Store, utc_now
from models.store.feed import Audience, News
from tests.cast import Cast, Known, Person
from tests.databases import KINDS, Databases, close_store, open_store

PATIENCE = 30
WRITERS = 8
WRITES_EACH = 25


class Process:
    """What one process of the server has: a store with a writer, a hub, and the pump between them."""

    def __init__(self, url: str) -> None:
        self.store = open_store(url, utc_now)
        self.hub = Hub()
        self._pump = Pump(self.store, self.hub)

    def close(self) -> None:
        self._pump.close()
        close_store(self.store)


class Reader:
    """Reads one stream in a thread, as slowly as a browser far away, until the row of kind "end"; a stream that ends
    before is taken up again."""

    def __init__(self, process: Process, person: Person, cursor: int | None) -> None:
        self.cursor = cursor
        self.ids: list[int] = []
        self.resets = 0
        self._process, self._person = process, person
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def join(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), f"still waiting after row {self.ids[-1:]}"

    def _read(self) -> None:
        secret, _ = sessions.start(self._process.store, self._person.id, timedelta(hours=1))
        last = self.cursor
        while True:
            for text in live.events(
                self._process.store, self._process.hub, self._person.viewer, last, secret
            ):
                self.resets += text == RESET
                if text.startswith("id: "):
                    last = int(text.partition("\n")[0].removeprefix("id: "))
                    self.ids.append(last)
                    time.sleep(0.001)
                if "\nevent: end\n" in text:
                    return


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_gap_and_no_double_while_many_write(
    kind: str, databases: Databases, known_casts: dict[str, Known]
) -> None:
    """Eight threads write through two processes (one, on SQLite), and linger before they commit; readers come at
    any moment, from the beginning or from where the feed stands, and one only polls."""
    rng = random.Random(f"gap {kind}")
    with databases.database(kind) as url, ExitStack() as held:
        processes = [Process(url) for _ in range(1 if kind == "sqlite" else 2)]
        for process in processes:
            held.callback(process.close)
        people = known_casts[kind].people
        store = processes[0].store
        over = threading.Event()
        polled: list[int] = []
        poller = threading.Thread(target=_poll, args=(store, polled, over))
        writers = [
            threading.Thread(target=_write, args=(processes[number % len(processes)].store, number))
            for number in range(WRITERS)
        ]
        readers: list[Reader] = []
        for thread in (poller, *writers):
            thread.start()
        while any(thread.is_alive() for thread in writers):
            if len(readers) < 24:
                process = rng.choice(processes)
                with store.read() as tx:
                    here = feed.last_id(tx)
                cursor = rng.choice((0, here, max(0, here - rng.randint(1, 40)), None))
                readers.append(Reader(process, rng.choice(list(people.values())), cursor))
            time.sleep(rng.uniform(0, 0.03))
        store.write(lambda tx: feed.append(tx, store.db, utc_now(), [News("end", Audience(all=True))]))
        for reader in readers:
            reader.join()
        over.set()
        poller.join()
        with store.read() as tx:
            rows = list(_all(tx))
    ids = [row.id for row in rows]
    assert len(ids) == WRITERS * WRITES_EACH * 2 + 1
    assert polled == ids, "a row became visible below one that had been read"
    assert len(readers) > 5
    for reader in readers:
        begin = reader.ids[0] - 1 if reader.cursor is None else reader.cursor
        assert reader.ids == [row for row in ids if row > begin]
        assert reader.resets == 0
    for name in {row.body for row in rows} - {"{}"}:
        mine = [row.id for row in rows if row.body == name]
        assert len(mine) == 2, "a transaction's rows stay together"


def _write(store: Store, number: int) -> None:
    rng = random.Random(number)
    for turn in range(WRITES_EACH):
        body = {"writer": number, "turn": turn}

        def work(tx: Connection, body: dict[str, Any] = body) -> None:
            for _ in range(2):
                feed.append(tx, store.db, utc_now(), [News("presence", Audience(all=True), body)])
                time.sleep(rng.uniform(0, 0.004))

        store.write(work)


def _poll(store: Store, polled: list[int], over: threading.Event) -> None:
    """Take whatever is visible beyond the last id seen, as fast as possible; to the end, once all is written."""
    while True:
        last_turn = over.is_set()
        with store.read() as tx:
            rows = feed.after(tx, polled[-1] if polled else 0, limit=7)
        polled += [row.id for row in rows]
        if last_turn and not rows:
            return


def _all(tx: Connection) -> Iterator[feed.FeedRow]:
    cursor = 0
    while page := feed.after(tx, cursor):
        yield from page
        cursor = page[-1].id


@pytest.fixture
def hub() -> Hub:
    return Hub()


def stream_of(store: Store, hub: Hub, person: Person, cursor: int | None) -> Iterator[str]:
    """The text after the line that tells when to come back."""
    secret, _ = sessions.start(store, person.id, timedelta(hours=1))
    text = live.events(store, hub, person.viewer, cursor, secret)
    assert next(text).startswith("retry: ")
    return text


def say(store: Store, number: int = 1) -> list[int]:
    """Rows for everybody; their ids."""
    news = [News("presence", Audience(all=True), {"n": turn}) for turn in range(number)]
    store.write(lambda tx: feed.append(tx, store.db, store.now(), news))
    with store.read() as tx:
        return [row.id for row in _all(tx)][-number:]


@pytest.mark.parametrize("beyond", [1, 5_000, 10**17])
def test_a_cursor_of_another_database_means_reload(store: Store, cast: Cast, hub: Hub, beyond: int) -> None:
    [here] = say(store)
    assert next(stream_of(store, hub, cast.asha, here + beyond)) == RESET


def test_a_cursor_that_is_too_old_means_reload(store: Store, cast: Cast, hub: Hub, clock: Any) -> None:
    ids = say(store, 5)
    clock.advance(days=4)
    newest = say(store, 2)
    store.write(lambda tx: feed.trim(tx, clock.ago(days=3)))
    for lost in (0, ids[0], ids[-2]):
        assert next(stream_of(store, hub, cast.asha, lost)) == RESET
    for kept in (ids[-1], newest[0]):
        assert next(stream_of(store, hub, cast.asha, kept)).startswith(f"id: {kept + 1}\n")


def test_what_nobody_could_read_in_time_means_reload(store: Store, cast: Cast, hub: Hub) -> None:
    say(store, 5_600)
    assert next(stream_of(store, hub, cast.asha, 0)) == RESET


def test_after_a_reload_the_stream_goes_on_from_now(store: Store, cast: Cast, hub: Hub) -> None:
    [here] = say(store)
    text = stream_of(store, hub, cast.asha, here + 100)
    assert next(text) == RESET
    pump = Pump(store, hub)
    speaker = threading.Timer(0.05, say, (store,))
    speaker.start()
    try:
        assert next(text).startswith(f"id: {here + 1}\n")
    finally:
        speaker.join()
        pump.close()


def test_a_quiet_stream_says_that_it_lives(
    store: Store, cast: Cast, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(live, "RECHECK_SECONDS", 0.02)
    text = stream_of(store, hub, cast.asha, None)
    assert [next(text) for _ in range(3)] == [": still here\n\n"] * 3


def test_the_heartbeat_is_quicker_than_what_cuts_idle_connections() -> None:
    assert live.HEARTBEAT_SECONDS + live.RECHECK_SECONDS < 30


def test_a_stream_ends_by_itself_and_leaves_nothing_behind(
    store: Store, cast: Cast, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "STREAM_SECONDS", 0.05)
    monkeypatch.setattr(live, "RECHECK_SECONDS", 0.02)
    text = stream_of(store, hub, cast.asha, None)
    assert list(text) == []
    assert len(hub) == 0


def test_hanging_up_leaves_nothing_behind(store: Store, cast: Cast, hub: Hub) -> None:
    text = stream_of(store, hub, cast.asha, None)
    assert len(hub) == 1
    text.close()  # type: ignore[attr-defined]
    assert len(hub) == 0
