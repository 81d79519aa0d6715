"""The counselors at their desks: they open profiles during calls and work off what was missed or left pending."""

import logging
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from simulator import clock
from simulator.api import Api, ApiFault, email_of, lead_id_of
from simulator.books import Customer
from simulator.exchange import Exchange
from simulator.habits import Diligence, deals_with_it_after, opens_during
from simulator.ledger import Ledger, Record
from simulator.schedule import Schedule

log = logging.getLogger(__name__)

EDGE = timedelta(seconds=1.5)
"""Openings keep this far from a call's start and end, where a slow network would make them ambiguous."""

_TRIES = 4
_AT_ONCE = 6


class Office:
    """Hooks itself to an exchange. ``pace`` is how many calls a second begin (for the board's balance)."""

    def __init__(self, api: Api, exchange: Exchange, diligence: Diligence, pace: float, seed: int) -> None:
        self._api = api
        self._exchange = exchange
        self._ledger: Ledger = exchange.ledger
        self._schedule: Schedule = exchange.schedule
        self._diligence = diligence
        self._entries_per_second = pace * (0.34 + 0.5 * (1 - diligence.share))
        self._rng = Random(f"{seed}/office")
        self._hurried: set[str] = set()
        exchange.on_planned = self.planned
        exchange.on_finished = self.finished

    def planned(self, record: Record, rng: Random) -> None:
        """A call is about to happen: will its counselor open the profile meanwhile?

        Calls that somebody ordered are left to who ordered them.
        """
        if record.facts.line.reference is not None:
            return
        moment = opens_during(record.facts, self._diligence, rng)
        if moment is not None:
            self._ledger.waits_for(record, None)
            self._schedule.at(moment, partial(self._open_during, record, 0))

    def finished(self, record: Record) -> None:
        """A call is over: if it left an entry, somebody will deal with it, the oldest first if they pile up."""
        if record.facts.line.reference is not None or self._ledger.expects(record).state != "open":
            return
        delay = deals_with_it_after(self._diligence, self._entries_per_second, self._rng)
        if delay is None:
            return
        now = clock.now()
        self._schedule.at(now + delay, partial(self._deal_with, record, 0))
        waiting = [each for each in self._ledger.open_records() if each.facts.line.reference is None]
        for oldest in waiting[: max(0, len(waiting) - self._diligence.limit)]:
            call_id = oldest.facts.line.call_id
            if call_id not in self._hurried:
                self._hurried.add(call_id)
                self._schedule.at(now, partial(self._deal_with, oldest, 0))

    def tidy(self, every: timedelta) -> None:
        """From now on and again ``every`` so often: work off what an earlier run left on the boards."""
        self._schedule.at(clock.now() + every, partial(self.tidy, every))
        if self._diligence.share <= 0:
            return
        try:
            waiting = self._api.entries("missed", state="open") + self._api.entries("pending", state="open")
            waiting.sort(key=_raised)
            # This run's own entries have their appointments already; these have nobody.
            left = [entry for entry in waiting if _raised(entry) < self._ledger.started_at]
            for entry in left[: max(0, min(_AT_ONCE, len(waiting) - self._diligence.limit))]:
                self._tidy_one(entry)
        except ApiFault as fault:
            log.debug("the boards could not be tidied: %s", fault)

    def _tidy_one(self, entry: dict[str, Any]) -> None:
        lead_id = lead_id_of(entry)
        people = [email for person in entry.get("counselors") or () if (email := email_of(person))]
        if lead_id is None or not people:
            return
        customer = self._ledger.customer(lead_id) or self._exchange.books.customer(lead_id)
        if customer is None:
            self._api.open_profile(lead_id, self._rng.choice(people))
        elif not self._near_an_edge(customer, clock.now()):
            self._look(customer, lead_id, self._rng.choice(people))

    def _open_during(self, record: Record, tried: int) -> None:
        facts = record.facts
        now = clock.now()
        too_late = now > facts.ended_at - EDGE / 3
        talker = facts.talker
        if too_late or talker is None or tried == _TRIES:
            self._exchange.settle(record, None, heard=True)
            return
        try:
            lead_id = self._lead_id(record)
            if lead_id is not None and not self._near_an_edge(record.customer, now, besides=record):
                self._look(record.customer, lead_id, talker.counselor)
                self._exchange.settle(record, None, heard=True)
                return
        except ApiFault as fault:
            log.debug("a profile could not be opened during a call: %s", fault)
        again = now + min(timedelta(seconds=2), max((facts.ended_at - now) / 3, timedelta(seconds=0.2)))
        self._schedule.at(again, partial(self._open_during, record, tried + 1))

    def _deal_with(self, record: Record, tried: int) -> None:
        due = self._ledger.expects(record)
        if due.state != "open" or due.kind is None:
            return
        now = clock.now()
        if tried == _TRIES:
            log.warning("nobody could open the profile for a %s %s entry", due.kind, due.direction)
            return
        if self._near_an_edge(record.customer, now):
            self._schedule.at(now + EDGE, partial(self._deal_with, record, tried))
            return
        try:
            lead_id = self._lead_id(record)
            who = self._who(record, lead_id) if lead_id is not None else None
            if lead_id is not None and who is not None:
                self._look(record.customer, lead_id, who)
                return
        except ApiFault as fault:
            log.debug("a profile could not be opened: %s", fault)
        self._schedule.at(
            now + timedelta(seconds=3 * (tried + 1)), partial(self._deal_with, record, tried + 1)
        )

    def _look(self, customer: Customer, lead_id: int, email: str) -> None:
        with self._ledger.looking(customer):
            self._ledger.looked(customer, self._api.open_profile(lead_id, email))

    def _lead_id(self, record: Record) -> int | None:
        customer = record.customer
        if customer.lead_id is None:
            line = record.facts.line
            customer.lead_id = self._api.lead_of(line.connection, line.call_id)
        return customer.lead_id

    def _who(self, record: Record, lead_id: int) -> str | None:
        due = self._ledger.expects(record)
        concerned = list(due.counselors or ())
        if not concerned and due.kind is not None:
            entries = self._api.entries(due.kind, lead=lead_id, state="open")
            concerned = sorted({str(email) for entry in entries for email in entry.get("counselors") or ()})
        return self._rng.choice(concerned) if concerned else None

    def _near_an_edge(self, customer: Customer, now: datetime, besides: Record | None = None) -> bool:
        own = {besides.facts.started_at, besides.facts.ended_at} if besides else set()
        return any(abs(edge - now) < EDGE for edge in self._ledger.edges(customer) if edge not in own)


def _raised(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(str(entry["raised_at"]))
