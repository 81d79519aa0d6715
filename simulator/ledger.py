"""The ledger of the truth: what every call really was, what was sent of it, and what should follow from it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from simulator import clock
from simulator.api import Look
from simulator.books import Customer
from simulator.numbers import last3
from simulator.story import Facts
from simulator.truth import Expected, expected

OFFER_LAPSES = timedelta(seconds=140)
"""A ring nobody reports on is given up after two minutes; a little more until the server has noticed."""

KEPT = 20_000
"""Calls remembered; the oldest finished ones are forgotten beyond that."""


@dataclass(slots=True, eq=False)
class Record:
    """One call in the ledger. ``heard`` maps each fact told to whether any copy of it got a 2xx.

    ``settles_at``: a vague ring was heard after the end, so until then nobody can know that the call is over.
    """

    facts: Facts
    customer: Customer
    owner: str | None
    told: frozenset[str]
    heard: dict[str, bool] = field(default_factory=dict)
    waiting: int = 0
    remarks: list[str] = field(default_factory=list)
    finished_at: datetime | None = None
    settles_at: datetime | None = None

    @property
    def acknowledged(self) -> bool:
        return bool(self.heard) and all(self.heard.values())

    @property
    def complete(self) -> bool:
        return self.finished_at is not None


class Ledger:
    """All records of one run. Every method may be called from any thread."""

    def __init__(self, run: str, started_at: datetime) -> None:
        self.run = run
        self.started_at = started_at
        self.done = False
        self._lock = Lock()
        self._records: dict[str, Record] = {}
        self._looks: dict[str, list[Look]] = defaultdict(list)
        self._open: dict[str, Record] = {}
        self._totals: dict[str, int] = defaultdict(int)
        self._looking: dict[str, int] = defaultdict(int)

    def add(self, record: Record) -> None:
        with self._lock:
            self._records[record.facts.line.call_id] = record
            self._totals[record.facts.script] += 1
            if len(self._records) > KEPT:
                self._forget()

    def cut_short(self, record: Record, facts: Facts, told: frozenset[str], heard: dict[str, bool]) -> None:
        """The call was ended by force; nothing more will be said of it."""
        with self._lock:
            record.facts, record.told, record.heard = facts, told, heard
            record.waiting = 0
            record.finished_at = clock.now()

    def waits_for(self, record: Record, fact: str | None) -> None:
        """Something about this call is still to be done; ``fact`` is what it will tell."""
        with self._lock:
            record.waiting += 1
            if fact is not None:
                record.heard.setdefault(fact, False)

    def settles(
        self,
        record: Record,
        fact: str | None,
        *,
        heard: bool,
        remark: str | None = None,
        vague: bool = False,
    ) -> bool:
        """It was done, or given up. True for the last one, which completes the call."""
        with self._lock:
            if fact is not None and heard:
                now = clock.now()
                too_late = now > record.facts.ended_at and record.facts.outcome != "connected"
                if vague and too_late and not record.heard[fact]:
                    record.settles_at = max(now + OFFER_LAPSES, record.settles_at or now)
                record.heard[fact] = True
            if remark and remark not in record.remarks:
                record.remarks.append(remark)
            record.waiting -= 1
            if record.waiting != 0:
                return False
            record.finished_at = clock.now()
            if self._expected(record).state == "open":
                self._open[record.facts.line.call_id] = record
            return True

    @contextmanager
    def looking(self, customer: Customer) -> Iterator[None]:
        """While a counselor is opening that person's profile, nobody can say whether it is open yet."""
        with self._lock:
            self._looking[customer.phone] += 1
        try:
            yield
        finally:
            with self._lock:
                self._looking[customer.phone] -= 1

    def looked(self, customer: Customer, look: Look) -> None:
        """A counselor opened that person's profile."""
        with self._lock:
            self._looks[customer.phone].append(look)
            customer.looked_at = look.received
            for call_id, record in list(self._open.items()):
                if record.customer is customer and self._expected(record).state != "open":
                    del self._open[call_id]

    def expects(self, record: Record) -> Expected:
        with self._lock:
            return self._expected(record)

    def customer(self, lead_id: int) -> Customer | None:
        """The person behind a lead, if this run had a call with them."""
        with self._lock:
            return next(
                (item.customer for item in self._records.values() if item.customer.lead_id == lead_id), None
            )

    def edges(self, customer: Customer) -> list[datetime]:
        """The moments of that person's calls at which an opening begins or ceases to count."""
        with self._lock:
            return [
                edge
                for record in self._records.values()
                if record.customer is customer
                for edge in (record.facts.started_at, record.facts.ended_at)
            ]

    def open_records(self) -> list[Record]:
        """Finished calls whose entry nobody has dealt with, oldest first."""
        with self._lock:
            return list(self._open.values())

    def records(self) -> list[Record]:
        with self._lock:
            return list(self._records.values())

    def in_flight(self) -> list[Record]:
        with self._lock:
            return [record for record in self._records.values() if not record.complete]

    def count(self) -> int:
        with self._lock:
            return sum(self._totals.values())

    def page(self) -> dict[str, Any]:
        """What ``GET /ledger`` answers."""
        with self._lock:
            calls = [self._row(record) for record in self._records.values()]
            return {
                "run": self.run,
                "started_at": _iso(self.started_at),
                "at": _iso(clock.now()),
                "done": self.done,
                "in_flight": sum(not call["complete"] for call in calls),
                "totals": dict(sorted(self._totals.items())),
                "calls": calls,
            }

    def _expected(self, record: Record) -> Expected:
        return expected(record.facts, record.owner, self._looks.get(record.customer.phone, ()))

    def _row(self, record: Record) -> dict[str, Any]:
        facts, due = record.facts, self._expected(record)
        return {
            "connection": facts.line.connection,
            "provider_call_id": facts.line.call_id,
            "scenario": facts.script,
            "direction": facts.direction,
            "campaign": facts.line.campaign,
            "reference": facts.line.reference,
            "phone": last3(facts.line.phone),
            "lead_id": record.customer.lead_id,
            "offered": [
                {"counselor": ring.seat.counselor, "at": _iso(ring.at), "answered": ring.answered}
                for ring in facts.rings
            ],
            "outcome": facts.outcome,
            "outcomes_told": sorted(record.told),
            "counselor": _counselor(facts),
            "talk_seconds": facts.talk_seconds,
            "started_at": _iso(facts.started_at),
            "answered_at": _iso(facts.answered_at) if facts.answered_at else None,
            "ended_at": _iso(facts.ended_at),
            "openings": [
                {"email": look.email, "at": _iso(look.received), "sure": look.sure}
                for look in self._looks.get(record.customer.phone, ())
                if look.received >= facts.started_at
            ],
            "expect": {
                "kind": due.kind,
                "direction": due.direction,
                "counselors": None if due.counselors is None else list(due.counselors),
                "state": due.state,
                "cleared_by": list(due.cleared_by),
                "doubtful": due.doubtful,
            },
            "looking": self._looking.get(record.customer.phone, 0) > 0,
            "heard": dict(record.heard),
            "acknowledged": record.acknowledged,
            "complete": record.complete,
            "settles_at": _iso(record.settles_at) if record.settles_at else None,
            "finished_at": _iso(record.finished_at) if record.finished_at else None,
            "remarks": list(record.remarks),
        }

    def _forget(self) -> None:
        for call_id, record in list(self._records.items()):
            if record.complete and call_id not in self._open:
                del self._records[call_id]
                return


def _counselor(facts: Facts) -> str | None:
    seat = facts.talker or facts.dialer
    return seat.counselor if seat else None


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def summary(calls: Iterable[Record]) -> str:
    """One line for a log: how many of what."""
    counts: dict[str, int] = defaultdict(int)
    for record in calls:
        counts[f"{record.facts.direction} {record.facts.outcome}"] += 1
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "no calls"
