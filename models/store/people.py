"""Teams and people, as an administrator keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from models.rules.access import Role
from models.store.sessions import end_all, hash_password
from models.tables.people import person, supervises, team

PASSWORD_MIN = 10
PASSWORD_MAX = 256


class UnknownPerson(LookupError):
    """No person has this e-mail."""


class EmailTaken(ValueError):
    """Another person has this e-mail already."""


class WeakPassword(ValueError):
    """Too short, or longer than anybody types. The message may be shown."""


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
        "password_hash": _hash(password),
        "active": True,
        "created_at": at,
    }
    person_id: int = tx.execute(insert(person).values(values).returning(person.c.id)).scalar_one()
    if supervised:
        tx.execute(insert(supervises), [{"person_id": person_id, "team_id": one} for one in supervised])
    return person_id


def set_password(tx: Connection, email: str, password: str) -> None:
    """Change it and end every session of that person. Raises ``UnknownPerson``, ``WeakPassword``."""
    person_id = id_of(tx, email)
    tx.execute(update(person).where(person.c.id == person_id).values(password_hash=_hash(password)))
    end_all(tx, person_id)


def set_active(tx: Connection, email: str, *, active: bool) -> None:
    """Let somebody in again, or shut them out at once. Raises ``UnknownPerson``."""
    person_id = id_of(tx, email)
    tx.execute(update(person).where(person.c.id == person_id).values(active=active))
    if not active:
        end_all(tx, person_id)


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


def id_of(tx: Connection, email: str) -> int:
    """Raises ``UnknownPerson``."""
    found: int | None = tx.scalar(select(person.c.id).where(person.c.email == email.strip().lower()))
    if found is None:
        raise UnknownPerson(f"nobody has the e-mail {email}")
    return found


def _hash(password: str) -> str:
    if len(password) < PASSWORD_MIN:
        raise WeakPassword(f"a password needs at least {PASSWORD_MIN} characters")
    if len(password) > PASSWORD_MAX:
        raise WeakPassword(f"a password may have at most {PASSWORD_MAX} characters")
    return hash_password(password)


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
