"""What the journal must know of a batch of calls, loaded in one question a subject."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from models.rules.access import Role
from models.rules.call import CallEvent
from models.rules.notifications import Opening
from models.store.base import Rules
from models.store.events import unseal
from models.store.prepared import Query
from models.store.vault import Vault
from models.tables.base import Instant
from models.tables.calls import call, call_event, notification, notification_for, offer
from models.tables.leads import lead, lead_phone, opening
from models.tables.people import person

Key = tuple[int, str]
"""(connection id, provider's call id)."""


@dataclass(slots=True)
class Events:
    """The events of each call that are on file, and their digests."""

    by_call: dict[Key, list[CallEvent]] = field(default_factory=lambda: defaultdict(list))
    digests: dict[Key, set[bytes]] = field(default_factory=lambda: defaultdict(set))


# Statements are built once: building them anew costs more than SQLite takes to answer them.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)

_events = Query(
    select(call_event.c.provider_call_id, call_event.c.digest, call_event.c.body_ct).where(
        call_event.c.connection_id == bindparam("connection_id"), call_event.c.provider_call_id.in_(_IDS)
    )
)


def events(tx: Connection, vault: Vault, keys: Iterable[Key]) -> Events:
    found = Events()
    for connection_id, ids in _by_connection(keys).items():
        rows = _events.rows(tx, ids, connection_id=connection_id)
        for provider_call_id, digest, body in rows:
            key = (connection_id, provider_call_id)
            found.by_call[key].append(unseal(vault, body))
            found.digests[key].add(digest)
    return found


_calls = Query(
    select(call.c.id, call.c.provider_call_id, call.c.lead_id).where(
        call.c.connection_id == bindparam("connection_id"), call.c.provider_call_id.in_(_IDS)
    )
)


def calls(tx: Connection, keys: Iterable[Key]) -> dict[Key, tuple[int, int | None]]:
    """The id and the lead's id of each call that is on file."""
    found: dict[Key, tuple[int, int | None]] = {}
    for connection_id, ids in _by_connection(keys).items():
        rows = _calls.rows(tx, ids, connection_id=connection_id)
        found.update({(connection_id, name): (call_id, lead_id) for call_id, name, lead_id in rows})
    return found


_changed = Query(
    select(call.c.provider_call_id, call.c.changed_at).where(
        call.c.connection_id == bindparam("connection_id"), call.c.provider_call_id.in_(_IDS)
    )
)


def changed(tx: Connection, keys: Iterable[Key]) -> dict[Key, datetime]:
    """When each call that is on file was last folded."""
    found: dict[Key, datetime] = {}
    for connection_id, ids in _by_connection(keys).items():
        rows = _changed.rows(tx, ids, connection_id=connection_id)
        found.update({(connection_id, name): at for name, at in rows})
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


_leads_by_number = Query(
    select(lead_phone.c.phone_ix, lead_phone.c.mask, *LEAD_COLUMNS)
    .join(lead, lead.c.id == lead_phone.c.lead_id)
    .where(lead_phone.c.phone_ix.in_(_IDS))
    .order_by(lead.c.worked_at, lead.c.id)
)
_leads_by_id = Query(
    select(lead_phone.c.mask, *LEAD_COLUMNS)
    .outerjoin(lead_phone, (lead_phone.c.lead_id == lead.c.id) & (lead_phone.c.position == 0))
    .where(lead.c.id.in_(_IDS))
)


def leads_by_number(tx: Connection, indexes: Collection[bytes]) -> dict[bytes, dict[str, Any]]:
    """The lead behind each number: of several, the one most recently worked on."""
    if not indexes:
        return {}
    rows = _leads_by_number.dicts(tx, indexes)
    return {row["phone_ix"]: row for row in rows}  # the last one stays


def leads_by_id(tx: Connection, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    if not ids:
        return {}
    rows = _leads_by_id.dicts(tx, ids)
    return {row["id"]: row for row in rows}


_openings = Query(
    select(
        opening.c.lead_id,
        opening.c.person_id,
        opening.c.at,
        opening.c.seen_until,
        opening.c.how,
        person.c.role,
    )
    .join(person, person.c.id == opening.c.person_id)
    .where(opening.c.lead_id.in_(_IDS), opening.c.seen_until >= bindparam("since", type_=Instant))
    .order_by(opening.c.at, opening.c.id)
)


def openings(tx: Connection, since: Mapping[int, datetime], rules: Rules) -> dict[int, list[Opening]]:
    """Profile openings of each lead that lasted into ``since[lead]`` or later."""
    if not since:
        return {}
    rows = _openings.rows(tx, since, since=min(since.values()))
    found: dict[int, list[Opening]] = defaultdict(list)
    for lead_id, person_id, at, seen_until, how, role in rows:
        counts = role == Role.COUNSELOR or rules.supervisor_opening_clears
        found[lead_id].append(Opening(person_id, at, seen_until, counts, how))
    return found


_notifications = Query(select(notification).where(notification.c.call_id.in_(_IDS)))


def notifications(tx: Connection, call_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    if not call_ids:
        return {}
    rows = _notifications.dicts(tx, call_ids)
    return {row["call_id"]: row for row in rows}


_addressees = Query(
    select(
        notification_for.c.notification_id, notification_for.c.person_id, notification_for.c.team_id
    ).where(notification_for.c.notification_id.in_(_IDS))
)


def addressees(tx: Connection, entry_ids: Collection[int]) -> dict[int, tuple[set[int], set[int]]]:
    """The people and the teams each entry is for."""
    found: dict[int, tuple[set[int], set[int]]] = {entry_id: (set(), set()) for entry_id in entry_ids}
    for entry_id, person_id, team_id in _addressees.rows(tx, entry_ids):
        people, teams = found[entry_id]
        if person_id:
            people.add(person_id)
        if team_id:
            teams.add(team_id)
    return found


CAMPAIGN_LASTS = timedelta(days=7)
LATEST_OF_CAMPAIGN = 2000
"""A big campaign dials more than this in a day; who its latest calls were offered to is who works on it."""

_latest = (
    select(call.c.id)
    .where(
        call.c.connection_id == bindparam("connection_id"),
        call.c.campaign == bindparam("campaign"),
        call.c.started_at.between(bindparam("since", type_=Instant), bindparam("until", type_=Instant)),
    )
    .order_by(call.c.started_at.desc())
    .limit(LATEST_OF_CAMPAIGN)
)
_agents = (
    select(offer.c.person_id)
    .join(person, person.c.id == offer.c.person_id)
    .where(offer.c.call_id.in_(_latest), person.c.role == Role.COUNSELOR.value, person.c.active.is_(True))
    .distinct()
)


def campaign_agents(tx: Connection, connection_id: int, campaign: str, at: datetime) -> frozenset[int]:
    """The counselors to whom this campaign's calls at this connection were offered in the week before ``at``."""
    given = {"connection_id": connection_id, "campaign": campaign, "since": at - CAMPAIGN_LASTS, "until": at}
    return frozenset(found for found in tx.scalars(_agents, given) if found)


def _by_connection(keys: Iterable[Key]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = defaultdict(list)
    for connection_id, provider_call_id in keys:
        grouped[connection_id].append(provider_call_id)
    return grouped
