"""The counselors' past work, many rows at once with their own dates: beside ``bulk``, for a first import.

Nothing here tells anybody, moves a lead or settles anything: rows are written as they were.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from models.rules.call import Outcome
from models.store.follow_ups import WHY
from models.store.notes import TEXT
from models.store.vault import Vault
from models.tables.calls import call
from models.tables.work import disposition, follow_up, note, stage, stage_change, wrap_up


class NewDisposition(NamedTuple):
    """``directions`` and ``ends`` as the column has them, separated by spaces; ``stage`` is where it moves the lead."""

    label: str
    directions: str
    ends: str
    needs_follow_up: bool = False
    stage: str | None = None


class NewStage(NamedTuple):
    name: str
    subs: tuple[str, ...] = ()
    needs_follow_up: bool = False


class PastNote(NamedTuple):
    """``text`` is in clear and is sealed here."""

    lead_id: int
    person_id: int
    at: datetime
    text: str
    call_id: int | None = None


class PastFollowUp(NamedTuple):
    """``state``: open, done or cancelled; ``done_at`` when it was settled, by the person themselves.
    ``reminded_at`` None: the person has still to be reminded."""

    lead_id: int
    person_id: int
    made_at: datetime
    due_at: datetime
    why: str
    state: str
    done_at: datetime | None = None
    reminded_at: datetime | None = None
    call_id: int | None = None


class PastWrapUp(NamedTuple):
    call_id: int
    lead_id: int
    person_id: int
    disposition_id: int
    began_at: datetime
    ended_at: datetime
    note_id: int | None = None
    follow_up_id: int | None = None


class PastChange(NamedTuple):
    """A lead was moved to another stage."""

    lead_id: int
    person_id: int
    at: datetime
    from_stage: str
    from_sub: str | None
    to_stage: str
    to_sub: str | None


class PastCall(NamedTuple):
    """A call that is over and had a counselor, as far as work after it goes. ``word`` is the provider's disposition."""

    id: int
    lead_id: int
    person_id: int
    direction: str
    outcome: Outcome
    ended_at: datetime
    talk_seconds: int
    word: str | None


def past_calls(tx: Connection) -> list[PastCall]:
    """Every such call, oldest first."""
    rows = tx.execute(
        select(
            call.c.id,
            call.c.lead_id,
            call.c.person_id,
            call.c.direction,
            call.c.outcome,
            call.c.ended_at,
            call.c.talk_seconds,
            call.c.disposition,
        )
        .where(
            call.c.over,
            call.c.lead_id.is_not(None),
            call.c.person_id.is_not(None),
            call.c.outcome.is_not(None),
            call.c.ended_at.is_not(None),
        )
        .order_by(call.c.ended_at, call.c.id)
    )
    return [PastCall(*row[:4], Outcome(row[4]), row[5], row[6] or 0, row[7]) for row in rows]


def add_stages(tx: Connection, stages: Sequence[NewStage]) -> None:
    """The institution's list, in this order; nothing when it has one already."""
    if tx.scalar(select(stage.c.id).limit(1)) is not None:
        return
    for position, one in enumerate(stages, 1):
        common = {"needs_follow_up": one.needs_follow_up, "active": True}
        parent = tx.execute(
            insert(stage)
            .values(name=one.name, parent_id=None, position=position, **common)
            .returning(stage.c.id)
        ).scalar_one()
        subs = [
            {"name": name, "parent_id": parent, "position": place, "needs_follow_up": False, "active": True}
            for place, name in enumerate(one.subs, 1)
        ]
        if subs:
            tx.execute(insert(stage), subs)


def add_dispositions(tx: Connection, rows: Sequence[NewDisposition]) -> dict[str, int]:
    """The institution's list in the order of its keys, unless it has one; ids by label."""
    if tx.scalar(select(disposition.c.id).limit(1)) is None:
        told = [{**one._asdict(), "position": place, "active": True} for place, one in enumerate(rows, 1)]
        tx.execute(insert(disposition), told)
    return {row.label: row.id for row in tx.execute(select(disposition.c.label, disposition.c.id))}


def add_notes(tx: Connection, vault: Vault, rows: Sequence[PastNote]) -> list[int]:
    """The ids in the given order."""
    told = [{**row._asdict(), "text_ct": vault.seal(row.text.encode(), TEXT)} for row in rows]
    for one in told:
        del one["text"]
    made = insert(note).returning(note.c.id, sort_by_parameter_order=True)
    return list(tx.scalars(made, told)) if told else []


def add_follow_ups(tx: Connection, vault: Vault, rows: Sequence[PastFollowUp]) -> list[int]:
    """The ids in the given order. Each was promised by who was to do it."""
    told = [
        {
            **row._asdict(),
            "made_by": row.person_id,
            "why_ct": vault.seal(row.why.encode(), WHY) if row.why else None,
            "done_by": row.person_id if row.done_at else None,
        }
        for row in rows
    ]
    for one in told:
        del one["why"]
    made = insert(follow_up).returning(follow_up.c.id, sort_by_parameter_order=True)
    return list(tx.scalars(made, told)) if told else []


def add_wrap_ups(tx: Connection, rows: Sequence[PastWrapUp]) -> None:
    if rows:
        tx.execute(insert(wrap_up), [row._asdict() for row in rows])


def add_stage_changes(tx: Connection, rows: Sequence[PastChange]) -> None:
    if rows:
        tx.execute(insert(stage_change), [row._asdict() for row in rows])
