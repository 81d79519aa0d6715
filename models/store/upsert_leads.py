"""Leads as another system tells them: created once, completed later, never emptied."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, exists, func, insert, or_, select, update

from models.rules.access import Role, Viewer
from models.rules.phone import mask
from models.store import tails
from models.store.api_audit import note
from models.store.api_leads import require_all
from models.store.callrows import FIRST_STAGE, PHONE
from models.store.lead_editing import note_move
from models.store.vault import Vault
from models.tables.base import as_kept
from models.tables.leads import lead, lead_phone
from models.tables.people import person

SOURCE = "API"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFacts:
    """What the other system says. None means *not told*. ``phone`` is E.164, ``owner`` an e-mail."""

    phone: str | None = None
    external_id: str | None = None
    name: str | None = None
    email: str | None = None
    programme: str | None = None
    city: str | None = None
    region: str | None = None
    language: str | None = None
    stage: str | None = None
    source: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Upserted:
    """The lead that stands for the facts now; ``created`` is False for one that was known."""

    id: int
    created: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written, because of this field.

    Returned, not raised: an exception would undo the commit that other requests share.
    """

    field: str
    why: str


def upsert(
    tx: Connection, viewer: Viewer, vault: Vault, facts: LeadFacts, now: datetime
) -> Upserted | Refused:
    """Create or complete one lead; what is told replaces what is known, the rest stays.

    It is found by external id, else by number: the most recently worked-on lead that has no other
    external id (two leads may share a number, but two external ids never name one lead).
    """
    require_all(viewer)
    told = _told(facts)
    if facts.owner is not None:
        told["owner_id"] = counselor_id(tx, facts.owner)
        if told["owner_id"] is None:
            return Refused("owner", "No active counselor has this e-mail.")
    phone_ix = vault.index(facts.phone) if facts.phone else None
    found = _find(tx, facts.external_id, phone_ix)
    if found is None:
        if facts.phone is None or phone_ix is None:
            return Refused("phone", "A number is needed: nobody is known under this external_id.")
        lead_id = _create(tx, told, facts.phone, now)
        _add_phone(tx, vault, lead_id, facts.phone, phone_ix)
        note(tx, viewer, "lead.created", lead_id, ", ".join(sorted([*told, "phone"])), now)
        return Upserted(lead_id, True)
    if facts.external_id and found["external_id"] not in (None, facts.external_id):
        del told["external_id"]  # of a lead that became part of this one, where it stays
    changed = {name: value for name, value in told.items() if found[name] != as_kept(lead.c[name], value)}
    if changed:
        _note_move(tx, found, changed, now)
        tx.execute(update(lead).where(lead.c.id == found["id"]).values(**changed, updated_at=now))
    names = list(changed)
    if facts.phone and phone_ix and not _has_phone(tx, found["id"], phone_ix):
        _add_phone(tx, vault, found["id"], facts.phone, phone_ix)
        names.append("phone")
    if names:
        note(tx, viewer, "lead.updated", found["id"], ", ".join(sorted(names)), now)
    return Upserted(found["id"], False)


def _note_move(tx: Connection, found: RowMapping, changed: dict[str, Any], now: datetime) -> None:
    """A stage the other system told is a step of the lead's history; the sub-stage was one of the old stage's."""
    if "stage" not in changed:
        return
    changed["sub_stage"] = None
    was = (found["stage"], found["sub_stage"])
    note_move(tx, found["id"], 0, was, (changed["stage"], None), now)


def counselor_id(tx: Connection, email: str) -> int | None:
    """The active counselor with this e-mail, whatever its case; None when there is no such."""
    return tx.scalar(
        select(person.c.id).where(
            person.c.email == email.lower(), person.c.role == Role.COUNSELOR, person.c.active
        )
    )


def _told(facts: LeadFacts) -> dict[str, Any]:
    columns = {
        "external_id": facts.external_id,
        "name": facts.name,
        "email": facts.email.lower() if facts.email else None,
        "programme": facts.programme,
        "city": facts.city,
        "region": facts.region,
        "language": facts.language,
        "stage": facts.stage,
        "source": facts.source,
    }
    return {name: value for name, value in columns.items() if value is not None}


def _find(tx: Connection, external_id: str | None, phone_ix: bytes | None) -> RowMapping | None:
    if external_id is not None:
        named = select(func.coalesce(lead.c.merged_into, lead.c.id)).where(lead.c.external_id == external_id)
        known = tx.execute(select(lead).where(lead.c.id.in_(named))).mappings().one_or_none()
        if known is not None:
            return known
    if phone_ix is None:
        return None
    same_number = exists().where(lead_phone.c.lead_id == lead.c.id, lead_phone.c.phone_ix == phone_ix)
    query = select(lead).where(same_number).order_by(lead.c.worked_at.desc(), lead.c.id.desc()).limit(1)
    if external_id is not None:
        query = query.where(or_(lead.c.external_id.is_(None), lead.c.external_id == external_id))
    return tx.execute(query).mappings().one_or_none()


def _create(tx: Connection, told: dict[str, Any], phone: str, now: datetime) -> int:
    defaults = {"name": f"Unnamed {mask(phone)[-5:]}", "stage": FIRST_STAGE, "source": SOURCE}
    row = {**defaults, **told, "created_at": now, "updated_at": now, "worked_at": now}
    return int(tx.execute(insert(lead).values(row).returning(lead.c.id)).scalar_one())


def _has_phone(tx: Connection, lead_id: int, phone_ix: bytes) -> bool:
    return bool(
        tx.scalar(select(exists().where(lead_phone.c.lead_id == lead_id, lead_phone.c.phone_ix == phone_ix)))
    )


def _add_phone(tx: Connection, vault: Vault, lead_id: int, phone: str, phone_ix: bytes) -> None:
    """Put the number first: it is the one the other system uses now. Older ones still find the lead."""
    tx.execute(
        update(lead_phone).where(lead_phone.c.lead_id == lead_id).values(position=lead_phone.c.position + 1)
    )
    tx.execute(
        insert(lead_phone).values(
            lead_id=lead_id,
            phone_ix=phone_ix,
            phone_ct=vault.seal(phone.encode(), PHONE),
            mask=mask(phone),
            position=0,
            tail_ix=tails.of_number(vault, phone),
        )
    )
