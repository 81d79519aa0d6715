"""Counselors: who they are, whether they are there, whether they talk."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ingest.api.fields import Shown
from ingest.api.operations import Answer, Asked, Operation
from models.store import api_counselors

SEATS_SCOPE = "counselors:seats"


class SeatItem(Shown):
    """Where a counselor is rung at one connection."""

    connection: Annotated[str, Field(description="Slug of the provider connection.")]
    address: Annotated[str, Field(description="Agent number, extension, e-mail or SIP address, in clear.")]


class CounselorItem(Shown):
    """A counselor as of now."""

    id: int
    name: str
    email: str
    team: Annotated[str | None, Field(description="The team's name.")]
    active: bool
    state: Annotated[
        Literal["in", "break", "out"], Field(description="Checked in, on a break, or not checked in.")
    ]
    on_call: Annotated[bool, Field(description="Talks, or is being rung, right now.")]


class CounselorWithSeats(CounselorItem):
    """As CounselorItem; only for a key with the scope counselors:seats."""

    seats: list[SeatItem]


class CounselorList(BaseModel):
    """All counselors by name, also those no longer active."""

    items: list[CounselorWithSeats | CounselorItem]


def counselors(asked: Asked[None, None]) -> tuple[CounselorList, int]:
    with_seats = SEATS_SCOPE in asked.key.scopes
    with asked.store.read() as tx:
        rows = api_counselors.everybody(
            tx, asked.viewer, asked.store.now(), seats_from=asked.store.vault if with_seats else None
        )
    shape = CounselorWithSeats if with_seats else CounselorItem
    return CounselorList(items=[shape.model_validate(row) for row in rows]), 200


EXAMPLE = {
    "id": 12,
    "name": "Meera Iyer",
    "email": "meera@institute.example",
    "team": "Undergraduate",
    "active": True,
    "state": "in",
    "on_call": False,
}

OPERATIONS = [
    Operation(
        name="listCounselors",
        method="GET",
        path="/counselors",
        scope="counselors:read",
        summary="Counselors",
        says=f"All counselors. `seats` is there only for a key that also has the scope {SEATS_SCOPE}.",
        does=counselors,
        answers={200: Answer(CounselorList, "The counselors.", {"items": [EXAMPLE]})},
    )
]
