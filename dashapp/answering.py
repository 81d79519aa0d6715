"""A thread worker that holds no thread for a delivery while it is being written.

A request that waits for the disk costs a thread, and waking it costs more than writing its delivery does. Here
the thread goes on to the next request; when a batch is on disk, one thread sends all its answers.
"""

import logging
import threading
import time
from collections import deque
from functools import partial
from typing import Any

from gunicorn.workers.gthread import PollableMethodQueue, ThreadWorker

from ingest.webhooks.answers import Later
from models.store.writer import LONGEST_SECONDS, Unavailable

log = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0


class Unanswered(BaseException):
    """Carries a request out of gunicorn's own handling, unanswered. Not an ``Exception``: it is nobody's error."""

    def __init__(self, later: Later, response: Any) -> None:
        super().__init__()
        self.later: Later | None = later
        self.response = response
        self.conn: Any = None
        self.overdue_at = time.monotonic() + LONGEST_SECONDS
        self._taken = threading.Lock()

    def take(self) -> Later | None:
        """For the first who asks, who answers it; it is let go of, or whoever settles it and it would hold each
        other until a collector finds them."""
        if not self._taken.acquire(blocking=False):
            return None
        later, self.later = self.later, None
        return later

    @property
    def taken(self) -> bool:
        return self._taken.locked()


class Done:
    """As much of a future as gunicorn asks of one."""

    __slots__ = ("_result",)

    def __init__(self, result: Any) -> None:
        self._result = result

    def cancelled(self) -> bool:
        return False

    def result(self) -> Any:
        return self._result


class Turns(PollableMethodQueue):
    """The main thread's queue, which other threads may go on using once its pipe is closed.

    Gunicorn writes into the pipe whatever became of it, and the number of a pipe that was closed may be a
    database's file by then.
    """

    def __init__(self) -> None:
        super().__init__()
        self._closed = False
        self._one = (
            threading.RLock()
        )  # re-entrant: a signal's handler defers as well, in the thread it interrupts

    def close(self) -> None:
        with self._one:
            self._closed = True
            super().close()

    def defer(self, callback: Any, *args: Any) -> None:
        self.take(callback, *args)

    def take(self, callback: Any, *args: Any) -> bool:
        """Have this called in the main thread, unless that takes no more turns: False."""
        with self._one:
            if not self._closed:
                super().defer(callback, *args)
            return not self._closed


class AnsweringLater(ThreadWorker):
    """Gunicorn's thread worker, for applications some of whose answers are ``Later``."""

    wsgi: Any

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.method_queue = Turns()
        self.served: Any = None
        self._waiting: deque[Unanswered] = deque()
        self._settled: deque[Unanswered] = deque()
        self._answering = False

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.served, self.wsgi = self.wsgi, self._ask

    def _ask(self, environ: Any, start_response: Any) -> Any:
        answer = self.served(environ, start_response)
        if isinstance(answer, Later) and "HTTP_VERSION" not in environ:  # which HTTP/2 has a stream's own
            raise Unanswered(answer, start_response.__self__)
        return answer

    def handle_request(self, req: Any, conn: Any) -> Any:
        try:
            return super().handle_request(req, conn)
        except Unanswered as waiting:
            waiting.__traceback__ = None  # else it holds every frame of the request
            waiting.conn = conn
            return waiting

    def _keepalive_after(self, conn: Any, keepalive: Any) -> Any:
        return keepalive if isinstance(keepalive, Unanswered) else super()._keepalive_after(conn, keepalive)

    def enqueue_req(self, conn: Any) -> None:
        self.tpool.submit(self._serve, conn)

    def _serve(self, conn: Any) -> None:
        """A request in a pool's thread; nothing of the connection is touched once it waits."""
        answered: Any = False
        try:
            answered = self.handle(conn)
        finally:
            if isinstance(answered, Unanswered):
                self._await(answered)
            else:
                self._hand_back([(conn, answered)])

    def _await(self, waiting: Unanswered) -> None:
        self._waiting.append(waiting)
        try:
            later = waiting.later
            if later is not None:
                later.begin(partial(self._is_settled, waiting))
        except Unavailable:
            self._answer_overdue(waiting)

    def _is_settled(self, waiting: Unanswered) -> None:
        """In the writer's thread: one wake-up for all that were written together."""
        self._settled.append(waiting)
        if not self._answering:
            self._answering = True
            try:
                self.tpool.submit(self._answer_settled)
            except RuntimeError:  # the pool is shut: the process is about to end
                self._answer_settled()

    def _answer_settled(self) -> None:
        self._answering = False  # first: what is settled from now on wakes somebody else
        answered: list[tuple[Any, bool]] = []
        while self._settled:
            try:
                waiting = self._settled.popleft()
            except IndexError:
                break
            if later := waiting.take():
                answered.append((waiting.conn, self._send(waiting, later.told)))
        if answered:
            self._hand_back(answered)

    def _answer_overdue(self, waiting: Unanswered) -> None:
        if later := waiting.take():
            self._hand_back([(waiting.conn, self._send(waiting, later.away))])

    def _send(self, waiting: Unanswered, ask: Any) -> bool:
        """Write the answer; may the connection be used again?"""
        response, conn = waiting.response, waiting.conn
        try:
            response.write(ask())
            response.close()
            if response.should_close():
                return False
            return bool(conn.parser.finish_body(deadline=time.monotonic() + DRAIN_SECONDS))
        except OSError as error:
            log.debug("the provider is gone: %s", type(error).__name__)
        except Exception:
            log.exception("an answer could not be sent")
        return False

    def _hand_back(self, answered: list[tuple[Any, Any]]) -> None:
        """Give the connections back to the main thread; when its loop is over, they end here."""
        if not self.method_queue.take(self._finish, answered):
            for conn, _ in answered:
                conn.close(graceful=False)  # which waits for nobody: this may be the writer's thread

    def _finish(self, answered: list[tuple[Any, Any]]) -> None:
        for conn, result in answered:
            self.finish_request(conn, Done(result))

    def murder_pending(self) -> None:
        """Gunicorn looks for what took too long at each turn of its loop."""
        super().murder_pending()
        now = time.monotonic()
        while self._waiting:
            first = self._waiting[0]
            if not first.taken:
                if first.overdue_at > now:
                    return
                self.tpool.submit(self._answer_overdue, first)
            self._waiting.popleft()
