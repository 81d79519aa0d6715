"""Click-to-call: the vendors' own addresses for ordering a call, each before the exchange that then plays it.

The invented day keeps its hands off a desk that orders calls: until shortly after the ordered call it sends it none,
and a call of the day that is on that desk's line already is no reason to refuse.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Any

from simulator import callers, clock, numbers
from simulator.books import Connection
from simulator.exchange import Exchange
from simulator.faces import exotel
from simulator.faces import open as reference
from simulator.faces.desk import Declined, Desk
from simulator.story import Ending, Tempo

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

FACES = {"open": reference.make, "exotel": exotel.make}
STATUS = "/status"

_PLANNING = timedelta(seconds=1)
_QUIET = timedelta(
    seconds=60
)  # what the day leaves a counselor after an ordered call: the time to wrap it up
_LEAD_BUSY = next(script for script in callers.SCRIPTS if script.ending is Ending.LEAD_BUSY)
_AGENT_MISSED = next(script for script in callers.SCRIPTS if script.ending is Ending.AGENT_MISSED)
_REFUSALS = (
    ("Service Unavailable", 503),
    ("Insufficient balance, please recharge", 402),
    ("Agent is busy on another call", 400),
)


@dataclass(frozen=True, slots=True)
class Moods:
    """Shares between 0 and 1 of the orders that are ``refused`` (no balance, agent busy, 503 in turn) or
    answered after ``silence_seconds``, when nobody listens any more; every other of those is played."""

    refused: float = 0.0
    silent: float = 0.0
    silence_seconds: float = 16.0


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for. ``callback`` is where the asker wishes to hear of it."""

    agent: str
    customer: str
    did: str | None
    reference: str | None
    callback: str | None


class Switchboard:
    """Takes orders on behalf of an exchange. Safe to use from several threads."""

    def __init__(self, exchange: Exchange, moods: Moods, tempo: Tempo, seed: int) -> None:
        self._exchange = exchange
        self._moods = moods
        self._tempo = tempo
        self._rng = Random(f"{seed}/switchboard")
        self._lock = Lock()
        self._ordered: dict[str, datetime] = {}
        self._refusals = self._silences = 0

    def doors(self) -> "Mapping[str, WSGIApplication]":
        """The accounts' APIs, by the path before theirs: of every connection that may order calls."""
        return {
            f"/accounts/{connection.slug}": FACES[connection.vendor](
                Desk(keys=dict(connection.dial), taker=partial(self._take, connection))
            )
            for connection in self._exchange.books.connections.values()
            if connection.dial and connection.vendor in FACES
        }

    def _take(self, connection: Connection, fields: Mapping[str, Any]) -> str:
        order = _read(connection, fields)
        with self._lock:
            refused = self._rng.random() < self._moods.refused
            silent = not refused and self._rng.random() < self._moods.silent
            self._refusals += refused
            self._silences += silent
            turn, lost = self._refusals, silent and self._silences % 2 == 1
            seconds = self._moods.silence_seconds
        if refused:
            why, status = _REFUSALS[turn % len(_REFUSALS)]
            raise Declined(why, status)
        if silent:
            time.sleep(seconds)
        if lost:
            raise Declined("Service Unavailable", 503)
        return self._place(connection, order)

    def _place(self, connection: Connection, order: Order) -> str:
        books, now = self._exchange.books, clock.now()
        seat = books.seat_at(order.agent, connection.slug)
        if seat is None:
            raise Declined("Agent Details Not Found: the From number is not known")
        customer = books.person(order.customer)
        with self._lock:
            occupied = self._ordered.get(seat.counselor, now) > now
            if occupied and connection.vendor == "open":
                raise Declined("Agent is busy on another call")
            script = _AGENT_MISSED if occupied else callers.next_script(self._rng, ("outbound",))
            self._ordered[seat.counselor] = max(now + _PLANNING, self._ordered.get(seat.counselor, now))
        engaged = books.engage(customer)
        facts = self._exchange.place(
            _told_to(connection, order),
            script if engaged or script.ending is Ending.AGENT_MISSED else _LEAD_BUSY,
            seat,
            customer,
            did=next(
                (did for did in connection.dids if numbers.same(did, order.did or "")), connection.dids[0]
            ),
            reference=order.reference,
            tempo=self._tempo,
            heard=connection.vendor == "open" or bool(order.callback),
        )
        if engaged:
            self._exchange.schedule.at(facts.ended_at, partial(books.give_back, customer))
        with self._lock:
            self._ordered[seat.counselor] = max(facts.ended_at, self._ordered[seat.counselor])
        books.leave_alone(seat.counselor, facts.ended_at + _QUIET)
        return facts.line.call_id


def _read(connection: Connection, fields: Mapping[str, Any]) -> Order:
    """An order in the vendor's own words."""
    if connection.vendor == "exotel":
        names = ("From", "To", "CallerId", "CustomField", "StatusCallback")
    else:
        names = ("agent_no", "applicant_no", "did_no", "reference", "callback_url")
    agent, customer, did, reference, callback = (str(fields.get(name) or "") for name in names)
    if not numbers.dialable(customer):
        raise Declined("this number cannot be called")
    return Order(agent, customer, did or None, reference or None, callback or None)


def _told_to(connection: Connection, order: Order) -> Connection:
    """Status callbacks go where the order says; what an account announces by itself, where it always goes."""
    if connection.vendor == "exotel" and order.callback and order.callback.endswith(STATUS):
        return replace(connection, hook_base=order.callback.removesuffix(STATUS))
    return connection
