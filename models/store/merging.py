"""Merging two leads that are one person: what suggests it, and moving one's whole history to the other.

Both histories are kept: every row of the lead that goes is given to the one that stays, in one commit. What waits
stays open until somebody opens the lead, and then all of it is cleared. A merge cannot be taken back: what was whose
would have to be guessed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, func, insert, or_, select, update

from models.rules.access import Role, Viewer
from models.store import audit, entries, feed, follow_ups, intent_leases, notices
from models.store.base import Store
from models.store.callrows import TELEPHONY
from models.store.lead_editing import FIELDS, announce, shown
from models.store.openings import may_open
from models.tables.calls import call, notification
from models.tables.leads import application, lead, lead_phone, opening, turn
from models.tables.people import person
from models.tables.work import follow_up, intent, lead_merge, note, stage_change, wrap_up

MOVED = (call, notification, opening, application, turn, intent, note, follow_up, wrap_up, stage_change)
"""Whatever belongs to a lead, but its numbers, which may stand on both."""
CHOOSABLE = (*FIELDS, "stage")
MOST = 5
NAMELESS = ("Unknown caller", "Unnamed", "Withheld")
"""So begin the names of leads nobody has named: alike, they say nothing."""

WHO_ELSE = "A supervisor of both owners’ teams, or an admin, may merge them."


class NotMergeable(Exception):
    """These two cannot be merged; the message is for who asked. Not told: that a lead is somebody else's."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Another lead that may be the same person, and why it looks so. ``refused``: why this viewer may not merge it
    into the one asked about, "" when they may."""

    id: int
    name: str
    why: list[str]
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as the choice between them is shown. ``values`` by field, as screens have them."""

    id: int
    name: str
    values: dict[str, str]
    calls: int
    notes: int
    applications: int


def alike(tx: Connection, viewer: Viewer, lead_id: int) -> list[Alike]:
    """Other leads with the same number, the same e-mail, or the same name and city, that the viewer may open."""
    ways = _ways(tx, lead_id)
    rows = tx.execute(
        select(lead.c.id, lead.c.name, *ways.values())
        .where(lead.c.id != lead_id, lead.c.merged_into.is_(None), or_(*ways.values()))
        .order_by(lead.c.worked_at.desc(), lead.c.id)
        .limit(4 * MOST)
    ).all()
    mine = [row for row in rows if may_open(tx, viewer, row.id)][:MOST]
    return [
        Alike(
            row.id,
            row.name,
            [why for why, holds in zip(ways, row[2:], strict=True) if holds],
            _refused(tx, viewer, lead_id, row.id),
        )
        for row in mine
    ]


def _ways(tx: Connection, lead_id: int) -> dict[str, ColumnElement[bool]]:
    """What another lead can be like this one in, each as the condition on ``lead``."""
    one = tx.execute(select(lead).where(lead.c.id == lead_id)).one()
    numbers = select(lead_phone.c.phone_ix).where(lead_phone.c.lead_id == lead_id)
    same_number = exists().where(lead_phone.c.lead_id == lead.c.id, lead_phone.c.phone_ix.in_(numbers))
    ways: dict[str, ColumnElement[bool]] = {"same number": same_number}
    if one.email:
        ways["same e-mail"] = lead.c.email == one.email
    if one.city and not one.name.startswith(NAMELESS):
        ways["same name and city"] = (lead.c.name == one.name) & (func.lower(lead.c.city) == one.city.lower())
    return ways


def _refused(tx: Connection, viewer: Viewer, kept_id: int, gone_id: int) -> str:
    """Why this viewer, who may open both, may not merge them, in words that say who may; "" when they may.

    Having been rung by somebody's lead once is enough to open it, and must not be enough to take it away.
    """
    owned = select(lead.c.id, person.c.id.label("owner"), person.c.name, person.c.team_id)
    owned = owned.outerjoin(person, person.c.id == lead.c.owner_id).where(lead.c.id.in_((kept_id, gone_id)))
    found = {row.id: row for row in tx.execute(owned)}
    kept, gone = found[kept_id], found[gone_id]
    over_both = all(row.owner is None or viewer.supervises(row.team_id) for row in (kept, gone))
    if viewer.role is Role.ADMIN or (viewer.role is Role.SUPERVISOR and over_both):
        return ""
    if gone.owner not in (None, viewer.person_id, kept.owner):
        return f"This is {gone.name}’s lead. {WHO_ELSE}"
    like = select(lead.c.id).where(lead.c.id == gone_id, or_(*_ways(tx, kept_id).values()))
    if tx.scalar(like) is None:
        return f"These two have neither number, e-mail, nor name and city in common. {WHO_ELSE}"
    return ""


def compare(tx: Connection, viewer: Viewer, kept_id: int, gone_id: int, now: datetime) -> tuple[Side, Side]:
    """Both, side by side. Raises ``NotMergeable``."""
    _require(tx, viewer, kept_id, gone_id, now)
    return _side(tx, kept_id), _side(tx, gone_id)


def merge(
    store: Store, viewer: Viewer, kept_id: int, gone_id: int, chosen: Mapping[str, int]
) -> dict[str, int]:
    """Give all of ``gone_id`` to ``kept_id``; how many rows of each kind that were.

    ``chosen``: field → the id of the lead whose value stays. What is not chosen stays as the kept lead has it, or,
    where it has none, becomes the other's. Raises ``NotMergeable``.
    """
    if not set(chosen) <= set(CHOOSABLE) or not set(chosen.values()) <= {kept_id, gone_id}:
        raise NotMergeable("Choose each value from one of the two leads.")
    with store.read() as tx:  # before the shared commit, which a refusal would make all others redo
        _require(tx, viewer, kept_id, gone_id, store.now())

    def work(tx: Connection) -> dict[str, int] | NotMergeable:
        # two leases that are over must not meet at one lead
        intent_leases.lapse_of(store, tx, intent.c.lead_id.in_((kept_id, gone_id)))
        try:
            _require(tx, viewer, kept_id, gone_id, store.now())
        except NotMergeable as why:
            return why
        return _merge(store, tx, viewer, kept_id, gone_id, chosen)

    done: dict[str, int] | NotMergeable = store.write(work)
    if isinstance(done, NotMergeable):
        raise done
    return done


def _require(tx: Connection, viewer: Viewer, kept_id: int, gone_id: int, now: datetime) -> None:
    if kept_id == gone_id:
        raise NotMergeable("These are one lead already.")
    if not (may_open(tx, viewer, kept_id) and may_open(tx, viewer, gone_id)):
        raise NotMergeable("One of the two leads is not here any more.")
    if why := _refused(tx, viewer, kept_id, gone_id):
        raise NotMergeable(why)
    live = select(func.count()).where(intent.c.lead_id.in_((kept_id, gone_id)), intent_leases.holding(now))
    if tx.scalar(live):
        raise NotMergeable("One of them is being called now. Merge them after the call.")


def _side(tx: Connection, lead_id: int) -> Side:
    row = tx.execute(select(lead).where(lead.c.id == lead_id)).one()
    counts = [
        tx.scalar(select(func.count()).where(table.c.lead_id == lead_id)) or 0
        for table in (call, note, application)
    ]
    values = {name: shown(getattr(row, name)) for name in FIELDS}
    values["stage"] = f"{row.stage} › {row.sub_stage}" if row.sub_stage else row.stage
    return Side(row.id, row.name, values, counts[0], counts[1], counts[2])


def _merge(
    store: Store, tx: Connection, viewer: Viewer, kept_id: int, gone_id: int, chosen: Mapping[str, int]
) -> dict[str, int]:
    now = store.now()
    kept, gone = (tx.execute(select(lead).where(lead.c.id == one)).one() for one in (kept_id, gone_id))
    open_rows = tx.execute(
        select(notification.c.id, notification.c.call_id).where(
            notification.c.lead_id == gone_id, entries.IS_OPEN
        )
    ).all()
    moved = {
        table.name: tx.execute(
            update(table).where(table.c.lead_id == gone_id).values(lead_id=kept_id)
        ).rowcount
        for table in MOVED
    }
    _promise_once(store, tx, viewer, kept_id)
    moved["lead_phone"] = _move_numbers(tx, kept_id, gone_id)
    tx.execute(update(lead).where(lead.c.merged_into == gone_id).values(merged_into=kept_id))
    tx.execute(update(lead_merge).where(lead_merge.c.kept_id == gone_id).values(kept_id=kept_id))
    values = _values(kept, gone, chosen)
    # First the one that goes: an external id stands on one lead only.
    taken = {"external_id": None} if values.get("external_id") else {}
    tx.execute(
        update(lead)
        .where(lead.c.id == gone_id)
        .values(merged_into=kept_id, owner_id=None, updated_at=now, **taken)
    )
    tx.execute(update(lead).where(lead.c.id == kept_id).values(**values, updated_at=now))
    tx.execute(
        insert(lead_merge).values(
            kept_id=kept_id,
            gone_id=gone_id,
            person_id=viewer.person_id,
            at=now,
            telephony=gone.source == TELEPHONY,
            moved=json.dumps(moved),
        )
    )
    said = ", ".join(f"{name} {n}" for name, n in moved.items() if n)
    audit.by_person(tx, now, viewer, "lead.merged", f"lead:{kept_id}", f"lead:{gone_id}: {said}")
    touched = [notices.Touched(row.id, row.call_id) for row in open_rows]
    feed.append(tx, store.db, now, notices.news(store, tx, touched, now))
    announce(store, tx, kept_id, values.get("owner_id", kept.owner_id), now, gone_id, gone.owner_id)
    return {name: n for name, n in moved.items() if n}


def _values(kept: Row[Any], gone: Row[Any], chosen: Mapping[str, int]) -> dict[str, Any]:
    """What changes of the lead that stays."""
    values: dict[str, Any] = {}
    for name in FIELDS:
        mine, theirs = getattr(kept, name), getattr(gone, name)
        if chosen.get(name) == gone.id or (name not in chosen and not mine and theirs):
            values[name] = theirs
    if chosen.get("stage") == gone.id:
        values |= {"stage": gone.stage, "sub_stage": gone.sub_stage}
    for name in ("owner_id", "external_id"):
        if getattr(kept, name) is None and getattr(gone, name) is not None:
            values[name] = getattr(gone, name)
    values["created_at"] = min(kept.created_at, gone.created_at)
    values["worked_at"] = max(kept.worked_at, gone.worked_at)
    if gone.last_talk_at and (kept.last_talk_at is None or gone.last_talk_at > kept.last_talk_at):
        values |= {
            name: getattr(gone, name) for name in ("last_talk_at", "last_talk_by", "last_talk_seconds")
        }
    return values


def _promise_once(store: Store, tx: Connection, viewer: Viewer, lead_id: int) -> None:
    """Of each person's open follow-ups with the lead the earliest stays; the others are cancelled."""
    open_ones = select(follow_up).where(follow_up.c.lead_id == lead_id, follow_up.c.state == follow_ups.OPEN)
    people: set[int] = set()
    for row in tx.execute(open_ones.order_by(follow_up.c.due_at, follow_up.c.id)).all():
        if row.person_id in people:
            follow_ups.settle(store, tx, viewer, row, follow_ups.CANCELLED)
        people.add(row.person_id)


def _move_numbers(tx: Connection, kept_id: int, gone_id: int) -> int:
    """The other's numbers after one's own; a number that stood on both then stands once."""
    last = tx.scalar(select(func.max(lead_phone.c.position)).where(lead_phone.c.lead_id == kept_id))
    own = select(lead_phone.c.phone_ix).where(lead_phone.c.lead_id == kept_id)
    tx.execute(delete(lead_phone).where(lead_phone.c.lead_id == gone_id, lead_phone.c.phone_ix.in_(own)))
    ids = tx.scalars(
        select(lead_phone.c.id)
        .where(lead_phone.c.lead_id == gone_id)
        .order_by(lead_phone.c.position, lead_phone.c.id)
    ).all()
    for step, phone_id in enumerate(ids):
        position = (-1 if last is None else last) + 1 + step
        tx.execute(
            update(lead_phone).where(lead_phone.c.id == phone_id).values(lead_id=kept_id, position=position)
        )
    return len(ids)
