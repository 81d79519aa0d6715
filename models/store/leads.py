"""Leads as screens show them: the head of a profile and lists (``searching`` finds in them). Masked, and only the viewer's own.

A counselor sees the leads they own and those whose calls or entries concern them; a supervisor those of the
counselors of their teams; an admin all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_, select

from models.rules.access import Role, Viewer
from models.rules.redaction import holds_number
from models.store import applications, entries, merging
from models.store.applications import Application
from models.store.base import Rules
from models.store.callrows import local_day
from models.store.lead_editing import shown
from models.store.merging import Alike
from models.store.openings import may_open
from models.tables.calls import call, notification, offer
from models.tables.leads import lead, lead_phone
from models.tables.people import person

PAGE = 50


@dataclass(frozen=True, slots=True)
class Profile:
    """The head and the rail of a lead's page. ``masks`` in the order the numbers are tried; ``external_id`` is None
    also where it holds a number."""

    id: int
    name: str
    programme: str | None
    city: str | None
    language: str | None
    region: str | None
    stage: str
    sub_stage: str | None
    source: str
    email: str | None  # an address that is somebody's number is masked
    external_id: str | None
    created_at: datetime
    owner: str | None
    is_mine: bool
    masks: list[str]
    also_known: list[Alike]  # other leads that may be the same person
    calls: int
    calls_today: int
    talks: int
    last_talk_at: datetime | None
    last_talk_seconds: int | None
    last_talk_by: str | None
    applications: list[Application] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One line of a list of leads. ``waiting`` is "missed", "pending" or None."""

    id: int
    name: str
    programme: str | None
    city: str | None
    stage: str
    mask: str | None
    owner: str | None
    worked_at: datetime
    last_talk_at: datetime | None
    last_talk_seconds: int | None
    waiting: str | None


@dataclass(frozen=True, slots=True)
class Leads:
    """A page of a list, and how many there are in all."""

    rows: list[LeadRow]
    total: int


def profile(tx: Connection, viewer: Viewer, lead_id: int, *, now: datetime, rules: Rules) -> Profile | None:
    """What stands around a lead's timeline; None when there is no such lead or not for this viewer."""
    if not may_open(tx, viewer, lead_id):
        return None
    talker = person.alias("talker")
    row = (
        tx.execute(
            select(lead, person.c.name.label("owner"), talker.c.name.label("talker"))
            .outerjoin(person, person.c.id == lead.c.owner_id)
            .outerjoin(talker, talker.c.id == lead.c.last_talk_by)
            .where(lead.c.id == lead_id)
        )
        .mappings()
        .one()
    )
    today = local_day(now, rules.zone)
    counts = tx.execute(
        select(
            func.count(),
            func.count().filter(call.c.local_day == today),
            func.count().filter(call.c.outcome == "connected"),
        ).where(call.c.lead_id == lead_id)
    ).one()
    return Profile(
        id=lead_id,
        name=row["name"],
        programme=row["programme"],
        city=row["city"],
        language=row["language"],
        region=row["region"],
        stage=row["stage"],
        sub_stage=row["sub_stage"],
        source=row["source"],
        email=shown(row["email"]) or None,
        external_id=None if holds_number(row["external_id"] or "") else row["external_id"],
        created_at=row["created_at"],
        owner=row["owner"],
        is_mine=row["owner_id"] == viewer.person_id,
        masks=list(
            tx.scalars(
                select(lead_phone.c.mask)
                .where(lead_phone.c.lead_id == lead_id)
                .order_by(lead_phone.c.position, lead_phone.c.id)
            )
        ),
        also_known=merging.alike(tx, viewer, lead_id),
        calls=counts[0],
        calls_today=counts[1],
        talks=counts[2],
        last_talk_at=row["last_talk_at"],
        last_talk_seconds=row["last_talk_seconds"],
        last_talk_by=row["talker"],
        applications=applications.of_lead(tx, lead_id),
    )


def mine(tx: Connection, viewer: Viewer, *, limit: int = PAGE, offset: int = 0) -> Leads:
    """The leads this person owns, the one most recently worked on first."""
    own = (lead.c.owner_id == viewer.person_id) & lead.c.merged_into.is_(None)
    return Leads(*page(tx, viewer, own, limit, offset))


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on ``lead`` that keeps what this viewer may see (see ``openings.may_open``); a lead that became
    part of another is nowhere."""
    here = lead.c.merged_into.is_(None)
    if viewer.sees_all:
        return here
    who: Any = (viewer.person_id,)
    if viewer.role is Role.SUPERVISOR:
        who = select(person.c.id).where(person.c.team_id.in_(viewer.teams))
    offered = (
        select(call.c.lead_id).join(offer, offer.c.call_id == call.c.id).where(offer.c.person_id.in_(who))
    )
    return here & or_(
        lead.c.owner_id.in_(who),
        lead.c.id.in_(select(call.c.lead_id).where(call.c.person_id.in_(who), call.c.lead_id.is_not(None))),
        lead.c.id.in_(offered.where(call.c.lead_id.is_not(None))),
        lead.c.id.in_(select(notification.c.lead_id).where(entries.visible(viewer))),
    )


def page(
    tx: Connection,
    viewer: Viewer,
    wanted: ColumnElement[bool],
    limit: int,
    offset: int,
    *,
    first: ColumnElement[bool] | None = None,
) -> tuple[list[LeadRow], int]:
    """Rows of the leads that ``wanted`` keeps (it has to hold ``visible``), and how many there are in all.

    Those that ``first`` holds for come first, then the most recently worked on.
    """
    total = tx.scalar(select(func.count()).select_from(lead).where(wanted)) or 0
    order = [lead.c.worked_at.desc(), lead.c.id.desc()]
    rows: Select[Any] = (
        select(lead, lead_phone.c.mask, person.c.name.label("owner"))
        .outerjoin(lead_phone, (lead_phone.c.lead_id == lead.c.id) & (lead_phone.c.position == 0))
        .outerjoin(person, person.c.id == lead.c.owner_id)
        .where(wanted)
        .order_by(*order if first is None else (case((first, 0), else_=1), *order))
        .limit(limit)
        .offset(offset)
    )
    found = tx.execute(rows).mappings().all()
    waiting = _waiting(tx, viewer, [row["id"] for row in found])
    return [
        LeadRow(
            id=row["id"],
            name=row["name"],
            programme=row["programme"],
            city=row["city"],
            stage=row["stage"],
            mask=row["mask"],
            owner=row["owner"],
            worked_at=row["worked_at"],
            last_talk_at=row["last_talk_at"],
            last_talk_seconds=row["last_talk_seconds"],
            waiting=waiting.get(row["id"]),
        )
        for row in found
    ], total


def _waiting(tx: Connection, viewer: Viewer, ids: Sequence[int]) -> dict[int, str]:
    """What the viewer has open on each lead; missed before pending."""
    rows = tx.execute(
        select(notification.c.lead_id, notification.c.kind)
        .where(notification.c.lead_id.in_(ids), entries.IS_OPEN, entries.visible(viewer))
        .order_by(notification.c.kind.desc())
    )
    return {row.lead_id: row.kind for row in rows}
