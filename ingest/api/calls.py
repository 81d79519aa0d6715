"""Calls: what happened, call by call."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from ingest.api import cursors
from ingest.api.fields import USUAL_ITEMS, Cursor, Limit, Line60, Line120, Moment, Query, RowId, Shown
from ingest.api.operations import Answer, Asked, Operation
from models.rules.call import Direction, MissReason, Outcome
from models.store import api_calls
from models.store.api_calls import CallFilter


class CallQuery(Query):
    """Every given condition must hold."""

    since: Annotated[Moment | None, Field(description="Calls that started at this moment or later.")] = None
    until: Annotated[Moment | None, Field(description="Calls that started before this moment.")] = None
    lead: Annotated[RowId | None, Field(description="Calls with this lead.")] = None
    connection: Annotated[Line60 | None, Field(description="Slug of the provider connection.")] = None
    direction: Direction | None = None
    outcome: Annotated[Outcome | None, Field(description="Only calls that are over have an outcome.")] = None
    provider_call_id: Annotated[Line120 | None, Field(description="The provider's own id of the call.")] = (
        None
    )
    limit: Limit = USUAL_ITEMS
    cursor: Cursor | None = None


class LeadRef(Shown):
    """The lead of a call."""

    id: int
    name: str
    phone_masked: Annotated[str | None, Field(description="Last digits only; null: no number is known.")]


class OfferItem(Shown):
    """One counselor the call rang for, in the order they were tried."""

    counselor: Annotated[str | None, Field(description="E-mail; null while nobody is mapped to the seat.")]
    at: datetime | None
    answered: bool
    reason: Annotated[MissReason | None, Field(description="Why it was not answered, as far as known.")]


class CallItem(Shown):
    """A call. Times are UTC; durations are whole seconds; null means *not told*, never zero."""

    id: int
    connection: Annotated[str, Field(description="Slug of the provider connection.")]
    provider_call_id: str
    direction: Direction | None
    outcome: Annotated[Outcome | None, Field(description="null while the call is not over.")]
    lead: LeadRef | None
    counselor: Annotated[
        str | None, Field(description="E-mail of who talked; of an outbound call, of who dialled.")
    ]
    offered: list[OfferItem]
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    talk_seconds: int | None
    ring_seconds: int | None
    recording: Annotated[
        bool, Field(description="Whether a recording is known. Its address at the provider is never told.")
    ]
    campaign: str | None


class CallPage(BaseModel):
    """Calls by (started_at, id), oldest first."""

    items: list[CallItem]
    next: Annotated[str | None, Field(description="Cursor of the next page; null on the last one.")]


def calls(asked: Asked[CallQuery, None]) -> tuple[CallPage, int]:
    query = asked.query
    wanted = CallFilter(
        since=query.since,
        until=query.until,
        lead=query.lead,
        connection=query.connection,
        direction=query.direction,
        outcome=query.outcome,
        provider_call_id=query.provider_call_id,
        after=cursors.read(asked.question, query.cursor) if query.cursor is not None else None,
        limit=query.limit,
    )
    with asked.store.read() as tx:
        rows, more = api_calls.page(tx, asked.viewer, wanted)
    last = rows[-1] if more else None
    return CallPage(
        items=[CallItem.model_validate(row) for row in rows],
        next=cursors.write(asked.question, last.started_at, last.id) if last else None,
    ), 200


LEAD_EXAMPLE = {"id": 4211, "name": "Asha Rao", "phone_masked": "+91 ••••• ••321"}
EXAMPLE = {
    "id": 90131,
    "connection": "front-desk",
    "provider_call_id": "call-123",
    "direction": "inbound",
    "outcome": "connected",
    "lead": LEAD_EXAMPLE,
    "counselor": "meera@institute.example",
    "offered": [
        {
            "counselor": "ravi@institute.example",
            "at": "2026-11-20T04:30:02Z",
            "answered": False,
            "reason": "free",
        },
        {
            "counselor": "meera@institute.example",
            "at": "2026-11-20T04:30:22Z",
            "answered": True,
            "reason": None,
        },
    ],
    "started_at": "2026-11-20T04:30:00Z",
    "answered_at": "2026-11-20T04:30:27Z",
    "ended_at": "2026-11-20T04:33:12Z",
    "talk_seconds": 165,
    "ring_seconds": 27,
    "recording": True,
    "campaign": None,
}

OPERATIONS = [
    Operation(
        name="listCalls",
        method="GET",
        path="/calls",
        scope="calls:read",
        summary="Calls",
        says=(
            "Calls by (started_at, id), oldest first. Follow `next` until it is null. A call that is still "
            "running is listed too, with a null outcome; ask for it again to learn how it ended."
        ),
        does=calls,
        query=CallQuery,
        answers={
            200: Answer(
                CallPage, "A page of calls.", {"items": [EXAMPLE], "next": "AAZEBpXmgAAAAAAAAAFgE2Zqvcz0Vk2x"}
            )
        },
    )
]
