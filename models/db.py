"""The engine, and the only place where SQLite and PostgreSQL differ."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

from models.postgres import Asked, Lane, Raw

# An arbitrary constant: every transaction that writes takes this PostgreSQL advisory lock first, so that
# ids of the feed follow commit order and two processes never fold the same call at once.
WRITE_LOCK = 0x43414C4C
LANE = "callboard.lane"
"""Where a connection to PostgreSQL keeps its ``Lane`` while it writes."""

USED = "callboard.used"
IDLE_SECONDS = 1.0
"""A connection to PostgreSQL that lay about so long is asked whether it still stands before it is used."""

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
            lane: Lane | None = None
            if self.sqlite:
                tx.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                tx.info[LANE] = lane = Lane(_raw(tx), f"{_LOOK_UP}, pg_advisory_xact_lock(%s)", (WRITE_LOCK,))
            try:
                yield tx
                if lane is not None:
                    _sending(tx, "COMMIT", lane.commit)
                tx.commit()  # on PostgreSQL it is by now, unless the lane found nothing to commit
            except BaseException:
                tx.info.pop(LANE, None)  # what was not sent must not go with the next transaction
                tx.rollback()
                raise
            tx.info.pop(LANE, None)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; whatever it did is undone, or cannot be done."""
        with self.engine.connect() as tx:
            # PostgreSQL shows each question what is committed by then, in a transaction or outside: one costs two trips.
            yield tx if self.sqlite else tx.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def look_up(self) -> Iterator[Connection]:
        """``read`` for questions that have an index, put by ``ask``: those asked together share a round trip."""
        with self.read() as tx:
            if not self.sqlite:
                tx.info[LANE] = Lane(_raw(tx), _LOOK_UP, always=True)
            try:
                yield tx
            finally:
                tx.info.pop(LANE, None)

    def next_ids(self, tx: Connection, table: Table, count: int) -> Sequence[int]:
        """``count`` unused ids of ``table``, ascending. Only inside ``begin()``, whose lock makes SQLite's
        answer safe; knowing ids beforehand spares a RETURNING for every row."""
        if self.sqlite:
            last: int = ask(tx, f"SELECT max(id) FROM {table.name}").rows()[0][0] or 0  # noqa: S608
            return range(last + 1, last + 1 + count)
        return [row[0] for row in ask(tx, _NEXT_IDS, (f"{table.name}_id_seq", count)).rows()]

    def notify_feed(self, tx: Connection) -> None:
        """Ask PostgreSQL to wake the hubs of every process once this transaction commits."""
        if not self.sqlite:
            tell(tx, f"NOTIFY {FEED_CHANNEL}", ())

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


class Answered:
    """A question that was answered at once."""

    __slots__ = ("_rows",)

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows

    def rows(self) -> list[tuple[Any, ...]]:
        return self._rows


class Asking:
    """A question under way; its errors are those of SQLAlchemy."""

    __slots__ = ("_asked", "_statement", "_tx")

    def __init__(self, tx: Connection, statement: str, asked: Asked) -> None:
        self._tx, self._statement, self._asked = tx, statement, asked

    def rows(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = _sending(self._tx, self._statement, self._asked.rows)
        return found


def ask(tx: Connection, statement: str, values: Sequence[Any] = ()) -> Answered | Asking:
    """Put a question in the driver's own spelling to the driver, at a fraction of what ``tx.execute`` costs.

    ``rows`` of what is returned are its answer. In a write on PostgreSQL nobody waits for it before that, and what was
    asked and told meanwhile goes with it. Errors are those of SQLAlchemy, as everywhere else.
    """
    lane: Lane | None = tx.info.get(LANE)
    if lane is not None:
        return Asking(tx, statement, lane.ask(statement, values))
    raw = tx.connection
    cursor = raw.cursor() if tx.dialect.name == "sqlite" else raw.cursor(binary=True)
    return Answered(_sending(tx, statement, lambda: cursor.execute(statement, values).fetchall()))


def tell(tx: Connection, statement: str, values: Sequence[Any]) -> None:
    """Like ``ask``, for a statement without an answer; the commit comes behind it."""
    lane: Lane | None = tx.info.get(LANE)
    if lane is not None:
        lane.tell(statement, values)
        return
    cursor = tx.connection.cursor()
    _sending(tx, statement, lambda: cursor.execute(statement, values))


def tell_many(tx: Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """``tell`` for every row, at once."""
    cursor = tx.connection.cursor()
    _sending(tx, statement, lambda: cursor.executemany(statement, rows))


def _sending(tx: Connection, statement: str, work: Callable[[], Any]) -> Any:
    try:
        return work()
    except _errors(tx) as error:
        lane: Lane | None = tx.info.get(LANE)
        raise _named(tx, lane.failed if lane else statement, error) from error


def _raw(tx: Connection) -> Raw:
    raw: Any = tx.connection.dbapi_connection
    return raw  # type: ignore[no-any-return]


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


# For whoever has an index for all it looks up. PostgreSQL keeps the first plans of a session, those of foreign keys'
# checks too: made while a table was empty, they read all of it ever after, until statistics are taken next.
_LOOK_UP = (
    "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), "
    "set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
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
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=40, pool_use_lifo=True, hide_parameters=True
    )

    @event.listens_for(engine, "checkin")
    def _used(_raw: Any, record: Any) -> None:
        record.info[USED] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _still_there(raw: Any, record: Any, _fairy: Any) -> None:
        used = record.info.get(USED)
        if used is None or time.monotonic() - used < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(raw)
        except psycopg.Error as error:
            raise InvalidatePoolError from error

    @event.listens_for(engine, "before_cursor_execute")
    def _in_order(tx: Connection, *_: Any) -> None:
        lane: Lane | None = tx.info.get(LANE)
        if lane is not None:
            _sending(tx, "", lane.flush)

    return engine
