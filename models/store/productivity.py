"""What each counselor did in a window of local days: grouped counts of calls, rings and entries.

A call belongs to the day it started, in the institution's zone. Every count here can be opened: the
rows behind it are those of ``models.store.callsbehind``, under the same conditions.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, distinct, false, func, or_, select

from models.rules.access import Role, Viewer
from models.rules.call import Direction
from models.rules.tally import Tally
from models.rules.windows import Window
from models.store.base import Rules
from models.store.callscope import RAISED, Scope, connected, human, network
from models.store.entries import initials
from models.tables.calls import call, notification, notification_for, offer
from models.tables.people import person, team

SPARK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Row:
    """One counselor's line; ``person_id`` 0 gathers what belongs to no counselor."""

    person_id: int
    name: str
    initials: str
    team: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Report:
    """``total`` is the sum of ``rows``; ``previous`` the same of the window before, cut off at this time of
    day when the window is still running. ``days`` also holds the days before that sparklines need."""

    window: Window
    rows: Sequence[Row]
    total: Tally
    previous: Tally
    days: Mapping[int, Tally] = field(default_factory=dict)


Cell = tuple[int, int]  # local day, person (0: nobody)


def report(
    tx: Connection,
    viewer: Viewer,
    window: Window,
    *,
    now: datetime,
    rules: Rules,
    teams: frozenset[int] = frozenset(),
) -> Report:
    """The whole report in seven grouped queries. ``now`` tells whether the window is still running."""
    scope = Scope(viewer, teams)
    before = window.previous()
    span = Window(min(before.first, window.last - SPARK_DAYS + 1), window.last)
    cells = _cells(tx, scope, _days(span), rules)
    per_day: dict[int, Tally] = defaultdict(Tally)
    per_person: dict[int, Tally] = defaultdict(Tally)
    previous = Tally()
    for (day, person_id), tally in cells.items():
        per_day[day].add(tally)
        if window.first <= day <= window.last:
            per_person[person_id].add(tally)
    _count_different(tx, scope, _days(span), per_day)
    for day, tally in per_day.items():
        if before.first <= day <= before.last:
            previous.add(tally)
    previous.add(_after_this_time(tx, scope, window, before, now, rules), times=-1)
    rows = _rows(tx, scope, per_person)
    total = Tally()
    for day in range(window.first, window.last + 1):
        if day in per_day:
            total.add(per_day[day])
    return Report(window, rows, total, previous, per_day)


def by_hour(
    tx: Connection, viewer: Viewer, day: int, *, teams: frozenset[int] = frozenset()
) -> dict[tuple[int, str], int]:
    """Calls of one local day by (hour, direction)."""
    rows = tx.execute(
        select(call.c.local_hour, call.c.direction, func.count())
        .where(call.c.local_day == day, call.c.direction.is_not(None), Scope(viewer, teams).calls())
        .group_by(call.c.local_hour, call.c.direction)
    )
    return {(hour, direction): count for hour, direction, count in rows}


def teams_for(tx: Connection, viewer: Viewer) -> list[dict[str, Any]]:
    """The teams a viewer may choose from, by name."""
    wanted = select(team.c.id, team.c.name).order_by(team.c.name)
    if not viewer.sees_all:
        wanted = wanted.where(team.c.id.in_(viewer.teams))
    return [{"id": row.id, "name": row.name} for row in tx.execute(wanted)]


def _days(window: Window) -> ColumnElement[bool]:
    return call.c.local_day.between(window.first, window.last)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _cells(tx: Connection, scope: Scope, when: ColumnElement[bool], rules: Rules) -> dict[Cell, Tally]:
    cells: dict[Cell, Tally] = defaultdict(Tally)
    _add_calls(tx, scope, when, rules, cells)
    _add_rings(tx, scope, when, cells)
    _add_entries(tx, scope, when, cells)
    return cells


def _add_calls(
    tx: Connection, scope: Scope, when: ColumnElement[bool], rules: Rules, cells: dict[Cell, Tally]
) -> None:
    rows = tx.execute(
        select(
            call.c.local_day,
            call.c.person_id,
            call.c.direction,
            func.count(),
            _sum(connected),
            _sum(network),
            _sum(human(rules)),
            func.sum(case((connected, func.coalesce(call.c.talk_seconds, 0)), else_=0)),
        )
        .where(when, call.c.direction.is_not(None), scope.calls())
        .group_by(call.c.local_day, call.c.person_id, call.c.direction)
    )
    for day, person_id, direction, count, talked, answered, reached, seconds in rows:
        tally = cells[day, person_id or 0]
        setattr(tally, direction, getattr(tally, direction) + count)
        tally.connected += int(talked)
        tally.network_answered += int(answered)
        tally.human_connected += int(reached)
        tally.talk_time += int(seconds)


def _add_rings(tx: Connection, scope: Scope, when: ColumnElement[bool], cells: dict[Cell, Tally]) -> None:
    rows = tx.execute(
        select(call.c.local_day, offer.c.person_id, func.count(), _sum(offer.c.answered.is_(True)))
        .join(offer, offer.c.call_id == call.c.id)
        .where(when, call.c.direction == Direction.INBOUND.value, scope.rings())
        .group_by(call.c.local_day, offer.c.person_id)
    )
    for day, person_id, offered, answered in rows:
        tally = cells[day, person_id or 0]
        tally.inbound_offered += offered
        tally.inbound_answered += int(answered)


def _add_entries(tx: Connection, scope: Scope, when: ColumnElement[bool], cells: dict[Cell, Tally]) -> None:
    rows = tx.execute(
        select(
            call.c.local_day,
            notification_for.c.person_id,
            notification.c.kind,
            func.count(),
            _sum(notification.c.state == "open"),
        )
        .join(notification, notification.c.call_id == call.c.id)
        .outerjoin(notification_for, notification_for.c.notification_id == notification.c.id)
        .where(when, notification.c.state.in_(RAISED), scope.entries())
        .group_by(call.c.local_day, notification_for.c.person_id, notification.c.kind)
    )
    for day, person_id, kind, raised, still_open in rows:
        tally = cells[day, person_id or 0]
        if kind == "missed":
            tally.missed += raised
            tally.missed_open += int(still_open)
        else:
            tally.pending += raised
            tally.pending_open += int(still_open)


def _count_different(
    tx: Connection, scope: Scope, when: ColumnElement[bool], per_day: dict[int, Tally]
) -> None:
    """Entries counted once each: a call has at most one, and one day."""
    rows = tx.execute(
        select(
            call.c.local_day,
            notification.c.kind,
            func.count(distinct(notification.c.id)),
            func.count(distinct(case((notification.c.state == "open", notification.c.id)))),
        )
        .join(notification, notification.c.call_id == call.c.id)
        .outerjoin(notification_for, notification_for.c.notification_id == notification.c.id)
        .where(when, notification.c.state.in_(RAISED), scope.entries())
        .group_by(call.c.local_day, notification.c.kind)
    )
    for day, kind, count, still_open in rows:
        if kind == "missed":
            per_day[day].missed_calls += count
            per_day[day].still_open += still_open
        else:
            per_day[day].pending_calls += count


def _after_this_time(
    tx: Connection, scope: Scope, window: Window, before: Window, now: datetime, rules: Rules
) -> Tally:
    """What the last day of the window before had later than this time of day. Otherwise every morning
    would look like a collapse against a whole yesterday."""
    late = Tally()
    local = now.astimezone(rules.zone)
    if window.last != Window.of(local.date(), local.date()).last:
        return late
    same_time = now - timedelta(days=window.days)
    when = and_(call.c.local_day == before.last, call.c.started_at > same_time)
    days: dict[int, Tally] = defaultdict(Tally)
    for (day, _), tally in _cells(tx, scope, when, rules).items():
        days[day].add(tally)
    _count_different(tx, scope, when, days)
    for tally in days.values():
        late.add(tally)
    return late


def _rows(tx: Connection, scope: Scope, per_person: Mapping[int, Tally]) -> list[Row]:
    """Every active counselor in scope, whoever else has data, and last what is nobody's."""
    wanted = or_(
        and_(scope.people(), person.c.role == Role.COUNSELOR.value, person.c.active.is_(True)),
        person.c.id.in_([person_id for person_id in per_person if person_id]) if any(per_person) else false(),
    )
    found = tx.execute(
        select(person.c.id, person.c.name, team.c.name.label("team"))
        .outerjoin(team, team.c.id == person.c.team_id)
        .where(wanted)
        .order_by(person.c.name)
    ).all()
    rows = [
        Row(row.id, row.name, initials(row.name), row.team or "", per_person.get(row.id, Tally()))
        for row in found
    ]
    known = {row.person_id for row in rows}
    nobody = Tally()
    for person_id, tally in per_person.items():
        if person_id not in known:
            nobody.add(tally)
    return rows if nobody.empty else [*rows, Row(0, "No counselor", "–", "", nobody)]
