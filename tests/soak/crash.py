"""Killing the server, again and again on one database, while a provider sends; and looking at what is left."""

import random
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from models.store import failpoints
from models.store.base import Store, utc_now
from tests.cast import Cast, Known
from tests.databases import Databases, close_store, open_store
from tests.servers import Running
from tests.soak import books, public
from tests.soak.provider import Provider

PATIENCE = 60
ANY_MOMENT = "any moment"
ORDER = (
    "intake.after_parse",
    "journal.after_deliveries",
    "journal.after_events",
    "journal.after_calls",
    "journal.after_notifications",
    "journal.after_feed",
    "writer.before_commit",
    "writer.after_commit",
    "intake.before_answer",
)
"""The failpoints as a delivery passes them; a test holds the list to the code's."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One death: where (a failpoint's name and its n-th pass, or any moment), and what was found after it."""

    where: str
    acknowledged: int
    unanswered: int
    survived: int
    wrong: list[str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Course:
    """A whole series on one database. ``wrong``: what the database and the public API get wrong at its end."""

    kind: str
    kills: list[Kill]
    calls: int
    deliveries: int
    wrong: list[str]

    @property
    def failed(self) -> bool:
        return bool(self.wrong) or any(kill.wrong for kill in self.kills)


def course(
    databases: Databases,
    known: dict[str, Known],
    kind: str,
    places: Iterable[str],
    folder: Path,
    *,
    workers: int = 1,
    tell: Callable[[Kill], None] = lambda kill: None,
) -> Course:
    """Start, send, die at the first of ``places``, look at the disk; start again for the next; at last let
    everything be said that was not acknowledged, and compare the whole with the provider's memory."""
    rng = random.Random(f"{kind} {sys.platform}")
    with databases.database(kind) as url:
        store = open_store(url, utc_now)
        server = Running(url, folder, store, Cast(store, known[kind]), {"WORKERS": str(workers)})
        server.command = [sys.executable, "-m", "tests.soak.armed"]
        store.db.close()  # and nobody else has the database open when the server dies
        provider = Provider(server.cast, server.url)
        kills = []
        try:
            for place in places:
                kills.append(_kill(server, provider, place, rng))
                tell(kills[-1])
            server.start()
            provider.finish()
            wrong = public.differences(server, provider.memory)
            wrong += [f"refused: {said}" for said in provider.memory.refused]
            server.stop()
            wrong += books.wrong(store, provider.memory)
        finally:
            provider.stop()
            server.kill()
            close_store(store)
        memory = provider.memory
        if len(memory.acknowledged) != len(memory.deliveries):
            wrong.append(f"{len(memory.deliveries) - len(memory.acknowledged)} were never acknowledged")
        return Course(kind, kills, len(memory.stories), len(memory.deliveries), wrong)


def _kill(server: Running, provider: Provider, place: str, rng: random.Random) -> Kill:
    began = time.monotonic()
    memory = provider.memory
    already, failed_before = provider.acknowledged, memory.unanswered.total()
    if place == ANY_MOMENT:
        server.start()
        provider.begin()
        enough = already + rng.randint(20, 200)
        _until(lambda: provider.acknowledged >= enough)
        time.sleep(rng.uniform(0, 0.05))  # a moment of no meaning, inside whatever is going on
    else:
        # A step of the writer is passed once a commit, a step of a request once a request.
        passes = rng.randint(30, 120) if place.startswith("intake") else rng.randint(5, 25)
        place = f"{place}:{passes}"
        server.start(CALLBOARD_FAILPOINT=place, SCHEDULER="false")
        alive = server.workers()
        provider.begin()
        _until(lambda: not alive <= server.workers())
    server.kill()
    provider.stop()
    _let_go(server.store)
    with server.store.read() as tx:
        on_disk = set(books.kept(server.store, tx).values())
    wrong = books.wrong(server.store, memory)
    server.store.db.close()  # the next server must find the files as the dead one left them
    return Kill(
        place,
        provider.acknowledged - already,
        memory.unanswered.total() - failed_before,
        sum(key in on_disk and key not in memory.acknowledged for key in memory.unanswered),
        wrong,
        time.monotonic() - began,
    )


def _let_go(store: Store) -> None:
    """PostgreSQL ends what a dead client had asked for before it notices; then nothing moves any more."""
    if store.db.sqlite:
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with store.read() as tx:
        _until(lambda: tx.scalar(others) == 0)


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError("the server did not do what it was waited for")
        time.sleep(0.005)


assert set(ORDER) == failpoints.DELIVERING
