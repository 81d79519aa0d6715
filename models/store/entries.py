"""Missed and pending entries as screens show them: one row each, masked, for those who may see it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, exists, func, literal_column, or_, select

from models.rules.access import Role, Viewer
from models.store import choices, directory
from models.store.base import Rules
from models.store.prepared import Query
from models.tables.base import Instant
from models.tables.calls import call, notification, notification_for, offer
from models.tables.leads import lead, lead_phone
from models.tables.people import person
from models.tables.telephony import did

# Spelled out, not a parameter: only then is the index of open entries used, among however many old ones.
IS_OPEN = notification.c.state == literal_column("'open'")

_ROW = (
    select(
        notification.c.id,
        notification.c.call_id,
        notification.c.kind,
        notification.c.direction,
        notification.c.reason,
        notification.c.state,
        notification.c.everyone,
        notification.c.raised_at,
        notification.c.cleared_at,
        notification.c.cleared_by,
        notification.c.cleared_how,
        notification.c.late,
        notification.c.claimed_by,
        notification.c.claimed_at,
        notification.c.lead_id,
        lead.c.name.label("lead"),
        lead.c.city,
        lead.c.programme,
        lead.c.stage,
        lead.c.owner_id,
        lead.c.last_talk_at,
        lead_phone.c.mask,
        call.c.campaign,
        call.c.connection_id,
        func.coalesce(did.c.label, call.c.did).label("did"),
    )
    .join(call, call.c.id == notification.c.call_id)
    .join(lead, lead.c.id == notification.c.lead_id)
    .outerjoin(lead_phone, (lead_phone.c.lead_id == lead.c.id) & (lead_phone.c.position == 0))
    .outerjoin(did, did.c.number == call.c.did)
)


def visible(viewer: Viewer) -> Any:
    """The condition on ``notification`` that keeps what this viewer may see."""
    if viewer.role is Role.ADMIN:
        return notification.c.id.is_not(None)
    if viewer.role is Role.COUNSELOR:
        mine = notification_for.c.person_id == viewer.person_id
    else:
        mine = notification_for.c.person_id.in_(select(person.c.id).where(person.c.team_id.in_(viewer.teams)))
    # Asked of each entry: a list of all that were ever addressed so would grow with the years.
    addressed = exists().where(
        notification_for.c.notification_id == notification.c.id,
        or_(mine, notification_for.c.team_id.in_(viewer.teams)),
    )
    seen = or_(notification.c.everyone, addressed.correlate(notification))
    # Who was given an entry that never rang at them sees it too.
    return or_(seen, notification.c.claimed_by == viewer.person_id) if viewer.role is Role.COUNSELOR else seen


def open_for(
    tx: Connection, viewer: Viewer, *, now: datetime, rules: Rules, kind: str | None = None
) -> list[dict[str, Any]]:
    """The open entries this viewer may see, oldest first. ``kind`` is "missed", "pending" or both."""
    wanted = _ROW.where(IS_OPEN, visible(viewer))
    if kind:
        wanted = wanted.where(notification.c.kind == kind)
    # Sorted here: asked for the order, SQLite may walk all entries there ever were to have it.
    found = sorted(map(dict, tx.execute(wanted).mappings()), key=lambda row: (row["raised_at"], row["id"]))
    return _complete(tx, found, now, rules)


def rows(tx: Connection, ids: Sequence[int], *, now: datetime, rules: Rules) -> list[dict[str, Any]]:
    """These entries, whatever their state, in the order of their ids. The caller decides who sees them."""
    if not ids:
        return []
    return _complete(tx, _rows.dicts(tx, ids), now, rules)


# Built once: the feed asks for rows in every batch of calls.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_rows = Query(_ROW.where(notification.c.id.in_(_IDS)).order_by(notification.c.id))
_for = Query(
    select(notification_for.c.notification_id, notification_for.c.person_id, notification_for.c.team_id)
    .where(notification_for.c.notification_id.in_(_IDS))
    .order_by(notification_for.c.id)
)
_offers = Query(
    select(offer.c.call_id, offer.c.person_id, offer.c.reason)
    .where(offer.c.call_id.in_(_IDS), offer.c.reason.is_not(None))
    .order_by(offer.c.position)
)
_dialled = Query(
    select(call.c.lead_id, call.c.started_at).where(
        call.c.lead_id.in_(_IDS),
        call.c.started_at > bindparam("since", type_=Instant),
        call.c.direction != literal_column("'inbound'"),
    )
)


def _complete(
    tx: Connection, found: Sequence[Mapping[str, Any]], now: datetime, rules: Rules
) -> list[dict[str, Any]]:
    if not found:
        return []
    known = directory.of(tx)
    names, teams = known.people, known.teams
    people, pools = _addressees(tx, [row["id"] for row in found])
    reasons = _reasons(tx, [row["call_id"] for row in found])
    tries = _attempts(tx, {row["lead_id"] for row in found}, min(row["raised_at"] for row in found))
    sla = timedelta(minutes=rules.sla_minutes)
    lasts = _claims_last(tx, found)
    complete = []
    for row in found:
        theirs = [names[person_id] for person_id in people[row["id"]] if person_id in names]
        in_teams = dict.fromkeys([p.team_id for p in theirs if p.team_id] + pools[row["id"]])
        cleared_by = names.get(row["cleared_by"])
        owner = names.get(row["owner_id"])
        last_talk = row["last_talk_at"]
        holder, until = names.get(row["claimed_by"]), row["claimed_at"] and row["claimed_at"] + lasts
        if until is None or until <= now:
            holder = until = None
        complete.append(
            {
                "id": row["id"],
                "call_id": row["call_id"],
                "kind": row["kind"],
                "direction": row["direction"],
                "reason": row["reason"],
                "state": row["state"],
                "everyone": row["everyone"],
                "raised_at": row["raised_at"].isoformat(),
                "due_at": (row["raised_at"] + sla).isoformat(),
                "lead_id": row["lead_id"],
                "lead": row["lead"],
                "city": row["city"],
                "programme": row["programme"],
                "stage": row["stage"],
                "mask": row["mask"],
                "counselors": [
                    {
                        "id": p.id,
                        "name": p.name,
                        "initials": initials(p.name),
                        "reason": reasons.get((row["call_id"], p.id)),
                    }
                    for p in theirs
                ],
                "teams": [{"id": team_id, "name": teams[team_id]} for team_id in in_teams],
                "pool": pools[row["id"]],
                "owner": owner.name if owner else None,
                "connection": known.lines[row["connection_id"]].label,
                "did": row["did"],
                "campaign": row["campaign"],
                "tries": sum(1 for at in tries[row["lead_id"]] if at > row["raised_at"]),
                "talked_since": last_talk is not None and last_talk > row["raised_at"],
                "cleared_at": row["cleared_at"].isoformat() if row["cleared_at"] else None,
                "cleared_by": cleared_by.name if cleared_by else None,
                "cleared_how": row["cleared_how"],
                "late": row["late"],
                "claimed_id": holder.id if holder else None,
                "claimed_by": holder.name if holder else None,
                "claimed_until": until.isoformat() if holder and until else None,
                "assigned_id": row["claimed_by"],
            }
        )
    return complete


def _claims_last(tx: Connection, found: Sequence[Mapping[str, Any]]) -> timedelta:
    """Asked only when something is claimed: the feed makes rows in every batch of calls."""
    if not any(row["claimed_by"] for row in found):
        return timedelta()
    return timedelta(minutes=choices.one(tx, "claim_minutes"))


def initials(name: str) -> str:
    """Two letters for an avatar: of the first and the last word."""
    words = name.split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"


def _addressees(tx: Connection, ids: Sequence[int]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    people: dict[int, list[int]] = defaultdict(list)
    pools: dict[int, list[int]] = defaultdict(list)
    for entry_id, person_id, team_id in _for.rows(tx, ids):
        if person_id:
            people[entry_id].append(person_id)
        if team_id:
            pools[entry_id].append(team_id)
    return people, pools


def _reasons(tx: Connection, call_ids: Sequence[int]) -> dict[tuple[int, int], str]:
    """(call, person) → why that person's ring was not answered."""
    rows_ = _offers.rows(tx, call_ids)
    return {(call_id, person_id): reason for call_id, person_id, reason in rows_ if person_id}


def _attempts(tx: Connection, lead_ids: Iterable[int], since: datetime) -> dict[int, list[datetime]]:
    """When each lead was dialled since then."""
    found: dict[int, list[datetime]] = defaultdict(list)
    for lead_id, started_at in _dialled.rows(tx, lead_ids, since=since):
        found[lead_id].append(started_at)
    return found
