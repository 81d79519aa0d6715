"""The counselors at their desks: they open profiles during calls and work off what was missed or left pending."""

import logging
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from simulator.api import Api, ApiFault, Look
from simulator.exchange import Exchange
from simulator.habits import Diligence, deals_with_it_after, opens_during
from simulator.ledger import Ledger, Record
from simulator.schedule import Schedule

log = logging.getLogger(__name__)

EDGE = timedelta(seconds=1.5)
"""Openings keep this far from a call's start and end, where a slow network would make them ambiguous."""

_TRIES = 4


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
        self._refused = False
        exchange.on_planned = self.planned
        exchange.on_finished = self.finished

    def planned(self, record: Record, rng: Random) -> None:
        """A call is about to happen: will its counselor open the profile meanwhile?"""
        moment = opens_during(record.facts, self._diligence, rng)
        if moment is not None:
            self._ledger.waits_for(record, None)
            self._schedule.at(moment, partial(self._open_during, record, 0))

    def finished(self, record: Record) -> None:
        """A call is over: if it left an entry, somebody will deal with it, the oldest first if they pile up."""
        if not record.acknowledged or self._ledger.expects(record).state != "open":
            return
        delay = deals_with_it_after(self._diligence, self._entries_per_second, self._rng)
        if delay is None:
            return
        now = datetime.now(UTC)
        self._schedule.at(now + delay, partial(self._deal_with, record, 0))
        waiting = self._ledger.open_records()
        for oldest in waiting[: max(0, len(waiting) - self._diligence.limit)]:
            self._schedule.at(now, partial(self._deal_with, oldest, 0))

    def _open_during(self, record: Record, tried: int) -> None:
        facts = record.facts
        now = datetime.now(UTC)
        too_late = now > facts.ended_at - EDGE / 3
        talker = facts.talker
        if too_late or talker is None or tried == _TRIES:
            self._exchange.settle(record, None, heard=True)
            return
        try:
            lead_id = self._lead_id(record)
            if lead_id is not None and not self._near_an_edge(record, now, besides=record):
                self._look(record, lead_id, talker.counselor)
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
        now = datetime.now(UTC)
        if tried == _TRIES:
            log.warning("nobody could open the profile for a %s %s entry", due.kind, due.direction)
            return
        if self._near_an_edge(record, now):
            self._schedule.at(now + EDGE, partial(self._deal_with, record, tried))
            return
        try:
            lead_id = self._lead_id(record)
            who = self._who(record, lead_id) if lead_id is not None else None
            if lead_id is not None and who is not None:
                self._look(record, lead_id, who)
                return
        except ApiFault as fault:
            log.debug("a profile could not be opened: %s", fault)
        self._schedule.at(
            now + timedelta(seconds=3 * (tried + 1)), partial(self._deal_with, record, tried + 1)
        )

    def _look(self, record: Record, lead_id: int, email: str) -> None:
        look: Look = self._api.open_profile(lead_id, email)
        self._ledger.looked(record.customer, look)

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

    def _near_an_edge(self, record: Record, now: datetime, besides: Record | None = None) -> bool:
        own = {besides.facts.started_at, besides.facts.ended_at} if besides else set()
        return any(abs(edge - now) < EDGE for edge in self._ledger.edges(record.customer) if edge not in own)
