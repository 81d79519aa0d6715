"""What the journal must know of a batch of calls, loaded in one question a subject."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from models.rules.access import Role
from models.rules.call import CallEvent
from models.rules.notifications import Opening
from models.store.base import Rules
from models.store.events import unseal
from models.store.vault import Vault
from models.tables.calls import call, call_event, notification
from models.tables.leads import lead, lead_phone, opening
from models.tables.people import person
from models.tables.telephony import connection, did, seat

Key = tuple[int, str]
"""(connection id, provider's call id)."""


@dataclass(slots=True)
class Events:
    """The events of each call that are on file, and their digests."""

    by_call: dict[Key, list[CallEvent]] = field(default_factory=lambda: defaultdict(list))
    digests: dict[Key, set[bytes]] = field(default_factory=lambda: defaultdict(set))


def events(tx: Connection, vault: Vault, keys: Iterable[Key]) -> Events:
    found = Events()
    for connection_id, ids in _by_connection(keys).items():
        rows = tx.execute(
            select(call_event.c.provider_call_id, call_event.c.digest, call_event.c.body_ct).where(
                call_event.c.connection_id == connection_id, call_event.c.provider_call_id.in_(ids)
            )
        )
        for provider_call_id, digest, body in rows:
            key = (connection_id, provider_call_id)
            found.by_call[key].append(unseal(vault, body))
            found.digests[key].add(digest)
    return found


def calls(tx: Connection, keys: Iterable[Key]) -> dict[Key, RowMapping]:
    found: dict[Key, RowMapping] = {}
    for connection_id, ids in _by_connection(keys).items():
        rows = tx.execute(
            select(call.c.id, call.c.provider_call_id, call.c.lead_id, call.c.over).where(
                call.c.connection_id == connection_id, call.c.provider_call_id.in_(ids)
            )
        ).mappings()
        found.update({(connection_id, row["provider_call_id"]): row for row in rows})
    return found


LEAD_COLUMNS = (
    lead.c.id,
    lead.c.name,
    lead.c.programme,
    lead.c.city,
    lead.c.stage,
    lead.c.source,
    lead.c.owner_id,
    lead.c.worked_at,
    lead.c.last_talk_at,
    lead.c.last_talk_by,
    lead.c.last_talk_seconds,
)


def leads_by_number(tx: Connection, indexes: Collection[bytes]) -> dict[bytes, dict[str, Any]]:
    """The lead behind each number: of several, the one most recently worked on."""
    if not indexes:
        return {}
    rows = tx.execute(
        select(lead_phone.c.phone_ix, lead_phone.c.mask, *LEAD_COLUMNS)
        .join(lead, lead.c.id == lead_phone.c.lead_id)
        .where(lead_phone.c.phone_ix.in_(indexes))
        .order_by(lead.c.worked_at, lead.c.id)
    ).mappings()
    return {row["phone_ix"]: dict(row) for row in rows}  # the last one stays


def leads_by_id(tx: Connection, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    if not ids:
        return {}
    rows = tx.execute(
        select(lead_phone.c.mask, *LEAD_COLUMNS)
        .outerjoin(lead_phone, (lead_phone.c.lead_id == lead.c.id) & (lead_phone.c.position == 0))
        .where(lead.c.id.in_(ids))
    ).mappings()
    return {row["id"]: dict(row) for row in rows}


def seats(tx: Connection, indexes: Collection[bytes]) -> dict[tuple[int, bytes], int]:
    """(connection, blind index of the address) → person."""
    if not indexes:
        return {}
    rows = tx.execute(
        select(seat.c.connection_id, seat.c.address_ix, seat.c.person_id).where(
            seat.c.address_ix.in_(indexes)
        )
    )
    return {(connection_id, ix): person_id for connection_id, ix, person_id in rows}


def did_teams(tx: Connection, numbers: Collection[str]) -> dict[str, int | None]:
    if not numbers:
        return {}
    rows = tx.execute(select(did.c.number, did.c.team_id).where(did.c.number.in_(numbers)))
    return {number: team_id for number, team_id in rows}


def connections(tx: Connection, ids: Collection[int]) -> dict[int, RowMapping]:
    rows = tx.execute(
        select(connection.c.id, connection.c.label, connection.c.team_id).where(connection.c.id.in_(ids))
    ).mappings()
    return {row["id"]: row for row in rows}


@dataclass(frozen=True, slots=True)
class Somebody:
    """What screens may say of a person."""

    id: int
    name: str
    team_id: int | None


def people(tx: Connection, ids: Collection[int]) -> dict[int, Somebody]:
    if not ids:
        return {}
    rows = tx.execute(select(person.c.id, person.c.name, person.c.team_id).where(person.c.id.in_(ids)))
    return {row.id: Somebody(row.id, row.name, row.team_id) for row in rows}


def openings(tx: Connection, since: Mapping[int, datetime], rules: Rules) -> dict[int, list[Opening]]:
    """Profile openings of each lead that lasted into ``since[lead]`` or later."""
    if not since:
        return {}
    rows = tx.execute(
        select(
            opening.c.lead_id,
            opening.c.person_id,
            opening.c.at,
            opening.c.seen_until,
            opening.c.how,
            person.c.role,
        )
        .join(person, person.c.id == opening.c.person_id)
        .where(opening.c.lead_id.in_(since), opening.c.seen_until >= min(since.values()))
        .order_by(opening.c.at, opening.c.id)
    )
    found: dict[int, list[Opening]] = defaultdict(list)
    for row in rows:
        counts = row.role == Role.COUNSELOR or rules.supervisor_opening_clears
        found[row.lead_id].append(Opening(row.person_id, row.at, row.seen_until, counts, row.how))
    return found


def notifications(tx: Connection, call_ids: Collection[int]) -> dict[int, RowMapping]:
    if not call_ids:
        return {}
    rows = tx.execute(select(notification).where(notification.c.call_id.in_(call_ids))).mappings()
    return {row["call_id"]: row for row in rows}


def _by_connection(keys: Iterable[Key]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = defaultdict(list)
    for connection_id, provider_call_id in keys:
        grouped[connection_id].append(provider_call_id)
    return grouped
