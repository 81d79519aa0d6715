"""Who has said "I take this one": a claim on the open entries of a lead, held for a while by one counselor.

A claim keeps two people from calling the same lead back; it hides nothing and clears nothing. It lapses by itself
after the institution's ``claim_minutes``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from models.rules.access import Role, Viewer
from models.store import directory, entries, feed, notices
from models.store.base import Store
from models.store.feed import Audience, News
from models.tables.calls import notification
from models.tables.people import person


class NoSuchEntry(Exception):
    """There is no such open entry, or not for this viewer: the two are never told apart."""


class NotAllowed(Exception):
    """This person may not assign entries, or not to that counselor. The message is for whoever tried."""


class Taken(Exception):
    """Somebody else has it. ``holder`` is their name, ``until`` when their claim lapses (UTC)."""

    def __init__(self, holder: str, until: datetime) -> None:
        super().__init__(holder, until)
        self.holder = holder
        self.until = until


def claim(store: Store, viewer: Viewer, entry_id: int) -> list[dict[str, Any]]:
    """A counselor takes all open entries of this entry's lead that they may see; returns those entries' rows.

    Claiming again what is already one's own begins its time anew. Raises ``Taken``, ``NoSuchEntry``, and
    ``NotAllowed`` for who is no counselor. Of two who claim at once exactly one succeeds.
    """
    if viewer.role is not Role.COUNSELOR:
        raise NotAllowed("Only counselors take calls; assign it to one of them.")

    def work(tx: Connection) -> list[dict[str, Any]] | Taken | None:
        now = store.now()
        found = _of_same_lead(store, tx, viewer, entry_id, now)
        if not found:
            return None
        other = next((row for row in found if row["claimed_id"] not in (None, viewer.person_id)), None)
        if other:
            return Taken(other["claimed_by"], datetime.fromisoformat(other["claimed_until"]))
        return _give(store, tx, found, viewer.person_id, now)

    return _or_raise(store.write(work))


def release(store: Store, viewer: Viewer, entry_id: int) -> list[dict[str, Any]]:
    """Give back what one holds; a supervisor may free what a counselor of theirs holds. Returns the rows.

    Raises ``NoSuchEntry``, and ``Taken`` when a colleague holds it.
    """

    def work(tx: Connection) -> list[dict[str, Any]] | Taken | None:
        now = store.now()
        found = _of_same_lead(store, tx, viewer, entry_id, now)
        if not found:
            return None
        if viewer.role is Role.COUNSELOR:
            other = next((row for row in found if row["claimed_id"] not in (None, viewer.person_id)), None)
            if other:
                return Taken(other["claimed_by"], datetime.fromisoformat(other["claimed_until"]))
        return _give(store, tx, found, None, now)

    return _or_raise(store.write(work))


def assign(store: Store, viewer: Viewer, entry_id: int, person_id: int) -> list[dict[str, Any]]:
    """A supervisor or admin gives the lead's open entries to a counselor of the entry's team, whoever had them.

    The counselor sees them from then on, also those that never rang at them. Raises ``NotAllowed``,
    ``NoSuchEntry``.
    """
    if viewer.role is Role.COUNSELOR:
        raise NotAllowed("Only supervisors assign calls.")

    def work(tx: Connection) -> list[dict[str, Any]] | Taken | None:
        now = store.now()
        found = _of_same_lead(store, tx, viewer, entry_id, now)
        if not found:
            return None
        if person_id not in {each["id"] for each in _candidates(tx, viewer, found)}:
            return []
        return _give(store, tx, found, person_id, now)

    given = _or_raise(store.write(work))
    if not given:
        raise NotAllowed("Only an active counselor of this call's team can be given it.")
    return given


def candidates(store: Store, tx: Connection, viewer: Viewer, entry_id: int) -> list[dict[str, Any]]:
    """The counselors this entry can be assigned to, as {id, name, initials} by name; none for who may not."""
    if viewer.role is Role.COUNSELOR:
        return []
    return _candidates(tx, viewer, _of_same_lead(store, tx, viewer, entry_id, store.now()))


def _candidates(tx: Connection, viewer: Viewer, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    teams = {team["id"] for row in found for team in row["teams"]}
    wanted = select(person.c.id, person.c.name, person.c.team_id).where(
        person.c.role == Role.COUNSELOR.value, person.c.active.is_(True)
    )
    if not any(row["everyone"] for row in found):
        wanted = wanted.where(person.c.team_id.in_(teams))
    return [
        {"id": row.id, "name": row.name, "initials": entries.initials(row.name)}
        for row in tx.execute(wanted.order_by(person.c.name))
        if viewer.supervises(row.team_id)
    ]


def _of_same_lead(
    store: Store, tx: Connection, viewer: Viewer, entry_id: int, now: datetime
) -> list[dict[str, Any]]:
    """The open entries this viewer may see of the lead that ``entry_id`` is about; none if it is not among them."""
    of = select(notification.c.lead_id).where(notification.c.id == entry_id).scalar_subquery()
    ids = tx.scalars(
        select(notification.c.id).where(
            notification.c.lead_id == of, notification.c.state == notices.OPEN, entries.visible(viewer)
        )
    ).all()
    return entries.rows(tx, ids, now=now, rules=store.rules) if entry_id in ids else []


def _give(
    store: Store, tx: Connection, found: list[dict[str, Any]], person_id: int | None, now: datetime
) -> list[dict[str, Any]]:
    """Write the holder and tell all screens; whoever saw an entry only because it was theirs is told it left."""
    ids = [row["id"] for row in found]
    kept = select(notification.c.id, notification.c.claimed_by).where(notification.c.id.in_(ids))
    before = {row.id: row.claimed_by for row in tx.execute(kept)}
    tx.execute(
        update(notification)
        .where(notification.c.id.in_(ids))
        .values(claimed_by=person_id, claimed_at=now if person_id else None)
    )
    rows = entries.rows(tx, ids, now=now, rules=store.rules)
    told: list[News] = []
    for row in rows:
        was = before[row["id"]]
        if was not in (None, person_id) and not _still_theirs(tx, row, was):
            told.append(News("entry", Audience(people=frozenset({was})), {**row, "state": notices.WITHDRAWN}))
        told.append(News("entry", notices.audience(row), row))
    feed.append(tx, store.db, now, told)
    return rows


def _still_theirs(tx: Connection, row: Mapping[str, Any], person_id: int) -> bool:
    known = directory.of(tx).people.get(person_id)
    in_pool = known is not None and known.team_id in row["pool"]
    return row["everyone"] or in_pool or any(each["id"] == person_id for each in row["counselors"])


def _or_raise(done: list[dict[str, Any]] | Taken | None) -> list[dict[str, Any]]:
    """A refusal is carried out of the shared commit as a value: raised inside, all others would redo theirs."""
    if done is None:
        raise NoSuchEntry
    if isinstance(done, Taken):
        raise done
    return done
