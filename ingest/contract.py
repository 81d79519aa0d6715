"""The types of the trade between us and telephony vendors.

A vendor is one folder below ``ingest.vendors`` whose ``parse.py`` holds one ``VENDOR`` object. It only
translates: it reads no clock, no store, no environment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from models.rules.call import CallEvent

__all__ = [
    "Acknowledging",
    "Address",
    "CallEvent",
    "Capability",
    "Configurable",
    "ConnectionInfo",
    "Delivery",
    "Door",
    "Entry",
    "Parsed",
    "Proving",
    "RouteAnswer",
    "RouteQuestion",
    "RouteReply",
    "SetUp",
    "Unreadable",
    "Vendor",
]


class Door(StrEnum):
    """Which of our addresses the provider called."""

    POPUP = "popup"
    LOG = "call-log"
    ROUTE = "route"
    STATUS = "status"
    PASSTHRU = "passthru"
    VOICE = "voice"
    PULLED = "pulled"  # not knocked at: a call record we asked the provider for


class Capability(StrEnum):
    """What a connection can do; screens ask for these, never for a vendor's name."""

    POPUP = "popup"
    LOG = "log"
    ROUTE = "route"
    DIAL = "dial"
    PUSH_LIST = "push_list"
    PULL_LOG = "pull_log"
    RECORDING = "recording"
    SIGNED = "signed"
    SOFTPHONE = "softphone"  # it has a SIP server that browsers reach: see ``ingest.softphones``


@dataclass(frozen=True, slots=True)
class Delivery:
    """One HTTP request of a provider, as it arrived. Bytes, because nothing about it is trusted yet.

    ``url`` is the public address the provider called, including the query string (signatures need it
    exactly). Header names are lower-case.
    """

    door: Door
    method: str
    url: str
    query: bytes
    headers: Mapping[str, str]
    content_type: str
    body: bytes
    received_at: datetime
    remote: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """What a vendor's code may know of the account it works for.

    ``zone`` is the IANA zone of times sent without an offset; ``country`` the ISO code for numbers sent
    without a country prefix. ``secrets`` are decrypted; never log them.
    """

    id: int
    slug: str
    vendor: str
    zone: str = "Asia/Kolkata"
    country: str = "IN"
    secrets: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    retired: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def live(self, name: str) -> tuple[str, ...]:
        """The values of a secret that prove origin now: today's, and older ones until their rotation ends."""
        today = self.secrets.get(name)
        return (*((today,) if today else ()), *self.retired.get(name, ()))


class Unreadable(Exception):
    """The delivery is authentic but says nothing we can read. Its bytes are kept for review and replay.

    The message is shown to an admin in the inspector: plain words, no phone numbers. ``unknown_words`` are
    counted as those of a readable one are.
    """

    def __init__(self, message: str, unknown_words: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.unknown_words = unknown_words


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a delivery says. ``unknown_words`` are (field, word) pairs no table maps; they are counted.

    No events and a ``note`` means: read, understood, nothing to record (a released-agent ping, say).
    """

    events: Sequence[CallEvent]
    unknown_words: Sequence[tuple[str, str]] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class RouteQuestion:
    """A provider asks which counselor should get this caller.

    ``reply`` is set when there is nothing to decide: the provider asks what to do with a call we placed
    ourselves, and the vendor's code knows.
    """

    customer: str | None
    did: str | None
    provider_call_id: str | None
    reply: "RouteReply | None" = None


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """Whom to ring for a caller. ``seats`` are the counselors found, in order, with their ``names``.

    Nobody found: ``found`` is False, ``strategy`` is ``"fallback"``, and ``fallback`` holds the group's addresses
    the institution set up for that (none: the provider's flow goes its own way). A vendor says ``to_ring`` in its
    own shape, and where that shape knows the difference, ``found`` too.
    """

    seats: Sequence[str]
    strategy: str
    names: Sequence[str] = ()
    found: bool = True
    from_number: str | None = None
    provider_call_id: str | None = None
    fallback: Sequence[str] = ()
    asked: Delivery | None = None
    """The question as it arrived, for answers that repeat parts of it."""

    @property
    def to_ring(self) -> Sequence[str]:
        """The counselors found, otherwise the fallback; empty: nobody."""
        return self.seats or self.fallback


@dataclass(frozen=True, slots=True)
class RouteReply:
    """The HTTP answer a vendor expects to its routing question or, where it wants its own, to a delivery."""

    body: str
    content_type: str = "application/json"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Besides Content-Type and Content-Length: printable ASCII only, for they go out as they stand."""


@dataclass(frozen=True, slots=True)
class Address:
    """One of our addresses to paste into the vendor's console. ``word`` is the last part of its path."""

    word: str
    where: str
    """In the vendor's own terms, as in "flow, Passthru applet"."""

    method: str = "POST"
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """Something an admin enters for a connection: a secret (shown never again) or a setting."""

    name: str
    label: str
    meaning: str
    secret: bool = False
    needed: bool = False
    kind: str = "text"
    """``text``, ``number``, ``flag`` or ``list`` (comma separated)."""

    lacks: Mapping[str, frozenset[Capability]] = field(default_factory=dict)
    """By its value in lower case ("": not filled in), what the connection then cannot do: see ``ingest.abilities``."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What an admin has to do at the vendor and here. ``sample`` is a harmless delivery for "send test event":
    it goes through our own door with ``{call}`` (a fresh id), ``{now}`` (the connection's time as
    ``YYYY-MM-DD HH:MM:SS``) and ``{epoch}`` filled in."""

    addresses: tuple[Address, ...]
    entries: tuple[Entry, ...] = ()
    unproved: str = ""
    sample: tuple[str, str, str] | None = None
    """(word of the path, content type, body)"""

    mapped: bool = False
    """What it says is configured, not coded: each connection has a mapping of its own."""

    softphone: str = ""
    """Why a counselor's browser cannot be the telephone there, in plain words; empty where it can."""


class Vendor(Protocol):
    """All that is known of one vendor."""

    slug: str
    label: str
    capabilities: frozenset[Capability]
    set_up: SetUp

    def verify(self, delivery: Delivery, connection: ConnectionInfo) -> bool:
        """Is this delivery proved to come from the provider, beyond the token in the path?

        Constant time. True for vendors that can prove nothing (the path token is their proof).
        """
        ...

    def parse(self, delivery: Delivery, connection: ConnectionInfo) -> Parsed:
        """Translate into events. Raises ``Unreadable``; any other exception is a defect."""
        ...

    def question(self, delivery: Delivery, connection: ConnectionInfo) -> RouteQuestion:
        """Read a routing request. Raises ``Unreadable``."""
        ...

    def answer(self, answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
        """Say the routing answer in the vendor's own shape."""
        ...


class Acknowledging(Vendor, Protocol):
    """A vendor whose provider wants its own answer to a delivery. Vendors without ``acknowledge`` need none."""

    def acknowledge(
        self, delivery: Delivery, connection: ConnectionInfo, delivery_id: int, verdict: str
    ) -> RouteReply | None:
        """The answer once the delivery is on disk; None: ours. Must be quick: a thread waits for it."""
        ...


class Proving(Vendor, Protocol):
    """A vendor whose connections each say what proves a delivery, and may say nothing yet."""

    def asks_proof(self, connection: ConnectionInfo) -> bool:
        """Does ``verify`` ask for more than the token in the path, as the connection stands now?"""
        ...


class Configurable(Vendor, Protocol):
    """A vendor that reads as a document says, which stands in the connection's setting ``setting``."""

    setting: str

    def problems(self, document: Any) -> Sequence[str]:
        """What is wrong with a document, each by its place in plain words; empty: it can be used."""
        ...

    def secrets_named(self, document: Any) -> Sequence[str]:
        """The connection's secrets that a usable document needs."""
        ...

    def document_schema(self) -> str:
        """The documents' JSON Schema."""
        ...

    def fields(self, delivery: Delivery, document: Any = None) -> Sequence[tuple[str, str]]:
        """Each field of a delivery as a document names it, with its text. Raises ``Unreadable``."""
        ...
