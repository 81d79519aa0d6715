"""Who is checked in, as intervals that never overlap: at most one open interval a person.

What calls make of it (rung, on a call, in wrap-up) is not kept but concluded: ``models.store.worktime``.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from models.rules import redaction
from models.rules.access import Viewer
from models.rules.presence import left_at, night_before
from models.store import feed
from models.store.base import Store
from models.store.feed import Audience, News
from models.tables.calls import call
from models.tables.people import login_session, person, presence

STATES = ("in", "break", "out")

REASONS = ("Lunch", "Tea", "Meeting", "Training", "Other")
"""Why somebody takes a break, as the menu offers them; any other words will do as well."""

LONGEST_REASON = 80

AT_NIGHT = timedelta(minutes=30)
"""Whoever did something so shortly before the night, or since, works through it."""


def set_state(store: Store, viewer: Viewer, state: str, reason: str = "") -> dict[str, Any]:
    """End the interval under way and, unless ``state`` is "out", begin another. The same state for the same
    reason changes nothing; a reason belongs to a break only. Raises ``ValueError`` for an unknown state and
    a reason of more than ``LONGEST_REASON`` characters."""
    if state not in STATES:
        raise ValueError(f"presence must be one of {', '.join(STATES)}")
    why = redaction.detail(" ".join(reason.split())) if state == "break" else ""
    if len(why) > LONGEST_REASON:
        raise ValueError(f"a reason has at most {LONGEST_REASON} characters")

    def work(tx: Connection) -> dict[str, Any]:
        was = current(tx, viewer.person_id)
        if (was["state"], was["reason"]) == (state, why):
            return was
        now = store.now()
        _end(tx, viewer.person_id, now)
        if state != "out":
            tx.execute(
                insert(presence).values(person_id=viewer.person_id, state=state, reason=why, from_at=now)
            )
        return _tell(store, tx, viewer.person_id, viewer.name, state, why, now)

    body: dict[str, Any] = store.write(work)
    return body


def current(tx: Connection, person_id: int) -> dict[str, Any]:
    """What the person said last, why, and since when (None for "out", which has no interval)."""
    row = tx.execute(
        select(presence.c.state, presence.c.reason, presence.c.from_at, person.c.name)
        .join(person, person.c.id == presence.c.person_id)
        .where(presence.c.person_id == person_id, presence.c.to_at.is_(None))
    ).first()
    if row is None:
        return {"person_id": person_id, "name": None, "state": "out", "reason": "", "since": None}
    since: datetime = row.from_at
    return {
        "person_id": person_id,
        "name": row.name,
        "state": row.state,
        "reason": row.reason,
        "since": since.isoformat(),
    }


def signed_out(store: Store, viewer: Viewer) -> None:
    """Who ends their last session has left: check them out. A call under way is talked to its end."""
    with store.read() as tx:
        elsewhere = tx.scalar(
            select(func.count()).where(
                login_session.c.person_id == viewer.person_id, login_session.c.expires_at > store.now()
            )
        )
    if not elsewhere:
        set_state(store, viewer, "out")


def close_forgotten(store: Store) -> int:
    """Check out, after the night, whoever went home without; as of their last sign of life. Returns how many."""
    now = store.now()
    night = night_before(now, store.rules.zone)
    if now < night + AT_NIGHT:
        return 0

    def work(tx: Connection) -> int:
        done = 0
        rows = tx.execute(
            select(presence.c.person_id, presence.c.from_at, person.c.name)
            .join(person, person.c.id == presence.c.person_id)
            .where(presence.c.to_at.is_(None), presence.c.from_at < night)
        ).all()
        for person_id, since, name in rows:
            signs = _signs_of_life(tx, person_id, since)
            if max(signs, default=since) >= night - AT_NIGHT:
                continue
            _end(tx, person_id, left_at(since, night, signs))
            _tell(store, tx, person_id, name, "out", "", now)
            done += 1
        return done

    return int(store.write(work))


def _signs_of_life(tx: Connection, person_id: int, since: datetime) -> list[datetime]:
    """When they last used a session and when their last call ended, as far as there are any after ``since``."""
    seen = tx.scalar(select(func.max(login_session.c.seen_at)).where(login_session.c.person_id == person_id))
    talked = tx.scalar(
        select(func.max(call.c.ended_at)).where(call.c.person_id == person_id, call.c.started_at >= since)
    )
    return [at for at in (seen, talked) if at is not None and at > since]


def _end(tx: Connection, person_id: int, at: datetime) -> None:
    tx.execute(
        update(presence).where(presence.c.person_id == person_id, presence.c.to_at.is_(None)).values(to_at=at)
    )


def _tell(
    store: Store, tx: Connection, person_id: int, name: str, state: str, reason: str, at: datetime
) -> dict[str, Any]:
    """Put it on the feed of the person and of their team's supervisors, and return what was put there."""
    body = {
        "person_id": person_id,
        "name": name,
        "state": state,
        "reason": reason,
        "since": None if state == "out" else at.isoformat(),
    }
    team_id = tx.scalar(select(person.c.team_id).where(person.c.id == person_id))
    audience = Audience(frozenset({person_id}), frozenset({team_id} if team_id else ()))
    feed.append(tx, store.db, store.now(), [News("presence", audience, body)])
    return body
