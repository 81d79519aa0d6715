"""What belongs to the institution as a whole: API keys, and whether the keys it runs with fit its data."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, insert, select, update

from models.store.callrows import PHONE
from models.store.connections import ADDRESS
from models.store.vault import Vault, digest
from models.tables.leads import lead_phone
from models.tables.people import api_key, person
from models.tables.telephony import seat

SCOPES = ("calls:read", "missed:read", "pending:read", "leads:read", "leads:write", "counselors:read")


def add_api_key(tx: Connection, *, name: str, scopes: Iterable[str], at: datetime) -> str:
    """Create a key and return it in clear, this once; only its digest is kept.

    Raises ``ValueError`` for a scope that does not exist.
    """
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise ValueError(f"a key needs scopes out of {', '.join(SCOPES)}; not {', '.join(unknown) or 'none'}")
    key = f"cb_{secrets.token_urlsafe(32)}"
    values = {"name": name, "key_hash": digest(key), "scopes": " ".join(wanted), "created_at": at}
    tx.execute(insert(api_key).values(values))
    return key


def revoke_api_key(tx: Connection, name: str, at: datetime) -> int:
    """End every key of this name; returns how many there were."""
    done = tx.execute(
        update(api_key).where(api_key.c.name == name, api_key.c.revoked_at.is_(None)).values(revoked_at=at)
    )
    return done.rowcount


def is_empty(tx: Connection) -> bool:
    """Nobody is in it yet: a database that was just made."""
    return tx.scalar(select(person.c.id).limit(1)) is None


def key_fits(tx: Connection, vault: Vault) -> bool:
    """Does the vault's key open what the database holds? True while it holds nothing sealed.

    With another key every look-up of a caller would silently find nobody, so the server must not start.
    """
    for column, purpose in ((lead_phone.c.phone_ct, PHONE), (seat.c.address_ct, ADDRESS)):
        sealed = tx.scalar(select(column).limit(1))
        if sealed is None:
            continue
        try:
            vault.open(sealed, purpose)
        except InvalidTag:
            return False
    return True
