"""The engine, and the only place where SQLite and PostgreSQL differ."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

# An arbitrary constant: every transaction that writes takes this PostgreSQL advisory lock first, so that
# ids of the feed follow commit order and two processes never fold the same call at once.
WRITE_LOCK = 0x43414C4C
FEED_CHANNEL = "callboard_feed"


class Database:
    """One database. ``begin()`` is the only way to write, ``read()`` the way to ask."""

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.url = normalise(url)
        self.sqlite = self.url.startswith("sqlite")
        self.engine = (
            _sqlite_engine(self.url, pool_size) if self.sqlite else _postgres_engine(self.url, pool_size)
        )

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction that no other writer overlaps: BEGIN IMMEDIATE, or the advisory lock."""
        with self.engine.connect() as tx:
            if self.sqlite:
                tx.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
            try:
                yield tx
            except BaseException:
                tx.rollback()
                raise
            tx.commit()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; whatever it did is rolled back."""
        with self.engine.connect() as tx:
            yield tx

    def notify_feed(self, tx: Connection) -> None:
        """Ask PostgreSQL to wake the hubs of every process once this transaction commits."""
        if not self.sqlite:
            tx.execute(text(f"NOTIFY {FEED_CHANNEL}"))

    def close(self) -> None:
        self.engine.dispose()


def normalise(url: str) -> str:
    """Name the driver: ``postgres://`` and ``postgresql://`` mean psycopg 3."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=40, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # the driver must not open transactions of its own
        cursor = raw.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.execute("PRAGMA cache_size=-32000")
        cursor.close()

    return engine


def _postgres_engine(url: str, pool_size: int) -> Engine:
    return create_engine(url, pool_size=pool_size, max_overflow=40, pool_pre_ping=True)
