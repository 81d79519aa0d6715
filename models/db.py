"""The engine, and the only place where SQLite and PostgreSQL differ."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
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
            last: int = send(tx, f"SELECT max(id) FROM {table.name}").fetchone()[0] or 0  # noqa: S608
            return range(last + 1, last + 1 + count)
        return [row[0] for row in send(tx, _NEXT_IDS, (f"{table.name}_id_seq", count)).fetchall()]

    def notify_feed(self, tx: Connection) -> None:
        """Ask PostgreSQL to wake the hubs of every process once this transaction commits."""
        if not self.sqlite:
            send(tx, f"NOTIFY {FEED_CHANNEL}")

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


def send(tx: Connection, statement: str, values: Sequence[Any] = ()) -> Any:
    """Hand a statement in the driver's own spelling to the driver; its cursor, with the result.

    Within the transaction of ``tx``, at a fraction of what ``tx.execute`` costs. Errors are those of
    SQLAlchemy, as everywhere else.
    """
    cursor = tx.connection.cursor()
    try:
        cursor.execute(statement, values)
    except _errors(tx) as error:
        raise _named(tx, statement, error) from error
    return cursor


def send_many(tx: Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """``send`` for every row, without results."""
    cursor = tx.connection.cursor()
    try:
        cursor.executemany(statement, rows)
    except _errors(tx) as error:
        raise _named(tx, statement, error) from error


def _errors(tx: Connection) -> type[Exception]:
    found: type[Exception] = tx.dialect.loaded_dbapi.Error
    return found


def _named(tx: Connection, statement: str, error: Exception) -> BaseException:
    """The driver's error as SQLAlchemy raises it, without the values: they hold numbers."""
    gone = tx.dialect.is_disconnect(error, tx.connection.dbapi_connection, None)  # type: ignore[arg-type]
    if gone:
        tx.invalidate(error)
    return DBAPIError.instance(
        statement,
        None,
        error,
        _errors(tx),
        hide_parameters=True,
        connection_invalidated=gone,
        dialect=tx.dialect,
    )


_NEXT_IDS = "SELECT nextval(CAST(%s AS regclass)) FROM generate_series(1, %s)"


def normalise(url: str) -> str:
    """Name the driver: ``postgres://`` and ``postgresql://`` mean psycopg 3."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=40,
        pool_use_lifo=True,  # the connection used last has its pages and statements at hand
        hide_parameters=True,  # errors reach the log, and values are people's
        connect_args={"check_same_thread": False, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # the driver must not open transactions of its own
        cursor = raw.cursor()
        cursor.execute("PRAGMA busy_timeout=10000")  # first: the next one may have to wait
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-32000")
        cursor.execute(
            "PRAGMA wal_autocheckpoint=4000"
        )  # pages changed again and again are carried over once
        cursor.close()

    return engine


def _postgres_engine(url: str, pool_size: int) -> Engine:
    return create_engine(url, pool_size=pool_size, max_overflow=40, hide_parameters=True, pool_pre_ping=True)
