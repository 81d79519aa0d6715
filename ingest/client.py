"""What we may ask of a provider: place a call, take a list, tell its call records, hand out a recording.

A vendor that can be asked has a ``client.py`` whose class fits ``Client``. It only translates, as its parser
does: the one way to the network is the ``Web`` it is given, and it reads no clock and no store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from ingest.contract import Delivery


class Reason(StrEnum):
    """Why a provider refused, so that a person can be told what to do, and whether another line may be tried."""

    CREDENTIALS = "credentials"  # the provider does not accept our key
    NO_BALANCE = "no_balance"
    BUSY_AGENT = "busy_agent"
    UNKNOWN_AGENT = "unknown_agent"
    DO_NOT_CALL = "do_not_call"
    BAD_NUMBER = "bad_number"
    TOO_MANY = "too_many"  # its rate limit
    DOWN = "down"  # it answered that it cannot work now, or could not be reached at all
    NOT_SET_UP = "not_set_up"  # a secret or setting of the connection is missing
    OTHER = "other"

    @property
    def elsewhere(self) -> bool:
        """May another connection be tried? Not when the refusal is about the lead or the agent."""
        return self in (
            Reason.CREDENTIALS,
            Reason.NO_BALANCE,
            Reason.TOO_MANY,
            Reason.DOWN,
            Reason.NOT_SET_UP,
        )


class Refused(Exception):
    """The provider certainly did not do it. The message is for an admin: no numbers, no secrets.

    ``retry_after`` is in seconds, when the provider named it.
    """

    def __init__(self, reason: Reason, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after


class Unsettled(Exception):
    """Nobody knows whether the provider did it: it was asked, and no usable answer came. Never ask again blindly."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Web(Protocol):
    """The way out: bounded in time and size, to this connection's hosts only, following no redirect."""

    def ask(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        json: Any = None,
        content: bytes | None = None,
        basic: tuple[str, str] | None = None,
        seconds: float = 10.0,
    ) -> Answer:
        """Ask once. Any HTTP status is an answer.

        Raises ``Refused`` (``DOWN``) when the request certainly never reached the provider or the host is not
        allowed, and ``Unsettled`` when it may have.
        """
        ...


@dataclass(frozen=True, slots=True)
class DialOrder:
    """Connect this agent with this customer, agent first. ``seat`` is as the vendor's parser writes seats.

    ``reference`` is ours; it comes back in the hooks as ``CallEvent.intent``. ``callback_url`` is this
    connection's status address. ``did`` is what the customer should see, where the vendor lets us choose.
    """

    seat: str
    customer: str
    reference: str
    did: str | None = None
    callback_url: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The provider accepted. ``provider_call_id`` is None where the answer's id is not the one of the hooks."""

    provider_call_id: str | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One lead of a list. ``reference`` is ours and unique in the list."""

    reference: str
    phone: str
    name: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of one member: accepted, or refused with a reason in the provider's words."""

    reference: str
    accepted: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some call records, each as a ``Delivery`` through the door ``pulled`` for the vendor's own parser.

    ``cursor`` asks for the next page; None: that was all. ``wait_seconds`` is how long the vendor's limits
    make us wait before it.
    """

    records: Sequence[Delivery]
    cursor: str | None = None
    wait_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordingLink:
    """Where a recording can be fetched now. ``headers`` (credentials) may go to the host of ``url`` only."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Client(Protocol):
    """A provider's account, as far as its vendor's capabilities say. What a vendor cannot do raises
    ``Refused(Reason.NOT_SET_UP)``, and no screen offers it."""

    list_batch: int
    """How many members one request may push."""

    pull_window_seconds: int
    """The longest window one pull may ask for."""

    pull_reach_days: int
    """How many local days back the provider can be asked for call records, today among them."""

    def dial(self, order: DialOrder) -> Placed:
        """Place a call. Raises ``Refused`` or ``Unsettled``."""
        ...

    def push(self, list_id: str, members: Sequence[Member]) -> Sequence[Pushed]:
        """Hand over up to ``list_batch`` members; one result a member, in order. Raises as ``dial``."""
        ...

    def pull(
        self, since: datetime, until: datetime, received_at: datetime, cursor: str | None = None
    ) -> Page:
        """Call records of calls that started in [since, until). ``received_at`` is our clock, for the
        deliveries made of them. Raises ``Refused`` or ``Unsettled``; asking again is harmless."""
        ...

    def recording(self, reference: str) -> RecordingLink:
        """A link for what an event named as its recording. Raises as ``pull``."""
        ...


class NoClient:
    """What a vendor's client inherits: everything it does not offer is refused in words."""

    list_batch = 0
    pull_window_seconds = 0
    pull_reach_days = 30

    def dial(self, order: DialOrder) -> Placed:
        raise Refused(Reason.NOT_SET_UP, "this provider cannot be asked to place calls")

    def push(self, list_id: str, members: Sequence[Member]) -> Sequence[Pushed]:
        raise Refused(Reason.NOT_SET_UP, "this provider cannot be given lists")

    def pull(
        self, since: datetime, until: datetime, received_at: datetime, cursor: str | None = None
    ) -> Page:
        raise Refused(Reason.NOT_SET_UP, "this provider cannot be asked for call records")

    def recording(self, reference: str) -> RecordingLink:
        raise Refused(Reason.NOT_SET_UP, "this provider hands out no recordings")
