"""The words of the trade: what a provider tells us of a call, and what a call is.

Every time is an aware UTC ``datetime``; every duration is whole seconds. ``None`` always means
*not told*, never zero.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What one event says. ``log`` is a full record; the others are single facts."""

    ROUTED = "routed"  # offered to a seat (a pop-up)
    RINGING = "ringing"
    ANSWERED = "answered"  # one leg was picked up
    BRIDGED = "bridged"  # both sides talk
    MISSED = "missed"  # one leg was not picked up
    ENDED = "ended"  # the whole call is over
    LOG = "log"
    RECORDING = "recording"
    DISPOSITION = "disposition"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    CAMPAIGN = "campaign"


class Outcome(StrEnum):
    """How a call ended. ``unknown`` is a provider's word nobody has mapped: kept, never guessed."""

    CONNECTED = "connected"  # both sides talked
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    CANCELLED = "cancelled"  # the lead hung up first
    AGENT_MISSED = "agent_missed"
    AGENT_CANCELLED = "agent_cancelled"
    ABANDONED = "abandoned"  # the lead answered, no agent was free
    VOICEMAIL = "voicemail"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """One thing a provider said about one call.

    ``provider_call_id`` groups events into a call within one connection. ``seat`` is the agent's
    address at that connection (number, extension, e-mail, ``client:x``), normalised by the vendor's
    parser. ``customer`` and ``did`` are E.164 when they could be read, else the digits as sent.
    ``at`` is when the provider says it happened; ``received_at`` is our clock and is the fallback for
    ``at`` (it is no part of the event's identity).
    """

    provider_call_id: str
    kind: Kind
    received_at: datetime
    at: datetime | None = None
    leg: str | None = None
    seat: str | None = None
    direction: Direction | None = None
    customer: str | None = None
    did: str | None = None
    campaign: str | None = None
    intent: str | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    talk_seconds: int | None = None
    ring_seconds: int | None = None
    total_seconds: int | None = None
    outcome: Outcome | None = None
    hung_up_by: str | None = None  # "lead" | "agent" | "system"
    machine: bool | None = None  # answered by an answering machine
    recording: str | None = None
    disposition: str | None = None
    words: str | None = None  # the provider's outcome words, verbatim
    extra: dict[str, str] = field(default_factory=dict)


class MissReason(StrEnum):
    """Why an offered leg was not answered."""

    FREE = "free"  # rang, nobody picked up
    BUSY = "busy"  # on another call
    REJECTED = "rejected"
    AWAY = "away"
    TAKEN = "taken"  # somebody else took the call
    CALLER_LEFT = "caller_left"  # the lead hung up while it rang
    UNKNOWN = "unknown"


class Offer(Struct, frozen=True, kw_only=True, gc=False):
    """One leg offered to one seat: who, when, how long it rang, and why it was not answered."""

    seat: str
    at: datetime | None
    answered: bool
    ended_at: datetime | None = None
    ring_seconds: int | None = None
    reason: MissReason | None = None


class Call(Struct, frozen=True, kw_only=True, gc=False):
    """The fold of all events of one call. See ``lifecycle.fold``.

    A struct, as ``Offer`` is: one is made each time an event comes, and a frozen dataclass takes five times
    as long to be made.
    """

    provider_call_id: str
    direction: Direction | None
    customer: str | None
    did: str | None
    campaign: str | None
    intent: str | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    over: bool  # known to have ended
    outcome: Outcome | None  # None while it is not over
    talk_seconds: int | None
    ring_seconds: int | None
    talked_seat: str | None
    offers: tuple[Offer, ...]  # in the order they were offered
    missed_by: tuple[str, ...]  # seats that rang and did not talk
    recording: str | None
    disposition: str | None
    machine: bool
    words: tuple[str, ...]
    settle_at: datetime | None  # fold again at this moment: an open offer lapses then


def is_anothers(before: Call | None, after: Call) -> bool:
    """Has it become known, or known better, whose call this is?"""
    return before is not None and after.customer is not None and before.customer != after.customer
