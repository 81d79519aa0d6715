"""Deliveries as an administrator inspects them: what came, what we read in it, and what became of it.

The sealed bytes are opened here and leave masked: no phone number and no secret is in what is returned.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from sqlalchemy import Connection, select

from models.rules import phone, redaction
from models.rules.access import Viewer
from models.rules.call import CallEvent
from models.store import events
from models.store.vault import Vault
from models.tables.calls import call, call_event, offer
from models.tables.leads import lead
from models.tables.people import person
from models.tables.telephony import connection, delivery

RAW = b"delivery.raw"
LONGEST_BODY = 20_000
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Listed:
    """One delivery in the list. ``events`` is how many events it brought."""

    id: int
    connection_id: int
    connection: str
    door: str
    received_at: datetime
    verdict: str
    reason: str
    provider_call_id: str | None
    replayed_at: datetime | None
    events: int


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent, masked. ``fields`` are query and form pairs, decoded; ``body`` is text or pretty JSON."""

    method: str
    url: str
    remote: str
    content_type: str
    headers: list[tuple[str, str]]
    fields: list[tuple[str, str]]
    body: str


@dataclass(frozen=True, slots=True)
class Told:
    """One event on file for the call; ``ours``: this delivery brought it."""

    kind: str
    at: datetime
    who: str
    says: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Result:
    """The call these events fold to."""

    call_id: int
    direction: str | None
    outcome: str | None
    over: bool
    started_at: datetime
    talk_seconds: int | None
    lead_id: int | None
    lead: str | None
    counselor: str | None
    rang: list[str]
    events: list[Told]


@dataclass(frozen=True, slots=True)
class Inspected:
    listed: Listed
    request: Request
    result: Result | None


_LISTED = select(
    delivery.c.id,
    delivery.c.connection_id,
    connection.c.label.label("connection"),
    delivery.c.door,
    delivery.c.received_at,
    delivery.c.verdict,
    delivery.c.reason,
    delivery.c.provider_call_id,
    delivery.c.replayed_at,
).join(connection, connection.c.id == delivery.c.connection_id)


def recent(
    tx: Connection,
    viewer: Viewer,
    *,
    connection_id: int | None = None,
    verdict: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Listed]:
    """The newest deliveries; ``before`` is the id from which to page on."""
    if not viewer.sees_all:
        return []
    wanted = _LISTED.order_by(delivery.c.id.desc()).limit(limit)
    if connection_id is not None:
        wanted = wanted.where(delivery.c.connection_id == connection_id)
    if verdict is not None:
        wanted = wanted.where(delivery.c.verdict == verdict)
    if before is not None:
        wanted = wanted.where(delivery.c.id < before)
    rows = tx.execute(wanted).mappings().all()
    brought = _brought(tx, rows)
    return [_listed(row, brought.get(row["id"], 0)) for row in rows]


def inspect(tx: Connection, viewer: Viewer, vault: Vault, delivery_id: int) -> Inspected:
    """One delivery, masked. Raises ``LookupError`` when there is none, or the viewer is no admin."""
    row = (
        tx.execute(_LISTED.add_columns(delivery.c.raw_ct).where(delivery.c.id == delivery_id))
        .mappings()
        .first()
        if viewer.sees_all
        else None
    )
    if row is None:
        raise LookupError("no such delivery")
    sent = _request(msgspec.json.decode(vault.open(row["raw_ct"], RAW)))
    result = _result(tx, vault, row) if row["provider_call_id"] else None
    brought = sum(1 for event in result.events if event.ours) if result else 0
    return Inspected(_listed(row, brought), sent, result)


def _listed(row: Any, count: int) -> Listed:
    return Listed(
        id=row["id"],
        connection_id=row["connection_id"],
        connection=row["connection"],
        door=row["door"],
        received_at=row["received_at"],
        verdict=row["verdict"],
        reason=redaction.numbers(row["reason"]),
        provider_call_id=redaction.call_id(row["provider_call_id"]) if row["provider_call_id"] else None,
        replayed_at=row["replayed_at"],
        events=count,
    )


def _brought(tx: Connection, rows: Any) -> dict[int, int]:
    """How many events each of these deliveries brought, found by their calls (events have no other index)."""
    calls: dict[int, set[str]] = {}
    for row in rows:
        if row["provider_call_id"]:
            calls.setdefault(row["connection_id"], set()).add(row["provider_call_id"])
    counts: dict[int, int] = {}
    for connection_id, ids in calls.items():
        for delivery_id in tx.scalars(
            select(call_event.c.delivery_id).where(
                call_event.c.connection_id == connection_id, call_event.c.provider_call_id.in_(ids)
            )
        ):
            counts[delivery_id] = counts.get(delivery_id, 0) + 1
    return counts


def _request(raw: dict[str, Any]) -> Request:
    body = base64.b64decode(raw["body_b64"])
    content_type = str(raw.get("content_type", ""))
    pairs = parse_qsl(str(raw.get("query", "")), keep_blank_values=True)
    text = body.decode("utf-8", "replace")
    if content_type.startswith(FORM):
        pairs += parse_qsl(text, keep_blank_values=True)
        text = ""
    return Request(
        method=raw["method"],
        url=redaction.numbers(str(raw["url"]).partition("?")[0]),
        remote=str(raw.get("remote", "")),
        content_type=content_type,
        headers=[
            (name, redaction.HIDDEN if redaction.is_secret(name) else redaction.numbers(str(sent)))
            for name, sent in sorted(raw.get("headers", {}).items())
        ],
        fields=[
            (
                redaction.numbers(name),
                redaction.HIDDEN if redaction.is_secret(name) else redaction.numbers(sent),
            )
            for name, sent in pairs
        ],
        body=_body(text),
    )


def _body(text: str) -> str:
    """JSON set out line by line; anything else as it came."""
    try:
        redacted = msgspec.json.encode(redaction.value(msgspec.json.decode(text)))
        shown = msgspec.json.format(redacted, indent=2).decode()
    except (msgspec.DecodeError, RecursionError):  # no JSON, or nested deeper than anybody reads
        shown = redaction.numbers(text)
    return shown if len(shown) <= LONGEST_BODY else shown[:LONGEST_BODY] + "\n… cut here"


def _result(tx: Connection, vault: Vault, row: Any) -> Result | None:
    key = (row["connection_id"], row["provider_call_id"])
    found = tx.execute(
        select(call, lead.c.name.label("lead"), person.c.name.label("counselor"))
        .outerjoin(lead, lead.c.id == call.c.lead_id)
        .outerjoin(person, person.c.id == call.c.person_id)
        .where(call.c.connection_id == key[0], call.c.provider_call_id == key[1])
    ).first()
    if found is None:
        return None
    rang = tx.execute(
        select(offer.c.seat_mask, person.c.name)
        .outerjoin(person, person.c.id == offer.c.person_id)
        .where(offer.c.call_id == found.id)
        .order_by(offer.c.position)
    )
    told = tx.execute(
        select(call_event.c.delivery_id, call_event.c.body_ct)
        .where(call_event.c.connection_id == key[0], call_event.c.provider_call_id == key[1])
        .order_by(call_event.c.id)
    )
    return Result(
        call_id=found.id,
        direction=found.direction,
        outcome=found.outcome,
        over=found.over,
        started_at=found.started_at,
        talk_seconds=found.talk_seconds,
        lead_id=found.lead_id,
        lead=found.lead,
        counselor=found.counselor,
        rang=[each.name or f"{each.seat_mask} (nobody's seat)" for each in rang],
        events=[_told(events.unseal(vault, sealed), origin == row["id"]) for origin, sealed in told],
    )


def _told(event: CallEvent, ours: bool) -> Told:
    says = [
        event.direction or "",
        event.outcome or "",
        f"“{event.words}”" if event.words else "",
        f"talked {event.talk_seconds} s" if event.talk_seconds is not None else "",
        f"rang {event.ring_seconds} s" if event.ring_seconds is not None else "",
        f"hung up by {event.hung_up_by}" if event.hung_up_by else "",
        event.disposition or "",
    ]
    return Told(
        kind=event.kind,
        at=event.at or event.received_at,
        who=_who(event.seat or event.customer),
        says=redaction.numbers(", ".join(word for word in says if word)),
        ours=ours,
    )


def _who(address: str | None) -> str:
    return phone.seat_label(address) if address else ""
