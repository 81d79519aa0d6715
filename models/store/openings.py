"""Opening a lead's profile: what it clears, for whom, and who may open it."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, or_, select, update

from models.rules.access import Role, Viewer
from models.store import entries, feed, journal, notices
from models.store.base import Store
from models.tables.calls import call, notification, notification_for, offer
from models.tables.leads import lead, opening
from models.tables.people import person


class NoSuchLead(Exception):
    """There is no such lead, or not for this viewer: the two are never told apart."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """One entry that this opening cleared; ``others`` are the colleagues it was also waiting for."""

    entry_id: int
    kind: str
    direction: str
    others: list[str]


@dataclass(frozen=True, slots=True)
class Opened:
    """``lead_id``: whose profile it is, the one asked for or the one that it became part of meanwhile."""

    opening_id: int
    lead_id: int
    cleared: list[Cleared] = field(default_factory=list)


def may_open(tx: Connection, viewer: Viewer, lead_id: int) -> bool:
    """Own leads, leads whose calls or entries concern the viewer; for a supervisor, the teams'."""
    known = select(lead.c.owner_id).where(lead.c.id == lead_id, lead.c.merged_into.is_(None))
    row = tx.execute(known).first()
    if row is None:
        return False
    if viewer.role is Role.ADMIN:
        return True
    if viewer.role is Role.COUNSELOR:
        who: Any = (viewer.person_id,)
    else:
        who = select(person.c.id).where(person.c.team_id.in_(viewer.teams))
    concerns = select(
        or_(
            exists().where(lead.c.id == lead_id, lead.c.owner_id.in_(who)),
            exists().where(call.c.lead_id == lead_id, call.c.person_id.in_(who)),
            exists().where(
                call.c.lead_id == lead_id, offer.c.call_id == call.c.id, offer.c.person_id.in_(who)
            ),
            exists().where(
                notification.c.lead_id == lead_id,
                or_(
                    notification.c.everyone,
                    notification.c.claimed_by.in_(who),
                    exists().where(
                        notification_for.c.notification_id == notification.c.id,
                        or_(
                            notification_for.c.person_id.in_(who),
                            notification_for.c.team_id.in_(viewer.teams),
                        ),
                    ),
                ),
            ),
        )
    )
    return bool(tx.scalar(concerns))


def standing(tx: Connection, lead_id: int) -> int:
    """The lead that this one became part of, or itself."""
    into = tx.scalar(select(lead.c.merged_into).where(lead.c.id == lead_id))
    return int(into) if into else lead_id


def landing(tx: Connection, viewer: Viewer, lead_id: int) -> int | None:
    """Inside a commit under way: the lead that a write about this one belongs to now; None: not for this viewer.

    The caller has asked ``may_open`` in a read, and the lead may have become part of another one since. Nobody
    merges between this answer and the commit: writers take turns.
    """
    there = standing(tx, lead_id)
    return there if there == lead_id or may_open(tx, viewer, there) else None


def open_profile(store: Store, viewer: Viewer, lead_id: int, how: str) -> Opened:
    """Record that ``viewer`` opened the profile and clear, for everybody, what that clears.

    A supervisor's or admin's look is recorded but clears nothing unless the institution set it so.
    Raises ``NoSuchLead``. Two counselors who open it at once: both are recorded, the first one clears.
    """

    with store.read() as tx:  # before the shared commit, which a refusal would make all others redo
        if not may_open(tx, viewer, lead_id):
            raise NoSuchLead

    def work(tx: Connection) -> Opened | None:
        there = landing(tx, viewer, lead_id)
        if there is None:
            return None
        now = store.now()
        opening_id = tx.scalars(
            insert(opening).returning(opening.c.id),
            {
                "lead_id": there,
                "person_id": viewer.person_id,
                "at": now,
                "seen_until": now,
                "how": how[:24],
            },
        ).one()
        if viewer.role is not Role.COUNSELOR and not store.rules.supervisor_opening_clears:
            return Opened(opening_id, there)
        return Opened(opening_id, there, _clear(store, tx, viewer, there, how))

    opened: Opened | None = store.write(work)
    if opened is None:
        raise NoSuchLead
    return opened


def still_viewing(store: Store, viewer: Viewer, opening_id: int) -> bool:
    """The profile is still on that person's screen now; False when the opening is not theirs."""

    def work(tx: Connection) -> bool:
        known = tx.execute(
            update(opening)
            .where(opening.c.id == opening_id, opening.c.person_id == viewer.person_id)
            .values(seen_until=store.now())
        )
        if known.rowcount != 1:
            return False
        _withdraw_pending(store, tx, viewer, opening_id)
        return True

    seen: bool = store.write(work)
    return seen


def _withdraw_pending(store: Store, tx: Connection, viewer: Viewer, opening_id: int) -> None:
    """A short call can end between two signs of life of the page it was taken on: judge it again."""
    lead_id = tx.scalar(select(opening.c.lead_id).where(opening.c.id == opening_id))
    rows = tx.execute(
        select(call.c.connection_id, call.c.provider_call_id)
        .join(notification, notification.c.call_id == call.c.id)
        .where(
            notification.c.lead_id == lead_id,
            notification.c.kind == "pending",
            notification.c.state == notices.OPEN,
            call.c.person_id == viewer.person_id,
        )
    )
    keys = [(row.connection_id, row.provider_call_id) for row in rows]
    if keys:
        journal.refold(store, tx, keys)


def _clear(store: Store, tx: Connection, viewer: Viewer, lead_id: int, how: str) -> list[Cleared]:
    now = store.now()
    open_rows = tx.execute(
        select(notification.c.id, notification.c.call_id).where(
            notification.c.lead_id == lead_id, notification.c.state == notices.OPEN
        )
    ).all()
    if not open_rows:
        return []
    tx.execute(
        update(notification).where(notification.c.id == bindparam("this_id")),
        [
            {
                "this_id": row.id,
                "state": notices.CLEARED,
                "cleared_at": now,
                "cleared_by": viewer.person_id,
                "cleared_how": how[:24],
            }
            for row in open_rows
        ],
    )
    touched = [notices.Touched(row.id, row.call_id) for row in open_rows]
    news = notices.news(store, tx, touched, now)
    feed.append(tx, store.db, now, news)
    changed = entries.rows(tx, [row.id for row in open_rows], now=now, rules=store.rules)
    return [
        Cleared(
            row["id"],
            row["kind"],
            row["direction"],
            [who["name"] for who in row["counselors"] if who["id"] != viewer.person_id],
        )
        for row in changed
    ]
