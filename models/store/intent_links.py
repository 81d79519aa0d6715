"""Which click a call comes from, and what the call's events make of the click. Part of the journal's one commit.

Most calls come from no click: nothing is asked of the database unless a call of the batch went out.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from models.rules import dialling
from models.rules.call import Call, CallEvent, Direction
from models.rules.dialling import FINAL, State
from models.store import intent_news
from models.store.base import Store
from models.store.lookups import Key
from models.store.prepared import Query
from models.tables.leads import lead, lead_phone
from models.tables.work import intent

REFERENCE_LENGTH = 16
CLOCKS_DIFFER = timedelta(minutes=5)
QUOTED_FOR = timedelta(hours=6)
"""How long after a click a call that quotes its reference may begin, and, as providers' clocks are not ours, before."""

_COLUMNS = (
    intent.c.id,
    intent.c.reference,
    intent.c.connection_id,
    intent.c.provider_call_id,
    intent.c.person_id,
    func.coalesce(lead.c.merged_into, intent.c.lead_id).label("lead_id"),
    intent.c.state,
    intent.c.live,
    intent.c.call_id,
    intent.c.agent_ringing_at,
    intent.c.lead_ringing_at,
    intent.c.talking_at,
    intent.c.ended_at,
    intent.c.tried,
    intent.c.requested_at,
)
_MOMENTS = ("agent_ringing_at", "lead_ringing_at", "talking_at", "ended_at")
_IDS: Any = bindparam("ids", expanding=True)
_by_reference = Query(
    select(*_COLUMNS).join(lead, lead.c.id == intent.c.lead_id).where(intent.c.reference.in_(_IDS))
)
_by_call = Query(
    select(*_COLUMNS)
    .join(lead, lead.c.id == intent.c.lead_id)
    .where(intent.c.connection_id == bindparam("connection_id"), intent.c.provider_call_id.in_(_IDS))
)
_numbers = Query(select(lead_phone.c.lead_id, lead_phone.c.phone_ix).where(lead_phone.c.lead_id.in_(_IDS)))


@dataclass(frozen=True, slots=True)
class Link:
    """The click behind a call: who dialled, and whom; ``moments`` are what is known of it by column."""

    intent_id: int
    connection_id: int | None
    person_id: int
    lead_id: int
    state: State
    live: bool
    call_id: int | None
    moments: Mapping[str, datetime | None]


Folds = Mapping[Key, tuple[Call | None, Call]]


def find(store: Store, tx: Connection, folds: Folds) -> dict[Key, Link]:
    """The clicks behind these calls, by our reference or by the id the provider answered with.

    Other systems put words of their own where our reference goes, and the page chooses the reference: a call that
    quotes one is taken for the click's own only where all else that is told of it fits the click (``_fits``).
    """
    references: dict[str, list[Key]] = defaultdict(list)
    ids: dict[int, list[str]] = {}
    for key, (_, after) in folds.items():
        if after.direction is not Direction.INBOUND and len(after.intent or "") == REFERENCE_LENGTH:
            references[str(after.intent)].append(key)
        if after.direction is Direction.OUTBOUND:
            ids.setdefault(key[0], []).append(key[1])
    found: dict[Key, Link] = {}
    for connection_id, calls in ids.items():
        for row in _by_call.dicts(tx, calls, connection_id=connection_id):
            found[connection_id, row["provider_call_id"]] = _link(row)
    rows = _by_reference.dicts(tx, references) if references else []
    numbers: dict[int, set[bytes]] = defaultdict(set)
    for lead_id, number in _numbers.rows(tx, {row["lead_id"] for row in rows}):
        numbers[lead_id].add(bytes(number))
    for row in rows:
        for key in references[row["reference"]]:
            if _fits(store, row, key[0], folds[key][1], numbers[row["lead_id"]]):
                found[key] = _link(row)
    return found


def _fits(
    store: Store, row: Mapping[str, Any], connection_id: int, told: Call, numbers: Collection[bytes]
) -> bool:
    """Can this call be the one this click asked for: where it was asked, when, and of whom?"""
    asked = {row["connection_id"], *(each["connection_id"] for each in json.loads(row["tried"]))}
    since = told.started_at - row["requested_at"]
    return (
        connection_id in asked
        and -CLOCKS_DIFFER <= since <= QUOTED_FOR
        and (told.customer is None or store.vault.index(told.customer) in numbers)
    )


def _link(row: Mapping[str, Any]) -> Link:
    return Link(
        row["id"],
        row["connection_id"],
        row["person_id"],
        row["lead_id"],
        State(row["state"]),
        bool(row["live"]),
        row["call_id"],
        {name: row[name] for name in _MOMENTS},
    )


def follow(
    store: Store,
    tx: Connection,
    links: Mapping[Key, Link],
    calls: Mapping[Key, tuple[int, Call]],
    events: Mapping[Key, Sequence[CallEvent]],
    now: datetime,
) -> None:
    """Move each click as far as its call has got; ``calls`` holds each call's id and fold.

    A connection that refused the click does not move it: another one may have it by now.
    """
    moved: list[int] = []
    for key, link in links.items():
        if link.connection_id != key[0] or key not in calls:
            continue
        call_id, folded = calls[key]
        told = dialling.progress(events[key], folded)
        state = dialling.forward(link.state, told.state)
        moments = {f"{each.value}_at": at for each, at in told.since.items() if each is not State.LOGGED}
        if state is link.state and link.call_id == call_id and moments.items() <= link.moments.items():
            continue
        # Not the provider's id: that is what it answered with. A call that only quotes us has to fit each time.
        values: dict[str, Any] = {"call_id": call_id, "state": state.value, **moments}
        if state is not link.state:
            values["reason"] = None
            if state in FINAL:
                values |= {"live": False, "lease_until": now}
            elif link.live:
                values["lease_until"] = now + dialling.lease(state)
        tx.execute(update(intent).where(intent.c.id == link.intent_id).values(values))
        moved.append(link.intent_id)
    if moved:
        intent_news.tell(store, tx, moved)
