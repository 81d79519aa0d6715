"""Teams and people, as an administrator keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from models.rules.access import Role, Viewer
from models.store.passwords import hash_password
from models.tables.people import login_session, person, supervises, team


class UnknownPerson(LookupError):
    """No person has this e-mail."""


class EmailTaken(ValueError):
    """Another person has this e-mail already."""


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the administrator's list; ``teams`` are the names of those supervised."""

    id: int
    name: str
    email: str
    role: Role
    team_id: int | None
    team: str | None
    active: bool
    teams: tuple[str, ...] = ()


def add_team(tx: Connection, name: str) -> int:
    """Create a team; an existing one of this name is returned as it is."""
    found: int | None = tx.scalar(select(team.c.id).where(team.c.name == name))
    if found is not None:
        return found
    new_id: int = tx.execute(insert(team).values(name=name).returning(team.c.id)).scalar_one()
    return new_id


def add(
    tx: Connection,
    *,
    name: str,
    email: str,
    role: Role,
    password: str,
    at: datetime,
    team_id: int | None = None,
    supervised: Iterable[int] = (),
) -> int:
    """Create a person and return the id. ``supervised`` are team ids (supervisors only).

    Raises ``EmailTaken``, ``WeakPassword``, ``ValueError`` for a counselor without a team.
    """
    email = email.strip().lower()
    supervised = list(supervised)
    if role is Role.COUNSELOR and team_id is None:
        raise ValueError("a counselor needs a team")
    if supervised and role is not Role.SUPERVISOR:
        raise ValueError("only a supervisor supervises teams")
    if tx.scalar(select(person.c.id).where(person.c.email == email)) is not None:
        raise EmailTaken(f"{email} is somebody's already")
    values = {
        "name": name.strip(),
        "email": email,
        "role": role.value,
        "team_id": team_id,
        "password_hash": hash_password(password),
        "active": True,
        "created_at": at,
    }
    person_id: int = tx.execute(insert(person).values(values).returning(person.c.id)).scalar_one()
    if supervised:
        tx.execute(insert(supervises), [{"person_id": person_id, "team_id": one} for one in supervised])
    return person_id


def set_password(tx: Connection, email: str, password: str) -> None:
    """Change it and end every session of that person. Raises ``UnknownPerson``, ``WeakPassword``."""
    person_id = _id_of(tx, email)
    tx.execute(update(person).where(person.c.id == person_id).values(password_hash=hash_password(password)))
    _end_sessions(tx, person_id)


def set_active(tx: Connection, email: str, *, active: bool) -> None:
    """Let somebody in again, or shut them out at once. Raises ``UnknownPerson``."""
    person_id = _id_of(tx, email)
    tx.execute(update(person).where(person.c.id == person_id).values(active=active))
    if not active:
        _end_sessions(tx, person_id)


def everybody(tx: Connection) -> list[Person]:
    """All people by role and name, for the administrator."""
    supervised: dict[int, list[str]] = {}
    for person_id, name in tx.execute(
        select(supervises.c.person_id, team.c.name)
        .join(team, team.c.id == supervises.c.team_id)
        .order_by(team.c.name)
    ):
        supervised.setdefault(person_id, []).append(name)
    rows = tx.execute(
        select(person, team.c.name.label("team"))
        .outerjoin(team, team.c.id == person.c.team_id)
        .order_by(person.c.role, person.c.name)
    ).mappings()
    return [_person(row, supervised.get(row["id"], ())) for row in rows]


def viewer(tx: Connection, person_id: int) -> Viewer | None:
    """Who this person is to the store; ``None`` for nobody, or somebody shut out."""
    row = tx.execute(select(person).where(person.c.id == person_id, person.c.active)).mappings().first()
    if row is None:
        return None
    role = Role(row["role"])
    teams = {row["team_id"]} - {None}
    if role is Role.SUPERVISOR:
        teams = set(tx.scalars(select(supervises.c.team_id).where(supervises.c.person_id == person_id)))
    return Viewer(person_id, role, row["name"], row["email"], frozenset(teams))


def _id_of(tx: Connection, email: str) -> int:
    found: int | None = tx.scalar(select(person.c.id).where(person.c.email == email.strip().lower()))
    if found is None:
        raise UnknownPerson(f"nobody has the e-mail {email}")
    return found


def _end_sessions(tx: Connection, person_id: int) -> None:
    tx.execute(delete(login_session).where(login_session.c.person_id == person_id))


def _person(row: RowMapping, teams: Iterable[str]) -> Person:
    return Person(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        role=Role(row["role"]),
        team_id=row["team_id"],
        team=row["team"],
        active=row["active"],
        teams=tuple(teams),
    )
