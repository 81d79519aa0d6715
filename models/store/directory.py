"""The small tables that hardly ever change, kept in memory: people, teams, seats, DIDs, connections.

Every batch of calls asks them; a few hundred rows. A copy is thrown away when this process writes one of
the tables, and after ``FRESH_SECONDS`` in any case, so that another process's change is seen soon.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event, select

from models.rules.access import Role
from models.rules.routing import Words, words
from models.store import dids, skills
from models.store.dids import Did
from models.tables.people import person, skill, team
from models.tables.telephony import connection, did, seat

FRESH_SECONDS = 2.0
TABLES = frozenset({person, team, seat, skill, did, connection})


@dataclass(frozen=True, slots=True)
class Somebody:
    """What screens may say of a person."""

    id: int
    name: str
    team_id: int | None
    active: bool
    counselor: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A connection, as far as calls care."""

    id: int
    label: str
    team_id: int | None


@dataclass(frozen=True, slots=True)
class Directory:
    """One consistent copy. ``seats`` is keyed by (connection id, blind index of the address), ``placed`` holds
    each connection's (person, sealed address) pairs."""

    people: Mapping[int, Somebody]
    teams: Mapping[int, str]
    seats: Mapping[tuple[int, bytes], int]
    placed: Mapping[int, Sequence[tuple[int, bytes]]]
    did_teams: Mapping[str, int | None]
    dids: Mapping[str, Did]
    skills: Mapping[int, Words]
    lines: Mapping[int, Line]


class _Kept:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.copy: Directory | None = None
        self.loaded = float("-inf")

    def forget(self) -> None:
        """Load another before the next answer. The old one stays at hand, should the database go away."""
        self.loaded = float("-inf")


_kept: "WeakKeyDictionary[Engine, _Kept]" = WeakKeyDictionary()
_registering = threading.Lock()


def of(tx: Connection) -> Directory:
    """The directory of the database behind this connection."""
    kept = _kept.get(tx.engine) or _register(tx.engine)
    copy = kept.copy
    if copy is None or time.monotonic() - kept.loaded > FRESH_SECONDS:
        with kept.lock:
            copy = _load(tx)
            kept.copy, kept.loaded = copy, time.monotonic()
    return copy


def latest(engine: Engine) -> Directory | None:
    """The newest copy, however old, without asking the database; None: there never was one."""
    kept = _kept.get(engine)
    return kept.copy if kept is not None else None


def _register(engine: Engine) -> _Kept:
    with _registering:
        known = _kept.get(engine)
        if known is not None:
            return known
        kept = _Kept()

        @event.listens_for(engine, "after_execute")
        def _written(_tx: Any, statement: Any, *_: Any) -> None:
            if not statement.is_select and getattr(statement, "table", None) in TABLES:
                kept.forget()

        _kept[engine] = kept
        return kept


_people = select(person.c.id, person.c.name, person.c.team_id, person.c.active, person.c.role)
_teams = select(team.c.id, team.c.name)
_seats = select(seat.c.connection_id, seat.c.address_ix, seat.c.person_id, seat.c.address_ct).order_by(
    seat.c.id
)
_lines = select(connection.c.id, connection.c.label, connection.c.team_id)


def _load(tx: Connection) -> Directory:
    seats: dict[tuple[int, bytes], int] = {}
    placed: dict[int, list[tuple[int, bytes]]] = defaultdict(list)
    for line_id, ix, person_id, sealed in tx.execute(_seats):
        seats[line_id, bytes(ix)] = person_id
        placed[line_id].append((person_id, bytes(sealed)))
    numbers = {one.number: one for one in dids.listed(tx)}
    return Directory(
        people={
            row.id: Somebody(row.id, row.name, row.team_id, row.active, row.role == Role.COUNSELOR)
            for row in tx.execute(_people)
        },
        teams={row.id: row.name for row in tx.execute(_teams)},
        seats=seats,
        placed=placed,
        did_teams={number: one.team_id for number, one in numbers.items()},
        dids=numbers,
        skills={
            person_id: words((one.kind, one.word) for one in theirs)
            for person_id, theirs in skills.of_everybody(tx).items()
        },
        lines={row.id: Line(row.id, row.label, row.team_id) for row in tx.execute(_lines)},
    )
