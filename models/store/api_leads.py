"""Leads as other systems read them: masked numbers, owners by e-mail."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from models.rules.access import Viewer
from models.store.vault import Vault
from models.tables.leads import lead, lead_phone
from models.tables.people import person


class NotForViewer(Exception):
    """These reads cover the whole institution; the viewer sees only a part of it."""


def require_all(viewer: Viewer) -> None:
    """Raises ``NotForViewer`` unless ``viewer`` sees the whole institution."""
    if not viewer.sees_all:
        raise NotForViewer


@dataclass(frozen=True, slots=True)
class LeadRef:
    """A lead as it is named beside a call."""

    id: int
    name: str
    phone_masked: str | None  # None: no number is known


@dataclass(frozen=True, slots=True)
class LastTalk:
    """The latest connected call: when it began, how long it lasted, with whom (an e-mail)."""

    at: datetime
    seconds: int | None
    counselor: str | None


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead; ``phones_masked`` in the order they are tried, ``owner`` an e-mail."""

    id: int
    external_id: str | None
    name: str
    phone_masked: str | None
    phones_masked: list[str]
    email: str | None
    programme: str | None
    city: str | None
    region: str | None
    language: str | None
    stage: str
    source: str
    owner: str | None
    last_talk: LastTalk | None
    created_at: datetime
    updated_at: datetime


known = lead.alias("known")
owner = person.alias("owner")
talker = person.alias("talker")
_leads = (
    select(lead, owner.c.email.label("owner_email"), talker.c.email.label("talker_email"))
    .outerjoin(owner, owner.c.id == lead.c.owner_id)
    .outerjoin(talker, talker.c.id == lead.c.last_talk_by)
)


def by_id(tx: Connection, viewer: Viewer, lead_id: int) -> LeadRow | None:
    """One lead, or None."""
    require_all(viewer)
    return next(iter(_rows(tx, _standing(known.c.id == lead_id), 1)), None)


def by_external_id(tx: Connection, viewer: Viewer, external_id: str) -> LeadRow | None:
    """The lead another system knows under ``external_id``, or None."""
    require_all(viewer)
    return next(iter(_rows(tx, _standing(known.c.external_id == external_id), 1)), None)


def by_email(tx: Connection, viewer: Viewer, email: str, limit: int) -> list[LeadRow]:
    """Leads with this e-mail, compared as written and in lower case, by id."""
    require_all(viewer)
    return _rows(tx, lead.c.email.in_({email, email.lower()}) & lead.c.merged_into.is_(None), limit)


def by_phone(tx: Connection, viewer: Viewer, vault: Vault, e164: str, limit: int) -> list[LeadRow]:
    """Leads with this number, the most recently worked on first: that one gets the calls."""
    require_all(viewer)
    ids = tx.scalars(
        select(lead.c.id)
        .join(lead_phone, lead_phone.c.lead_id == lead.c.id)
        .where(lead_phone.c.phone_ix == vault.index(e164))
        .order_by(lead.c.worked_at.desc(), lead.c.id.desc())
        .limit(limit)
    ).all()
    found = {row.id: row for row in _rows(tx, lead.c.id.in_(ids), limit)}
    return [found[lead_id] for lead_id in ids]


def masks(tx: Connection, lead_ids: Collection[int]) -> dict[int, list[str]]:
    """The masked numbers of each lead, in the order they are tried."""
    found: dict[int, list[str]] = {}
    if lead_ids:
        rows = tx.execute(
            select(lead_phone.c.lead_id, lead_phone.c.mask)
            .where(lead_phone.c.lead_id.in_(lead_ids))
            .order_by(lead_phone.c.lead_id, lead_phone.c.position, lead_phone.c.id)
        )
        for lead_id, mask in rows:
            found.setdefault(lead_id, []).append(mask)
    return found


def _standing(named: ColumnElement[bool]) -> ColumnElement[bool]:
    """The lead that is meant (a condition on ``known``), or the one it became part of."""
    return lead.c.id.in_(select(func.coalesce(known.c.merged_into, known.c.id)).where(named))


def _rows(tx: Connection, condition: ColumnElement[bool], limit: int) -> list[LeadRow]:
    query = _leads.where(condition).order_by(lead.c.id).limit(limit)
    rows = tx.execute(query).mappings().all()
    phones = masks(tx, [row["id"] for row in rows])
    return [_row(row, phones.get(row["id"], [])) for row in rows]


def _row(row: RowMapping, phones: list[str]) -> LeadRow:
    last: dict[str, Any] | None = None
    if row["last_talk_at"] is not None:
        last = {
            "at": row["last_talk_at"],
            "seconds": row["last_talk_seconds"],
            "counselor": row["talker_email"],
        }
    return LeadRow(
        id=row["id"],
        external_id=row["external_id"],
        name=row["name"],
        phone_masked=phones[0] if phones else None,
        phones_masked=phones,
        email=row["email"],
        programme=row["programme"],
        city=row["city"],
        region=row["region"],
        language=row["language"],
        stage=row["stage"],
        source=row["source"],
        owner=row["owner_email"],
        last_talk=LastTalk(**last) if last else None,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
