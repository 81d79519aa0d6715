"""The store: one object that the other rooms are given, and through which they read and write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from models.db import Database
from models.store.vault import Vault
from models.store.writer import Writer


def utc_now() -> datetime:
    """Now, aware, UTC: the store's default clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the institution decides; the defaults are those of the domain page."""

    zone: ZoneInfo = ZoneInfo("Asia/Kolkata")
    country: str = "IN"
    human_seconds: int = 10  # talk of at least this long counts as a human answer
    sla_minutes: int = 15  # call back a missed caller within this time
    supervisor_opening_clears: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """Database, keys, writer, rules and clock. Reads: ``with store.read() as tx``; writes: ``store.write(work)``."""

    db: Database
    vault: Vault
    writer: Writer
    rules: Rules = Rules()
    now: Callable[[], datetime] = utc_now

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.db.read() as tx:
            yield tx

    @contextmanager
    def look_up(self) -> Iterator[Connection]:
        """``read`` for what must be quick and has indexes: see ``Database.look_up``."""
        with self.db.look_up() as tx:
            yield tx

    def write(self, work: Callable[[Connection], Any]) -> Any:
        """Run ``work(tx)`` in the next shared commit and return its result once it is durable."""
        return self.writer.do(work)
