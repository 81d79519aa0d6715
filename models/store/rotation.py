"""Replacing what proves a provider, without losing a delivery: the old one is accepted for some hours more."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from models.store.vault import Vault
from models.tables.telephony import connection, hook_token, retired_secret

SECRETS = b"connection.secrets"
RETIRED = b"retired_secret.value"


@dataclass(frozen=True, slots=True)
class Token:
    """One hook address; ``ends_at`` is None for the one in use. The token itself is kept as a digest only."""

    id: int
    created_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Retiring:
    """A replaced secret that is accepted until ``ends_at``."""

    id: int
    name: str
    ends_at: datetime


def replace(
    tx: Connection,
    vault: Vault,
    connection_id: int,
    secrets: Mapping[str, str],
    *,
    old_until: datetime | None = None,
) -> None:
    """Set single secrets; an empty value removes one, the others stay.

    ``old_until``: each value that is replaced by another one is accepted beside it until then, and values
    replaced earlier no longer than that. What is removed, and what is replaced without ``old_until``, ends at once, older values of the same name included.
    """
    if not secrets:
        return
    sealed = tx.scalar(select(connection.c.secrets_ct).where(connection.c.id == connection_id))
    kept: dict[str, str] = json.loads(vault.open(sealed, SECRETS)) if sealed else {}
    for name, value in secrets.items():
        old = kept.get(name)
        if not value or old_until is None:
            _forget(tx, connection_id, name)
        elif old and old != value:
            tx.execute(
                update(retired_secret)
                .where(
                    retired_secret.c.connection_id == connection_id,
                    retired_secret.c.name == name,
                    retired_secret.c.expires_at > old_until,
                )
                .values(expires_at=old_until)
            )
            tx.execute(
                insert(retired_secret).values(
                    connection_id=connection_id,
                    name=name,
                    value_ct=vault.seal(old.encode(), RETIRED),
                    expires_at=old_until,
                )
            )
    kept = {name: value for name, value in (kept | dict(secrets)).items() if value}
    new = vault.seal(json.dumps(kept).encode(), SECRETS) if kept else None
    tx.execute(update(connection).where(connection.c.id == connection_id).values(secrets_ct=new))


def accepted(
    tx: Connection, vault: Vault, now: datetime, connection_ids: Iterable[int] | None = None
) -> dict[int, dict[str, tuple[str, ...]]]:
    """Connection → name → values that were replaced and are still accepted, decrypted: never log them."""
    asked = (
        select(retired_secret).where(retired_secret.c.expires_at > now).order_by(retired_secret.c.id.desc())
    )
    if connection_ids is not None:
        asked = asked.where(retired_secret.c.connection_id.in_(list(connection_ids)))
    found: dict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for row in tx.execute(asked):
        values = found[row.connection_id]
        value = vault.open(row.value_ct, RETIRED).decode()
        values[row.name] = (*values.get(row.name, ()), value)
    return found


def retiring(tx: Connection, connection_id: int, now: datetime) -> list[Retiring]:
    """Replaced secrets of a connection that still count, the one that ends first in front."""
    rows = tx.execute(
        select(retired_secret.c.id, retired_secret.c.name, retired_secret.c.expires_at)
        .where(retired_secret.c.connection_id == connection_id, retired_secret.c.expires_at > now)
        .order_by(retired_secret.c.expires_at, retired_secret.c.id)
    )
    return [Retiring(*row) for row in rows]


def end_retired(tx: Connection, connection_id: int, name: str) -> int:
    """Accept older values of this secret no longer; how many there were."""
    return _forget(tx, connection_id, name)


def tokens(tx: Connection, connection_id: int, now: datetime) -> list[Token]:
    """The hook addresses that work now, the newest first."""
    rows = tx.execute(
        select(hook_token.c.id, hook_token.c.created_at, hook_token.c.expires_at)
        .where(
            hook_token.c.connection_id == connection_id,
            or_(hook_token.c.expires_at.is_(None), hook_token.c.expires_at > now),
        )
        .order_by(hook_token.c.id.desc())
    )
    return [Token(*row) for row in rows]


def revoke_token(tx: Connection, connection_id: int, token_id: int, at: datetime) -> bool:
    """End one hook address now; False when this connection has no such one that works."""
    ended = tx.execute(
        update(hook_token)
        .where(
            hook_token.c.id == token_id,
            hook_token.c.connection_id == connection_id,
            or_(hook_token.c.expires_at.is_(None), hook_token.c.expires_at > at),
        )
        .values(expires_at=at)
    )
    return bool(ended.rowcount)


def purge(tx: Connection, now: datetime) -> int:
    """Delete replaced secrets and hook tokens whose time is over."""
    gone = tx.execute(delete(retired_secret).where(retired_secret.c.expires_at <= now)).rowcount
    return gone + tx.execute(delete(hook_token).where(hook_token.c.expires_at <= now)).rowcount


def _forget(tx: Connection, connection_id: int, name: str) -> int:
    return tx.execute(
        delete(retired_secret).where(
            retired_secret.c.connection_id == connection_id, retired_secret.c.name == name
        )
    ).rowcount
