"""Which of a person's calls waits for its result: the latest with a lead, for some days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select

from models.rules.access import Viewer
from models.rules.call import Outcome
from models.rules.wrapping import End, end_of
from models.store import choices
from models.store.availability import LIVE_FOR
from models.tables.calls import call, offer
from models.tables.work import wrap_up

WAITS_FOR = timedelta(days=3)
"""A call that ended longer ago waits for no result any more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call of the viewer's without a result. ``ended_at`` is None while it lasts; ``end`` too, and when nobody
    knows how it ended. ``lapses_at``: until when its wrap-up lasts."""

    call_id: int
    direction: str | None
    started_at: datetime
    ended_at: datetime | None
    end: End | None
    required: bool
    lapses_at: datetime | None


def waiting(tx: Connection, viewer: Viewer, lead_id: int, *, now: datetime) -> Waiting | None:
    """The viewer's latest call with this lead, if it has no result yet. The caller has made sure that the viewer may
    open the lead."""
    row = tx.execute(
        select(call, wrap_up.c.call_id.label("wrapped"))
        .outerjoin(wrap_up, wrap_up.c.call_id == call.c.id)
        .where(call.c.lead_id == lead_id, call.c.started_at > now - WAITS_FOR, took_part(viewer))
        .order_by(call.c.started_at.desc(), call.c.id.desc())
        .limit(1)
    ).first()
    if row is None or row.wrapped is not None or (not row.over and row.started_at < now - LIVE_FOR):
        return None
    ended = ended_at(row)
    seconds = choices.one(tx, "wrap_up_seconds")
    return Waiting(
        call_id=row.id,
        direction=row.direction,
        started_at=row.started_at,
        ended_at=ended,
        end=end(row),
        required=required(tx, row.direction),
        lapses_at=ended + timedelta(seconds=seconds) if ended and row.person_id == viewer.person_id else None,
    )


def took_part(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on ``call``: the viewer talked or dialled, or it rang them and nobody took it."""
    rang = exists().where(offer.c.call_id == call.c.id, offer.c.person_id == viewer.person_id).correlate(call)
    return or_(call.c.person_id == viewer.person_id, and_(call.c.person_id.is_(None), rang))


def required(tx: Connection, direction: str | None) -> bool:
    """Does the institution want a result of such a call?"""
    return direction is not None and bool(choices.one(tx, f"require_{direction}"))


def ended_at(row: Row[Any]) -> datetime | None:
    """When the call ended; of one whose end nobody told, when it began."""
    if not row.over:
        return None
    return row.ended_at or row.started_at  # type: ignore[no-any-return]


def end(row: Row[Any]) -> End | None:
    """How it ended; see ``wrapping.end_of``."""
    return end_of(Outcome(row.outcome) if row.outcome else None, over=row.over)
