"""The engine, and the only place where SQLite and PostgreSQL differ."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError

# An arbitrary constant: every transaction that writes takes this PostgreSQL advisory lock first, so that
# ids of the feed follow commit order and two processes never fold the same call at once.
WRITE_LOCK = 0x43414C4C
LEADER_LOCK = 0x43414C4D
FEED_CHANNEL = "callboard_feed"
SYNCHRONOUS = ("on", "local", "remote_write", "remote_apply")


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

    def next_ids(self, tx: Connection, table: Table, count: int) -> Sequence[int]:
        """``count`` unused ids of ``table``, ascending. Only inside ``begin()``, whose lock makes SQLite's
        answer safe; knowing ids beforehand spares a RETURNING for every row."""
        if self.sqlite:
            last: int = tx.scalar(_last_id(table)) or 0
            return range(last + 1, last + 1 + count)
        numbers = tx.execute(_NEXT_IDS, {"sequence": f"{table.name}_id_seq", "count": count})
        return [row[0] for row in numbers]

    def notify_feed(self, tx: Connection) -> None:
        """Ask PostgreSQL to wake the hubs of every process once this transaction commits."""
        if not self.sqlite:
            tx.execute(text(f"NOTIFY {FEED_CHANNEL}"))

    def promises_broken(self, tx: Connection) -> list[str]:
        """Settings of the database with which a commit could be lost after all, in plain words."""
        if self.sqlite:
            return (
                [] if tx.exec_driver_sql("PRAGMA synchronous").scalar() == 2 else ["synchronous is not FULL"]
            )
        # Settings a database server has for speed at the price of a crash.
        wanted = {"fsync": ("on",), "full_page_writes": ("on",), "synchronous_commit": SYNCHRONOUS}
        found = {name: tx.scalar(text("SELECT current_setting(:name)"), {"name": name}) for name in wanted}
        return [f"{name} is {found[name]}" for name in wanted if found[name] not in wanted[name]]

    def clock(self, tx: Connection) -> datetime | None:
        """The database server's own clock; ``None`` where it is this machine's."""
        if self.sqlite:
            return None
        found: datetime | None = tx.scalar(text("SELECT clock_timestamp()"))
        return found

    def close(self) -> None:
        self.engine.dispose()


class Leadership:
    """Held by at most one process of those on this database; whoever dies has let go of it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._file: int | None = None
        self._session: Connection | None = None

    def held(self) -> bool:
        """Take it if it is free; tell whether this process has it now. A lost database is a lost lead."""
        return self._lock_file() if self._db.sqlite else self._lock_session()

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self._session is not None:
            try:
                self._session.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LEADER_LOCK})
            except DBAPIError:
                self._session.invalidate()  # the lock went with the session
            self._session.close()
            self._session = None

    def _lock_file(self) -> bool:
        if self._file is None:
            file = os.open(
                f"{self._db.engine.url.database}.leader", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                return False
            self._file = file
        return True

    def _lock_session(self) -> bool:
        try:
            if self._session is None:
                session = self._db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                if not session.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK}):
                    session.close()
                    return False
                self._session = session
            self._session.execute(text("SELECT 1"))
        except DBAPIError:
            self.release()
            return False
        return True


_NEXT_IDS = text("SELECT nextval(CAST(:sequence AS regclass)) FROM generate_series(1, :count)")


@cache
def _last_id(table: Table) -> Select[Any]:
    return select(func.max(table.c.id))


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
