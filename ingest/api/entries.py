"""Missed and pending calls: what somebody still has to deal with, and what was dealt with."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from ingest.api import cursors
from ingest.api.calls import LEAD_EXAMPLE, LeadRef
from ingest.api.fields import USUAL_ITEMS, Cursor, Limit, Line60, Moment, Query, RowId, Shown
from ingest.api.operations import Answer, Asked, Operation
from models.rules.call import Direction
from models.store import api_entries
from models.store.api_entries import EntryFilter


class EntryQuery(Query):
    """Every given condition must hold."""

    state: Annotated[
        Literal["open", "cleared", "all", "withdrawn"],
        Field(
            description=(
                "`all` is open and cleared. `withdrawn` (raised, then the call turned out to have been "
                "answered) is listed only when asked for."
            )
        ),
    ] = "open"
    direction: Direction | None = None
    connection: Annotated[Line60 | None, Field(description="Slug of the provider connection.")] = None
    since: Annotated[Moment | None, Field(description="Entries raised at this moment or later.")] = None
    lead: Annotated[RowId | None, Field(description="Entries about this lead.")] = None
    limit: Limit = USUAL_ITEMS
    cursor: Cursor | None = None


class EntryItem(Shown):
    """A missed or pending call. It is cleared for everybody when a counselor opens the lead's profile."""

    id: int
    call_id: int
    kind: Literal["missed", "pending"]
    direction: Annotated[Direction | None, Field(description="null: the provider did not tell.")]
    reason: Annotated[
        str,
        Field(description="Why: no_answer, caller_left, agent_missed, abandoned, not_opened, …"),
    ]
    lead: LeadRef
    counselors: Annotated[
        list[str],
        Field(
            description=(
                "E-mails of whom it is for. An entry left to a team's pool lists the team's active "
                "counselors; one left to everybody lists all active counselors."
            )
        ),
    ]
    connection: str
    did: Annotated[str | None, Field(description="The institution's number that was dialled.")]
    raised_at: datetime
    state: Literal["open", "cleared", "withdrawn"]
    cleared_at: datetime | None
    cleared_by: Annotated[str | None, Field(description="E-mail of who opened the profile.")]
    cleared_how: Annotated[str | None, Field(description="popup, board, bell, search, link or api.")]
    late: Annotated[
        bool,
        Field(
            description="Learnt of more than 15 minutes after the call, from the provider's records or a late log."
        ),
    ]


class EntryPage(BaseModel):
    """Entries by (raised_at, id), oldest first."""

    items: list[EntryItem]
    next: Annotated[str | None, Field(description="Cursor of the next page; null on the last one.")]


def entries(asked: Asked[EntryQuery, None], *, kind: str) -> tuple[EntryPage, int]:
    query = asked.query
    wanted = EntryFilter(
        kind=kind,
        state=query.state,
        direction=query.direction,
        connection=query.connection,
        since=query.since,
        lead=query.lead,
        after=cursors.read(asked.question, query.cursor) if query.cursor is not None else None,
        limit=query.limit,
    )
    with asked.store.read() as tx:
        rows, more = api_entries.page(tx, asked.viewer, wanted)
    last = rows[-1] if more else None
    return EntryPage(
        items=[EntryItem.model_validate(row) for row in rows],
        next=cursors.write(asked.question, last.raised_at, last.id) if last else None,
    ), 200


def _example(kind: str, reason: str) -> dict[str, Any]:
    return {
        "id": 733,
        "call_id": 90131,
        "kind": kind,
        "direction": "inbound",
        "reason": reason,
        "lead": LEAD_EXAMPLE,
        "counselors": ["meera@institute.example", "ravi@institute.example"],
        "connection": "front-desk",
        "did": "+918045671234",
        "raised_at": "2026-11-20T04:30:41Z",
        "state": "open",
        "cleared_at": None,
        "cleared_by": None,
        "cleared_how": None,
        "late": False,
    }


def _operation(kind: str, name: str, says: str, reason: str) -> Operation:
    return Operation(
        name=name,
        method="GET",
        path=f"/{kind}",
        scope="notifications:read",
        summary=f"{kind.capitalize()} calls",
        says=says,
        does=partial(entries, kind=kind),
        query=EntryQuery,
        answers={
            200: Answer(EntryPage, "A page of entries.", {"items": [_example(kind, reason)], "next": None})
        },
    )


OPERATIONS = [
    _operation(
        "missed",
        "listMissed",
        "Calls nobody talked on: inbound, outbound and campaign. The open ones unless `state` says otherwise.",
        "no_answer",
    ),
    _operation(
        "pending",
        "listPending",
        "Inbound and campaign calls that were talked on while nobody opened the lead's profile.",
        "not_opened",
    ),
]
