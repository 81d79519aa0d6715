"""The small tables that hardly ever change, kept in memory: people, teams, seats, DIDs, connections.

Every batch of calls asks them; a few hundred rows. A copy is thrown away when this process writes one of
the tables, and after ``FRESH_SECONDS`` in any case, so that another process's change is seen soon.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event, select

from models.tables.people import person, team
from models.tables.telephony import connection, did, seat

FRESH_SECONDS = 2.0
TABLES = frozenset({person, team, seat, did, connection})


@dataclass(frozen=True, slots=True)
class Somebody:
    """What screens may say of a person."""

    id: int
    name: str
    team_id: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A connection, as far as calls care."""

    id: int
    label: str
    team_id: int | None


@dataclass(frozen=True, slots=True)
class Directory:
    """One consistent copy. ``seats`` is keyed by (connection id, blind index of the address)."""

    people: Mapping[int, Somebody]
    teams: Mapping[int, str]
    seats: Mapping[tuple[int, bytes], int]
    did_teams: Mapping[str, int | None]
    lines: Mapping[int, Line]


class _Kept:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.copy: Directory | None = None
        self.loaded = 0.0

    def forget(self) -> None:
        self.copy = None


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


_people = select(person.c.id, person.c.name, person.c.team_id)
_teams = select(team.c.id, team.c.name)
_seats = select(seat.c.connection_id, seat.c.address_ix, seat.c.person_id)
_dids = select(did.c.number, did.c.team_id)
_lines = select(connection.c.id, connection.c.label, connection.c.team_id)


def _load(tx: Connection) -> Directory:
    return Directory(
        people={row.id: Somebody(row.id, row.name, row.team_id) for row in tx.execute(_people)},
        teams={row.id: row.name for row in tx.execute(_teams)},
        seats={(line_id, bytes(ix)): person_id for line_id, ix, person_id in tx.execute(_seats)},
        did_teams={number: team_id for number, team_id in tx.execute(_dids)},
        lines={row.id: Line(row.id, row.label, row.team_id) for row in tx.execute(_lines)},
    )
