"""A lead's applications: how far each is, and what it still lacks. Other systems and the demo write them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select

from models.rules.access import Viewer
from models.store.openings import may_open
from models.tables.leads import application


@dataclass(frozen=True, slots=True)
class Application:
    """One application. ``missing`` is what it still lacks, in words; ``updated_at`` None: never changed."""

    id: int
    lead_id: int
    programme: str
    stage: str
    payment: str
    steps_done: int
    steps_total: int
    form: str
    missing: str
    created_at: datetime
    updated_at: datetime | None


def of_lead(tx: Connection, lead_id: int) -> list[Application]:
    """The latest first. The caller has made sure that the viewer may open the lead."""
    rows = tx.execute(
        select(application)
        .where(application.c.lead_id == lead_id)
        .order_by(application.c.created_at.desc(), application.c.id.desc())
    )
    return [_application(row) for row in rows]


def find(tx: Connection, viewer: Viewer, application_id: int) -> Application | None:
    """One application; None when there is no such, or its lead is not this viewer's to open."""
    row = tx.execute(select(application).where(application.c.id == application_id)).one_or_none()
    if row is None or not may_open(tx, viewer, row.lead_id):
        return None
    return _application(row)


def _application(row: Row[tuple[object, ...]]) -> Application:
    found = row._mapping
    return Application(**{name: found[name] for name in Application.__slots__})
