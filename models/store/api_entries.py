"""Missed and pending calls as other systems read them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, literal, literal_column, select, tuple_

from models.rules.access import Role, Viewer
from models.store.api_leads import LeadRef, masks, require_all
from models.tables.base import BigId, Instant
from models.tables.calls import call, notification, notification_for
from models.tables.leads import lead
from models.tables.people import person
from models.tables.telephony import connection

# Literals, not parameters: only a literal lets the planner use the partial index of open entries.
STATES = {
    "open": notification.c.state == literal_column("'open'"),
    "cleared": notification.c.state == "cleared",
    "withdrawn": notification.c.state == "withdrawn",
    "all": notification.c.state.in_(("open", "cleared")),
}
"""``all`` leaves out the withdrawn ones: their calls turned out to have been answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries. ``kind`` is missed or pending, ``state`` one of ``STATES``; ``since`` ≤ raised.

    ``after`` is the (raised_at, id) of the last entry already read.
    """

    kind: str
    state: str
    direction: str | None = None
    connection: str | None = None
    since: datetime | None = None
    lead: int | None = None
    after: tuple[datetime, int] | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry; ``counselors`` are the e-mails of everybody it is for, teams and "everyone" spelled out."""

    id: int
    call_id: int
    kind: str
    direction: str | None
    reason: str
    lead: LeadRef
    counselors: list[str]
    connection: str
    did: str | None
    raised_at: datetime
    state: str
    cleared_at: datetime | None
    cleared_by: str | None
    cleared_how: str | None
    late: bool


def page(tx: Connection, viewer: Viewer, wanted: EntryFilter) -> tuple[list[EntryRow], bool]:
    """The next entries by (raised_at, id), and whether more follow."""
    require_all(viewer)
    ids = tx.scalars(_ids(wanted)).all()
    rows = tx.execute(_shown.where(notification.c.id.in_(ids[: wanted.limit]))).mappings().all()
    phones = masks(tx, {row["lead_id"] for row in rows})
    everyone = _counselors(tx) if any(row["everyone"] for row in rows) else set()
    audience = _audience(tx, [row["id"] for row in rows])
    return [
        _row(row, everyone if row["everyone"] else audience.get(row["id"], set()), phones) for row in rows
    ], len(ids) > wanted.limit


_shown = (
    select(
        notification,
        call.c.did,
        connection.c.slug,
        lead.c.name.label("lead_name"),
        person.c.email.label("cleared_email"),
    )
    .join(call, call.c.id == notification.c.call_id)
    .join(connection, connection.c.id == call.c.connection_id)
    .join(lead, lead.c.id == notification.c.lead_id)
    .outerjoin(person, person.c.id == notification.c.cleared_by)
    .order_by(notification.c.raised_at, notification.c.id)
)


def _ids(wanted: EntryFilter) -> Select[tuple[int]]:
    """The page's ids and one more, from one table, so that no planner sorts a year of entries to join them."""
    query = (
        select(notification.c.id)
        .where(notification.c.kind == wanted.kind, STATES[wanted.state])
        .order_by(notification.c.raised_at, notification.c.id)
        .limit(wanted.limit + 1)
    )
    if wanted.direction is not None:
        query = query.where(notification.c.direction == wanted.direction)
    if wanted.connection is not None:
        its_connection = (
            select(connection.c.slug)
            .join(call, call.c.connection_id == connection.c.id)
            .where(call.c.id == notification.c.call_id)
            .scalar_subquery()
        )
        query = query.where(its_connection == wanted.connection)
    if wanted.since is not None:
        query = query.where(notification.c.raised_at >= wanted.since)
    if wanted.lead is not None:
        query = query.where(notification.c.lead_id == wanted.lead)
    if wanted.after is not None:
        at, entry_id = wanted.after
        place = tuple_(literal(at, Instant), literal(entry_id, BigId))
        query = query.where(tuple_(notification.c.raised_at, notification.c.id) > place)
    return query


_active_counselor = (person.c.role == Role.COUNSELOR, person.c.active)


def _counselors(tx: Connection) -> set[str]:
    return set(tx.scalars(select(person.c.email).where(*_active_counselor)))


def _audience(tx: Connection, entry_ids: Collection[int]) -> dict[int, set[str]]:
    """For each entry the people it names, and the active counselors of the teams it names."""
    found: dict[int, set[str]] = {}
    if not entry_ids:
        return found
    ours = notification_for.c.notification_id.in_(entry_ids)
    named = select(notification_for.c.notification_id, person.c.email).join(
        person, person.c.id == notification_for.c.person_id
    )
    pooled = select(notification_for.c.notification_id, person.c.email).join(
        person, person.c.team_id == notification_for.c.team_id
    )
    for query in (named.where(ours), pooled.where(ours, *_active_counselor)):
        for entry_id, email in tx.execute(query):
            found.setdefault(entry_id, set()).add(email)
    return found


def _row(row: RowMapping, counselors: set[str], phones: dict[int, list[str]]) -> EntryRow:
    return EntryRow(
        id=row["id"],
        call_id=row["call_id"],
        kind=row["kind"],
        direction=row["direction"],
        reason=row["reason"],
        lead=LeadRef(row["lead_id"], row["lead_name"], next(iter(phones.get(row["lead_id"], [])), None)),
        counselors=sorted(counselors),
        connection=row["slug"],
        did=row["did"],
        raised_at=row["raised_at"],
        state=row["state"],
        cleared_at=row["cleared_at"],
        cleared_by=row["cleared_email"],
        cleared_how=row["cleared_how"],
        late=row["late"],
    )
