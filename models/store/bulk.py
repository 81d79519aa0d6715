"""Many rows at once, with their own past dates: for a first import of an institution's records."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert

from models.rules.phone import mask
from models.store import tails
from models.store.callrows import PHONE
from models.store.vault import Vault
from models.tables.leads import application, lead, lead_phone, opening
from models.tables.people import presence


@dataclass(frozen=True, slots=True)
class NewLead:
    """A lead as it was on ``created_at``; ``phone`` is E.164."""

    name: str
    phone: str
    stage: str
    source: str
    created_at: datetime
    email: str | None = None
    programme: str | None = None
    city: str | None = None
    region: str | None = None
    language: str | None = None
    owner_id: int | None = None
    sub_stage: str | None = None


@dataclass(frozen=True, slots=True)
class NewApplication:
    lead_id: int
    programme: str
    stage: str
    payment: str
    steps_done: int
    steps_total: int
    created_at: datetime
    updated_at: datetime | None = None
    form: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class PastOpening:
    """Somebody had a lead's profile on the screen from ``at`` until ``seen_until``."""

    lead_id: int
    person_id: int
    at: datetime
    seen_until: datetime
    how: str


@dataclass(frozen=True, slots=True)
class Interval:
    """``state`` (in, break) of a person; ``to_at`` None: it still lasts."""

    person_id: int
    state: str
    from_at: datetime
    to_at: datetime | None
    reason: str = ""


def add_leads(tx: Connection, vault: Vault, leads: Sequence[NewLead]) -> list[int]:
    """Insert leads with their numbers; the ids in the given order."""
    if not leads:
        return []
    rows = [
        {
            "name": one.name,
            "email": one.email,
            "programme": one.programme,
            "city": one.city,
            "region": one.region,
            "language": one.language,
            "stage": one.stage,
            "sub_stage": one.sub_stage,
            "source": one.source,
            "owner_id": one.owner_id,
            "created_at": one.created_at,
            "updated_at": one.created_at,
            "worked_at": one.created_at,
        }
        for one in leads
    ]
    ids = list(tx.scalars(insert(lead).returning(lead.c.id, sort_by_parameter_order=True), rows))
    numbers = [
        {
            "lead_id": lead_id,
            "phone_ix": vault.index(one.phone),
            "phone_ct": vault.seal(one.phone.encode(), PHONE),
            "mask": mask(one.phone),
            "position": 0,
            "tail_ix": tails.of_number(vault, one.phone),
        }
        for lead_id, one in zip(ids, leads, strict=True)
    ]
    tx.execute(insert(lead_phone), numbers)
    return ids


def add_applications(tx: Connection, rows: Sequence[NewApplication]) -> None:
    if rows:
        tx.execute(insert(application), [asdict(row) for row in rows])


def add_openings(tx: Connection, rows: Sequence[PastOpening]) -> None:
    """Add them before the calls they look at: an entry is born cleared when its opening is on file."""
    if rows:
        tx.execute(insert(opening), [asdict(row) for row in rows])


def add_presence(tx: Connection, rows: Sequence[Interval]) -> None:
    """Intervals of one person must not overlap, and only the last may be open."""
    if rows:
        tx.execute(insert(presence), [asdict(row) for row in rows])


def refresh_statistics(tx: Connection) -> None:
    """Let the database count what it holds, so that it plans questions well from the first one on."""
    tx.exec_driver_sql("ANALYZE")
