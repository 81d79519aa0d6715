"""Teams and people, as an administrator keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from models.rules.access import Role
from models.store.sessions import end_all, hash_password
from models.tables.people import person, supervises, team

PASSWORD_MIN = 10
PASSWORD_MAX = 256


class UnknownPerson(LookupError):
    """No person has this e-mail."""


class UnknownTeam(LookupError):
    """No team has this name."""


class EmailTaken(ValueError):
    """Another person has this e-mail already."""


class LastAdmin(ValueError):
    """Nobody would be left who can administer. The message may be shown."""


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


@dataclass(frozen=True, slots=True)
class Team:
    """One row of the administrator's list; the people are those who may sign in."""

    id: int
    name: str
    counselors: int
    supervisors: tuple[str, ...]


def add_team(tx: Connection, name: str) -> int:
    """Create a team; an existing one of this name is returned as it is."""
    found: int | None = tx.scalar(select(team.c.id).where(team.c.name == name))
    if found is not None:
        return found
    new_id: int = tx.execute(insert(team).values(name=name).returning(team.c.id)).scalar_one()
    return new_id


def team_of(tx: Connection, name: str) -> int:
    """The id of an existing team. Raises ``UnknownTeam``."""
    found: int | None = tx.scalar(select(team.c.id).where(team.c.name == name))
    if found is None:
        raise UnknownTeam(f"there is no team {name!r}; add it with: team add {name!r}")
    return found


def teams(tx: Connection) -> list[Team]:
    """All teams by name."""
    everyone = [one for one in everybody(tx) if one.active]
    return [
        Team(
            team_id,
            name,
            sum(one.role is Role.COUNSELOR and one.team_id == team_id for one in everyone),
            tuple(one.name for one in everyone if name in one.teams),
        )
        for team_id, name in tx.execute(select(team.c.id, team.c.name).order_by(team.c.name))
    ]


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
    """Let somebody in again, or shut them out at once. Raises ``UnknownPerson``, ``LastAdmin``."""
    person_id = id_of(tx, email)
    if not active:
        _keep_an_admin(tx, person_id)
    tx.execute(update(person).where(person.c.id == person_id).values(active=active))
    if not active:
        end_all(tx, person_id)


def set_role(tx: Connection, email: str, role: Role) -> int:
    """Change it, end every session of that person and return the id. Who supervised no longer does.

    Raises ``UnknownPerson``, ``LastAdmin``, ``ValueError`` for a counselor without a team.
    """
    person_id = id_of(tx, email)
    if role is not Role.ADMIN:
        _keep_an_admin(tx, person_id)
    if role is Role.COUNSELOR and tx.scalar(select(person.c.team_id).where(person.c.id == person_id)) is None:
        raise ValueError("a counselor needs a team; give one first with: user team")
    tx.execute(update(person).where(person.c.id == person_id).values(role=role.value))
    if role is not Role.SUPERVISOR:
        tx.execute(delete(supervises).where(supervises.c.person_id == person_id))
    end_all(tx, person_id)
    return person_id


def set_team(tx: Connection, email: str, team_id: int) -> int:
    """Move somebody, past calls included, end every session and return the id. Raises ``UnknownPerson``."""
    person_id = id_of(tx, email)
    tx.execute(update(person).where(person.c.id == person_id).values(team_id=team_id))
    end_all(tx, person_id)
    return person_id


def set_supervised(tx: Connection, email: str, team_id: int, *, on: bool) -> int:
    """Give a supervisor a team, or take it away; end every session and return the id.

    Raises ``UnknownPerson``, ``ValueError`` for anybody but a supervisor.
    """
    person_id = id_of(tx, email)
    if tx.scalar(select(person.c.role).where(person.c.id == person_id)) != Role.SUPERVISOR:
        raise ValueError("only a supervisor supervises teams; see: user role")
    tx.execute(delete(supervises).where(supervises.c.person_id == person_id, supervises.c.team_id == team_id))
    if on:
        tx.execute(insert(supervises).values(person_id=person_id, team_id=team_id))
    end_all(tx, person_id)
    return person_id


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


def _keep_an_admin(tx: Connection, person_id: int) -> None:
    """Raises ``LastAdmin`` when this person is the only administrator who may sign in."""
    admins = list(tx.scalars(select(person.c.id).where(person.c.role == Role.ADMIN.value, person.c.active)))
    if admins == [person_id]:
        raise LastAdmin("this is the last administrator who may sign in; make another one first")


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
