"""The supervisors' boards: which entries a filter leaves, and the figures above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from models.rules.access import Role, Viewer
from models.rules.call import Direction, Outcome
from models.store import entries
from models.store.base import Rules
from models.tables.calls import call, notification, notification_for
from models.tables.leads import lead
from models.tables.people import person, team
from models.tables.telephony import connection, did

SOON = timedelta(minutes=5)
LINE_HOURS = 8
LINE_LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a board is narrowed to; an empty set narrows nothing. Ids throughout, directions by their word;
    ``older_than`` is in minutes since the entry was raised."""

    teams: frozenset[int] = frozenset()
    counselors: frozenset[int] = frozenset()
    directions: frozenset[str] = frozenset()
    dids: frozenset[int] = frozenset()
    connections: frozenset[int] = frozenset()
    older_than: int = 0

    def without_age(self) -> "Filters":
        return Filters(self.teams, self.counselors, self.directions, self.dids, self.connections)


@dataclass(frozen=True, slots=True)
class Choices:
    """What each filter offers this viewer: (value, label) pairs by label."""

    teams: list[tuple[int, str]]
    counselors: list[tuple[int, str]]
    dids: list[tuple[int, str]]
    connections: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open entries of one kind. ``late`` are past their time to call back, ``soon`` within five minutes of it."""

    count: int
    late: int
    soon: int
    oldest_at: datetime | None = None
    oldest_lead: str | None = None
    oldest_id: int | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """What became of the calls missed since local midnight, up to a moment."""

    missed: int
    recovered: int
    cleared: int
    called_back_in_time: int
    due: int  # called back, or their time is over


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything in the strip. ``open_line`` counts open missed entries at the last eight hours, oldest first."""

    missed: Waiting
    pending: Waiting
    today: Today
    week_ago: Today
    open_line: Sequence[int]


def rows(
    tx: Connection, viewer: Viewer, kind: str, filters: Filters, *, now: datetime, rules: Rules
) -> list[dict[str, Any]]:
    """The open entries of that kind the filters leave, oldest first, as ``entries.rows`` makes them."""
    ids = tx.scalars(
        _from_entries(select(notification.c.id), viewer, filters, now).where(
            entries.IS_OPEN, notification.c.kind == kind
        )
    ).all()
    found = entries.rows(tx, ids, now=now, rules=rules)
    return sorted(found, key=lambda row: (row["raised_at"], row["id"]))


def figures(tx: Connection, viewer: Viewer, filters: Filters, *, now: datetime, rules: Rules) -> Figures:
    """The strip above the board. Counts of open entries obey every filter, figures of the day all but the age."""
    waiting = _waiting(tx, viewer, filters, now, rules)
    lasting = filters.without_age()
    week = timedelta(days=7)
    return Figures(
        missed=waiting["missed"],
        pending=waiting["pending"],
        today=_today(tx, viewer, lasting, now, rules),
        week_ago=_today(tx, viewer, lasting, now - week, rules),
        open_line=_open_line(tx, viewer, lasting, now),
    )


def choices(tx: Connection, viewer: Viewer) -> Choices:
    """What this viewer may filter by."""
    teams = select(team.c.id, team.c.name).order_by(team.c.name)
    counselors = (
        select(person.c.id, person.c.name)
        .where(person.c.role == Role.COUNSELOR.value, person.c.active.is_(True))
        .order_by(person.c.name)
    )
    if not viewer.sees_all:
        teams = teams.where(team.c.id.in_(viewer.teams))
        counselors = counselors.where(person.c.team_id.in_(viewer.teams))
    return Choices(
        teams=_pairs(tx, teams),
        counselors=_pairs(tx, counselors),
        dids=_pairs(tx, select(did.c.id, did.c.label).order_by(did.c.label, did.c.id)),
        connections=_pairs(tx, select(connection.c.id, connection.c.label).order_by(connection.c.label)),
    )


def _pairs(tx: Connection, wanted: Select[Any]) -> list[tuple[int, str]]:
    return [(value, label) for value, label in tx.execute(wanted)]


def _from_entries(wanted: Select[Any], viewer: Viewer, filters: Filters, now: datetime) -> Select[Any]:
    return wanted.select_from(notification).where(entries.visible(viewer), *_conditions(filters, now))


def _conditions(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.teams:
        members = select(person.c.id).where(person.c.team_id.in_(filters.teams))
        found.append(
            _addressed(
                or_(notification_for.c.team_id.in_(filters.teams), notification_for.c.person_id.in_(members))
            )
        )
    if filters.counselors:
        found.append(_addressed(notification_for.c.person_id.in_(filters.counselors)))
    if filters.directions:
        found.append(notification.c.direction.in_(filters.directions))
    if filters.dids:
        numbers = select(did.c.number).where(did.c.id.in_(filters.dids))
        found.append(_of_call(call.c.did.in_(numbers)))
    if filters.connections:
        found.append(_of_call(call.c.connection_id.in_(filters.connections)))
    if filters.older_than:
        found.append(notification.c.raised_at <= now - timedelta(minutes=filters.older_than))
    return found


def _addressed(to: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(notification_for.c.notification_id == notification.c.id, to).correlate(notification)


def _of_call(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(call.c.id == notification.c.call_id, condition).correlate(notification)


def _waiting(
    tx: Connection, viewer: Viewer, filters: Filters, now: datetime, rules: Rules
) -> dict[str, Waiting]:
    sla = timedelta(minutes=rules.sla_minutes)
    wanted = select(notification.c.kind, notification.c.raised_at, notification.c.id, notification.c.lead_id)
    wanted = _from_entries(wanted, viewer, filters, now).where(entries.IS_OPEN)
    by_kind: dict[str, list[Any]] = {"missed": [], "pending": []}
    # Sorted here: asked for the order, SQLite walks all entries there ever were to have it.
    for row in sorted(tx.execute(wanted).all(), key=lambda row: (row.raised_at, row.id)):
        by_kind[row.kind].append(row)
    leads = {found[0].lead_id for found in by_kind.values() if found}
    named = tx.execute(select(lead.c.id, lead.c.name).where(lead.c.id.in_(leads)))
    names = {row.id: row.name for row in named}
    return {
        kind: Waiting(
            count=len(found),
            late=sum(1 for row in found if row.raised_at + sla <= now),
            soon=sum(1 for row in found if now < row.raised_at + sla <= now + SOON),
            oldest_at=found[0].raised_at if found else None,
            oldest_lead=names.get(found[0].lead_id) if found else None,
            oldest_id=found[0].id if found else None,
        )
        for kind, found in by_kind.items()
    }


def _today(tx: Connection, viewer: Viewer, filters: Filters, now: datetime, rules: Rules) -> Today:
    """Counted as of ``now``: what happened later is not known yet, also when ``now`` is a week ago."""
    later = call.alias("later")
    midnight = now.astimezone(rules.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    after = and_(
        later.c.lead_id == notification.c.lead_id,
        later.c.started_at > notification.c.raised_at,
        later.c.started_at <= now,
    )
    dialled = later.c.direction.in_((Direction.OUTBOUND.value, Direction.CAMPAIGN.value))
    first_try = (
        select(func.min(later.c.started_at)).where(after, dialled).correlate(notification).scalar_subquery()
    )
    recovered = exists().where(after, later.c.outcome == Outcome.CONNECTED.value).correlate(notification)
    wanted = select(
        notification.c.direction,
        notification.c.raised_at,
        notification.c.cleared_at,
        first_try.label("first_try"),
        recovered.label("recovered"),
    )
    found = tx.execute(
        _from_entries(wanted, viewer, filters, now).where(
            notification.c.kind == "missed",
            notification.c.state.in_(("open", "cleared")),
            notification.c.raised_at >= midnight,
            notification.c.raised_at <= now,
        )
    ).all()
    sla = timedelta(minutes=rules.sla_minutes)
    inbound = [(_instant(row.first_try), row.raised_at + sla) for row in found if row.direction == "inbound"]
    return Today(
        missed=len(found),
        recovered=sum(1 for row in found if row.recovered),
        cleared=sum(1 for row in found if row.cleared_at and row.cleared_at <= now),
        called_back_in_time=sum(1 for tried, due in inbound if tried and tried <= due),
        due=sum(1 for tried, due in inbound if tried or due <= now),
    )


def _instant(value: Any) -> datetime | None:
    """``min`` of a column keeps the column's type; this only tells the type checker."""
    found: datetime | None = value
    return found


def _open_line(tx: Connection, viewer: Viewer, filters: Filters, now: datetime) -> list[int]:
    """Entries older than a week that were cleared in these hours are left out: the line is a sketch."""
    since = now - timedelta(hours=LINE_HOURS - 1)
    wanted = _from_entries(select(notification.c.raised_at, notification.c.cleared_at), viewer, filters, now)
    found = tx.execute(
        wanted.where(
            notification.c.kind == "missed",
            or_(
                entries.IS_OPEN,
                and_(
                    notification.c.state == "cleared",
                    notification.c.raised_at >= now - LINE_LOOK_BACK,
                    notification.c.cleared_at >= since,
                ),
            ),
        )
    ).all()
    hours = [now - timedelta(hours=back) for back in range(LINE_HOURS - 1, -1, -1)]
    return [
        sum(1 for row in found if row.raised_at <= at and (row.cleared_at is None or row.cleared_at > at))
        for at in hours
    ]
