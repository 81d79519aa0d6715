"""The doors of the reference protocol, for the OpenAPI document. What they do is in ``ingest.webhooks``."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

BASE = "/webhooks/v1/{token}"


class PopupSaid(BaseModel):
    """A call is being offered to a counselor. Send it once for each counselor that is tried."""

    call_id: Annotated[str, Field(description="The same in every request about this call.")]
    applicant_no: Annotated[str | None, Field(description="The lead's number, in any usual form.")] = None
    agent_no: Annotated[
        str | None, Field(description="The counselor's agent number or extension; empty: none yet.")
    ] = None
    did_no: Annotated[str | None, Field(description="The institution's number.")] = None
    call_type: Annotated[str | None, Field(description="inbound, outbound or campaign.")] = None
    status: Annotated[
        str | None,
        Field(description="Optional: ringing (assumed), answered, missed, busy, rejected, ended."),
    ] = None
    event_time: Annotated[
        str | None,
        Field(description="Optional: when. Without an offset it is read in the connection's zone."),
    ] = None
    campaign: Annotated[str | None, Field(description="Optional: which campaign or list.")] = None


class CallLogSaid(BaseModel):
    """How a call went, for one counselor. Send it after every call, answered or not; repeats do no harm."""

    call_id: Annotated[str, Field(description="As in the pop-up.")]
    applicant_no: Annotated[str | None, Field(description="The lead's number, in any usual form.")] = None
    agent_no: Annotated[str | None, Field(description="The counselor this log is about.")] = None
    did_no: Annotated[str | None, Field(description="The institution's number.")] = None
    call_type: Annotated[str | None, Field(description="inbound, outbound or campaign.")] = None
    start_time: Annotated[
        str | None,
        Field(description="Without an offset it is read in the connection's zone."),
    ] = None
    end_time: Annotated[str | None, Field(description="As start_time.")] = None
    call_duration: Annotated[str | None, Field(description="Seconds from start to end.")] = None
    status: Annotated[
        str | None,
        Field(
            description=(
                "1 (Success): this counselor talked with the lead. 0 (Failed): they did not. Or a word "
                "that says more: no_answer, busy, rejected, cancelled, abandoned, voicemail."
            )
        ),
    ] = None
    resource_url: Annotated[str | None, Field(description="Where the recording is.")] = None
    outcome: Annotated[
        str | None,
        Field(
            description=(
                "Optional, how the whole call ended: connected, no_answer, busy, rejected, cancelled, "
                "agent_missed, agent_cancelled, abandoned, voicemail, failed."
            )
        ),
    ] = None
    answer_time: Annotated[str | None, Field(description="Optional, as start_time.")] = None
    talk_seconds: Annotated[str | None, Field(description="Optional: how long both sides talked.")] = None
    ring_seconds: Annotated[str | None, Field(description="Optional: how long it rang.")] = None
    hangup_by: Annotated[str | None, Field(description="Optional: lead, agent or system.")] = None
    agent_status: Annotated[
        str | None,
        Field(description="Optional, why this counselor did not answer: free, busy, away, rejected."),
    ] = None
    disposition: Annotated[str | None, Field(description="Optional: the counselor's verdict.")] = None
    campaign: Annotated[str | None, Field(description="Optional: which campaign or list.")] = None
    reference: Annotated[str | None, Field(description="Optional: our own reference, sent back.")] = None
    machine: Annotated[str | None, Field(description="Optional: 1 when a machine answered.")] = None


class RouteAsked(BaseModel):
    """Which counselor should get this caller?"""

    applicant_no: Annotated[str, Field(description="The caller's number, in any usual form.")]
    did_no: Annotated[str | None, Field(description="The institution's number that was dialled.")] = None
    call_id: Annotated[str | None, Field(description="The call, if it has an id by now.")] = None


class DoorAccepted(BaseModel):
    """The delivery is on disk."""

    ok: Literal[True]
    accepted: Annotated[
        Literal["recorded", "nothing new", "no event", "for review"],
        Field(
            description=(
                "`nothing new`: everything in it was known. `no event`: understood, says nothing of a call. "
                "`for review`: kept, but nobody could read it; do not send it again."
            )
        ),
    ]
    delivery: Annotated[int, Field(description="Under which id it is kept.")]


class DoorRefused(BaseModel):
    """The delivery was not kept."""

    ok: Literal[False]
    error: str


class RouteSeat(BaseModel):
    """One counselor to ring."""

    agent_number: str
    name: str


class RouteAnswered(BaseModel):
    """Whom to ring, in order."""

    status: Annotated[Literal[0, 1], Field(description="0: nobody; use your own fallback.")]
    data: list[RouteSeat]
    strategy: Annotated[str, Field(description="Which rule chose: assigned, sticky, pool or fallback.")]


@dataclass(frozen=True, slots=True)
class DoorDoc:
    """One door: its addresses, what may be said there, and what it answers."""

    words: tuple[str, ...]
    name: str
    summary: str
    says: type[BaseModel]
    example: dict[str, Any]
    answers: type[BaseModel]
    answer_example: dict[str, Any]


_ACCEPTED = {"ok": True, "accepted": "recorded", "delivery": 51882}
_CALL = {
    "call_id": "call-123",
    "applicant_no": "9876543210",
    "agent_no": "9000000001",
    "did_no": "08045671234",
    "call_type": "inbound",
}

DOORS = [
    DoorDoc(
        ("ivrCallNotification", "popup"),
        "popup",
        "Pop-up: a call is being offered",
        PopupSaid,
        _CALL,
        DoorAccepted,
        _ACCEPTED,
    ),
    DoorDoc(
        ("ivrCallBackDetails", "call-log"),
        "callLog",
        "Call log: how a call went",
        CallLogSaid,
        {
            **_CALL,
            "start_time": "2026-11-20 10:00:00",
            "end_time": "2026-11-20 10:03:12",
            "call_duration": "192",
            "status": "1",
            "resource_url": "https://provider.example/recordings/call-123.mp3",
        },
        DoorAccepted,
        _ACCEPTED,
    ),
    DoorDoc(
        ("getCounsellor", "route"),
        "route",
        "Routing: which counselor for this caller?",
        RouteAsked,
        {"applicant_no": "9876543210"},
        RouteAnswered,
        {
            "status": 1,
            "data": [{"agent_number": "+919000000001", "name": "Meera Iyer"}],
            "strategy": "assigned",
        },
    ),
]
