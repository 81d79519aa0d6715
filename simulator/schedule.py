"""Things to do at their time, in a small pool of threads."""

import heapq
import itertools
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from threading import Condition

from simulator import clock

log = logging.getLogger(__name__)

Action = Callable[[], None]
LONGEST_NAP = 0.25


class Schedule:
    """A queue of timed actions. Actions run in parallel; each is run once, at or soon after its time."""

    def __init__(self, threads: int = 24) -> None:
        self._queue: list[tuple[datetime, int, Action]] = []
        self._changed = Condition()
        self._order = itertools.count()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="street")

    def at(self, due: datetime, action: Action) -> None:
        """Do it at ``due`` (UTC); a time in the past means now."""
        with self._changed:
            heapq.heappush(self._queue, (due, next(self._order), action))
            self._changed.notify()

    def run(self, over: Callable[[], bool]) -> None:
        """Work until ``over`` says so; it is asked at least four times a second."""
        while not over():
            with self._changed:
                now = clock.now()
                if not self._queue or self._queue[0][0] > now:
                    nap = (self._queue[0][0] - now).total_seconds() if self._queue else LONGEST_NAP
                    self._changed.wait(min(nap, LONGEST_NAP))
                    continue
                _, _, action = heapq.heappop(self._queue)
            self._pool.submit(_guarded, action)

    def clear(self) -> None:
        """Forget all that is still to come."""
        with self._changed:
            self._queue.clear()

    def at_once(self, actions: list[Action], seconds: float) -> None:
        """Do all of these now, and wait for them no longer than ``seconds``."""
        running: list[Future[None]] = [self._pool.submit(_guarded, action) for action in actions]
        wait(running, timeout=seconds)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _guarded(action: Action) -> None:
    try:
        action()
    except Exception:  # one call's mishap must not stop the day; it is logged with its traceback
        log.exception("an action failed")
