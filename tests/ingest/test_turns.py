"""Whose turn it is: one slow provider holds up no other."""

import threading
import time
from concurrent.futures import wait
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from ingest.client import Reason, Refused
from ingest.reconcile.planning import Reach, night_of
from ingest.reconcile.sweeping import Reconciler
from models.store import sweeps
from models.store.base import Store
from models.tables.telephony import connection
from tests.cast import Cast
from tests.databases import Clock
from tests.reconciling import INDIA, Records, askable, whole_turn

REACH = Reach()
HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


@pytest.fixture
def provider(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Records:
    """The provider of the connection "reference"; it is 17:20 in India, and the hour from 16:00 is over."""
    made = Records()
    askable(monkeypatch, {cast.connection.id: made})
    clock.set(START + timedelta(minutes=80))
    return made


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> list[float]:
    """How long it waited, instead of waiting; the clock goes on meanwhile."""
    waited: list[float] = []

    def pause(self: Any, seconds: float) -> None:
        waited.append(seconds)
        clock.advance(seconds=seconds)

    monkeypatch.setattr(Reconciler, "_rest", pause)
    return waited


def _sweep(store: Store, cast: Cast, since: datetime = START, until: datetime | None = None) -> sweeps.Sweep:
    end = until or since + HOUR
    store.write(lambda tx: sweeps.begin(tx, cast.connection.id, since, end, store.now(), cast.dev.id))
    with store.read() as tx:
        return sweeps.running(tx)[-1]


@pytest.fixture
def two(
    store: Store, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> tuple[Records, Records, int]:
    """The connection "reference" and another, both to be asked; the second one's id."""
    other = cast.line("other", "open").id
    first, second = Records(), Records()
    askable(monkeypatch, {cast.connection.id: first, other: second})
    clock.set(START + timedelta(minutes=80))
    return first, second, other


def _states(store: Store, cast: Cast) -> dict[int, tuple[str, str]]:
    """By connection, how its latest sweep stands."""
    with store.read() as tx:
        latest = reversed(sweeps.recent(tx, cast.dev.viewer))
        return {each.connection_id: (each.state, each.reason) for each in latest}


def test_a_turn_waits_for_no_provider(
    store: Store, cast: Cast, two: tuple[Records, Records, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, other = two
    asked, answers = threading.Event(), threading.Event()
    pull = Records.pull

    def slow(self: Records, *told: Any, **more: Any) -> Any:
        if self is first:
            asked.set()
            assert answers.wait(30)
        return pull(self, *told, **more)

    monkeypatch.setattr(Records, "pull", slow)
    reader = Reconciler(store, REACH)
    assert reader.turn() == 0
    assert asked.wait(10)
    for _ in range(200):
        if reader.turn():
            break
        time.sleep(0.05)
    assert _states(store, cast)[other][0] == "done"
    store.write(lambda tx: sweeps.begin(tx, other, START, START + HOUR, store.now(), cast.dev.id))
    reader.turn()
    wait([each for ident, each in reader._reading.items() if ident != min(reader._reading)], 10)
    assert second.asked[-1][:2] == (START, START + HOUR), "asked now, while the first is slow"
    assert _states(store, cast)[cast.connection.id][0] == "running"
    answers.set()
    whole_turn(reader)
    assert _states(store, cast)[cast.connection.id][0] == "done"
    reader.stop()


def test_a_night_hour_of_midnight_still_waits_for_records_to_be_written() -> None:
    ended = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
    assert night_of(ended, 0, INDIA) == ended + timedelta(minutes=15)
    assert night_of(ended, 4, INDIA) == ended + 4 * HOUR


def test_one_that_is_busy_for_hours_fails_in_words(
    store: Store, cast: Cast, provider: Records, clock: Clock
) -> None:
    _sweep(store, cast)
    provider.faults.extend([Refused(Reason.TOO_MANY, "slow down", 3600.0)] * 20)
    reader = Reconciler(store, REACH)
    turns = 0
    while not whole_turn(reader):
        clock.advance(hours=1)
        turns += 1
    assert turns == 6
    assert _states(store, cast)[cast.connection.id] == ("failed", "slow down")


def test_short_rests_add_up_to_a_pause(
    store: Store, cast: Cast, provider: Records, pauses: list[float]
) -> None:
    _sweep(store, cast)
    provider.faults.extend([Refused(Reason.TOO_MANY, "slow down")] * 4)
    assert whole_turn(Reconciler(store, REACH)) == 0
    assert pauses == [60, 60, 60]


def test_the_sweep_of_a_connection_that_is_switched_off_ends_with_its_reason(
    store: Store, cast: Cast, provider: Records, clock: Clock
) -> None:
    clock.advance(hours=2)
    _sweep(store, cast, START, START + 2 * HOUR)
    provider.faults.append(Refused(Reason.TOO_MANY, "slow down", 3600.0))
    reader = Reconciler(store, REACH)
    assert whole_turn(reader) == 0
    with store.db.begin() as tx:
        tx.execute(update(connection).where(connection.c.id == cast.connection.id).values(active=False))
    assert whole_turn(reader) == 1, "it does not rest on"
    assert _states(store, cast)[cast.connection.id] == ("failed", "the connection is switched off")
    assert len(provider.asked) == 1
