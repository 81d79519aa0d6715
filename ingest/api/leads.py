"""Leads: found, created, completed. Numbers go in, only masks come out."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from ingest.api.fields import (
    BLANK_IS_ABSENT,
    MOST_ITEMS,
    Body,
    Line40,
    Line80,
    Line120,
    Line160,
    Line200,
    Query,
    Shown,
)
from ingest.api.operations import Answer, Asked, Operation
from ingest.api.problems import invalid_field, not_found
from models.rules.phone import e164
from models.store import api_leads, upsert_leads
from models.store.base import Store
from models.store.upsert_leads import LeadFacts, Refused


class LeadQuery(Query):
    """Exactly one of the two. A number is looked for with `POST /api/v1/leads/search`."""

    external_id: Annotated[Line120 | None, Field(description="The lead's id in your system.")] = None
    email: Annotated[Line200 | None, Field(description="The lead's e-mail.")] = None

    @model_validator(mode="before")
    @classmethod
    def _no_numbers(cls, given: Any) -> Any:
        if "phone" in given:
            raise PydanticCustomError(
                "phone_in_address", "Numbers may not stand in addresses: use POST /api/v1/leads/search"
            )
        return given

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.external_id is None) == (self.email is None):
            raise PydanticCustomError("one_of", "Give exactly one of external_id and email")
        return self


class LeadSearch(Body):
    """A number to look for. It stands in the body because addresses end up in logs."""

    phone: Annotated[Line40, Field(examples=["98765 43210", "+91 98765 43210"])]


class LastTalk(Shown):
    """The latest connected call."""

    at: datetime
    seconds: int | None
    counselor: Annotated[str | None, Field(description="E-mail.")]


class LeadItem(Shown):
    """A lead. `phone_masked` is the first of `phones_masked`; e-mails name people."""

    id: int
    external_id: str | None
    name: str
    phone_masked: str | None
    phones_masked: list[str]
    email: str | None
    programme: str | None
    city: str | None
    region: str | None
    language: str | None
    stage: str
    source: str
    owner: Annotated[str | None, Field(description="E-mail of the lead's counselor.")]
    last_talk: LastTalk | None
    created_at: datetime
    updated_at: datetime


class LeadList(BaseModel):
    """By id; for a number the most recently worked-on lead first, because that one gets its calls."""

    items: list[LeadItem]


class LeadUpsert(Body):
    """What you know of a lead. Absent, null and blank fields leave what is known untouched."""

    phone: Annotated[
        Line40 | None,
        BLANK_IS_ABSENT,
        Field(
            description=(
                "In any usual form; without a country prefix the institution's country is assumed. "
                "Needed to create a lead."
            ),
            examples=["98765 43210"],
        ),
    ] = None
    external_id: Annotated[
        Line120 | None, BLANK_IS_ABSENT, Field(description="The lead's id in your system.")
    ] = None
    name: Annotated[Line160 | None, BLANK_IS_ABSENT] = None
    email: Annotated[Line200 | None, BLANK_IS_ABSENT] = None
    programme: Annotated[Line160 | None, BLANK_IS_ABSENT] = None
    city: Annotated[Line120 | None, BLANK_IS_ABSENT] = None
    region: Annotated[
        Line80 | None,
        BLANK_IS_ABSENT,
        Field(description="As counselors' regions are named: routing compares them.", examples=["Malwa"]),
    ] = None
    language: Annotated[
        Line40 | None,
        BLANK_IS_ABSENT,
        Field(
            description="What the lead likes to speak, as counselors' languages are named: routing compares them.",
            examples=["Hindi"],
        ),
    ] = None
    stage: Annotated[Line80 | None, BLANK_IS_ABSENT] = None
    source: Annotated[Line80 | None, BLANK_IS_ABSENT] = None
    owner: Annotated[Line200 | None, BLANK_IS_ABSENT, Field(description="E-mail of an active counselor.")] = (
        None
    )


class Upserted(Shown):
    """The lead that stands for what you said."""

    id: int
    created: bool


def lead(asked: Asked[None, None]) -> tuple[LeadItem, int]:
    with asked.store.read() as tx:
        found = api_leads.by_id(tx, asked.viewer, asked.path_ids["lead_id"])
    if found is None:
        raise not_found("lead")
    return LeadItem.model_validate(found), 200


def leads(asked: Asked[LeadQuery, None]) -> tuple[LeadList, int]:
    with asked.store.read() as tx:
        if asked.query.external_id is not None:
            found = api_leads.by_external_id(tx, asked.viewer, asked.query.external_id)
            rows = [found] if found else []
        else:
            rows = api_leads.by_email(tx, asked.viewer, asked.query.email or "", MOST_ITEMS)
    return LeadList(items=[LeadItem.model_validate(row) for row in rows]), 200


def search(asked: Asked[None, LeadSearch]) -> tuple[LeadList, int]:
    number = _number(asked.store, asked.body.phone)
    with asked.store.read() as tx:
        rows = api_leads.by_phone(tx, asked.viewer, asked.store.vault, number, MOST_ITEMS)
    return LeadList(items=[LeadItem.model_validate(row) for row in rows]), 200


def upsert(asked: Asked[None, LeadUpsert]) -> tuple[Upserted, int]:
    said = asked.body.model_dump()
    if said["phone"] is not None:
        said["phone"] = _number(asked.store, said["phone"])
    work = partial(
        upsert_leads.upsert,
        viewer=asked.viewer,
        vault=asked.store.vault,
        facts=LeadFacts(**said),
        now=asked.store.now(),
    )
    done = asked.store.write(work)
    if isinstance(done, Refused):
        raise invalid_field(done.field, done.why)
    return Upserted.model_validate(done), 201 if done.created else 200


def _number(store: Store, raw: str) -> str:
    number = e164(raw, store.rules.country)
    if number is None:
        raise invalid_field("phone", "This cannot be read as a phone number.")
    return number


EXAMPLE = {
    "id": 4211,
    "external_id": "CRM-88121",
    "name": "Asha Rao",
    "phone_masked": "+91 ••••• ••321",
    "phones_masked": ["+91 ••••• ••321"],
    "email": "asha@example.org",
    "programme": "B.Tech Computer Science",
    "city": "Pune",
    "region": "Western Maharashtra",
    "language": "Marathi",
    "stage": "Application started",
    "source": "Website",
    "owner": "meera@institute.example",
    "last_talk": {"at": "2026-11-20T04:30:00Z", "seconds": 165, "counselor": "meera@institute.example"},
    "created_at": "2026-11-02T09:12:44Z",
    "updated_at": "2026-11-20T04:33:12Z",
}
UPSERT_EXAMPLE = {
    "phone": "98765 43210",
    "name": "Asha Rao",
    "email": "asha@example.org",
    "programme": "B.Tech Computer Science",
    "city": "Pune",
    "language": "Marathi",
    "owner": "meera@institute.example",
    "external_id": "CRM-88121",
}

OPERATIONS = [
    Operation(
        name="getLead",
        method="GET",
        path="/leads/{lead_id}",
        scope="leads:read",
        summary="One lead",
        says="A lead by our id.",
        does=lead,
        answers={200: Answer(LeadItem, "The lead.", EXAMPLE)},
        problems={404: "No lead has this id."},
    ),
    Operation(
        name="findLeads",
        method="GET",
        path="/leads",
        scope="leads:read",
        summary="Leads by external id or e-mail",
        says="Give exactly one of the parameters. Nobody found is an empty list.",
        does=leads,
        query=LeadQuery,
        answers={200: Answer(LeadList, "The leads found.", {"items": [EXAMPLE]})},
    ),
    Operation(
        name="searchLeads",
        method="POST",
        path="/leads/search",
        scope="leads:read",
        summary="Leads by number",
        says="A look-up, sent as POST so that the number stands in no address. Changes nothing.",
        does=search,
        body=LeadSearch,
        body_example={"phone": "98765 43210"},
        answers={200: Answer(LeadList, "The leads with this number.", {"items": [EXAMPLE]})},
    ),
    Operation(
        name="upsertLead",
        method="POST",
        path="/leads",
        scope="leads:write",
        summary="Create or complete a lead",
        says=(
            "The lead is found by `external_id`, else by number: the most recently worked-on lead with that "
            "number that does not carry another `external_id`. Nobody found: a lead is made. What you send "
            "replaces what was known; what you leave out stays. A new number becomes the lead's first, older "
            "ones still find it. Sending the same twice changes nothing."
        ),
        does=upsert,
        body=LeadUpsert,
        body_example=UPSERT_EXAMPLE,
        answers={
            200: Answer(Upserted, "The lead was known.", {"id": 4211, "created": False}),
            201: Answer(Upserted, "The lead is new.", {"id": 4212, "created": True}),
        },
    ),
]
