"""One provider at work: puts a call on the line, tells the server about it, repeats what was not acknowledged."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from simulator import callers, clock, numbers
from simulator.books import Books, Connection, Customer, invent_stranger
from simulator.disturb import Knobs, disturb
from simulator.ledger import Ledger, Record
from simulator.post import RETRIES_AFTER, Answer, Post
from simulator.schedule import Schedule
from simulator.speakers.language import Delivery
from simulator.speakers.registry import SPEAKERS
from simulator.story import Facts, Line, Script, Seat, Tempo, cut, tell, whole

log = logging.getLogger(__name__)

CAMPAIGNS = ("Scholarship round", "Open day", "Application reminder")
WRAP_UP = timedelta(seconds=4)
_HELD = timedelta(minutes=10)  # a line is held this long while the call on it is being planned

Witness = Callable[[Delivery, Answer], None]


@dataclass(frozen=True, slots=True)
class Manner:
    """How the exchange works: pace, disturbances, and the pauses before a delivery is repeated (seconds)."""

    tempo: Tempo = field(default_factory=Tempo)
    knobs: Knobs = field(default_factory=Knobs)
    retries_after: tuple[float, ...] = RETRIES_AFTER


class Exchange:
    """Starts calls and carries them through. ``on_planned`` and ``on_finished`` are told of every record."""

    def __init__(
        self, books: Books, post: Post, ledger: Ledger, schedule: Schedule, manner: Manner, seed: int
    ) -> None:
        self.books = books
        self.ledger = ledger
        self.schedule = schedule
        self.manner = manner
        self.on_planned: Callable[[Record, Random], None] = lambda record, rng: None
        self.on_finished: Callable[[Record], None] = lambda record: None
        self.witness: Witness = lambda delivery, answer: None
        self._post = post
        self._seed = seed
        self._counter = 0
        self._lock = threading.Lock()

    def call(
        self,
        connection: Connection,
        script: Script,
        *,
        customer: Customer | None = None,
        counselor: str | None = None,
    ) -> bool:
        """Play one call now; False when nobody could be found for it. Blocks for the routing answer only.

        ``counselor`` is who dials, or who is tried first.
        """
        number, rng = self._next()
        now = clock.now()
        free = self.books.free(connection.slug, now)
        if counselor is not None:
            free.sort(key=lambda seat: seat.counselor != counselor)
        else:
            rng.shuffle(free)
        if script.direction == "outbound" and not free:
            return False
        person = customer or self._somebody(script, free, rng, now)
        if person is None:
            return False
        line = Line(
            call_id=self._call_id(connection, number),
            number=number,
            connection=connection.slug,
            phone=person.phone,
            did=rng.choice(connection.dids),
            campaign=rng.choice(CAMPAIGNS) if script.direction == "campaign" else None,
        )
        asked: Sequence[Seat] = free
        if script.direction == "inbound":
            asked = self._route(connection, line, free, rng, first=counselor)
        wanted = 3 if script.direction == "inbound" else 1
        seats = self._take(asked, wanted)
        if script.direction == "outbound" and not seats:
            self.books.give_back(person)
            return False
        facts = tell(script, line, seats, whole(clock.now()), rng, self.manner.tempo)
        self._occupy(facts, seats)
        self._tell(facts, connection, person, rng)
        self.schedule.at(facts.ended_at, partial(self.books.give_back, person))
        return True

    def place(
        self,
        connection: Connection,
        script: Script,
        seat: Seat,
        customer: Customer,
        *,
        did: str,
        reference: str | None,
        tempo: Tempo,
        heard: bool = True,
    ) -> Facts:
        """Play a call that a counselor ordered; how it will go. ``heard`` False: nobody wishes to be told of it."""
        number, rng = self._next()
        line = Line(
            call_id=self._call_id(connection, number),
            number=number,
            connection=connection.slug,
            phone=customer.phone,
            did=did,
            reference=reference,
        )
        facts = tell(script, line, [seat], whole(clock.now()), rng, tempo)
        self._occupy(facts, [seat])
        self._tell(facts, connection, customer, rng, heard=heard)
        return facts

    def hang_up_all(self, seconds: float) -> None:
        """Switch the exchange off: every call ends now, and what was not yet said of it is said once."""
        now = clock.now()
        self.schedule.at_once(
            [partial(self._hang_up, record, now) for record in self.ledger.in_flight()], seconds
        )

    def _next(self) -> tuple[int, Random]:
        """The next call's number, and its own dice."""
        with self._lock:
            self._counter += 1
            return self._counter, Random(f"{self._seed}/{self._counter}")

    def _call_id(self, connection: Connection, number: int) -> str:
        if connection.vendor == "exotel":
            return f"{self.ledger.run}{number:0{32 - len(self.ledger.run)}x}"
        return f"sim-{self.ledger.run}-{number}"

    def _somebody(self, script: Script, free: Sequence[Seat], rng: Random, now: datetime) -> Customer | None:
        if not script.known:
            stranger = invent_stranger(rng)
            stranger.busy = True
            return stranger
        owners = {free[0].counselor} if script.direction == "outbound" else {seat.counselor for seat in free}
        everybody = self.books.customers
        if script.direction == "campaign":
            return self.books.borrow([person for person in everybody if person.owner], rng, now)
        if rng.random() < 0.85:
            theirs = self.books.borrow([person for person in everybody if person.owner in owners], rng, now)
            if theirs is not None:
                return theirs
        return self.books.borrow(everybody, rng, now)

    def _route(
        self, connection: Connection, line: Line, free: Sequence[Seat], rng: Random, *, first: str | None
    ) -> list[Seat]:
        speaker = SPEAKERS[connection.vendor]
        question = speaker.route(line, connection, clock.now())
        answer = self._post.send(question, connection)
        self.witness(question, answer)
        addresses = speaker.addresses(answer.told) if answer.acknowledged else []
        by_counselor = {seat.counselor: seat for seat in free}
        told = [seat.counselor for each in addresses if (seat := self.books.seat_at(each, connection.slug))]
        if first is not None:
            told.insert(0, first)
        return [by_counselor[who] for who in callers.hunt_order(told, list(by_counselor), rng)]

    def _take(self, seats: Sequence[Seat], wanted: int) -> list[Seat]:
        now = clock.now()
        taken: list[Seat] = []
        for seat in seats:
            if len(taken) == wanted:
                break
            if self.books.take(seat.counselor, now, now + _HELD):
                taken.append(seat)
        return taken

    def _occupy(self, facts: Facts, seats: Sequence[Seat]) -> None:
        until = {seat.counselor: facts.started_at for seat in seats}
        for ring in facts.rings:
            until[ring.seat.counselor] = ring.until
        for talker in (facts.talker, facts.dialer):
            if talker is not None:
                until[talker.counselor] = facts.ended_at + WRAP_UP / self.manner.tempo.speed
        for counselor, moment in until.items():
            self.books.occupy(counselor, moment)

    def _tell(
        self, facts: Facts, connection: Connection, person: Customer, rng: Random, *, heard: bool = True
    ) -> None:
        speaker = SPEAKERS[connection.vendor]
        owner = person.owner if person.owner_told else None
        record = Record(facts, person, owner, speaker.tells(facts, connection))
        planned = disturb(speaker.deliveries(facts, connection), self.manner.knobs, rng) if heard else []
        for delivery in planned:
            self.ledger.waits_for(record, delivery.fact)
        if not planned:
            self.ledger.waits_for(record, None)
            self.schedule.at(facts.ended_at, partial(self.settle, record, None, heard=False))
        self.ledger.add(record)
        self.on_planned(record, rng)
        for delivery in planned:
            self.schedule.at(delivery.due, partial(self._send, record, delivery, connection, 0))
        log.debug("%s on %s, caller %s", facts.script, connection.slug, numbers.last3(facts.line.phone))

    def _send(self, record: Record, delivery: Delivery, connection: Connection, attempt: int) -> None:
        answer = self._post.send(delivery, connection)
        self.witness(delivery, answer)
        pauses = self.manner.retries_after
        if not answer.acknowledged and attempt < len(pauses):
            again = clock.now() + timedelta(seconds=pauses[attempt])
            self.schedule.at(again, partial(self._send, record, delivery, connection, attempt + 1))
            return
        remark = None
        if not answer.acknowledged:
            remark = f"{delivery.fact}: dropped, last answer {answer.status or 'none'}"
            log.warning("%s on %s: %s", record.facts.script, connection.slug, remark)
        elif answer.for_review:
            remark = f"{delivery.fact}: taken for review, not understood"
            log.warning("%s on %s: %s", record.facts.script, connection.slug, remark)
        self.settle(record, delivery.fact, heard=answer.acknowledged, remark=remark, vague=delivery.vague)

    def settle(
        self,
        record: Record,
        fact: str | None,
        *,
        heard: bool,
        remark: str | None = None,
        vague: bool = False,
    ) -> None:
        """One thing about the call is done; the last one finishes it."""
        if self.ledger.settles(record, fact, heard=heard, remark=remark, vague=vague):
            talker = record.facts.talker
            if talker and not record.customer.owner_told and record.customer.owner is None:
                record.customer.owner, record.customer.owner_told = talker.counselor, True
            self.on_finished(record)

    def _hang_up(self, record: Record, now: datetime) -> None:
        connection = self.books.connections[record.facts.line.connection]
        speaker = SPEAKERS[connection.vendor]
        facts = cut(record.facts, now)
        heard = {}
        for delivery in speaker.deliveries(facts, connection):
            if record.heard.get(delivery.fact):
                heard[delivery.fact] = True
                continue
            answer = self._post.send(delivery, connection)
            heard[delivery.fact] = answer.acknowledged
        self.ledger.cut_short(record, facts, speaker.tells(facts, connection), heard)
