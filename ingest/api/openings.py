"""Profile openings that happened in another system: they clear what is open, as ours do."""

from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ingest.api.fields import Body, Line200
from ingest.api.operations import Answer, Asked, Operation
from ingest.api.problems import Problem, invalid_field, not_found
from models.store import api_audit, api_leads, upsert_leads
from models.store.openings import NoSuchLead, open_profile
from models.store.sessions import viewer_of


class OpeningBody(Body):
    """Who opened the lead's profile, and how they came to it."""

    counselor: Annotated[Line200, Field(description="E-mail of an active counselor.")]
    how: Annotated[
        Literal["popup", "board", "bell", "search", "link", "api"],
        Field(description="Kept beside the entries it clears."),
    ] = "api"


class Cleared(BaseModel):
    """The entries that this opening cleared, for everybody."""

    cleared: Annotated[list[int], Field(description="Ids of missed and pending entries.")]


def opening(asked: Asked[None, OpeningBody]) -> tuple[Cleared, int]:
    lead_id = asked.path_ids["lead_id"]
    with asked.store.read() as tx:
        known = api_leads.by_id(tx, asked.viewer, lead_id)
        person_id = upsert_leads.counselor_id(tx, asked.body.counselor)
        counselor = viewer_of(tx, person_id) if person_id is not None else None
    if known is None:
        raise not_found("lead")
    if counselor is None:
        raise invalid_field("counselor", "No active counselor has this e-mail.")
    try:
        opened = open_profile(asked.store, counselor, lead_id, asked.body.how)
    except NoSuchLead:
        raise Problem(
            403,
            "not-theirs",
            "Not this counselor's lead",
            "The lead is not the counselor's, and no call or entry of it concerns them or their team.",
        ) from None
    asked.store.write(
        partial(
            api_audit.note,
            viewer=asked.viewer,
            action="lead.opened",
            lead_id=lead_id,
            detail=f"for person {counselor.person_id}",
            now=asked.store.now(),
        )
    )
    return Cleared(cleared=[entry.entry_id for entry in opened.cleared]), 200


OPERATIONS = [
    Operation(
        name="openProfile",
        method="POST",
        path="/leads/{lead_id}/openings",
        scope="openings:write",
        summary="A counselor opened the lead's profile elsewhere",
        says=(
            "For institutions whose lead profiles live in another system. Everything open about the lead is "
            "cleared for everybody, as when the profile is opened here. Nothing open: an empty list."
        ),
        does=opening,
        body=OpeningBody,
        body_example={"counselor": "meera@institute.example", "how": "popup"},
        answers={200: Answer(Cleared, "What was cleared.", {"cleared": [733]})},
        problems={404: "No lead has this id.", 403: "The key lacks the scope, or it is not their lead."},
    )
]
