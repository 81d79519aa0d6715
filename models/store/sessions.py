"""Sign-in and sessions. A session lives here, not in the cookie, so ending it ends it at once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, delete, insert, select, update

from models.rules.access import Role, Viewer
from models.store.base import Store
from models.store.vault import digest
from models.tables.people import login_session, person, supervises

_hasher = PasswordHasher()
_nobody = _hasher.hash(secrets.token_urlsafe())
"""Verified against for an unknown e-mail, so that the answer takes the same time."""

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A live session: whose it is and the token its posts must carry."""

    id_hash: str
    viewer: Viewer
    csrf: str
    seen_at: datetime


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def check_password(tx: Connection, email: str, password: str) -> int | None:
    """The id of the active person with this e-mail and password, or None."""
    row = tx.execute(
        select(person.c.id, person.c.password_hash, person.c.active).where(
            person.c.email == email.strip().lower()
        )
    ).first()
    try:
        _hasher.verify(row.password_hash if row else _nobody, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return row.id if row and row.active else None


def start(store: Store, person_id: int, lasting: timedelta) -> tuple[str, str]:
    """Open a session; returns the secret for the cookie and the CSRF token."""
    secret, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    now = store.now()
    store.write(
        lambda tx: tx.execute(
            insert(login_session).values(
                id_hash=digest(secret),
                person_id=person_id,
                csrf=csrf,
                created_at=now,
                seen_at=now,
                expires_at=now + lasting,
            )
        )
    )
    return secret, csrf


def find(tx: Connection, secret: str, now: datetime) -> Session | None:
    """The live session of this cookie; None when it ended, expired, or its person was deactivated."""
    row = tx.execute(
        select(
            login_session.c.id_hash,
            login_session.c.csrf,
            login_session.c.seen_at,
            login_session.c.person_id,
        ).where(login_session.c.id_hash == digest(secret), login_session.c.expires_at > now)
    ).first()
    if row is None:
        return None
    viewer = viewer_of(tx, row.person_id)
    return Session(row.id_hash, viewer, row.csrf, row.seen_at) if viewer else None


def touch(store: Store, session: Session) -> None:
    """Remember that the session was used, at most once a minute."""
    now = store.now()
    if now - session.seen_at >= SEEN_EVERY:
        store.write(
            lambda tx: tx.execute(
                update(login_session).where(login_session.c.id_hash == session.id_hash).values(seen_at=now)
            )
        )


def end(store: Store, secret: str) -> None:
    store.write(lambda tx: tx.execute(delete(login_session).where(login_session.c.id_hash == digest(secret))))


def end_all(tx: Connection, person_id: int) -> None:
    """End every session of a person: after a password change or when they are deactivated."""
    tx.execute(delete(login_session).where(login_session.c.person_id == person_id))


def purge(tx: Connection, now: datetime) -> int:
    return tx.execute(delete(login_session).where(login_session.c.expires_at <= now)).rowcount


def viewer_of(tx: Connection, person_id: int) -> Viewer | None:
    """The viewer an active person is, with the teams they belong to or supervise."""
    row = tx.execute(select(person).where(person.c.id == person_id, person.c.active)).first()
    if row is None:
        return None
    role = Role(row.role)
    teams: frozenset[int] = frozenset({row.team_id} if row.team_id else ())
    if role is Role.SUPERVISOR:
        teams = frozenset(tx.scalars(select(supervises.c.team_id).where(supervises.c.person_id == person_id)))
    return Viewer(row.id, role, row.name, row.email, teams)
