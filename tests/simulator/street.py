"""An exchange on a fake server, run to its end in compressed time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from simulator import clock
from simulator.api import Api
from simulator.books import Connection
from simulator.disturb import Knobs
from simulator.exchange import Exchange, Manner
from simulator.habits import Diligence
from simulator.ledger import Ledger, Record
from simulator.office import Office
from simulator.post import HttpPost
from simulator.schedule import Schedule
from simulator.story import Tempo
from tests.simulator.fake import Fake, books

RUN = "0badcafe"


@dataclass
class Street:
    exchange: Exchange
    ledger: Ledger
    api: Api

    def play(self, until: Callable[[], bool] | None = None, seconds: float = 8.0) -> None:
        """Run the schedule until ``until`` (or until no call is in flight)."""
        done = until or (lambda: not self.ledger.in_flight())
        give_up = time.monotonic() + seconds
        self.exchange.schedule.run(lambda: done() or time.monotonic() > give_up)
        assert done(), "the calls did not end in time"

    def only(self) -> Record:
        (record,) = self.ledger.records()
        return record


@contextmanager
def street(
    fake: Fake,
    *connections: Connection,
    knobs: Knobs | None = None,
    tempo: Tempo | None = None,
    retries_after: tuple[float, ...] = (0.5, 1.0),
    diligence: float | None = None,
    pace: float = 0.2,
) -> Iterator[Street]:
    post, api, schedule = HttpPost(timeout=2), Api(fake.url, "key"), Schedule(8)
    ledger = Ledger(RUN, clock.now())
    known = books(*(connections or (fake.connection(),)))
    manner = Manner(tempo or Tempo(1, fixed_ring=1, fixed_talk=3), knobs or Knobs(), retries_after)
    exchange = Exchange(known, post, ledger, schedule, manner, seed=1)
    if diligence is not None:
        Office(api, exchange, Diligence(diligence), pace, seed=1)
    try:
        yield Street(exchange, ledger, api)
    finally:
        schedule.clear()
        schedule.close()
        post.close()
        api.close()
