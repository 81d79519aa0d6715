"""The audit as it is read: who did what, when, and to whom. Lines come the latest first, a page at a time.

An admin reads all of it. A supervisor reads the lines about numbers (see ``reveals``): their own, and what counselors
of their teams were refused. A counselor reads none.

A line's number rises with its time, but for what lies between two clocks and the order of commits (``SLACK``); so a span
is found by halving the numbers, and no index over the times is needed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from models.rules import redaction
from models.rules.access import Role, Viewer
from models.store import leads
from models.tables.calls import call
from models.tables.leads import lead
from models.tables.people import audit, person, team
from models.tables.telephony import connection
from models.tables.work import follow_up

PAGE = 50
MOST = 20_000
"""A file has at most so many lines."""
SLACK = timedelta(hours=1)

KINDS: Mapping[str, tuple[str, ...]] = {
    "numbers": ("number",),
    "leads": ("lead", "follow_up"),
    "merges": ("lead.merged",),
    "recordings": ("recording",),
    "files": ("export",),
    "settings": ("choice", "disposition", "stage"),
    "providers": ("connection", "did"),
    "people": ("user", "team", "api-key"),
    "softphones": ("softphone",),
}
"""What one can ask for, and how its actions begin. ``merges`` are among ``leads`` too."""

_PERSON = re.compile(r"\bperson:(\d+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines. ``since`` is included, ``until`` is not; an empty set narrows nothing; person 0 is no person: a
    command or an API key."""

    since: datetime
    until: datetime
    people: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``by`` is empty for a command or an API key, which ``detail`` then begins with. ``about`` is what the line is
    of and its id (``("lead", 12)``), ``name`` what it is called, empty for whom it is not to be told; of a call or a
    follow-up it is the lead's, as ``lead_id`` is. In ``detail`` numbers are masked and, for admins, persons named."""

    id: int
    at: datetime
    person_id: int
    by: str
    action: str
    about: tuple[str, int | None]
    name: str
    lead_id: int | None
    detail: str


def may_read(viewer: Viewer) -> bool:
    return viewer.role in (Role.SUPERVISOR, Role.ADMIN)


def kinds_for(viewer: Viewer) -> tuple[str, ...]:
    """The kinds of lines there can be for this viewer."""
    return tuple(KINDS) if viewer.sees_all else ("numbers",) if may_read(viewer) else ()


def lines(
    tx: Connection, viewer: Viewer, wanted: Wanted, *, before: int | None = None, limit: int = PAGE
) -> list[Line]:
    """At most ``limit`` lines, the latest first; ``before`` is the number of the last line of the page before."""
    if not may_read(viewer):
        return []
    last = _first_since(tx, wanted.until + SLACK)
    asked = (
        select(audit, person.c.name.label("by"))
        .outerjoin_from(audit, person, person.c.id == audit.c.person_id)
        .where(
            audit.c.id >= _first_since(tx, wanted.since - SLACK),
            audit.c.id < (last if before is None else min(before, last)),
            audit.c.at >= wanted.since,
            audit.c.at < wanted.until,
        )
    )
    if not viewer.sees_all:
        asked = asked.where(_of_kinds(kinds_for(viewer)), _theirs(viewer, audit.c.person_id))
    if wanted.people:
        asked = asked.where(audit.c.person_id.in_(wanted.people))
    if wanted.kinds:
        asked = asked.where(_of_kinds(wanted.kinds))
    rows = tx.execute(asked.order_by(audit.c.id.desc()).limit(limit)).all()
    names = _names(tx, viewer, rows)
    people = _people_in(tx, rows) if viewer.sees_all else {}
    return [_line(row, people, *names.get(_about(row.subject), ("", None))) for row in rows]


def _line(row: Row[Any], people: Mapping[str, str], name: str, lead_id: int | None) -> Line:
    detail = _PERSON.sub(lambda found: people.get(found[1], found[0]), redaction.numbers(row.detail))
    return Line(
        row.id, row.at, row.person_id, row.by or "", row.action, _about(row.subject), name, lead_id, detail
    )


def _people_in(tx: Connection, rows: Iterable[Row[Any]]) -> dict[str, str]:
    """The names of the persons whom details tell by id, by that id as it is told."""
    told = {number for row in rows for number in _PERSON.findall(row.detail)}
    if not told:
        return {}
    named = select(person.c.id, person.c.name).where(person.c.id.in_([int(number) for number in told]))
    return {str(row.id): row.name for row in tx.execute(named)}


def people_for(tx: Connection, viewer: Viewer) -> list[tuple[int, str]]:
    """Whom the viewer may ask about: (id, name) by name."""
    asked = select(person.c.id, person.c.name).order_by(person.c.name)
    if not viewer.sees_all:
        asked = asked.where(_theirs(viewer, person.c.id))
    return [(row.id, row.name) for row in tx.execute(asked)] if may_read(viewer) else []


def _theirs(viewer: Viewer, who: ColumnElement[int]) -> ColumnElement[bool]:
    counselors = select(person.c.id).where(
        person.c.team_id.in_(viewer.teams), person.c.role == Role.COUNSELOR.value
    )
    return or_(who == viewer.person_id, who.in_(counselors))


def _of_kinds(kinds: Iterable[str]) -> ColumnElement[bool]:
    begins = [each for kind in kinds for each in KINDS[kind]]
    return or_(
        audit.c.action.in_(begins),
        *(audit.c.action.startswith(f"{each}.", autoescape=True) for each in begins),
    )


def _first_since(tx: Connection, at: datetime) -> int:
    """The least number whose line is not older; one above the greatest when all are."""
    low: int = tx.scalar(select(func.min(audit.c.id))) or 1
    high: int = (tx.scalar(select(func.max(audit.c.id))) or 0) + 1
    while low < high:
        half = (low + high) // 2
        after = tx.execute(
            select(audit.c.id, audit.c.at).where(audit.c.id >= half).order_by(audit.c.id).limit(1)
        ).one()
        if after.at < at:
            low = after.id + 1
        else:
            high = half
    return low


def _about(subject: str) -> tuple[str, int | None]:
    what, _, number = subject.partition(":")
    return (what, int(number)) if number.isdecimal() else (subject, None)


def _names(
    tx: Connection, viewer: Viewer, rows: Iterable[Row[Any]]
) -> dict[tuple[str, int | None], tuple[str, int | None]]:
    """What the lines are of: the name and the lead, as far as this viewer may know them."""
    asked: dict[str, set[int]] = {}
    for what, number in {_about(row.subject) for row in rows}:
        if number is not None:
            asked.setdefault(what, set()).add(number)
    found: dict[tuple[str, int | None], tuple[str, int | None]] = {}
    for table in (person, connection, team):
        named = select(table.c.id, table.c.label if table is connection else table.c.name)
        for number, name in tx.execute(named.where(table.c.id.in_(asked.get(table.name, ())))):
            found[table.name, number] = name, None
    of_lead = [("lead", number, number) for number in asked.get("lead", ())]
    for table in (call, follow_up):
        ids = table.c.id.in_(asked.get(table.name, ()))
        of_lead += [
            (table.name, number, of)
            for number, of in tx.execute(select(table.c.id, table.c.lead_id).where(ids))
        ]
    wanted = select(lead.c.id, lead.c.name).where(lead.c.id.in_({of for _, _, of in of_lead}))
    if not viewer.sees_all:
        wanted = wanted.where(leads.visible(viewer))
    names = {row.id: row.name for row in tx.execute(wanted)}
    for what, number, of in of_lead:
        if of in names:
            found[what, number] = names[of], of
    return found
