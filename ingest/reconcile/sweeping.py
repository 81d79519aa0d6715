"""Whose turn it is: what is on the list of sweeps is read by a few threads, and none waits for another."""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from ingest.reconcile.planning import Reach, plan
from ingest.reconcile.reading import Paused, Reader, Stopped
from models.store import ledger, sweeps
from models.store.base import Store
from models.store.sweeps import Sweep
from models.store.writer import Unavailable

log = logging.getLogger(__name__)

LONGEST_PAUSED = timedelta(hours=6)
"""A sweep that got no further for so long has failed; the next by the clock covers its hours."""


@dataclass(frozen=True, slots=True)
class _Pause:
    """Since when a provider is too busy to tell what began at ``at``, and when it is asked again."""

    at: datetime
    since: datetime
    until: datetime


class Reconciler(Reader):
    """Reads what is on the list of sweeps. One a process, used only while that process leads."""

    def __init__(self, store: Store, reach: Reach, *, at_once: int = 4) -> None:
        super().__init__(store, reach)
        self._turning = threading.Lock()
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="sweep")
        self._reading: dict[int, Future[_Pause | bool]] = {}  # by sweep
        self._pauses: dict[int, _Pause] = {}  # by sweep

    def stop(self) -> None:
        """Give up what is being read, at the next pause or page, and wait until it is given up."""
        self._stop.set()
        with self._turning:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def turn(self) -> int:
        """Put what is due on the list, begin to read what on it is not being read; how many sweeps came to an end
        since the last turn. It waits for none of them: one slow provider holds up no other."""
        with self._turning:
            ended = self._collect()
            if self._stop.is_set():
                return ended
            plan(self._store, self._reach)
            with self._store.read() as tx:
                waiting = sweeps.running(tx)
                in_use = {each.id for each in ledger.sources(tx)}
            self._pauses = {each.id: self._pauses[each.id] for each in waiting if each.id in self._pauses}
            for sweep in waiting:
                pause = self._pauses.get(sweep.id)
                rests = pause and self._store.now() < pause.until and sweep.connection_id in in_use
                if sweep.id not in self._reading and not rests:
                    self._reading[sweep.id] = self._pool.submit(self._safely, sweep, pause)
            return ended

    def _collect(self) -> int:
        """How many sweeps came to an end; those that paused are noted."""
        ended = 0
        for ident, reading in list(self._reading.items()):
            if not reading.done():
                continue
            del self._reading[ident]
            became = False if reading.cancelled() else reading.result()
            if isinstance(became, _Pause):
                self._pauses[ident] = became
            else:
                ended += became
        return ended

    def _safely(self, sweep: Sweep, before: _Pause | None) -> _Pause | bool:
        """Did the sweep come to an end? What did not stays on the list for a later turn."""
        try:
            try:
                self.read(sweep)
            except Paused as paused:
                return self._put_off(sweep, before, paused)
        except Stopped:
            return False
        except (Unavailable, SQLAlchemyError) as error:
            log.warning("sweep %d could not reach the database: %s", sweep.id, type(error).__name__)
            return False
        except Exception:
            log.exception("sweep %d could not be read", sweep.id)
            return False
        return True

    def _put_off(self, sweep: Sweep, before: _Pause | None, paused: Paused) -> _Pause | bool:
        now = self._store.now()
        until = now + timedelta(seconds=paused.seconds)
        stuck = before is not None and paused.at <= before.at
        pause = _Pause(paused.at, before.since if before and stuck else now, until)
        if now - pause.since >= LONGEST_PAUSED:
            self.end(sweep, str(paused))
            return True
        again = until.astimezone(self._store.rules.zone)
        self.say(sweep, f"waiting: {paused} (asked again at {again:%H:%M})")
        return pause
