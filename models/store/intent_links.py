"""Which click a call comes from, and what the call's events make of the click. Part of the journal's one commit.

Most calls come from no click: nothing is asked of the database unless a call of the batch went out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from models.rules import dialling
from models.rules.call import Call, CallEvent, Direction
from models.rules.dialling import FINAL, State
from models.store import intent_news
from models.store.base import Store
from models.store.lookups import Key
from models.store.prepared import Query
from models.tables.leads import lead
from models.tables.work import intent

REFERENCE_LENGTH = 16
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


def find(tx: Connection, folds: Folds) -> dict[Key, Link]:
    """The clicks behind these calls, by our reference or by the id the provider answered with."""
    references: dict[str, list[Key]] = {}
    ids: dict[int, list[str]] = {}
    for key, (_, after) in folds.items():
        if (
            after.intent and len(after.intent) == REFERENCE_LENGTH
        ):  # vendors put words of their own there, too
            references.setdefault(after.intent, []).append(key)
        if after.direction is Direction.OUTBOUND:
            ids.setdefault(key[0], []).append(key[1])
    found: dict[Key, Link] = {}
    for connection_id, calls in ids.items():
        for row in _by_call.dicts(tx, calls, connection_id=connection_id):
            found[connection_id, row["provider_call_id"]] = _link(row)
    if references:
        for row in _by_reference.dicts(tx, references):
            found.update(dict.fromkeys(references[row["reference"]], _link(row)))
    return found


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
        values: dict[str, Any] = {
            "call_id": call_id,
            "provider_call_id": key[1],
            "state": state.value,
            **moments,
        }
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
