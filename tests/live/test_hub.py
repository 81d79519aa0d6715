"""Who hears what, and that nobody who cannot follow holds up the others."""

import queue
import threading
import time
from collections.abc import Callable

import pytest

from dashapp.live import BUFFER, MOST_STREAMS, Hub, Subscriber
from models.store.feed import Audience, FeedRow
from tests.cast import Cast

PATIENCE = 10
NOBODY: frozenset[int] = frozenset()


def audiences(cast: Cast) -> dict[str, tuple[Audience, set[str]]]:
    """What → (for whom a row is, who of the cast may hear it)."""
    indore, pune = cast.teams["Indore"], cast.teams["Pune"]
    asha, chitra = frozenset({cast.asha.id}), frozenset({cast.chitra.id})
    everybody = {"asha", "ravi", "meera", "chitra", "dev"}
    return {
        "nobody": (Audience(), set()),
        "one person": (Audience(asha), {"asha"}),
        "one person and the supervisors of the team": (
            Audience(asha, frozenset({indore})),
            {"asha", "meera", "dev"},
        ),
        "another team's person and supervisors": (Audience(chitra, frozenset({pune})), {"chitra", "dev"}),
        "people of two teams and both teams' supervisors": (
            Audience(asha | chitra, frozenset({indore, pune})),
            {"asha", "chitra", "meera", "dev"},
        ),
        "the pool of a team": (
            Audience(NOBODY, frozenset({indore}), frozenset({indore})),
            {"asha", "ravi", "meera", "dev"},
        ),
        "the pool of another team": (
            Audience(NOBODY, frozenset({pune}), frozenset({pune})),
            {"chitra", "dev"},
        ),
        "a pool without its supervisors": (Audience(pool=frozenset({indore})), {"asha", "ravi", "dev"}),
        "everybody": (Audience(all=True), everybody),
    }


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_each_of_the_cast_hears_what_is_theirs_and_nothing_else(cast: Cast) -> None:
    hub = Hub()
    ears = {name: hub.subscribe(cast.viewer(name)) for name in cast.known.people}
    for number, (what, (audience, expected)) in enumerate(audiences(cast).items(), 1):
        hub.deliver(FeedRow(number, "entry", audience, "{}"))
        heard = {name for name, ear in ears.items() if _said(ear) == [number]}
        assert heard == expected, what


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_who_cannot_follow_is_cut_off_and_the_others_hear_everything(cast: Cast) -> None:
    hub = Hub()
    asleep, awake = hub.subscribe(cast.asha.viewer), hub.subscribe(cast.asha.viewer)
    heard: list[int] = []
    delivered = threading.Event()

    def listen() -> None:
        while not delivered.is_set() or not awake.events.empty():
            heard.extend(_said(awake))

    def deliver() -> None:
        for number in range(1, 4 * BUFFER + 1):
            hub.deliver(FeedRow(number, "entry", Audience(frozenset({cast.asha.id})), "{}"))
            _until(lambda: awake.events.qsize() < BUFFER // 2)
        delivered.set()

    threads = [threading.Thread(target=listen), threading.Thread(target=deliver)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "delivering waited for somebody"
    assert heard == list(range(1, 4 * BUFFER + 1))
    assert (asleep.overflowed, awake.overflowed) == (True, False)
    assert _said(asleep) == list(range(1, BUFFER + 1))
    assert len(hub) == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_dropping_a_person_closes_all_their_streams_and_no_others(cast: Cast) -> None:
    hub = Hub()
    theirs = [hub.subscribe(cast.asha.viewer) for _ in range(3)]
    other = hub.subscribe(cast.ravi.viewer)
    hub.drop(cast.asha.id)
    assert all(one.overflowed for one in theirs)
    assert not other.overflowed
    assert len(hub) == 1


def _said(subscriber: Subscriber) -> list[int]:
    found: list[int] = []
    while True:
        try:
            item = subscriber.events.get_nowait()
        except queue.Empty:
            return found
        if item:
            found.append(item[0])


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.0005)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_person_has_so_many_streams_and_the_oldest_makes_room(cast: Cast) -> None:
    hub = Hub()
    ravi = hub.subscribe(cast.ravi.viewer)
    hers = [hub.subscribe(cast.asha.viewer) for _ in range(MOST_STREAMS)]
    assert not any(each.overflowed for each in hers)
    newest = hub.subscribe(cast.asha.viewer)
    assert [each.overflowed for each in hers] == [True] + [False] * (MOST_STREAMS - 1)
    assert hers[0].events.get_nowait() is None
    assert not newest.overflowed
    assert not ravi.overflowed
    assert len(hub) == MOST_STREAMS + 1
