"""Connections to providers as an administrator keeps them: tokens, seats, DIDs."""

import json
import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from sqlalchemy import Connection, func, insert, or_, select, update

from models.rules.access import Role, Viewer
from models.rules.phone import seat_label
from models.store import audit, rotation
from models.store.rotation import SECRETS
from models.store.vault import Vault, digest
from models.tables.people import person, team
from models.tables.telephony import connection, delivery, did, hook_token, seat

ADDRESS = b"seat.address"


class UnknownConnection(LookupError):
    """No connection has this slug."""


@dataclass(frozen=True, slots=True)
class Details:
    """One connection as its page shows it: which secrets are there, never what they are.

    ``secrets`` maps each name to when it was set (None: before that was noted).
    """

    id: int
    slug: str
    vendor: str
    label: str
    zone: str
    country: str
    team_id: int | None
    active: bool
    share: int
    created_at: datetime
    settings: Mapping[str, Any]
    secrets: Mapping[str, datetime | None]


@dataclass(frozen=True, slots=True)
class Listed:
    """One connection in the administrator's list; ``last_at`` is when its provider last spoke."""

    id: int
    slug: str
    vendor: str
    label: str
    active: bool
    seats: int
    last_at: datetime | None


def add(
    tx: Connection,
    vault: Vault,
    *,
    slug: str,
    vendor: str,
    label: str,
    at: datetime,
    zone: str = "Asia/Kolkata",
    country: str = "IN",
    team_id: int | None = None,
    secrets: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> int:
    """Create a connection and return its id.

    ``zone`` is the IANA zone of times the provider sends without an offset, ``country`` the ISO code for
    its numbers without a prefix, ``team_id`` who owns calls to a DID that no team claims.
    """
    values = {
        "slug": slug,
        "vendor": vendor,
        "label": label,
        "zone": zone,
        "country": country,
        "team_id": team_id,
        "secrets_ct": vault.seal(json.dumps(dict(secrets)).encode(), SECRETS) if secrets else None,
        "settings": json.dumps(dict(settings or {})),
        "active": True,
        "created_at": at,
    }
    new_id: int = tx.execute(insert(connection).values(values).returning(connection.c.id)).scalar_one()
    return new_id


def id_of(tx: Connection, slug: str) -> int:
    """Raises ``UnknownConnection``."""
    found: int | None = tx.scalar(select(connection.c.id).where(connection.c.slug == slug))
    if found is None:
        raise UnknownConnection(f"there is no connection {slug!r}")
    return found


def country_of(tx: Connection, slug: str) -> str:
    """ISO code in which this provider's numbers without a prefix are read. Raises ``UnknownConnection``."""
    found: str | None = tx.scalar(select(connection.c.country).where(connection.c.slug == slug))
    if found is None:
        raise UnknownConnection(f"there is no connection {slug!r}")
    return found


def details(tx: Connection, viewer: Viewer, vault: Vault, connection_id: int) -> Details:
    """Raises ``UnknownConnection`` when there is none, or the viewer is no administrator."""
    row = tx.execute(select(connection).where(connection.c.id == connection_id)).first()
    if row is None or viewer.role is not Role.ADMIN:
        raise UnknownConnection("there is no such connection")
    names = json.loads(vault.open(row.secrets_ct, SECRETS)) if row.secrets_ct else {}
    set_at = audit.secrets_set_at(tx, connection_id)
    return Details(
        id=row.id,
        slug=row.slug,
        vendor=row.vendor,
        label=row.label,
        zone=row.zone,
        country=row.country,
        team_id=row.team_id,
        active=row.active,
        share=row.share,
        created_at=row.created_at,
        settings=json.loads(row.settings),
        secrets={name: set_at.get(name) for name in names},
    )


def shares(tx: Connection, viewer: Viewer) -> dict[int, int]:
    """Connection → its share of the dialling, of those that are on; nothing for who is no administrator."""
    if viewer.role is not Role.ADMIN:
        return {}
    rows = tx.execute(select(connection.c.id, connection.c.share).where(connection.c.active))
    return {connection_id: share for connection_id, share in rows}


def change(
    tx: Connection,
    vault: Vault,
    connection_id: int,
    *,
    settings: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    old_until: datetime | None = None,
    **columns: Any,
) -> None:
    """Change ``columns`` (label, zone, country, team_id, active, share) and single settings and secrets.

    A setting that becomes None and a secret that becomes empty are removed; the others stay. ``old_until`` is
    how long a replaced secret is accepted besides (None: not at all). A connection that is not active answers
    its provider 401. Servers follow within seconds.
    """
    if settings:
        current = tx.execute(
            select(connection.c.settings).where(connection.c.id == connection_id)
        ).scalar_one()
        merged = json.loads(current) | dict(settings)
        columns["settings"] = json.dumps({key: value for key, value in merged.items() if value is not None})
    rotation.replace(tx, vault, connection_id, secrets or {}, old_until=old_until)
    if columns:
        tx.execute(update(connection).where(connection.c.id == connection_id).values(columns))


def zone(name: str) -> str:
    """The IANA zone's own name. Raises ``ValueError`` for what is none."""
    try:
        return ZoneInfo(name.strip()).key
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone of the IANA list (such as Asia/Kolkata)") from error


def country(code: str) -> str:
    """The ISO code in capitals. Raises ``ValueError`` for a country whose numbers nobody can read."""
    if code.strip().upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{code!r} is no ISO code of a country (such as IN)")
    return code.strip().upper()


def issue_token(
    tx: Connection, connection_id: int, at: datetime, *, retire_others_at: datetime | None = None
) -> str:
    """A new token for the hook addresses. It is shown once; only its digest is kept.

    ``retire_others_at`` ends the older tokens at that moment (those that end earlier anyway stay as they are), so
    that a provider can be switched over without losing a delivery.
    """
    if retire_others_at is not None:
        tx.execute(
            update(hook_token)
            .where(
                hook_token.c.connection_id == connection_id,
                or_(hook_token.c.expires_at.is_(None), hook_token.c.expires_at > retire_others_at),
            )
            .values(expires_at=retire_others_at)
        )
    token = randomness.token_hex(16)  # the reference product's tokens are 32 hexadecimal digits too
    tx.execute(
        insert(hook_token).values(connection_id=connection_id, token_hash=digest(token), created_at=at)
    )
    return token


def add_seat(tx: Connection, vault: Vault, *, connection_id: int, person_id: int, address: str) -> int:
    """A person's agent number, extension or user name at one provider.

    ``address`` is as the vendor's parser writes it.
    """
    values = {
        "connection_id": connection_id,
        "person_id": person_id,
        "address_ix": vault.index(address),
        "address_ct": vault.seal(address.encode(), ADDRESS),
        "mask": seat_label(address),
    }
    new_id: int = tx.execute(insert(seat).values(values).returning(seat.c.id)).scalar_one()
    return new_id


def seats(tx: Connection, vault: Vault, connection_id: int) -> dict[str, str]:
    """E-mail of each person → address in clear at this connection. For an administrator or a vendor client."""
    rows = tx.execute(
        select(person.c.email, seat.c.address_ct)
        .join(person, person.c.id == seat.c.person_id)
        .where(seat.c.connection_id == connection_id)
        .order_by(seat.c.id)
    )
    return {email: vault.open(sealed, ADDRESS).decode() for email, sealed in rows}


def add_did(tx: Connection, *, number: str, label: str, team_id: int | None = None) -> int:
    """One of the institution's own numbers (E.164) and the team that answers it."""
    values = {"number": number, "label": label, "team_id": team_id}
    new_id: int = tx.execute(insert(did).values(values).returning(did.c.id)).scalar_one()
    return new_id


def dids(tx: Connection) -> list[tuple[str, str, str | None]]:
    """The institution's numbers: number, label, the team that answers it."""
    rows = tx.execute(
        select(did.c.number, did.c.label, team.c.name)
        .outerjoin(team, team.c.id == did.c.team_id)
        .order_by(did.c.number)
    )
    return [(number, label, name) for number, label, name in rows]


def listed(tx: Connection) -> list[Listed]:
    """Every connection by label."""
    seat_count = (
        select(func.count())
        .select_from(seat)
        .where(seat.c.connection_id == connection.c.id)
        .scalar_subquery()
    )
    last = (
        select(delivery.c.received_at)
        .where(delivery.c.connection_id == connection.c.id)
        .order_by(delivery.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = tx.execute(
        select(
            connection.c.id,
            connection.c.slug,
            connection.c.vendor,
            connection.c.label,
            connection.c.active,
            seat_count.label("seats"),
            last.label("last_at"),
        ).order_by(connection.c.label)
    )
    return [Listed(*row) for row in rows]
