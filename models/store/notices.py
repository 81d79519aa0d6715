"""Missed and pending entries: brought in line with what the rules say is due."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, update

from models.rules.call import Call, Direction, Outcome
from models.rules.notifications import Due, Lookup, due
from models.store import entries, lookups
from models.store.base import Store
from models.store.callrows import Case
from models.store.feed import Audience, News
from models.store.prepared import insert_rows
from models.tables.calls import notification, notification_for

OPEN, CLEARED, WITHDRAWN = "open", "cleared", "withdrawn"

LATE_AFTER = timedelta(minutes=15)
"""An entry raised so long after its call is late: it stands on the boards and rings no alarm."""

Campaign = tuple[int, str]
"""(connection id, the campaign as the provider names it)."""

_NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Touched:
    """An entry that was raised, changed, cleared or withdrawn. ``lost``: who saw it open and no longer may."""

    id: int
    call_id: int
    lost: Audience | None = None


def sync(
    store: Store, tx: Connection, cases: Sequence[Case], now: datetime, loud: Collection[lookups.Key] = ()
) -> list[Touched]:
    """Raise, correct or withdraw the entry of each call; returns those that changed. Only of ``loud`` calls can
    an entry be late: a history that is put in holds what was known in its time.

    An entry that was cleared stays cleared; one that is no longer due (somebody talked after all) is
    withdrawn, and raised again should it become due.
    """
    over = [case for case in cases if case.call.over and case.lead]
    since: dict[int, datetime] = {}
    for case in over:
        lead_id = case.lead["id"]  # type: ignore[index]
        began = _began(case.call)
        since[lead_id] = min(since.get(lead_id, began), began)
    openings = lookups.openings(tx, since, store.rules)
    standing = lookups.notifications(tx, {case.call_id for case in cases if case.before is not None})
    addressed = lookups.addressees(tx, [row["id"] for row in standing.values()])
    agents = _agents(tx, over)
    raised: list[tuple[Case, Due]] = []
    touched: list[Touched] = []
    for case in cases:
        wanted = None
        if case.call.over and case.lead:
            wanted = due(
                case.call,
                _lookup(case, agents.get(_campaign(case), _NOBODY)),
                openings.get(case.lead["id"], ()),
            )
        row = standing.get(case.call_id)
        if row is None and wanted is not None:
            raised.append((case, wanted))
        elif row is not None:
            touched += _bring_in_line(tx, row, wanted, case, *addressed[row["id"]])
    return touched + _raise(store, tx, raised, now, loud)


def news(store: Store, tx: Connection, touched: Sequence[Touched], now: datetime) -> list[News]:
    """One ``entry`` row for each changed entry, to all whom it is for and their supervisors. Before it, to
    whom it is for no longer, that it is withdrawn: some of them are told at once that it is theirs after all."""
    lost = {item.id: item.lost for item in touched if item.lost is not None}
    found: list[News] = []
    for row in entries.rows(tx, [item.id for item in touched], now=now, rules=store.rules):
        if row["id"] in lost:
            found.append(News("entry", lost[row["id"]], {**row, "state": WITHDRAWN}))
        found.append(News("entry", audience(row), row))
    return found


def audience(row: Mapping[str, Any]) -> Audience:
    """Who sees an entry: its counselors, who took it or was given it, their supervisors, its pool."""
    people = {person["id"] for person in row["counselors"]}
    if row["assigned_id"]:
        people.add(row["assigned_id"])
    return Audience(
        people=frozenset(people),
        teams=frozenset(team["id"] for team in row["teams"]),
        pool=frozenset(row["pool"]),
        all=row["everyone"],
    )


def _began(call: Call) -> datetime:
    """A ring told before the call's start counts as part of the call."""
    return min([call.started_at, *(made.at for made in call.offers if made.at)])


def _agents(tx: Connection, cases: Sequence[Case]) -> dict[Campaign, frozenset[int]]:
    """Who works on each campaign with a missed call to a lead that is nobody's. One question a campaign."""
    latest: dict[Campaign, datetime] = {}
    for case in cases:
        ours = case.call.campaign and case.call.outcome is not Outcome.CONNECTED
        if ours and case.call.direction is Direction.CAMPAIGN and case.lead and not case.lead["owner_id"]:
            key = _campaign(case)
            latest[key] = max(latest.get(key, case.call.started_at), case.call.started_at)
    return {key: lookups.campaign_agents(tx, *key, at) for key, at in latest.items()}


def _campaign(case: Case) -> Campaign:
    return case.key[0], case.call.campaign or ""


def _lookup(case: Case, agents: frozenset[int]) -> Lookup:
    return Lookup(
        owner_id=case.lead["owner_id"] if case.lead else None,
        did_team=case.did_team,
        connection_team=case.connection_team,
        seats=case.seats,
        campaign_agents=agents,
    )


def _values(case: Case, wanted: Due) -> dict[str, Any]:
    return {
        "lead_id": case.lead["id"] if case.lead else None,
        "kind": wanted.kind,
        "direction": wanted.direction,
        "reason": wanted.reason,
        "everyone": wanted.everyone,
        "state": CLEARED if wanted.cleared_at else OPEN,
        "raised_at": wanted.raised_at,
        "cleared_at": wanted.cleared_at,
        "cleared_by": wanted.cleared_by,
        "cleared_how": wanted.cleared_how,
    }


def _raise(
    store: Store,
    tx: Connection,
    raised: Sequence[tuple[Case, Due]],
    now: datetime,
    loud: Collection[lookups.Key],
) -> list[Touched]:
    if not raised:
        return []
    ids = store.db.next_ids(tx, notification, len(raised))
    insert_rows(
        tx,
        notification,
        [
            {
                "id": entry_id,
                "call_id": case.call_id,
                "late": case.key in loud and now - wanted.raised_at > LATE_AFTER,
                **_values(case, wanted),
            }
            for entry_id, (case, wanted) in zip(ids, raised, strict=True)
        ],
    )
    _address(tx, [(entry_id, wanted) for entry_id, (_, wanted) in zip(ids, raised, strict=True)])
    return [Touched(entry_id, case.call_id) for entry_id, (case, _) in zip(ids, raised, strict=True)]


def _address(tx: Connection, entries_due: Sequence[tuple[int, Due]]) -> None:
    rows: list[dict[str, Any]] = []
    for entry_id, wanted in entries_due:
        rows += [
            {"notification_id": entry_id, "person_id": person_id, "team_id": None}
            for person_id in sorted(wanted.people)
        ]
        if wanted.team_id:
            rows.append({"notification_id": entry_id, "person_id": None, "team_id": wanted.team_id})
    if rows:
        insert_rows(tx, notification_for, rows)


def _bring_in_line(
    tx: Connection, row: Mapping[str, Any], wanted: Due | None, case: Case, people: set[int], teams: set[int]
) -> list[Touched]:
    """Correct a standing entry that is for ``people`` and ``teams``; what was changed, if anything was."""
    lost = None
    if wanted is None:
        if row["state"] == WITHDRAWN:
            return []
        values: dict[str, Any] = {"state": WITHDRAWN}
    else:
        values = _values(case, wanted)
        if row["state"] == CLEARED and not wanted.cleared_at:
            for kept in ("state", "cleared_at", "cleared_by", "cleared_how"):
                values[kept] = row[kept]
        moved = people != wanted.people or teams != {wanted.team_id} - {None}
        if moved:
            tx.execute(delete(notification_for).where(notification_for.c.notification_id == row["id"]))
            _address(tx, [(row["id"], wanted)])
        if row["state"] == OPEN and (moved or row["everyone"] != wanted.everyone):
            lost = _lost(case, people, teams, row["everyone"], wanted)
        if not moved and all(row[name] == value for name, value in values.items()):
            return []
    tx.execute(
        update(notification).where(notification.c.id == bindparam("this_id")),
        {**values, "this_id": row["id"]},
    )
    return [Touched(row["id"], case.call_id, lost)]


def _lost(case: Case, people: set[int], teams: set[int], everyone: bool, wanted: Due) -> Audience | None:
    """Whose screens show an entry that is for others now."""
    pool = {wanted.team_id} - {None}
    lost = Audience(
        people=frozenset(people - wanted.people),
        teams=frozenset((_teams(case, people) | teams) - (_teams(case, wanted.people) | pool)),
        pool=frozenset(teams - pool),
        all=everyone and not wanted.everyone,
    )
    return lost if lost != Audience() else None


def _teams(case: Case, people: Iterable[int]) -> set[int]:
    found = {case.people[person_id].team_id for person_id in people if person_id in case.people}
    return {team_id for team_id in found if team_id}
