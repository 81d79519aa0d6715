"""A day of callers: one call after another on all connections, until it is told to stop."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from threading import Event
from typing import TypeVar

from simulator import callers, clock
from simulator.api import Api, ApiFault
from simulator.books import Books, Customer, read_counselors
from simulator.exchange import Exchange
from simulator.speakers.registry import DIRECTIONS

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)

_REFRESH = timedelta(seconds=30)
_GOODBYE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Length:
    """When no more calls begin. Both None: never."""

    duration: timedelta | None = None
    until_calls: int | None = None


class Day:
    """The main loop. Threads: this one keeps time, the schedule's pool does the work."""

    def __init__(
        self,
        exchange: Exchange,
        api: Api,
        *,
        calls_per_hour: float,
        length: Length,
        leave_when_done: bool,
        seed: int,
    ) -> None:
        self._exchange = exchange
        self._api = api
        self._calls_per_hour = calls_per_hour
        self._length = length
        self._leave_when_done = leave_when_done
        self._rng = Random(f"{seed}/day")
        self._began = clock.now()
        self._next_report = self._began + timedelta(minutes=1)

    def run(self, stop: Event) -> None:
        """Until ``stop`` is set (or, if so wished, until the last call is over). Then hangs up whatever lives."""
        schedule = self._exchange.schedule
        schedule.at(self._began, self._next_call)
        schedule.at(self._began + _REFRESH, self._refresh)
        schedule.run(lambda: stop.is_set() or self._finished())
        schedule.clear()
        self._exchange.hang_up_all(_GOODBYE_SECONDS)
        schedule.close()

    def _finished(self) -> bool:
        ledger = self._exchange.ledger
        now = clock.now()
        if now >= self._next_report:
            self._next_report = now + timedelta(minutes=1)
            log.info(
                "%d calls so far, %d on the line, %d entries open",
                ledger.count(),
                len(ledger.in_flight()),
                len(ledger.open_records()),
            )
        if not self._enough():
            return False
        ledger.done = not ledger.in_flight()
        return ledger.done and self._leave_when_done

    def _enough(self) -> bool:
        length = self._length
        if length.until_calls is not None and self._exchange.ledger.count() >= length.until_calls:
            return True
        return length.duration is not None and clock.now() >= self._began + length.duration

    def _next_call(self) -> None:
        if self._enough():
            return
        pause = callers.next_pause(self._rng, self._calls_per_hour, self._exchange.manner.tempo.speed)
        self._exchange.schedule.at(clock.now() + timedelta(seconds=pause), self._next_call)
        connection = self._rng.choice(list(self._exchange.books.connections.values()))
        script = callers.next_script(self._rng, DIRECTIONS[connection.vendor])
        if not self._exchange.call(connection, script):
            log.debug("nobody was free for %s", script.name)

    def _refresh(self) -> None:
        self._exchange.schedule.at(clock.now() + _REFRESH, self._refresh)
        try:
            self._exchange.books.refresh(read_counselors(self._api.counselors()))
        except ApiFault as fault:
            log.info("the counselors could not be read again: %s", fault)


def introduce(api: Api, customer: Customer) -> None:
    """Make the customer a lead of the institution. Raises ``ApiFault``."""
    fields = {
        "phone": customer.phone,
        "name": customer.name,
        "programme": customer.programme,
        "city": customer.city,
        **({"owner": customer.owner} if customer.owner else {}),
    }
    customer.lead_id, new = api.upsert_lead(fields)
    if not new:
        customer.owner = api.owner(customer.lead_id)


def introduce_all(api: Api, books: Books, stop: Event) -> None:
    """Introduce every customer; those the API won't take are not called today."""
    for customer in list(books.customers):
        try:
            patiently(partial(introduce, api, customer), stop)
        except ApiFault as fault:
            log.warning("a lead was not taken: %s", fault)
            books.customers.remove(customer)
        if stop.is_set():
            return


def patiently(ask: Callable[[], Answer], stop: Event) -> Answer | None:
    """The answer, however long the server takes to come up; None when told to stop meanwhile.

    Raises ``ApiFault`` when the server is there and refuses.
    """
    pause = 0.5
    while not stop.is_set():
        try:
            return ask()
        except ApiFault as fault:
            if fault.status is not None and 400 <= fault.status < 500:
                raise
            log.info("waiting for the server: %s", fault)
        stop.wait(pause)
        pause = min(pause * 1.5, 5.0)
    return None
