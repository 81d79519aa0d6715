"""The institution that the figures are measured in: 5 teams, 200 counselors, 5,000 leads, one connection.

Everything is numbered, so that a generator in another process knows every seat and number without asking.
"""

from collections.abc import Callable
from datetime import timedelta

import argon2
from sqlalchemy import Connection, insert

from models.rules.access import Role
from models.store import bulk, connections, people, sessions
from models.store.base import Store
from models.store.vault import digest
from models.tables.telephony import hook_token

TOKEN = "0123456789abcdef0123456789abcdef"
TEAMS = 5
COUNSELORS = 200
LEADS = 5_000
CITIES = ("Indore", "Pune", "Kochi", "Nagpur", "Surat")
PROGRAMMES = ("B.Tech", "MBA", "B.Des", "M.Sc")


def seat(number: int) -> str:
    """The address of a counselor (0 to ``COUNSELORS`` - 1), in E.164."""
    return f"+9190{number:08}"


def did(team: int) -> str:
    """The number that callers of a team (0 to ``TEAMS`` - 1) dial."""
    return f"+9173140{team:05}"


def lead_phone(number: int) -> str:
    return f"+9198{number:08}"


def email(number: int) -> str:
    return f"counselor{number}@example.org"


def fill(store: Store) -> None:
    """Put the institution into an empty, migrated database."""
    # Real Argon2id at the least cost it allows: nobody signs in by password here.
    sessions._hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with store.db.begin() as tx:
        teams = [people.add_team(tx, f"{city} admissions") for city in CITIES]
        line = _line(tx, store, teams)
        staff = [_counselor(tx, store, teams, line, number) for number in range(COUNSELORS)]
        for number, team_id in enumerate(teams):
            _person(tx, store, f"supervisor{number}@example.org", Role.SUPERVISOR, supervised=[team_id])
        _person(tx, store, "admin@example.org", Role.ADMIN)
    add_leads(store, 0, LEADS, lambda number: staff[number % COUNSELORS])


def add_leads(store: Store, first: int, count: int, owner: Callable[[int], int | None]) -> None:
    """More leads with running numbers, in transactions of a size that memory does not notice."""
    at = store.now() - timedelta(days=30)
    for start in range(first, first + count, 20_000):
        chunk = [
            bulk.NewLead(
                name=f"Lead {number}",
                phone=lead_phone(number),
                stage="New enquiry",
                source="Website",
                created_at=at,
                email=f"lead{number}@example.org",
                programme=PROGRAMMES[number % len(PROGRAMMES)],
                city=CITIES[number % len(CITIES)],
                owner_id=owner(number),
            )
            for number in range(start, min(start + 20_000, first + count))
        ]
        with store.db.begin() as tx:
            bulk.add_leads(tx, store.vault, chunk)
    with store.db.begin() as tx:
        bulk.refresh_statistics(tx)


def _line(tx: Connection, store: Store, teams: list[int]) -> int:
    line = connections.add(
        tx, store.vault, slug="bench", vendor="open", label="Bench line", at=store.now(), team_id=teams[0]
    )
    tx.execute(
        insert(hook_token).values(connection_id=line, token_hash=digest(TOKEN), created_at=store.now())
    )
    for number, team_id in enumerate(teams):
        connections.add_did(tx, number=did(number), label=f"{CITIES[number]} helpline", team_id=team_id)
    return line


def _counselor(tx: Connection, store: Store, teams: list[int], line: int, number: int) -> int:
    person_id = _person(tx, store, email(number), Role.COUNSELOR, team_id=teams[number % TEAMS])
    connections.add_seat(tx, store.vault, connection_id=line, person_id=person_id, address=seat(number))
    return person_id


def _person(
    tx: Connection,
    store: Store,
    address: str,
    role: Role,
    team_id: int | None = None,
    supervised: list[int] | None = None,
) -> int:
    return people.add(
        tx,
        name=address.partition("@")[0].title(),
        email=address,
        role=role,
        password="a long enough password",
        at=store.now(),
        team_id=team_id,
        supervised=supervised or (),
    )
