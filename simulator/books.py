"""What a provider knows by itself: its accounts, the agents' telephones, who is on the line, and the callers.

Callers' numbers are the simulator's own invention. They come from a generator whose seed hangs on the
connections alone, so that a second start meets the same people again instead of adding new ones.
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

from simulator import names, numbers
from simulator.story import Seat

_DESK = "+9180456710"  # landline numbers of the accounts, where the demo file names none

JUST_LOOKED = timedelta(seconds=3)


class BadBooks(Exception):
    """The demo file or the API's answer can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One account at a vendor. ``rich``: it speaks JSON and tells reasons; else forms and 1 or 0. ``recordings``
    is the address before their names. ``dial``: the keys under which calls may be ordered, in the vendor's own
    names; empty: none are taken."""

    slug: str
    vendor: str
    label: str
    hook_base: str = field(repr=False)
    dids: tuple[str, ...]
    rich: bool = True
    zone: str = "Asia/Kolkata"
    recordings: str = "https://recordings.example.com"
    dial: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Counselor:
    """An agent. ``seats`` maps a connection's slug to the address that rings there."""

    email: str
    name: str
    here: bool
    seats: Mapping[str, str]


@dataclass(slots=True, eq=False)
class Customer:
    """Somebody who calls or is called. ``owner`` is None for nobody's; ``owner_told`` is False when we can't
    know (the institution's own rule chose)."""

    phone: str = field(repr=False)
    name: str
    programme: str
    city: str
    owner: str | None = None
    owner_told: bool = True
    lead_id: int | None = None
    busy: bool = False
    looked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Demo:
    """The file the server's demo mode writes. ``api_key`` and ``hook_base`` are secrets."""

    url: str
    api_key: str = field(repr=False)
    connections: tuple[Connection, ...]


def read_demo(path: Path) -> Demo:
    """Raises ``BadBooks`` when the file is absent or lacks something."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Demo(
            url=str(told["url"]).rstrip("/"),
            api_key=str(told["api_key"]),
            connections=tuple(_connection(place, item) for place, item in enumerate(told["connections"])),
        )
    except FileNotFoundError:
        raise BadBooks(f"there is no {path}: start the server in demo mode first") from None
    except (ValueError, KeyError, TypeError) as error:
        raise BadBooks(f"{path} can't be read: {type(error).__name__}") from error


def _connection(place: int, told: Mapping[str, Any]) -> Connection:
    numbers_told = tuple(
        str(item["number"] if isinstance(item, Mapping) else item) for item in told.get("dids") or ()
    )
    return Connection(
        slug=str(told["slug"]),
        vendor=str(told["vendor"]),
        label=str(told.get("label") or told["slug"]),
        hook_base=str(told["hook_base"]).rstrip("/"),
        dids=numbers_told or tuple(f"{_DESK}{place % 10}{line}" for line in range(1, 3)),
        rich=bool(told.get("rich", place % 2 == 0)),
        zone=str(told.get("zone") or "Asia/Kolkata"),
        recordings=str(told.get("recordings") or "https://recordings.example.com").rstrip("/"),
        dial={str(name): str(key) for name, key in (told.get("dial") or {}).items()},
    )


def read_counselors(answer: Iterable[Mapping[str, Any]]) -> list[Counselor]:
    """The counselors of ``GET /api/v1/counselors`` who have a telephone and are still with us."""
    found = []
    for item in answer:
        seats = {str(seat["connection"]): str(seat["address"]) for seat in item.get("seats") or ()}
        if seats and item.get("active", True):
            here = item.get("state", "in") == "in"
            found.append(Counselor(str(item["email"]), str(item["name"]), here, seats))
    return sorted(found, key=lambda counselor: counselor.email)


def invent_customers(count: int, counselors: Sequence[Counselor], slugs: Iterable[str]) -> list[Customer]:
    """``count`` people with a name, a number and (nine of ten) a counselor: the same ones every time."""
    rng = Random(zlib.crc32(" ".join(sorted(slugs)).encode()))
    people = []
    for place in range(count):
        owner = counselors[place % len(counselors)].email if counselors and rng.random() < 0.9 else None
        people.append(_person(rng, owner))
    return people


def invent_stranger(rng: Random) -> Customer:
    """Somebody who isn't in anybody's list yet."""
    person = _person(rng, None)
    person.owner_told = False
    return person


def _person(rng: Random, owner: str | None) -> Customer:
    return Customer(
        phone=numbers.invent(rng),
        name=f"{rng.choice(names.FIRST)} {rng.choice(names.LAST)}",
        programme=rng.choice(names.PROGRAMMES),
        city=rng.choice(names.CITIES),
        owner=owner,
    )


class Books:
    """Who has which telephone, and who is on the line now. Safe to use from several threads."""

    def __init__(
        self,
        connections: Sequence[Connection],
        counselors: Sequence[Counselor],
        customers: Iterable[Customer],
    ) -> None:
        self.connections = {connection.slug: connection for connection in connections}
        self.customers = list(customers)
        self._met: list[Customer] = []
        self._lock = Lock()
        self._until: dict[str, datetime] = {}
        self._left_alone: dict[str, datetime] = {}
        self._counselors: dict[str, Counselor] = {}
        self.refresh(counselors)

    def refresh(self, counselors: Sequence[Counselor]) -> None:
        """Take over who is checked in; if nobody is, the agents' telephones still ring."""
        somebody = any(counselor.here for counselor in counselors)
        with self._lock:
            self._counselors = {counselor.email: counselor for counselor in counselors}
            self._at_work = {counselor.email for counselor in counselors if counselor.here or not somebody}

    def customer(self, lead_id: int) -> Customer | None:
        """The person behind a lead."""
        return next((person for person in list(self.customers) if person.lead_id == lead_id), None)

    def seat(self, email: str, slug: str) -> Seat | None:
        """The counselor's telephone at a connection, if they have one."""
        counselor = self._counselors.get(email)
        return Seat(counselor.seats[slug], email) if counselor and slug in counselor.seats else None

    def seat_at(self, address: str, slug: str) -> Seat | None:
        """Whose telephone is this? The address may be written in another fashion."""
        for counselor in self._counselors.values():
            known = counselor.seats.get(slug)
            if known is not None and numbers.same(known, address):
                return Seat(known, counselor.email)
        return None

    def free(self, slug: str, now: datetime) -> list[Seat]:
        """Seats at a connection that could take a call now."""
        with self._lock:
            return [
                Seat(counselor.seats[slug], email)
                for email, counselor in self._counselors.items()
                if slug in counselor.seats
                and email in self._at_work
                and self._idle(email, now)
                and self._left_alone.get(email, now) <= now
            ]

    def leave_alone(self, email: str, until: datetime) -> None:
        """Somebody works at this desk: until then it gets no call of the invented day."""
        with self._lock:
            self._left_alone[email] = until

    def person(self, phone: str) -> Customer:
        """Whose number this is; somebody not met before is remembered from now on."""
        with self._lock:
            found = next((person for person in self._met if numbers.same(person.phone, phone)), None)
            found = found or next(
                (person for person in self.customers if numbers.same(person.phone, phone)), None
            )
            if found is None:
                found = Customer(phone, "", "", "", owner_told=False)
                self._met.append(found)
            return found

    def engage(self, customer: Customer) -> bool:
        """Put that person on the line; False if they are talking already."""
        with self._lock:
            was_busy, customer.busy = customer.busy, True
            return not was_busy

    def take(self, email: str, now: datetime, until: datetime) -> bool:
        """Occupy a counselor's line; False if it is in use already."""
        with self._lock:
            if not self._idle(email, now):
                return False
            self._until[email] = until
            return True

    def occupy(self, email: str, until: datetime) -> None:
        """Correct how long a line stays in use; a moment in the past frees it."""
        with self._lock:
            self._until[email] = until

    def borrow(self, wanted: Sequence[Customer], rng: Random, now: datetime) -> Customer | None:
        """Put one of these people, who is a lead and isn't on the telephone already, on the line.

        Not one whose profile was opened this very moment: whether that was before or during the call would
        hang on a network's delay.
        """
        with self._lock:
            idle = [
                customer
                for customer in wanted
                if customer.lead_id is not None
                and not customer.busy
                and (customer.looked_at is None or now - customer.looked_at > JUST_LOOKED)
            ]
            if not idle:
                return None
            customer = rng.choice(idle)
            customer.busy = True
            return customer

    def give_back(self, customer: Customer) -> None:
        """That person has hung up."""
        with self._lock:
            customer.busy = False

    def _idle(self, email: str, now: datetime) -> bool:
        until = self._until.get(email)
        return until is None or until <= now
