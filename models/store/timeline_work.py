"""What people did with a lead, as moments of its timeline: notes, follow-ups, stages, merges, dials that rang nobody.

The caller has made sure that the viewer may open the lead (``openings.may_open``).
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select, true

from models.rules import redaction
from models.rules.access import Viewer
from models.store.base import Store
from models.tables.leads import lead
from models.tables.people import person
from models.tables.work import follow_up, intent, lead_merge, note, stage_change

TEXT, WHY = b"note.text", b"follow_up.why"
"""What their ciphertexts are sealed for."""
MOST = 1000
"""Of each kind, the latest so many: more than anybody reads, and no timeline grows without end."""


@dataclass(frozen=True, slots=True)
class NoteMoment:
    """``text`` may be shown: numbers in it are masked."""

    at: datetime
    by: str
    by_me: bool
    text: str


@dataclass(frozen=True, slots=True)
class PromiseMoment:
    """A follow-up was made (``state`` "open", at the time it was made), done or cancelled (when that was).

    ``whose`` is who is to do it, None where that is who made it.
    """

    at: datetime
    by: str
    by_me: bool
    state: str
    due_at: datetime
    why: str
    whose: str | None


@dataclass(frozen=True, slots=True)
class StageMoment:
    """The lead moved; ``by`` None is another system. Stage and sub-stage as one path, ``Applied › Fee pending``."""

    at: datetime
    by: str | None
    by_me: bool
    was: str
    to: str


@dataclass(frozen=True, slots=True)
class MergeMoment:
    """Another lead, ``name``, turned out to be this one; ``moved``: how many rows of each kind came along."""

    at: datetime
    by: str
    by_me: bool
    name: str
    moved: dict[str, int]


@dataclass(frozen=True, slots=True)
class DialMoment:
    """A click that became no call: ``state`` "refused" with its ``reason``, or "unknown"."""

    at: datetime
    by: str
    by_me: bool
    state: str
    reason: str | None


WorkMoment = NoteMoment | PromiseMoment | StageMoment | MergeMoment | DialMoment


def moments(
    store: Store, tx: Connection, viewer: Viewer, lead_id: int, since: datetime | None
) -> list[WorkMoment]:
    """All of them from ``since`` on (None: from the beginning), in no order."""
    return [
        *_notes(store, tx, viewer, lead_id, since),
        *_promises(store, tx, viewer, lead_id, since),
        *_stages(tx, viewer, lead_id, since),
        *_merges(tx, viewer, lead_id, since),
        *_dials(tx, viewer, lead_id, since),
    ]


def path(stage: str, sub: str | None) -> str:
    """``Applied › Fee pending``; a sub-stage named like its stage is said once."""
    return f"{stage} › {sub}" if sub and sub != stage else stage


def _from(column: ColumnElement[datetime], since: datetime | None) -> ColumnElement[bool]:
    return true() if since is None else column >= since


def _notes(
    store: Store, tx: Connection, viewer: Viewer, lead_id: int, since: datetime | None
) -> list[NoteMoment]:
    rows = tx.execute(
        select(note, person.c.name)
        .join(person, person.c.id == note.c.person_id)
        .where(note.c.lead_id == lead_id, _from(note.c.at, since))
        .order_by(note.c.at.desc())
        .limit(MOST)
    )
    return [
        NoteMoment(
            row.at, row.name, row.person_id == viewer.person_id,
            redaction.numbers(store.vault.open(row.text_ct, TEXT).decode()),
        )
        for row in rows
    ]  # fmt: skip


def _promises(
    store: Store, tx: Connection, viewer: Viewer, lead_id: int, since: datetime | None
) -> list[PromiseMoment]:
    maker, doer = person.alias("maker"), person.alias("doer")
    who = person.alias("who")
    rows = tx.execute(
        select(
            follow_up,
            maker.c.name.label("maker"),
            doer.c.name.label("doer"),
            who.c.name.label("who"),
        )
        .join(maker, maker.c.id == follow_up.c.made_by)
        .join(who, who.c.id == follow_up.c.person_id)
        .outerjoin(doer, doer.c.id == follow_up.c.done_by)
        .where(
            follow_up.c.lead_id == lead_id,
            or_(_from(follow_up.c.made_at, since), _from(follow_up.c.done_at, since)),
        )
        .order_by(follow_up.c.made_at.desc())
        .limit(MOST)
    )
    found = []
    for row in rows:
        why = redaction.numbers(store.vault.open(row.why_ct, WHY).decode()) if row.why_ct else ""
        whose = row.who if row.person_id != row.made_by else None
        mine = row.made_by == viewer.person_id
        if since is None or row.made_at >= since:
            found.append(PromiseMoment(row.made_at, row.maker, mine, "open", row.due_at, why, whose))
        if row.state != "open" and row.done_at and (since is None or row.done_at >= since):
            by = row.doer or "Callboard"
            mine = row.done_by == viewer.person_id
            found.append(PromiseMoment(row.done_at, by, mine, row.state, row.due_at, why, None))
    return found


def _stages(tx: Connection, viewer: Viewer, lead_id: int, since: datetime | None) -> list[StageMoment]:
    rows = tx.execute(
        select(stage_change, person.c.name)
        .outerjoin(person, person.c.id == stage_change.c.person_id)
        .where(stage_change.c.lead_id == lead_id, _from(stage_change.c.at, since))
        .order_by(stage_change.c.at.desc())
        .limit(MOST)
    )
    return [
        StageMoment(
            row.at, row.name, row.person_id == viewer.person_id,
            path(row.from_stage, row.from_sub), path(row.to_stage, row.to_sub),
        )
        for row in rows
    ]  # fmt: skip


def _merges(tx: Connection, viewer: Viewer, lead_id: int, since: datetime | None) -> list[MergeMoment]:
    rows = tx.execute(
        select(lead_merge, person.c.name.label("by"), lead.c.name)
        .join(person, person.c.id == lead_merge.c.person_id)
        .join(lead, lead.c.id == lead_merge.c.gone_id)
        .where(lead_merge.c.kept_id == lead_id, _from(lead_merge.c.at, since))
    )
    return [
        MergeMoment(row.at, row.by, row.person_id == viewer.person_id, row.name, json.loads(row.moved))
        for row in rows
    ]


def _dials(tx: Connection, viewer: Viewer, lead_id: int, since: datetime | None) -> list[DialMoment]:
    rows = tx.execute(
        select(intent, person.c.name)
        .join(person, person.c.id == intent.c.person_id)
        .where(
            intent.c.lead_id == lead_id,
            intent.c.state.in_(("refused", "unknown")),
            intent.c.call_id.is_(None),
            _from(intent.c.requested_at, since),
        )
        .order_by(intent.c.requested_at.desc())
        .limit(MOST)
    )
    return [
        DialMoment(row.requested_at, row.name, row.person_id == viewer.person_id, row.state, row.reason)
        for row in rows
    ]
