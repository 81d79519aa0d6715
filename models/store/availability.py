"""What the routing rules must know: whose lead is calling, and who could take the call now."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from models.rules.routing import Candidate
from models.store import directory, lookups
from models.store.vault import Vault
from models.tables.calls import call, offer
from models.tables.people import person, presence
from models.tables.telephony import seat

LIVE_FOR = timedelta(hours=2)
"""A call nobody told us the end of keeps its talker busy no longer than this."""

RUNG_FOR = timedelta(minutes=15)
"""Some providers never say that a ring was answered: who was rung counts as busy this long at most."""

TOGETHER = timedelta(seconds=3)
"""Rings this close are a parallel ring; an earlier one was given up when the call went on to the next."""

IDLE_LOOK_BACK = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller's lead, as far as routing cares; all None for an unknown number."""

    lead_id: int | None
    owner_id: int | None
    sticky_id: int | None
    did_team: int | None


def caller(
    tx: Connection, vault: Vault, number: str | None, did_number: str | None, connection_id: int
) -> Caller:
    found = lookups.leads_by_number(tx, [vault.index(number)]) if number else {}
    row = next(iter(found.values()), None)
    known = directory.of(tx)
    team_id = known.did_teams.get(did_number or "") or known.lines[connection_id].team_id
    if row is None:
        return Caller(None, None, None, team_id)
    return Caller(row["id"], row["owner_id"], row["last_talk_by"], team_id)


def candidates(
    tx: Connection, vault: Vault, connection_id: int, now: datetime
) -> tuple[list[Candidate], dict[int, str]]:
    """Everybody with a seat at this connection, and their names."""
    rows = tx.execute(
        select(
            person.c.id,
            person.c.name,
            person.c.team_id,
            person.c.active,
            seat.c.address_ct,
            presence.c.from_at,
        )
        .join(seat, seat.c.person_id == person.c.id)
        .outerjoin(
            presence,
            (presence.c.person_id == person.c.id) & presence.c.to_at.is_(None) & (presence.c.state == "in"),
        )
        .where(seat.c.connection_id == connection_id)
        .order_by(person.c.id)
    ).all()
    busy = busy_people(tx, now)
    last = {
        person_id: ended_at
        for person_id, ended_at in tx.execute(
            select(call.c.person_id, func.max(call.c.ended_at))
            .where(call.c.person_id.in_([row.id for row in rows]), call.c.started_at > now - IDLE_LOOK_BACK)
            .group_by(call.c.person_id)
        )
    }
    found = [
        Candidate(
            person_id=row.id,
            team_id=row.team_id,
            seat=vault.open(row.address_ct, b"seat.address").decode(),
            checked_in=row.from_at is not None,
            on_call=row.id in busy,
            idle_since=last.get(row.id) or row.from_at,
            active=row.active,
        )
        for row in rows
    ]
    return found, {row.id: row.name for row in rows}


def busy_people(tx: Connection, now: datetime) -> set[int]:
    """Who talks, or is being rung, right now."""
    rings: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    busy: set[int] = set()
    for row in tx.execute(
        select(offer.c.call_id, offer.c.person_id, offer.c.answered, offer.c.offered_at, call.c.answered_at)
        .join(call, call.c.id == offer.c.call_id)
        .where(
            call.c.over.is_(False),
            call.c.started_at > now - LIVE_FOR,
            offer.c.person_id.is_not(None),
            offer.c.reason.is_(None),
            offer.c.ended_at.is_(None),
        )
    ):
        if row.answered:
            busy.add(row.person_id)
        elif row.answered_at is None:
            rings[row.call_id].append((row.offered_at or now, row.person_id))
    for offered in rings.values():
        latest = max(at for at, _ in offered)
        if latest > now - RUNG_FOR:
            busy |= {person_id for at, person_id in offered if at >= latest - TOGETHER}
    return busy
