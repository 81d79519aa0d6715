"""Group commit: one thread writes, and everything that waits for it shares a transaction.

A commit costs a disk flush. Requests that arrive while one is under way queue up and go into the next
one together, so the cost is shared and no two writers ever contend. A caller returns only after its
work is durable, or with the exception its own work raised.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from models.db import Database
from models.store.failpoints import failpoint

log = logging.getLogger(__name__)

MAX_GROUP = 256
MAX_WAITING = 4096
MAX_WAITING_BYTES = 256 * 1024 * 1024
"""What waits and what is being written may weigh so much together: a database that hangs must not fill the memory."""

LONGEST_SECONDS = 20.0
"""After so long whoever waits is told that the database is away."""

BUSY = 4
LINGER_SECONDS, STEP_SECONDS = 0.010, 0.0003
"""When this many wait, more are on their way: the writer lets them join, for as long as they keep coming and no
longer than this. A commit shared by all costs less, and while it is under way nobody contends with it."""


class Unavailable(Exception):
    """The database cannot be written now. The caller must say so (503), never pretend."""


Work = Callable[[Connection, Sequence[Any]], Sequence[Any]]
"""Does a batch of payloads in one transaction; returns one result a payload, in order."""


class Job:
    """Work that waits, and what became of it.

    ``settled`` is called from the writer's thread when the work is durable or has failed: it must be quick
    and raise nothing. From then on ``outcome`` knows. ``weight`` is what the payload says it holds, in bytes.
    """

    __slots__ = ("error", "payload", "result", "settled", "weight", "work")

    def __init__(self, work: Work, payload: Any, settled: Callable[[], None]) -> None:
        self.work, self.payload, self.settled = work, payload, settled
        self.weight: int = getattr(payload, "weight", 0)
        self.result: Any = None
        self.error: Exception | None = None

    def outcome(self) -> Any:
        """What ``work`` returned for this payload; raises what it raised."""
        if self.error is not None:
            raise self.error
        return self.result


class Writer:
    """The one thread of this process that writes. ``submit`` from any thread."""

    def __init__(self, db: Database, on_commit: Callable[[], None] = lambda: None) -> None:
        self._db = db
        self._on_commit = on_commit
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._closed = False
        self._waiting_bytes = 0
        self._weighing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call this after every commit, from the writer's thread: a wake-up, so it must be quick."""
        self._on_commit = callback

    def hand_in(self, job: Job) -> None:
        """Queue a job and do not wait for it.

        Raises ``Unavailable`` when the queue is full, in number or in bytes, or the writer closed.
        """
        if self._closed:
            raise Unavailable("the writer is closed")
        if self._queue.qsize() >= MAX_WAITING:
            raise Unavailable("too many requests are waiting to be written")
        with self._weighing:
            if job.weight and self._waiting_bytes + job.weight > MAX_WAITING_BYTES:
                raise Unavailable("too much is waiting to be written")
            self._waiting_bytes += job.weight
        self._queue.put(job)

    def submit(self, work: Work, payload: Any, timeout: float = LONGEST_SECONDS) -> Any:
        """Queue ``payload`` for ``work`` and wait until it is durable.

        Raises what ``work`` raised for this payload, or ``Unavailable`` when the database is away, the
        queue is full or ``timeout`` seconds passed (the work may still be committed afterwards).
        """
        latch = threading.Lock()  # a Future costs several times as much
        latch.acquire()
        job = Job(work, payload, latch.release)
        self.hand_in(job)
        if not latch.acquire(timeout=timeout):
            raise Unavailable(f"not written within {timeout:g} s")
        return job.outcome()

    def do(self, work: Callable[[Connection], Any], timeout: float = LONGEST_SECONDS) -> Any:
        """``submit`` for work that has no batch form."""
        return self.submit(_one_by_one, work, timeout)

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._closed = True
        self._queue.put(None)
        self._thread.join(30)

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            group, last = self._gather(first)
            self._commit(group)
            if last:
                return

    def _gather(self, first: Job) -> tuple[list[Job], bool]:
        """What waits, and what joins it while it waits a little; is the writer asked to stop?"""
        group = [first]
        last = self._drain(group)
        until = time.monotonic() + LINGER_SECONDS
        while BUSY <= len(group) < MAX_GROUP and not last and time.monotonic() < until:
            before = len(group)
            time.sleep(STEP_SECONDS)
            last = self._drain(group)
            if len(group) == before:
                break
        return group, last

    def _drain(self, group: list[Job]) -> bool:
        """Move what waits into the group; is the writer asked to stop?"""
        while len(group) < MAX_GROUP:
            try:
                job = self._queue.get_nowait()
            except Empty:
                return False
            if job is None:
                return True
            group.append(job)
        return False

    def _commit(self, group: list[Job]) -> None:
        """Write the whole group; if anything fails, write each job alone so that only the bad one fails."""
        try:
            results = self._attempt(group)
        except Exception as error:
            if len(group) == 1:
                group[0].error = _translate(error)
                self._settle(group[0])
                return
            log.warning("a group of %d failed (%s); writing one by one", len(group), type(error).__name__)
            for job in group:
                self._commit([job])
            return
        for job, result in zip(group, results, strict=True):
            job.result = result
            self._settle(job)
        self._on_commit()

    def _settle(self, job: Job) -> None:
        with self._weighing:
            self._waiting_bytes -= job.weight
        job.settled()

    def _attempt(self, group: list[Job]) -> list[Any]:
        results: list[Any] = []
        with self._db.begin() as tx:
            for work, payloads in _runs(group):
                results.extend(work(tx, payloads))
            failpoint("writer.before_commit")
        failpoint("writer.after_commit")
        return results


def _runs(group: list[Job]) -> list[tuple[Work, list[Any]]]:
    """Neighbours with the same work go in one call; order is kept."""
    runs: list[tuple[Work, list[Any]]] = []
    for job in group:
        if runs and runs[-1][0] is job.work:
            runs[-1][1].append(job.payload)
        else:
            runs.append((job.work, [job.payload]))
    return runs


def _one_by_one(tx: Connection, works: Sequence[Callable[[Connection], Any]]) -> list[Any]:
    return [work(tx) for work in works]


def _translate(error: Exception) -> Exception:
    if isinstance(error, DBAPIError) and (error.connection_invalidated or _is_outage(error)):
        unavailable = Unavailable("the database cannot be written now")
        unavailable.__cause__ = error
        return unavailable
    return error


def _is_outage(error: DBAPIError) -> bool:
    """Locked, full, read-only, gone: everything that is the database's state and not the statement's."""
    return type(error).__name__ == "OperationalError" or type(error).__name__ == "InterfaceError"
