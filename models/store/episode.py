"""What stands behind one entry of the board: every ring of the episode, who was told, what was tried since."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from models.rules.access import Viewer
from models.store import entries
from models.store.availability import busy_people
from models.store.base import Rules
from models.tables.calls import call, notification, offer
from models.tables.people import person, presence
from models.tables.telephony import connection, did

EPISODE_GAP = timedelta(minutes=30)
LOOK_BACK = timedelta(hours=12)
SINCE_LIMIT = 4


def episode(
    tx: Connection, viewer: Viewer, entry_id: int, *, now: datetime, rules: Rules
) -> dict[str, Any] | None:
    """All about one entry, ready for JSON, or None when there is none for this viewer.

    ``calls`` are the lead's missed calls that belong together (never more than 30 minutes apart), oldest
    first, each with its ``rings``; a pending entry has the one call that was talked on. ``since`` are later
    calls with that lead, ``people`` whoever the entry waits for and what they are doing now.
    """
    visible = tx.scalar(
        select(notification.c.id).where(notification.c.id == entry_id, entries.visible(viewer))
    )
    if visible is None:
        return None
    (entry,) = entries.rows(tx, [entry_id], now=now, rules=rules)
    calls = _calls(tx, entry)
    rings = _rings(tx, [each["id"] for each in calls])
    for each in calls:
        each["rings"] = rings[each["id"]]
        for ring in each["rings"]:
            ring["offset"] = _seconds(each["at"], ring["at"])
    last = calls[-1]["at"] if calls else None
    return {
        "id": entry_id,
        "entry": entry,
        "calls": [{**each, "at": each["at"].isoformat(), "rings": _plain(each["rings"])} for each in calls],
        "since": _since(tx, entry["lead_id"], last) if last else [],
        "people": _people(tx, [each["id"] for each in entry["counselors"]], now),
    }


def _calls(tx: Connection, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The entry's call and, for a missed one, its neighbours in the episode."""
    own = select(call.c.started_at).where(call.c.id == entry["call_id"])
    at: datetime = tx.execute(own).scalar_one()
    wanted = (
        select(
            call.c.id,
            call.c.started_at,
            call.c.ended_at,
            call.c.direction,
            call.c.outcome,
            call.c.talk_seconds,
            call.c.ring_seconds,
            connection.c.label.label("connection"),
            did.c.label.label("did"),
            person.c.name.label("person"),
        )
        .join(notification, notification.c.call_id == call.c.id)
        .join(connection, connection.c.id == call.c.connection_id)
        .outerjoin(did, did.c.number == call.c.did)
        .outerjoin(person, person.c.id == call.c.person_id)
        .order_by(call.c.started_at, call.c.id)
    )
    if entry["kind"] == "missed":
        wanted = wanted.where(
            call.c.lead_id == entry["lead_id"],
            call.c.started_at.between(at - LOOK_BACK, at + LOOK_BACK),
            notification.c.kind == "missed",
            notification.c.state != "withdrawn",
        )
    else:
        wanted = wanted.where(call.c.id == entry["call_id"])
    found = tx.execute(wanted).all()
    together = _together([row.started_at for row in found], at)
    return [
        {
            "id": row.id,
            "at": row.started_at,
            "direction": row.direction,
            "outcome": row.outcome,
            "seconds": _seconds(row.started_at, row.ended_at),
            "talk_seconds": row.talk_seconds,
            "connection": row.connection,
            "did": row.did,
            "person": row.person,
        }
        for row in found[together]
    ]


def _together(times: Sequence[datetime], at: datetime) -> slice:
    """Which of these ascending moments hang together with ``at``, no step longer than the gap."""
    first = last = times.index(at)
    while first > 0 and times[first] - times[first - 1] <= EPISODE_GAP:
        first -= 1
    while last + 1 < len(times) and times[last + 1] - times[last] <= EPISODE_GAP:
        last += 1
    return slice(first, last + 1)


def _rings(tx: Connection, call_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    rings: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in tx.execute(
        select(offer, person.c.name)
        .outerjoin(person, person.c.id == offer.c.person_id)
        .where(offer.c.call_id.in_(call_ids))
        .order_by(offer.c.call_id, offer.c.position)
    ):
        seconds = row.ring_seconds if row.ring_seconds is not None else _seconds(row.offered_at, row.ended_at)
        rings[row.call_id].append(
            {
                "name": row.name or row.seat_mask,
                "initials": entries.initials(row.name) if row.name else "?",
                "mapped": row.name is not None,
                "at": row.offered_at,
                "seconds": seconds,
                "answered": row.answered,
                "reason": row.reason,
            }
        )
    return rings


def _since(tx: Connection, lead_id: int, after: datetime) -> list[dict[str, Any]]:
    """The latest calls with this lead after the episode, newest first."""
    rows = tx.execute(
        select(call.c.started_at, call.c.direction, call.c.outcome, call.c.talk_seconds, person.c.name)
        .outerjoin(person, person.c.id == call.c.person_id)
        .where(call.c.lead_id == lead_id, call.c.started_at > after)
        .order_by(call.c.started_at.desc())
        .limit(SINCE_LIMIT)
    )
    return [
        {
            "at": row.started_at.isoformat(),
            "direction": row.direction,
            "outcome": row.outcome,
            "seconds": row.talk_seconds,
            "person": row.name,
        }
        for row in rows
    ]


def _people(tx: Connection, ids: Sequence[int], now: datetime) -> list[dict[str, Any]]:
    """What each is doing now: ``call``, ``in``, ``break`` (with its reason) or ``out``, and since when."""
    busy = busy_people(tx, now)
    rows = {
        row.id: row
        for row in tx.execute(
            select(person.c.id, person.c.name, presence.c.state, presence.c.reason, presence.c.from_at)
            .outerjoin(presence, (presence.c.person_id == person.c.id) & presence.c.to_at.is_(None))
            .where(person.c.id.in_(ids))
        )
    }
    return [
        {
            "id": row.id,
            "name": row.name,
            "initials": entries.initials(row.name),
            "state": "call" if row.id in busy else row.state or "out",
            "reason": row.reason or "",
            "since": row.from_at.isoformat() if row.from_at and row.id not in busy else None,
        }
        for row in (rows[person_id] for person_id in ids if person_id in rows)
    ]


def _plain(rings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**ring, "at": ring["at"].isoformat() if ring["at"] else None} for ring in rings]


def _seconds(start: datetime | None, end: datetime | None) -> int | None:
    return None if start is None or end is None else max(0, int((end - start).total_seconds()))
