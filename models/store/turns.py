"""Missed callers nobody knows, given to the counselors of the DID's team in turn.

Only DIDs whose rule says so. Whose turn it is follows from the turns on file: who never had one, otherwise whose
last one is longest ago.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from models.rules.access import Role
from models.rules.call import Direction, Outcome
from models.store import directory
from models.store.base import Store
from models.store.callrows import TELEPHONY, Case
from models.store.dids import NEXT
from models.store.directory import Directory
from models.store.prepared import update_rows
from models.tables.leads import lead, turn
from models.tables.people import person


def give(store: Store, tx: Connection, cases: Sequence[Case], now: datetime) -> None:
    """Give each of these calls' leads that is due to be given: a missed inbound caller without a counselor, whom
    telephony made. Who is given a lead becomes its counselor, and so the entry of the call is theirs too.

    A call that was answered after all belongs to who answered, as if it had been known at once; a call that turned
    out to be of another lead takes its turn there, or gives it back where that lead has a counselor already.
    """
    _move(tx, [case for case in cases if case.left], now)
    _take_back(tx, [case for case in cases if _answered_after_all(case)], now)
    known = directory.of(tx)
    if not any(one.unknown_rule == NEXT for one in known.dids.values()):
        return
    due = [(case, team_id) for case in cases if (team_id := _due(case, known)) is not None]
    if due:
        _give(store, tx, due, now)


def _due(case: Case, known: Directory) -> int | None:
    """The team that gets this call's lead in turn; None: the lead is not given."""
    call, found = case.call, case.lead
    if not call.over or call.outcome is Outcome.CONNECTED or call.direction is not Direction.INBOUND:
        return None
    if found is None or found["owner_id"] is not None or found["source"] != TELEPHONY:
        return None
    did = known.dids.get(call.did) if call.did else None
    if did is None or did.unknown_rule != NEXT:
        return None
    return did.team_id or case.connection_team


def _give(store: Store, tx: Connection, due: Sequence[tuple[Case, int]], now: datetime) -> None:
    turns = _turns(tx, {team_id for _, team_id in due})
    given_before = set(
        tx.scalars(select(turn.c.call_id).where(turn.c.call_id.in_([case.call_id for case, _ in due])))
    )
    ids = iter(store.db.next_ids(tx, turn, len(due)))
    rows, leads = [], []
    for case, team_id in due:
        found = case.lead
        if found is None or found["owner_id"] is not None or case.call_id in given_before:
            continue  # an earlier call of this batch brought the lead its counselor, or somebody took it from them
        waiting = turns[team_id]
        if not waiting:
            continue
        person_id = min(waiting, key=lambda one: (waiting[one], one))
        waiting[person_id] = turn_id = next(ids)
        found["owner_id"] = person_id
        rows.append(
            {
                "id": turn_id,
                "call_id": case.call_id,
                "lead_id": found["id"],
                "person_id": person_id,
                "at": now,
            }
        )
        leads.append({"id": found["id"], "owner_id": person_id, "updated_at": now})
    if rows:
        tx.execute(insert(turn), rows)
        update_rows(tx, lead, leads)


def _turns(tx: Connection, teams: set[int]) -> dict[int, dict[int, int]]:
    """Of each team the counselors who are active, with the id of their last turn (0: they never had one)."""
    last = select(func.max(turn.c.id)).where(turn.c.person_id == person.c.id).scalar_subquery()
    rows = tx.execute(
        select(person.c.team_id, person.c.id, func.coalesce(last, 0)).where(
            person.c.team_id.in_(teams), person.c.active, person.c.role == Role.COUNSELOR.value
        )
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for team_id, person_id, turn_id in rows:
        found[team_id][person_id] = turn_id
    return found


def _move(tx: Connection, cases: Sequence[Case], now: datetime) -> None:
    moved = {case.call_id: case for case in cases}
    if not moved:
        return
    for row in tx.execute(select(turn).where(turn.c.call_id.in_(moved))).all():
        case = moved[row.call_id]
        had = (lead.c.id == case.left, lead.c.owner_id == row.person_id)
        tx.execute(update(lead).where(*had).values(owner_id=None, updated_at=now))
        found = case.lead
        if found is None or found["owner_id"] is not None or found["source"] != TELEPHONY:
            tx.execute(delete(turn).where(turn.c.id == row.id))
            continue
        tx.execute(update(turn).where(turn.c.id == row.id).values(lead_id=found["id"]))
        found["owner_id"] = row.person_id
        update_rows(tx, lead, [{"id": found["id"], "owner_id": row.person_id, "updated_at": now}])


def _answered_after_all(case: Case) -> bool:
    before = case.before
    if before is None or not before.over or before.outcome is Outcome.CONNECTED or case.lead is None:
        return False
    return case.call.outcome is Outcome.CONNECTED and case.talked_person is not None


def _take_back(tx: Connection, cases: Sequence[Case], now: datetime) -> None:
    if not cases:
        return
    given = {
        row.call_id: row.person_id
        for row in tx.execute(select(turn).where(turn.c.call_id.in_([case.call_id for case in cases])))
    }
    mistaken = [case for case in cases if case.call_id in given]
    if not mistaken:
        return
    tx.execute(delete(turn).where(turn.c.call_id.in_([case.call_id for case in mistaken])))
    leads = []
    for case in mistaken:
        found = case.lead
        if found is not None and found["owner_id"] == given[case.call_id]:
            found["owner_id"] = case.talked_person
            leads.append({"id": found["id"], "owner_id": case.talked_person, "updated_at": now})
    if leads:
        update_rows(tx, lead, leads)
