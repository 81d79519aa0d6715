"""Reading providers' own call records, hour by hour: what they say beside what we hold, and repair of what we lack.

A sweep is a range of whole hours of one connection. Each hour is counted and kept in one commit with how far the
sweep got, so a crash costs at most the hour that was being read, and reading an hour again changes nothing.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from ingest import intake
from ingest.client import Client, Page, Reason, Refused, Unsettled
from ingest.contract import ConnectionInfo, Delivery, Vendor
from ingest.http import Outbound
from ingest.reconcile.planning import HOUR, Reach, windows
from ingest.vendors import registry
from models.rules.lifecycle import fold
from models.store import ledger, lookups, sweeps
from models.store.base import Store
from models.store.hooks import TokenBook
from models.store.journal import Item, Verdict
from models.store.ledger import Hour
from models.store.sweeps import Sweep
from models.store.writer import LONGEST_SECONDS, Unavailable

log = logging.getLogger(__name__)

TRIES = 6
"""How often a provider that is down or gives no answer is asked again before the sweep has failed."""

PAUSE, LONGEST_PAUSE = 5.0, 120.0
TOO_MANY_PAUSE = 60.0
TOO_MANY_TRIES = 30
AT_ONCE = 200
"""Records handed to the writer together."""

LONGEST_WAIT = 3600.0
LONGEST_REST = 180.0
"""A provider that is too busy for longer than this does not keep a thread: its sweep is taken up again at a later turn."""

MOST_PAGES = 2000
"""A provider that always names a next page would be read for ever."""


class Stopped(Exception):
    """The process ends; the sweep goes on where it was when one leads again."""


class Paused(Exception):
    """The provider is too busy now, asked for what began at ``at``; the sweep goes on where it was, ``seconds`` from
    now at the earliest."""

    def __init__(self, refused: Refused, seconds: float, at: datetime) -> None:
        super().__init__(str(refused))
        self.seconds, self.at = seconds, at


@dataclass
class _Count:
    """What is known of one hour while it is read."""

    calls: set[str] = field(default_factory=set)
    unread: dict[str, str] = field(default_factory=dict)  # fingerprint → why
    records: int = 0


class Reader:
    """Reads sweeps to their end, each in the thread that asks for it."""

    def __init__(self, store: Store, reach: Reach) -> None:
        self._store, self._reach = store, reach
        self._stop = threading.Event()

    def read(self, sweep: Sweep) -> None:
        """Read this sweep to its end, from where it got. Raises ``Stopped``, ``Paused``, and what the database
        raises."""
        store = self._store
        account = TokenBook(store).by_id(sweep.connection_id)
        if account is None:
            self.end(sweep, "there is no such connection any more")
            return
        connection = intake.info(account)
        if sweep.reason:
            self.say(sweep, "")
        try:
            self._hours(sweep, connection)
        except (Stopped, Paused, Unavailable, SQLAlchemyError):
            raise
        except (Refused, Unsettled) as refused:
            self.end(sweep, str(refused))
        except Exception as defect:
            # A defect of ours at one connection must not keep the others from being read.
            log.exception("the records of %s could not be read", connection.slug)
            self.end(sweep, f"our reader of the records failed ({type(defect).__name__})")
        else:
            self.end(sweep)

    def _hours(self, sweep: Sweep, connection: ConnectionInfo) -> None:
        vendor = registry.get(connection.vendor)
        web = Outbound(registry.hosts(connection), self._reach.private_hosts)
        try:
            client = registry.client(connection, web)
            hour = sweep.reached
            while hour < sweep.until:
                self._hour(sweep, hour, client, vendor, connection)
                hour += HOUR
        finally:
            web.close()

    def end(self, sweep: Sweep, failure: str = "") -> None:
        """It is over: done, or failed for this reason."""
        if failure:
            log.warning("the records of connection %d could not be had: %s", sweep.connection_id, failure)
        now = self._store.now()
        self._store.write(lambda tx: sweeps.end(tx, sweep.id, now, failure))

    def _hour(
        self, sweep: Sweep, hour: datetime, client: Client, vendor: Vendor, connection: ConnectionInfo
    ) -> None:
        store = self._store
        with store.read() as tx:
            before = ledger.hour_of(tx, connection.id, hour)
        known = {mark for marks in before.reasons.values() for mark in marks} if before else set()
        count = _Count()
        take = partial(self._take, vendor, connection, count, known)
        for since, until in windows(hour, client.pull_window_seconds):
            self._window(sweep, since, until, client, count, take)
        store.write(self._kept(sweep, hour, connection.id, count))

    def _kept(self, sweep: Sweep, hour: datetime, connection_id: int, count: _Count) -> Callable[[Any], None]:
        reasons: dict[str, list[str]] = {}
        for mark, why in sorted(count.unread.items()):
            reasons.setdefault(why, []).append(mark)

        def work(tx: Any) -> None:
            found = ledger.on_file(tx, connection_id, count.calls)
            repaired = sum(each.pulled_first for each in found.values())
            lost = count.calls - found.keys()
            why = {**reasons, "kept, and not on file": sorted(lost)} if lost else reasons
            kept = Hour(
                connection_id=connection_id,
                hour=hour,
                theirs=len(count.calls) + len(count.unread),
                ours=len(found) - repaired,
                repaired=repaired,
                missing=len(count.unread) + len(lost),
                completed=sum(each.completed for each in found.values()),
                swept_at=self._store.now(),
                reasons={text: tuple(marks) for text, marks in why.items()},
            )
            ledger.keep_hour(tx, kept)
            sweeps.passed(tx, sweep.id, hour + HOUR, count.records)

        return work

    def _window(
        self,
        sweep: Sweep,
        since: datetime,
        until: datetime,
        client: Client,
        count: _Count,
        take: Callable[[Sequence[Delivery]], None],
    ) -> None:
        """All pages of one window, as fast as the provider's limits let us."""
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = self._page(sweep, client, since, until, cursor)
            take(page.records)
            count.records += len(page.records)
            if page.wait_seconds:
                self._rest(page.wait_seconds)
            if page.cursor is None:
                return
            cursor = page.cursor
        raise Refused(Reason.OTHER, f"the provider named more than {MOST_PAGES} pages for one window")

    def _page(
        self, sweep: Sweep, client: Client, since: datetime, until: datetime, cursor: str | None
    ) -> Page:
        """One page, asked for again while the provider is busy, down or silent: asking is harmless. Raises ``Paused``
        when it is busy for long."""
        tries = busy = 0
        rested = 0.0
        told = False
        while True:
            self._still_in_use(sweep)
            try:
                page = client.pull(since, until, self._store.now(), cursor)
            except Refused as refused:
                if refused.reason is Reason.TOO_MANY and busy < TOO_MANY_TRIES:
                    busy += 1
                    pause = refused.retry_after or TOO_MANY_PAUSE
                    rested += pause
                elif refused.reason is Reason.DOWN and tries < TRIES:
                    tries += 1
                    pause = refused.retry_after or _growing(tries)
                    rested += refused.retry_after or 0.0
                else:
                    raise
                if rested > LONGEST_REST:
                    raise Paused(refused, min(pause, LONGEST_WAIT), since) from refused
                why = str(refused)
            except Unsettled as silence:
                if tries >= TRIES:
                    raise
                tries += 1
                pause, why = _growing(tries), str(silence)
            else:
                if told:
                    self.say(sweep, "")
                return page
            told = True
            self.say(sweep, f"waiting: {why}")
            self._rest(pause)

    def _still_in_use(self, sweep: Sweep) -> None:
        with self._store.read() as tx:
            if not ledger.in_use(tx, sweep.connection_id):
                raise Refused(Reason.NOT_SET_UP, "the connection is switched off")

    def say(self, sweep: Sweep, text: str) -> None:
        """What the sweep waits for; empty: nothing."""
        self._store.write(lambda tx: sweeps.say(tx, sweep.id, text))

    def _rest(self, seconds: float) -> None:
        if self._stop.wait(min(seconds, LONGEST_WAIT)):
            raise Stopped

    def _take(
        self,
        vendor: Vendor,
        connection: ConnectionInfo,
        count: _Count,
        known: set[str],
        records: Sequence[Delivery],
    ) -> None:
        """Count these records and hand in those that say more than we know."""
        if self._stop.is_set():
            raise Stopped
        for start in range(0, len(records), AT_ONCE):
            some = records[start : start + AT_ONCE]
            items = [intake.read(self._store, vendor, connection, record) for record in some]
            wanted = self._telling(connection.id, items)
            for position, (record, item) in enumerate(zip(some, items, strict=True)):
                if item.events:
                    count.calls.update(sealed.event.provider_call_id for sealed in item.events)
                elif item.verdict is Verdict.FOR_REVIEW:
                    mark = ledger.fingerprint(self._store, record.url.encode() + b"\n" + record.body)
                    count.unread[mark] = item.reason
                    if mark not in known:
                        known.add(mark)
                        wanted.append(position)
            self._keep([items[position] for position in wanted])

    def _telling(self, connection_id: int, items: Sequence[Item]) -> list[int]:
        """Places of the items that change what a call is: of a call we lack, or with more than its hooks told."""
        now = self._store.now()
        keys = {(connection_id, sealed.event.provider_call_id) for item in items for sealed in item.events}
        with self._store.read() as tx:
            held = lookups.events(tx, self._store.vault, keys)
        found: list[int] = []
        for position, item in enumerate(items):
            for sealed in item.events:
                key = (connection_id, sealed.event.provider_call_id)
                if sealed.digest in held.digests[key]:
                    continue
                before = held.by_call[key]
                if not before or fold(before, now) != fold([*before, sealed.event], now):
                    held.digests[key].add(sealed.digest)
                    before.append(sealed.event)
                    if not found or found[-1] != position:
                        found.append(position)
        return found

    def _keep(self, items: Sequence[Item]) -> None:
        """Through the same intake as any delivery, many in one commit. Raises ``Unavailable``."""
        if not items:
            return
        settled = threading.Semaphore(0)
        keepings = [intake.Keeping(self._store, item) for item in items]
        for keeping in keepings:
            keeping.begin(settled.release)
        for _ in keepings:
            if not settled.acquire(timeout=LONGEST_SECONDS):
                raise Unavailable("the records were not written in time")
        for keeping in keepings:
            keeping.outcome()


def _growing(tries: int) -> float:
    return min(PAUSE * 3.0 ** (tries - 1), LONGEST_PAUSE)
