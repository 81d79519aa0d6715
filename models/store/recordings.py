"""Who may hear a call's recording, where the provider has it, and who heard it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, true

from models.rules.access import Role, Viewer
from models.store import audit
from models.store.callrows import RECORDING
from models.store.callscope import Scope
from models.store.vault import Vault
from models.tables.calls import call
from models.tables.leads import lead
from models.tables.people import audit as audit_table
from models.tables.people import person

PLAYED = "recording.play"
ONE_PLAY = timedelta(hours=1)
"""A player asks for a recording piece by piece; pieces asked for so soon after its beginning are the same play."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """``reference`` is what the provider named: an address, or an id of its own. Never shown, never logged."""

    call_id: int
    connection_id: int
    reference: str


def may_hear(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on ``call`` that keeps those whose recording this viewer may hear: a counselor's own calls and
    those with a lead of theirs, a supervisor's the same of their teams."""
    if viewer.sees_all:
        return true()
    if viewer.role is Role.COUNSELOR:
        owner = lead.c.owner_id == viewer.person_id
    else:
        owner = lead.c.owner_id.in_(select(person.c.id).where(person.c.team_id.in_(viewer.teams)))
    theirs = exists().where(lead.c.id == call.c.lead_id, owner).correlate(call)
    return or_(Scope(viewer).calls(), theirs)


def recorded(viewer: Viewer) -> ColumnElement[bool]:
    """Is there a recording of the call that this viewer may hear?"""
    return and_(call.c.recording_ct.is_not(None), may_hear(viewer))


def find(tx: Connection, viewer: Viewer, vault: Vault, call_id: int) -> Recorded:
    """Raises ``LookupError`` alike for a call that is not there, has none, or is not this viewer's to hear."""
    row = tx.execute(
        select(call.c.connection_id, call.c.recording_ct).where(call.c.id == call_id, recorded(viewer))
    ).first()
    if row is None:
        raise LookupError("no such recording")
    return Recorded(call_id, row.connection_id, vault.open(row.recording_ct, RECORDING).decode())


def note_play(tx: Connection, viewer: Viewer, call_id: int, at: datetime, *, begins: bool) -> None:
    """Keep that this viewer hears this recording. ``begins``: from its start; else it is part of a play that is on
    file already, if there is one."""
    subject = f"call:{call_id}"
    if not begins:
        before = select(audit_table.c.id).where(
            audit_table.c.person_id == viewer.person_id,
            audit_table.c.action == PLAYED,
            audit_table.c.subject == subject,
            audit_table.c.at > at - ONE_PLAY,
        )
        if tx.execute(before.limit(1)).first() is not None:
            return
    audit.by_person(tx, at, viewer, PLAYED, subject)
