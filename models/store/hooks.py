"""Which connection a hook token belongs to, from memory: providers must be answered even when the
database is slow, so a stale answer beats none."""

import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from models.store import directory, rotation
from models.store.base import Store
from models.store.rotation import SECRETS
from models.store.vault import digest
from models.store.writer import Unavailable
from models.tables.telephony import connection, hook_token

log = logging.getLogger(__name__)

FRESH_SECONDS = 5.0
RETRY_SECONDS = 1.0
PATIENCE_SECONDS = 0.2
"""How long a knock waits for a fresher copy; somebody may be waiting on the telephone."""

UNKNOWN_SECONDS = 2.0
"""How long it waits when its token is not in the copy at hand, and may be a new one."""

PATIENT = 8
"""How many may wait that long. Anybody can send a token that is not known: were there no bound, they could hold
every thread of the server while the database hangs."""

FIRST_SECONDS = 5.0
"""How long it waits for the first one, without which there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Account:
    """A connection as its vendor's code needs it. ``secrets`` are decrypted: never log them; ``retired`` are older
    values of them that are still accepted."""

    id: int
    slug: str
    vendor: str
    zone: str
    country: str
    secrets: Mapping[str, str]
    settings: Mapping[str, Any]
    retired: Mapping[str, Sequence[str]] = field(default_factory=dict)


class TokenBook:
    """Token → account. Reloaded when older than ``FRESH_SECONDS``, in a thread of its own: a database that hangs
    holds up nobody. Kept as it is while that fails."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._accounts: dict[str, tuple[Account, datetime | None]] | None = None
        self._loaded = self._tried = float("-inf")
        self._loading: threading.Event | None = None
        self._places = threading.BoundedSemaphore(PATIENT)

    def find(self, token: str) -> Account | None:
        """The account of a live token. The token is compared as its SHA-256, so timing tells nothing.

        Raises ``Unavailable`` when the database is away and the token is not in the copy at hand, if there is one.
        """
        key = digest(token)
        asked = time.monotonic()
        found = self._current().get(key)
        if found is None and asked - self._loaded > RETRY_SECONDS:
            found = self._current(reload=True).get(key)
            if found is None and self._loaded < asked:
                raise Unavailable("the database cannot be asked for this token now")
        if found is None or (found[1] is not None and found[1] <= self._store.now()):
            return None
        return found[0]

    def by_id(self, connection_id: int) -> Account | None:
        """The account of a connection, whatever its tokens."""
        with self._store.read() as tx:
            row = tx.execute(select(connection).where(connection.c.id == connection_id)).mappings().first()
            older = rotation.accepted(tx, self._store.vault, self._store.now(), [connection_id])
        return _account(self._store, dict(row), older.get(connection_id, {})) if row else None

    def _current(self, reload: bool = False) -> dict[str, tuple[Account, datetime | None]]:
        now = time.monotonic()
        if self._accounts is None:
            self._reload(now, FIRST_SECONDS)
        elif reload:
            self._reload_for_unknown(now)
        elif self._stale(now):
            self._reload(now, PATIENCE_SECONDS)
        if self._accounts is None:
            raise Unavailable("the database cannot be read now")
        return self._accounts

    def _reload_for_unknown(self, now: float) -> None:
        """With a place, wait long. Without one, only as long as a database that answers would take."""
        if self._places.acquire(blocking=False):
            try:
                self._reload(now, UNKNOWN_SECONDS)
            finally:
                self._places.release()
        else:
            began = self._tried if self._loading else now
            self._reload(now, max(0.0, began + PATIENCE_SECONDS - now))

    def _stale(self, now: float) -> bool:
        """Is it time to load another copy, and nobody does?"""
        due = now - self._loaded > FRESH_SECONDS and now - self._tried > RETRY_SECONDS
        return due and self._loading is None

    def _reload(self, now: float, patience: float) -> None:
        """Wait so many seconds for a fresher copy, beginning to load one unless somebody did."""
        with self._lock:
            loading = self._loading
            if loading is None:
                self._tried = now
                loading = self._loading = threading.Event()
                threading.Thread(target=self._load, args=(loading,), name="hook-tokens", daemon=True).start()
        loading.wait(patience)

    def _load(self, loaded: threading.Event) -> None:
        try:
            with self._store.read() as tx:
                self._accounts = _load(self._store, tx)
                directory.of(tx)  # whoever answers from memory will need it fresh as well
            self._loaded = time.monotonic()
        except SQLAlchemyError as error:
            log.warning("hook tokens could not be reloaded: %s", type(error).__name__)
        finally:
            self._loading = None
            loaded.set()


def _load(store: Store, tx: Connection) -> dict[str, tuple[Account, datetime | None]]:
    rows = tx.execute(
        select(hook_token.c.token_hash, hook_token.c.expires_at, connection)
        .join(connection, connection.c.id == hook_token.c.connection_id)
        .where(connection.c.active)
    ).mappings()
    older = rotation.accepted(tx, store.vault, store.now())
    return {
        row["token_hash"]: (_account(store, dict(row), older.get(row["id"], {})), row["expires_at"])
        for row in rows
    }


def _account(store: Store, row: Mapping[str, Any], retired: Mapping[str, Sequence[str]]) -> Account:
    sealed = row["secrets_ct"]
    return Account(
        id=row["id"],
        slug=row["slug"],
        vendor=row["vendor"],
        zone=row["zone"],
        country=row["country"],
        secrets=json.loads(store.vault.open(sealed, SECRETS)) if sealed else {},
        settings=json.loads(row["settings"]),
        retired=retired,
    )
