"""Calls as other systems read them, in pages that keep their place while new calls arrive."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, literal, select, tuple_

from models.rules.access import Viewer
from models.store.api_leads import LeadRef, masks, require_all
from models.tables.base import BigId, Instant
from models.tables.calls import call, offer
from models.tables.leads import lead
from models.tables.people import person
from models.tables.telephony import connection


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls. Every given condition must hold; ``since`` ≤ started < ``until``.

    ``after`` is the (started_at, id) of the last call already read.
    """

    since: datetime | None = None
    until: datetime | None = None
    lead: int | None = None
    connection: str | None = None
    direction: str | None = None
    outcome: str | None = None
    provider_call_id: str | None = None
    after: tuple[datetime, int] | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Offered:
    """One counselor the call rang for. ``counselor`` is None while nobody is mapped to the seat."""

    counselor: str | None
    at: datetime | None
    answered: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call; people by e-mail, durations in seconds, ``outcome`` None while it is not over."""

    id: int
    connection: str
    provider_call_id: str
    direction: str | None
    outcome: str | None
    lead: LeadRef | None
    counselor: str | None
    offered: list[Offered]
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    talk_seconds: int | None
    ring_seconds: int | None
    recording: bool
    campaign: str | None


def page(tx: Connection, viewer: Viewer, wanted: CallFilter) -> tuple[list[CallRow], bool]:
    """The next calls by (started_at, id), and whether more follow."""
    require_all(viewer)
    ids = tx.scalars(_ids(tx, wanted)).all()
    rows = tx.execute(_shown.where(call.c.id.in_(ids[: wanted.limit]))).mappings().all()
    offers = _offers(tx, [row["id"] for row in rows])
    phones = masks(tx, {row["lead_id"] for row in rows if row["lead_id"] is not None})
    return [_row(row, offers, phones) for row in rows], len(ids) > wanted.limit


_shown = (
    select(
        call,
        connection.c.slug,
        lead.c.name.label("lead_name"),
        person.c.email.label("counselor"),
        call.c.recording_ct.is_not(None).label("recorded"),
    )
    .join(connection, connection.c.id == call.c.connection_id)
    .outerjoin(lead, lead.c.id == call.c.lead_id)
    .outerjoin(person, person.c.id == call.c.person_id)
    .order_by(call.c.started_at, call.c.id)
)


def _ids(tx: Connection, wanted: CallFilter) -> Select[tuple[int]]:
    """The page's ids and one more, from one table, so that no planner sorts a year of calls to join them."""
    query = select(call.c.id).order_by(call.c.started_at, call.c.id).limit(wanted.limit + 1)
    if wanted.since is not None:
        query = query.where(call.c.started_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(call.c.started_at < wanted.until)
    if wanted.lead is not None:
        query = query.where(call.c.lead_id == wanted.lead)
    if wanted.direction is not None:
        query = query.where(call.c.direction == wanted.direction)
    if wanted.outcome is not None:
        query = query.where(call.c.over, call.c.outcome == wanted.outcome)
    if wanted.provider_call_id is not None:
        # The ids stand in the question itself: (connection, provider_call_id) is the key calls are found by.
        query = query.where(
            call.c.provider_call_id == wanted.provider_call_id,
            call.c.connection_id.in_(_connection_ids(tx, wanted.connection)),
        )
    elif wanted.connection is not None:
        # "+ 0" hides that key's index: read by it, all calls of a connection would be sorted for one page.
        query = query.where((call.c.connection_id + 0).in_(_connection_ids(tx, wanted.connection)))
    if wanted.after is not None:
        at, call_id = wanted.after
        place = tuple_(literal(at, Instant), literal(call_id, BigId))
        query = query.where(tuple_(call.c.started_at, call.c.id) > place)
    return query


def _connection_ids(tx: Connection, slug: str | None) -> list[int]:
    query = select(connection.c.id)
    return list(tx.scalars(query if slug is None else query.where(connection.c.slug == slug)))


def _offers(tx: Connection, call_ids: Collection[int]) -> dict[int, list[Offered]]:
    found: dict[int, list[Offered]] = {}
    if call_ids:
        rows = tx.execute(
            select(
                offer.c.call_id,
                person.c.email,
                offer.c.offered_at,
                offer.c.answered,
                offer.c.reason,
            )
            .outerjoin(person, person.c.id == offer.c.person_id)
            .where(offer.c.call_id.in_(call_ids))
            .order_by(offer.c.call_id, offer.c.position)
        )
        for call_id, email, at, answered, reason in rows:
            found.setdefault(call_id, []).append(Offered(email, at, answered, reason))
    return found


def _row(row: RowMapping, offers: dict[int, list[Offered]], phones: dict[int, list[str]]) -> CallRow:
    lead_id = row["lead_id"]
    return CallRow(
        id=row["id"],
        connection=row["slug"],
        provider_call_id=row["provider_call_id"],
        direction=row["direction"],
        outcome=row["outcome"] if row["over"] else None,
        lead=LeadRef(lead_id, row["lead_name"], next(iter(phones.get(lead_id, [])), None))
        if lead_id is not None
        else None,
        counselor=row["counselor"],
        offered=offers.get(row["id"], []),
        started_at=row["started_at"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        talk_seconds=row["talk_seconds"],
        ring_seconds=row["ring_seconds"],
        recording=bool(row["recorded"]),
        campaign=row["campaign"],
    )
