"""Keys of other systems: issued once, kept as a digest, each with the scopes it was given."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from models.rules.access import Role, Viewer
from models.store.vault import digest
from models.tables.people import api_key

SCOPES = {
    "calls:read": "calls: when, who, how they ended",
    "notifications:read": "missed and pending calls",
    "leads:read": "leads, with masked numbers",
    "leads:write": "create and update leads",
    "openings:write": "report that a counselor opened a lead's profile elsewhere, which clears what was open",
    "counselors:read": "counselors, their presence and whether they are on a call",
    "counselors:seats": "counselors' agent numbers and extensions at each connection, in clear",
}
"""Every scope there is, and what it lets a key do."""

PREFIX = "cb_"
SECRET_BYTES = 32


class UnknownScope(ValueError):
    """A key cannot be given a scope that nothing checks."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that may be used now."""

    id: int
    name: str
    scopes: frozenset[str]

    @property
    def viewer(self) -> Viewer:
        """On whose behalf the store is asked: keys belong to the institution and see all of it."""
        return Viewer(0, Role.ADMIN, self.name, "")


@dataclass(frozen=True, slots=True)
class Listed:
    """A key in the administrator's list; what it is cannot be shown again."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


def issue(tx: Connection, name: str, scopes: Iterable[str], now: datetime) -> str:
    """Make a key and return its secret, which cannot be read again. Raises ``UnknownScope``."""
    granted = sorted(set(scopes))
    unknown = [scope for scope in granted if scope not in SCOPES]
    if unknown:
        raise UnknownScope(", ".join(unknown))
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    tx.execute(
        insert(api_key).values(name=name, key_hash=digest(secret), scopes=" ".join(granted), created_at=now)
    )
    return secret


def find(tx: Connection, secret: str) -> ApiKey | None:
    """The key behind ``secret``; None for one that was never issued or is revoked.

    The look-up is by digest of a 256-bit secret, so its timing tells nothing worth knowing.
    """
    row = tx.execute(
        select(api_key.c.id, api_key.c.name, api_key.c.scopes).where(
            api_key.c.key_hash == digest(secret), api_key.c.revoked_at.is_(None)
        )
    ).one_or_none()
    return ApiKey(row.id, row.name, frozenset(row.scopes.split())) if row else None


def listed(tx: Connection) -> list[Listed]:
    """Every key ever made, the oldest first."""
    rows = tx.execute(
        select(
            api_key.c.id, api_key.c.name, api_key.c.scopes, api_key.c.created_at, api_key.c.revoked_at
        ).order_by(api_key.c.id)
    )
    return [
        Listed(row.id, row.name, tuple(row.scopes.split()), row.created_at, row.revoked_at) for row in rows
    ]


def revoke(tx: Connection, key_id: int, now: datetime) -> bool:
    """End a key at once. False when there is no such key or it was revoked before."""
    ended = tx.execute(
        update(api_key).where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    return bool(ended.rowcount)
