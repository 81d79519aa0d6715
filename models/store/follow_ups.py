"""Promises to call a lead again: who, when, why; their queue, and one reminder when they fall due.

A person has at most one open follow-up with a lead: promising the next one settles the one before.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, true, update

from models.rules import redaction
from models.rules.access import Role, Viewer
from models.store import audit, feed
from models.store.base import Store
from models.store.feed import Audience, News
from models.store.openings import NoSuchLead, landing, may_open
from models.store.vault import Vault
from models.tables.leads import lead, lead_phone
from models.tables.people import person
from models.tables.work import follow_up

WHY = b"follow_up.why"
LONGEST_WHY = 400
OPEN, DONE, CANCELLED = "open", "done", "cancelled"
MOST = 500
REMINDED_AT_ONCE = 200


class NoSuchFollowUp(LookupError):
    """There is no such follow-up, it is settled, or it is not this viewer's to change: never told apart."""


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on ``follow_up``: one's own; for a supervisor those of the teams' people; for an admin all."""
    if viewer.sees_all:
        return true()
    mine = follow_up.c.person_id == viewer.person_id
    if viewer.role is Role.SUPERVISOR:
        members = select(person.c.id).where(person.c.team_id.in_(viewer.teams))
        return mine | follow_up.c.person_id.in_(members)
    return mine


def queue(
    tx: Connection, viewer: Viewer, *, now: datetime, vault: Vault | None = None
) -> list[dict[str, Any]]:
    """The open follow-ups this viewer may see, the one due first at the top. ``overdue``: its time has come.

    Why it was promised is sealed: without ``vault`` every ``why`` is None.
    """
    return _rows(tx, (follow_up.c.state == OPEN) & visible(viewer), now, vault)


def of_lead(store: Store, tx: Connection, lead_id: int) -> list[dict[str, Any]]:
    """The open follow-ups with one lead, whoever's. The caller has made sure that the viewer may open the lead."""
    return _rows(tx, (follow_up.c.state == OPEN) & (follow_up.c.lead_id == lead_id), store.now(), store.vault)


def make(
    store: Store,
    viewer: Viewer,
    lead_id: int,
    due_at: datetime,
    why: str = "",
    *,
    person_id: int | None = None,
) -> int:
    """Promise it; its id. ``person_id``: who is to do it, by default who asks; a supervisor may name a counselor of
    their teams. Raises ``NoSuchLead``, and ``PermissionError`` for naming somebody else."""
    with store.read() as tx:
        if not may_open(tx, viewer, lead_id):
            raise NoSuchLead
        whose = viewer.person_id if person_id is None else person_id
        if whose != viewer.person_id and not _leads(tx, viewer, whose):
            raise PermissionError("only a supervisor of theirs gives somebody a follow-up")

    def work(tx: Connection) -> int | None:
        there = landing(tx, viewer, lead_id)
        return there and put(store, tx, viewer, there, due_at, why.strip(), person_id=whose)

    made: int | None = store.write(work)
    if made is None:
        raise NoSuchLead
    return made


def put(
    store: Store,
    tx: Connection,
    viewer: Viewer,
    lead_id: int,
    due_at: datetime,
    why: str,
    *,
    person_id: int,
    call_id: int | None = None,
) -> int:
    """Inside a commit under way: settle what the person had promised this lead, and promise this instead.

    The same promise again is the one there is. The caller has made sure that the viewer may.
    """
    before = tx.execute(_open_of(lead_id, person_id)).all()
    for row in before:
        if row.due_at == due_at and _why(store.vault, row.why_ct) == why[:LONGEST_WHY]:
            return int(row.id)
    now = store.now()
    for row in before:
        settle(store, tx, viewer, row, DONE if row.due_at <= now else CANCELLED)
    values = {
        "lead_id": lead_id,
        "person_id": person_id,
        "made_by": viewer.person_id,
        "call_id": call_id,
        "due_at": due_at,
        "why_ct": store.vault.seal(why[:LONGEST_WHY].encode(), WHY) if why else None,
        "state": OPEN,
        "made_at": now,
    }
    made: int = tx.execute(insert(follow_up).values(values).returning(follow_up.c.id)).scalar_one()
    _tell(store, tx, [made])
    return made


def done(store: Store, viewer: Viewer, follow_up_id: int) -> None:
    """It has been done. Raises ``NoSuchFollowUp``."""
    _settle_one(store, viewer, follow_up_id, DONE)


def cancel(store: Store, viewer: Viewer, follow_up_id: int) -> None:
    """It need not be done. Raises ``NoSuchFollowUp``."""
    _settle_one(store, viewer, follow_up_id, CANCELLED)


def move(store: Store, viewer: Viewer, follow_up_id: int, due_at: datetime) -> None:
    """Another time; whoever is to do it is reminded then. Raises ``NoSuchFollowUp``."""
    _require(store, viewer, follow_up_id)

    def work(tx: Connection) -> bool:
        same = (follow_up.c.id == follow_up_id) & (follow_up.c.state == OPEN)
        known = tx.execute(update(follow_up).where(same).values(due_at=due_at, reminded_at=None))
        if known.rowcount != 1:
            return False
        audit.by_person(tx, store.now(), viewer, "follow_up.moved", f"follow_up:{follow_up_id}")
        _tell(store, tx, [follow_up_id])
        return True

    if not store.write(work):
        raise NoSuchFollowUp


def settle_due(store: Store, tx: Connection, viewer: Viewer, lead_id: int) -> None:
    """Inside a commit under way: this person talked with the lead, so what was due with it is done."""
    now = store.now()
    for row in tx.execute(_open_of(lead_id, viewer.person_id)).all():
        if row.due_at <= now:
            settle(store, tx, viewer, row, DONE)


def has_open(tx: Connection, person_id: int, lead_id: int, *, after: datetime) -> bool:
    """Is there a promise of this person to this lead for later than ``after``?"""
    rows = tx.execute(_open_of(lead_id, person_id)).all()
    return any(row.due_at > after for row in rows)


def remind(store: Store) -> int:
    """Tell each person, once, of what fell due; how many reminders. A second call, or one of another process at the
    same time, reminds nobody again: the mark and the news are one commit, and commits exclude each other."""
    now = store.now()
    due = (follow_up.c.state == OPEN) & (follow_up.c.due_at <= now) & follow_up.c.reminded_at.is_(None)
    with store.read() as tx:  # most turns find nothing, and then nobody is kept from writing
        if tx.scalar(select(follow_up.c.id).where(due).limit(1)) is None:
            return 0

    def work(tx: Connection) -> int:
        wanted = select(follow_up.c.id).where(due).order_by(follow_up.c.due_at).limit(REMINDED_AT_ONCE)
        ids = list(tx.scalars(wanted))
        if not ids:
            return 0
        tx.execute(update(follow_up).where(follow_up.c.id.in_(ids)).values(reminded_at=now))
        rows = _rows(tx, follow_up.c.id.in_(ids), now, store.vault)
        feed.append(
            tx,
            store.db,
            now,
            [
                News("follow_up", Audience(frozenset({row["person_id"]})), row | {"reminder": True})
                for row in rows
            ],
        )
        return len(ids)

    reminded: int = store.write(work)
    return reminded


def _open_of(lead_id: int, person_id: int) -> Any:
    return select(follow_up).where(
        follow_up.c.lead_id == lead_id, follow_up.c.person_id == person_id, follow_up.c.state == OPEN
    )


def _settle_one(store: Store, viewer: Viewer, follow_up_id: int, state: str) -> None:
    _require(store, viewer, follow_up_id)

    def work(tx: Connection) -> bool:
        same = (follow_up.c.id == follow_up_id) & (follow_up.c.state == OPEN)
        row = tx.execute(select(follow_up).where(same)).first()
        if row is None:
            return False
        settle(store, tx, viewer, row, state)
        return True

    if not store.write(work):
        raise NoSuchFollowUp


def settle(store: Store, tx: Connection, viewer: Viewer, row: Row[Any], state: str) -> None:
    """Inside a commit under way: this open follow-up is done or cancelled, by the viewer."""
    now = store.now()
    values = {"state": state, "done_at": now, "done_by": viewer.person_id}
    tx.execute(update(follow_up).where(follow_up.c.id == row.id).values(values))
    _tell(store, tx, [row.id])


def _require(store: Store, viewer: Viewer, follow_up_id: int) -> None:
    """Asked before the shared commit, which a refusal would make all others redo."""
    with store.read() as tx:
        known = select(follow_up.c.id).where(
            follow_up.c.id == follow_up_id, follow_up.c.state == OPEN, visible(viewer)
        )
        if tx.scalar(known) is None:
            raise NoSuchFollowUp


def _leads(tx: Connection, viewer: Viewer, person_id: int) -> bool:
    row = tx.execute(select(person.c.team_id, person.c.active).where(person.c.id == person_id)).first()
    return row is not None and bool(row.active) and viewer.supervises(row.team_id)


def _tell(store: Store, tx: Connection, ids: Sequence[int]) -> None:
    """The queues that show them: of who is to do it, and of their supervisors."""
    now = store.now()
    rows = _rows(tx, follow_up.c.id.in_(ids), now, store.vault)
    news = [
        News(
            "follow_up",
            Audience(frozenset({row["person_id"]}), frozenset({row["team_id"]} if row["team_id"] else ())),
            row | {"reminder": False},
        )
        for row in rows
    ]
    feed.append(tx, store.db, now, news)


def _rows(
    tx: Connection, wanted: ColumnElement[bool], now: datetime, vault: Vault | None
) -> list[dict[str, Any]]:
    rows = tx.execute(
        select(
            follow_up,
            lead.c.name.label("lead"),
            lead.c.programme,
            lead_phone.c.mask,
            person.c.name.label("person"),
            person.c.team_id,
        )
        .join(lead, lead.c.id == follow_up.c.lead_id)
        .join(person, person.c.id == follow_up.c.person_id)
        .outerjoin(lead_phone, (lead_phone.c.lead_id == lead.c.id) & (lead_phone.c.position == 0))
        .where(wanted)
        .order_by(follow_up.c.due_at, follow_up.c.id)
        .limit(MOST)
    )
    return [
        {
            "id": row.id,
            "lead_id": row.lead_id,
            "lead": row.lead,
            "programme": row.programme,
            "mask": row.mask,
            "due_at": row.due_at.isoformat(),
            "overdue": row.due_at <= now,
            "why": redaction.numbers(_why(vault, row.why_ct)) if vault and row.why_ct else None,
            "person": row.person,
            "person_id": row.person_id,
            "team_id": row.team_id,
            "state": row.state,
        }
        for row in rows
    ]


def _why(vault: Vault, sealed: bytes | None) -> str:
    return vault.open(sealed, WHY).decode() if sealed else ""
