"""Many clicks at once, and providers that answer as badly as they can: at most one call a click, no lead rung by two.

``make test`` plays both storms small, ``make soak`` at full size.
"""

import random
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from sqlalchemy import select

from ingest import dialing
from ingest.client import DialOrder, NoClient, Placed, Reason, Refused, Unsettled
from ingest.vendors import registry
from models.rules.access import Role
from models.rules.dialling import State
from models.store import connections, intent_leases, people, sessions
from models.store.base import Store
from models.store.intents import NotBegun
from models.tables.work import intent
from simulator.faces.desk import Fault
from tests.cast import Cast
from tests.databases import Clock
from tests.dialing.conftest import Office, share

WORKERS = 20


@pytest.mark.slow
@pytest.mark.parametrize("clicks", [250, pytest.param(1000, marks=pytest.mark.soak)])
def test_double_clicks_and_time_outs_are_at_most_one_order_each(
    office: Office, second: int, clock, clicks: int
) -> None:
    """Every click is posted twice at once; the two providers, over HTTP, take it, refuse it, hang up or talk nonsense."""
    rng = random.Random(7)
    asha = office.cast.asha
    share(office.store, second, 3)
    faults = (
        Fault(status=0),
        Fault(status=503),
        Fault(200, "<html>", "text/html"),
        Fault(200, '{"status": 0, "error": "agent is busy"}', "application/json"),
    )
    lead = office.cast.lead(owner=asha)
    states: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as fingers:
        for _ in range(clicks):
            desk = office.desks[rng.choice(list(office.desks))]
            if rng.random() < 0.5:
                desk.faults.append(rng.choice(faults))
            reference = office.reference()

            def click(reference: str = reference) -> int:
                return office.dialer.dial(asha.viewer, lead_id=lead.id, reference=reference).id

            first, other = fingers.submit(click), fingers.submit(click)
            assert first.result() == other.result()
            assert office.dialer.idle(30)
            with office.store.read() as tx:
                states[str(tx.scalar(select(intent.c.state).where(intent.c.id == first.result())))] += 1
            clock.advance(minutes=3)
            intent_leases.lapse(office.store)
    per_click = Counter(order["reference"] for order in office.orders)
    assert max(per_click.values()) == 1, per_click.most_common(3)
    with office.store.read() as tx:
        rows = tx.execute(select(intent.c.reference, intent.c.state)).all()
    assert len(rows) == clicks
    assert {row.reference for row in rows if row.state == State.ACCEPTED} == per_click.keys()
    assert min(states[state] for state in (State.ACCEPTED, State.UNKNOWN, State.REFUSED)) > clicks // 50, (
        states
    )


class Exchange(NoClient):
    """A provider that knows who is on the line, and notes any lead or agent it was told to ring while they were."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.ringing: dict[str, str] = {}
        self.wrong: list[str] = []
        self.orders: Counter[str] = Counter()

    def dial(self, order: DialOrder) -> Placed:
        with self.lock:
            self.orders[order.reference] += 1
            for whom in (order.customer, order.seat):
                if whom in self.ringing:
                    self.wrong.append(f"{whom} is on the line already")
                self.ringing[whom] = order.reference
        match random.random():
            case dice if dice < 0.1:
                self.hung_up(order.reference)
                raise Refused(Reason.DOWN, "down")
            case dice if dice < 0.2:
                raise Unsettled("no answer, and it rings all the same")
        return Placed(f"x-{order.reference}")

    def hung_up(self, reference: str) -> None:
        with self.lock:
            self.ringing = {whom: its for whom, its in self.ringing.items() if its != reference}


@pytest.mark.slow
@pytest.mark.parametrize("many", [40, pytest.param(200, marks=pytest.mark.soak)])
def test_twenty_workers_share_the_leads_and_none_is_rung_by_two(
    store: Store, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """All work through the same leads, each in an order of their own; who is refused goes on to the next lead."""
    exchange = Exchange()
    monkeypatch.setattr(registry, "client", lambda connection, web: exchange)
    workers, leads = _team(store, cast), [cast.lead(f"+9198222{number:05}") for number in range(many)]
    dialer = dialing.Dialer(store, frozenset(), at_once=WORKERS)
    taken: Counter[str] = Counter()
    done: dict[int, int] = defaultdict(int)

    def work(number: int) -> None:
        rng = random.Random(number)
        order = rng.sample(leads, many)
        for step, lead in enumerate(order):
            reference = f"w{number:02}s{step:012}"[:16]
            try:
                begun = dialer.dial(workers[number], lead_id=lead.id, reference=reference)
            except NotBegun as why:
                with exchange.lock:
                    taken[why.code] += 1
                continue
            _until_answered(store, begun.id)
            exchange.hung_up(reference)
            _end(store, begun.id)
            clock.advance(seconds=1)
            with exchange.lock:
                done[lead.id] += 1

    with ThreadPoolExecutor(WORKERS) as floor:
        list(floor.map(work, range(WORKERS)))
    dialer.close()
    assert exchange.wrong == []
    assert max(exchange.orders.values()) == 1
    assert taken.keys() == {"taken"}, taken
    assert len(done) == many
    assert sum(done.values()) + taken["taken"] == WORKERS * many


def _team(store: Store, cast: Cast) -> list:
    with store.db.begin() as tx:
        ids = []
        for number in range(WORKERS):
            ids.append(
                people.add(
                    tx,
                    name=f"Worker {number}",
                    email=f"w{number}@example.org",
                    role=Role.ADMIN,  # who may open every lead
                    password="a long enough password",
                    at=store.now(),
                )
            )
            connections.add_seat(
                tx,
                store.vault,
                connection_id=cast.connection.id,
                person_id=ids[-1],
                address=f"+9190001{number:05}",
            )
        return [sessions.viewer_of(tx, person_id) for person_id in ids]


def _until_answered(store: Store, intent_id: int) -> None:
    deadline = time.monotonic() + 60
    state = select(intent.c.state).where(intent.c.id == intent_id)
    while True:
        with store.read() as tx:
            if tx.scalar(state) != State.REQUESTED:
                return
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _end(store: Store, intent_id: int) -> None:
    """The call is over: what the last hook of it does."""

    def work(tx) -> None:
        tx.execute(
            intent.update().where(intent.c.id == intent_id).values(state=State.ENDED.value, live=False)
        )

    store.write(work)
