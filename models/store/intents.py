"""Clicks on "call": begun once, one at a time for each counselor and each lead, and settled by what is told of them.

A live row is a lease. Everything that changes one is conditional on what it still is, so that a click that was given
up, asked for twice or answered late is never dialled again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from models.rules import dialling
from models.rules.access import Viewer
from models.rules.dialling import Mode, State
from models.store import intent_leases, openings
from models.store.availability import LIVE_FOR
from models.store.base import Store
from models.store.intent_links import REFERENCE_LENGTH
from models.store.intent_news import bodies, tell
from models.tables.calls import call
from models.tables.leads import application, lead, lead_phone
from models.tables.people import person
from models.tables.work import intent

_REFERENCE = re.compile(rf"[a-z0-9]{{{REFERENCE_LENGTH}}}")


def is_reference(told: str) -> bool:
    """Can this be the name of a click?"""
    return _REFERENCE.fullmatch(told) is not None


class NotBegun(Exception):
    """Why no call was begun. ``code`` is for programs, ``say`` for a person; ``holder`` is who has the lead now."""

    def __init__(self, code: str, say: str, holder: str | None = None) -> None:
        super().__init__(say)
        self.code, self.say, self.holder = code, say, holder


@dataclass(frozen=True, slots=True)
class Begun:
    """``body`` is what screens are told; ``fresh`` is False for a click that had begun before."""

    id: int
    fresh: bool
    body: Mapping[str, Any]


def begin(
    store: Store,
    viewer: Viewer,
    *,
    lead_id: int,
    reference: str,
    mode: Mode,
    application_id: int | None = None,
    anyway: bool = False,
) -> Begun:
    """Take the leases for one click. The same ``reference`` again, or another click of the same person on the same
    lead while it is live, is the click that began.

    ``anyway``: the person says that the call they seem to be on is over. Raises ``openings.NoSuchLead``, ``NotBegun``.
    """
    if not is_reference(reference):
        raise NotBegun("bad_reference", "This click cannot be told from others. Reload the page.")
    with store.read() as tx:  # a refusal inside the shared commit would make all others redo it
        if not openings.may_open(tx, viewer, lead_id):
            raise openings.NoSuchLead
        refused = _not_callable(tx, lead_id, application_id)
    if refused:
        raise refused

    def work(tx: Connection) -> Begun | NotBegun:
        now = store.now()
        intent_leases.lapse_of(store, tx, _of_either(viewer.person_id, lead_id))
        held = _held(tx, viewer, lead_id, reference)
        if held is None:
            # Again, as a merge may have come between: one never dials a number that the screen did not show.
            held = _not_callable(tx, lead_id, application_id) or _talking(tx, viewer, lead_id, now, anyway)
        if held is not None:
            return held
        values = {
            "reference": reference,
            "person_id": viewer.person_id,
            "lead_id": lead_id,
            "application_id": application_id,
            "mode": mode.value,
            "state": State.REQUESTED.value,
            "words": "",
            "tried": "[]",
            "requested_at": now,
            "lease_until": now + dialling.NOT_SENT_AFTER,
            "live": True,
        }
        intent_id: int = tx.execute(insert(intent).values(values).returning(intent.c.id)).scalar_one()
        return Begun(intent_id, True, tell(store, tx, [intent_id])[0])

    found: Begun | NotBegun = store.write(work)
    if isinstance(found, NotBegun):
        raise found
    return found


def _of_either(person_id: int, lead_id: int) -> ColumnElement[bool]:
    return or_(intent.c.person_id == person_id, intent.c.lead_id == lead_id)


def _not_callable(tx: Connection, lead_id: int, application_id: int | None) -> NotBegun | None:
    row = tx.execute(
        select(lead.c.merged_into, func.count(lead_phone.c.id).label("numbers"))
        .outerjoin(lead_phone, lead_phone.c.lead_id == lead.c.id)
        .where(lead.c.id == lead_id)
        .group_by(lead.c.id, lead.c.merged_into)
    ).one()
    if row.merged_into is not None:
        return NotBegun("merged", "This lead was merged with another one. Open that one and call from there.")
    if not row.numbers:
        return NotBegun("no_number", "No number of this lead is known. Add one first.")
    if application_id is not None:
        whose = tx.scalar(select(application.c.lead_id).where(application.c.id == application_id))
        if whose != lead_id:
            return NotBegun("bad_application", "This application is not this lead's. Reload the page.")
    return None


def _held(tx: Connection, viewer: Viewer, lead_id: int, reference: str) -> Begun | NotBegun | None:
    """What a click with this reference, or a lease of the person or the lead, makes of this one."""
    rows = tx.execute(
        select(
            intent.c.id, intent.c.person_id, intent.c.lead_id, intent.c.reference, lead.c.name, person.c.name
        )
        .join(lead, lead.c.id == intent.c.lead_id)
        .join(person, person.c.id == intent.c.person_id)
        .where(
            or_(
                intent.c.reference == reference,
                and_(intent.c.live, _of_either(viewer.person_id, lead_id)),
            )
        )
        .order_by(intent.c.reference != reference)
    )
    for intent_id, person_id, its_lead, its_reference, lead_name, holder in rows:
        mine = person_id == viewer.person_id
        if mine and its_lead == lead_id:
            return Begun(intent_id, False, bodies(tx, [intent_id])[0])
        if its_reference == reference:
            return NotBegun("bad_reference", "This click cannot be told from others. Reload the page.")
        if mine:
            return NotBegun("calling", f"You are calling {lead_name}. End that call first.")
        return NotBegun("taken", f"{holder} is calling this lead now.", holder)
    return None


def _talking(tx: Connection, viewer: Viewer, lead_id: int, now: datetime, anyway: bool) -> NotBegun | None:
    """Is the person, or the lead, in a talk that no click of ours began or that outlived its lease?"""
    rows = tx.execute(
        select(call.c.person_id, person.c.name, lead.c.name)
        .join(person, person.c.id == call.c.person_id)
        .outerjoin(lead, lead.c.id == call.c.lead_id)
        .where(
            call.c.over.is_(False),
            call.c.answered_at.is_not(None),
            call.c.started_at > now - LIVE_FOR,
            or_(call.c.person_id == viewer.person_id, call.c.lead_id == lead_id),
        )
        .order_by(call.c.started_at.desc())
    )
    for person_id, talker, lead_name in rows:
        if person_id != viewer.person_id:
            return NotBegun("taken", f"{talker} is talking with this lead now.", talker)
        if not anyway:
            return NotBegun("on_call", f"You are on a call with {lead_name or 'somebody'}. End it first.")
    return None


def live_of(tx: Connection, person_id: int, now: datetime) -> dict[str, Any] | None:
    """The person's live click; None: there is none."""
    mine = intent.c.person_id == person_id
    found = tx.scalar(select(intent.c.id).where(mine, intent_leases.holding(now)))
    return bodies(tx, [found])[0] if found is not None else None


def holder_of(tx: Connection, lead_id: int, now: datetime) -> tuple[int, str] | None:
    """Who is calling this lead now: id and name."""
    row = tx.execute(
        select(person.c.id, person.c.name)
        .join(intent, intent.c.person_id == person.c.id)
        .where(intent.c.lead_id == lead_id, intent_leases.holding(now))
    ).first()
    return (row.id, row.name) if row else None


def release(store: Store, viewer: Viewer, reference: str) -> bool:
    """The person says that their call is over, though nobody told us; False: it held nothing."""

    def work(tx: Connection) -> bool:
        now = store.now()
        row = tx.execute(
            select(intent.c.id, intent.c.state, intent.c.reason).where(
                intent.c.reference == reference,
                intent.c.person_id == viewer.person_id,
                intent.c.live,
                intent.c.state != State.REQUESTED.value,
            )
        ).first()
        if row is None:
            return False
        tx.execute(
            update(intent)
            .where(intent.c.id == row.id)
            .values(live=False, lease_until=now, reason=row.reason or "released")
        )
        tell(store, tx, [row.id])
        return True

    done: bool = store.write(work)
    return done
