"""Leads whose call turned out to be another's: what the call told of them is taken back, and a lead that stood in for
the unknown caller of that one call goes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, update

from models.rules import phone
from models.rules.call import Outcome
from models.store.callrows import FIRST_STAGE, TELEPHONY, Case
from models.tables.calls import call, notification
from models.tables.leads import application, lead, lead_phone, opening, turn
from models.tables.work import follow_up, intent, lead_merge, note, stage_change, wrap_up

WORK = (intent, note, follow_up, wrap_up, stage_change)
_TOLD_BY_PEOPLE = ("email", "programme", "city", "language", "region", "external_id")


def tidy(tx: Connection, cases: Sequence[Case], now: datetime) -> None:
    """After calls, turns and entries went to the lead they belong to: see to the leads they came from."""
    for case in cases:
        if case.left is None or case.lead is None:
            continue
        entry = notification.c.call_id == case.call_id
        tx.execute(update(notification).where(entry).values(lead_id=case.lead["id"]))
        row = tx.execute(
            select(lead, lead_phone.c.mask)
            .outerjoin(lead_phone, (lead_phone.c.lead_id == lead.c.id) & (lead_phone.c.position == 0))
            .where(lead.c.id == case.left)
        ).first()
        if row is None:  # another call of this batch left it too
            continue
        if _stood_in(row, case) and not _is_used(tx, case.left):
            tx.execute(delete(lead_phone).where(lead_phone.c.lead_id == case.left))
            tx.execute(delete(lead).where(lead.c.id == case.left))
        else:
            _take_back(tx, row, now)


def _stood_in(row: Any, case: Case) -> bool:
    """Is this lead as telephony made it? Nobody but who talked on the call may have become its counselor."""
    talkers = {case.talked_person}
    if case.before is not None and case.before.talked_seat:
        talkers.add(case.seats.get(case.before.talked_seat))
    return (
        (row.source, row.stage, row.name) == (TELEPHONY, FIRST_STAGE, phone.name_of(row.mask))
        and (row.owner_id is None or row.owner_id in talkers)
        and not any(getattr(row, name) for name in _TOLD_BY_PEOPLE)
    )


def _is_used(tx: Connection, lead_id: int) -> bool:
    """Does it have other calls, or did anybody open it or work on it?"""
    uses = [
        exists().where(table.c.lead_id == lead_id)
        for table in (call, notification, opening, application, turn, *WORK)
    ]
    uses.append(exists().where(lead_merge.c.kept_id == lead_id))
    several = exists().where(lead_phone.c.lead_id == lead_id, lead_phone.c.position > 0)
    return any(tx.execute(select(*uses, several)).one())


def _take_back(tx: Connection, row: Any, now: datetime) -> None:
    """When it was last worked on and last talked to, by the calls that are still its own."""
    theirs = call.c.lead_id == row.id
    latest = tx.scalar(select(func.max(call.c.started_at)).where(theirs))
    talk = tx.execute(
        select(call.c.started_at, call.c.person_id, call.c.talk_seconds)
        .where(theirs, call.c.over, call.c.outcome == Outcome.CONNECTED.value, call.c.person_id.is_not(None))
        .order_by(call.c.started_at.desc())
        .limit(1)
    ).first()
    tx.execute(
        update(lead)
        .where(lead.c.id == row.id)
        .values(
            worked_at=max(row.created_at, latest) if latest else row.created_at,
            last_talk_at=talk.started_at if talk else None,
            last_talk_by=talk.person_id if talk else None,
            last_talk_seconds=talk.talk_seconds if talk else None,
            updated_at=now,
        )
    )
