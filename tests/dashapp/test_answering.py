"""A delivery that is being written holds no thread: who answers it, when, and that only one does."""

import gc
import os
import time
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from dashapp import answering
from dashapp.answering import AnsweringLater, Turns, Unanswered
from models.store.writer import Unavailable


class Pool:
    """Runs what it is given at once, unless it is shut."""

    shut = False

    def submit(self, work: Callable[..., object], *given: Any) -> "Future[object]":
        if self.shut:
            raise RuntimeError("cannot schedule new futures after shutdown")
        work(*given)
        return Future()


class Woken:
    """The main thread's queue: each entry is one wake-up of it."""

    def __init__(self) -> None:
        self.woken = 0

    def defer(self, work: Callable[..., object], *given: Any) -> None:
        self.woken += 1
        work(*given)

    def take(self, work: Callable[..., object], *given: Any) -> bool:
        self.defer(work, *given)
        return True


class Delivery:
    """Stands for ``Later``: settled when the test says so."""

    def __init__(self, away: bool = False) -> None:
        self.settled: Callable[[], None] = lambda: None
        self._away = away

    def begin(self, settled: Callable[[], None]) -> None:
        if self._away:
            raise Unavailable("the writer is closed")
        self.settled = settled

    def told(self) -> bytes:
        return b"kept"

    def away(self) -> bytes:
        return b"away"


class Answer:
    """Stands for gunicorn's response, and for the connection it goes out by."""

    def __init__(self, gone: bool = False) -> None:
        self.sent: list[bytes] = []
        self.hung_up = False
        self.parser = self
        self._gone = gone

    def write(self, text: bytes) -> None:
        if self._gone:
            raise BrokenPipeError
        self.sent.append(text)

    def close(self, graceful: bool = True) -> None:
        self.hung_up = not graceful

    def should_close(self) -> bool:
        return False

    def finish_body(self, deadline: float) -> bool:
        return deadline > time.monotonic()


class Worker(AnsweringLater):
    def __init__(self) -> None:
        self.tpool = Pool()
        self.method_queue: Any = Woken()
        self._waiting: deque[Unanswered] = deque()
        self._settled: deque[Unanswered] = deque()
        self._answering = False
        self.pending_conns: deque[Any] = deque()
        self.finished: list[tuple[Any, bool]] = []

    def handle(self, conn: Any) -> Any:
        return conn.asked

    def finish_request(self, conn: Any, fs: Any) -> None:
        self.finished.append((conn, fs.result()))


@pytest.fixture
def worker() -> Worker:
    return Worker()


def asked(worker: Worker, delivery: Delivery, answer: Answer) -> Answer:
    waiting = Unanswered(delivery, answer)  # type: ignore[arg-type]
    waiting.conn = answer
    answer.asked = waiting  # type: ignore[attr-defined]
    worker.enqueue_req(answer)
    del answer.asked  # type: ignore[attr-defined]
    return answer


def test_nothing_is_said_before_it_is_settled(worker: Worker) -> None:
    delivery = Delivery()
    answer = asked(worker, delivery, Answer())
    assert not answer.sent
    assert not worker.finished
    delivery.settled()
    assert answer.sent == [b"kept"]
    assert worker.finished == [(answer, True)]


def test_a_batch_wakes_the_main_thread_once(worker: Worker) -> None:
    deliveries = [Delivery() for _ in range(5)]
    answers = [asked(worker, delivery, Answer()) for delivery in deliveries]
    worker._answering = True  # somebody is on the way already
    for delivery in deliveries:
        delivery.settled()
    worker._answer_settled()
    assert [answer.sent for answer in answers] == [[b"kept"]] * 5
    assert worker.method_queue.woken == 1


def test_what_takes_too_long_is_away_and_is_not_answered_again(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "LONGEST_SECONDS", -1.0)
    delivery = Delivery()
    answer = asked(worker, delivery, Answer())
    worker.murder_pending()
    delivery.settled()
    assert answer.sent == [b"away"]
    assert worker.finished == [(answer, True)]


def test_those_in_time_wait_on(worker: Worker) -> None:
    answer = asked(worker, Delivery(), Answer())
    worker.murder_pending()
    assert not answer.sent


def test_a_full_queue_is_away_at_once(worker: Worker) -> None:
    assert asked(worker, Delivery(away=True), Answer()).sent == [b"away"]


def test_a_connection_that_broke_is_not_used_again(worker: Worker) -> None:
    delivery = Delivery()
    answer = asked(worker, delivery, Answer(gone=True))
    delivery.settled()
    assert worker.finished == [(answer, False)]


def test_a_pool_that_is_shut_still_answers(worker: Worker) -> None:
    delivery = Delivery()
    answer = asked(worker, delivery, Answer())
    worker.tpool.shut = True
    delivery.settled()
    assert answer.sent == [b"kept"]


def test_when_the_worker_is_over_it_answers_and_writes_into_nobody_s_file(
    worker: Worker, tmp_path: Path
) -> None:
    """Gunicorn closes the pipe it is woken by; what is opened next gets that number."""
    turns = Turns()
    turns.init()
    worker.method_queue = turns
    delivery = Delivery()
    answer = asked(worker, delivery, Answer())
    worker.tpool.shut = True
    turns.close()
    files = [os.open(tmp_path / name, os.O_CREAT | os.O_RDWR) for name in ("calls.db", "calls.db-wal")]
    try:
        assert turns._write_fd in files, "else this proves nothing"
        delivery.settled()
        turns.defer(print)
        assert [os.pread(each, 10, 0) for each in files] == [b"", b""]
    finally:
        for each in files:
            os.close(each)
    assert (answer.sent, answer.hung_up) == ([b"kept"], True)
    assert worker.finished == []


def test_a_running_worker_is_woken_by_its_pipe(worker: Worker) -> None:
    turns = Turns()
    turns.init()
    worker.method_queue = turns
    delivery = Delivery()
    answer = asked(worker, delivery, Answer())
    delivery.settled()
    assert (answer.sent, worker.finished) == ([b"kept"], [])
    turns.run_callbacks(None)
    assert (worker.finished, answer.hung_up) == ([(answer, True)], False)
    turns.close()


def test_what_is_answered_leaves_nothing_for_the_collector(worker: Worker) -> None:
    gc.disable()
    try:
        delivery = Delivery()
        answer = asked(worker, delivery, Answer())
        delivery.settled()
        worker.murder_pending()
        gone = weakref.ref(delivery)
        del delivery, answer
        worker.finished.clear()
        assert gone() is None
    finally:
        gc.enable()
