"""Placing calls for counselors: one click, at most one call, through whichever connection can.

The click is answered at once; the provider is asked in a thread of the dialer's own. Before it is asked that is
committed, so that whatever dies when, nobody asks twice: a provider that certainly refused for a fault of its own has
the next one asked, and one that gave no answer leaves the click unknown.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ingest import abilities, asking, intake
from ingest.client import DialOrder, Reason, Refused, Unsettled
from ingest.contract import Capability, ConnectionInfo
from ingest.http import Outbound
from ingest.vendors import registry
from models.rules.access import Viewer
from models.rules.dialling import SAYS, Line, Mode, order
from models.store import dial_plan, intent_steps, intents, preferences
from models.store.base import Store
from models.store.dial_plan import Seated
from models.store.failpoints import failpoint
from models.store.hooks import TokenBook
from models.store.intent_steps import Pending
from models.store.intents import Begun, NotBegun
from models.store.writer import Unavailable

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Clicks one process asks providers for at the same time; the others wait their turn, and not for long."""

MOST_PAGES = 5

NO_SEAT: Mapping[Mode, str] = {
    Mode.HARDPHONE: "You have no desk phone at a connection that can place calls. An administrator gives you a seat.",
    Mode.DOCKED: "You have no softphone at a connection that can place calls. An administrator gives you a seat.",
    Mode.WINDOW: "You have no softphone at a connection that can place calls. An administrator gives you a seat.",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A connection to ask, and the seat to ring there, sealed."""

    seated: Seated
    did: str | None


def modes(tx: Connection, person_id: int) -> dict[Mode, str | None]:
    """Each mode, and in plain words why this person cannot call with it; None: they can."""
    seats = dial_plan.seats(tx, person_id)
    return {mode: None if any(_fits(one, mode) for one in seats) else NO_SEAT[mode] for mode in Mode}


def _fits(seated: Seated, mode: Mode) -> bool:
    """Can this seat be rung in this mode by a connection that places calls?"""
    if seated.kind != mode.seat_kind or seated.share <= 0:
        return False
    if mode is not Mode.HARDPHONE and not seated.settings.get("sip_wss_url"):
        return False
    return Capability.DIAL in abilities.of(registry.get(seated.vendor), seated.settings)


class Dialer:
    """The clicks of one process. ``private_hosts`` are those of ``ingest.http.Outbound``."""

    def __init__(self, store: Store, private_hosts: frozenset[str], at_once: int = AT_ONCE) -> None:
        self._store, self._private = store, private_hosts
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="dial")
        self._lock = threading.Lock()
        self._under_way: dict[Future[None], int] = {}
        self._closed = False

    def dial(
        self,
        viewer: Viewer,
        *,
        lead_id: int,
        reference: str,
        mode: Mode | None = None,
        application_id: int | None = None,
        anyway: bool = False,
    ) -> Begun:
        """Begin the call and return; how it goes on is told by the feed. ``mode`` None: the person's own choice.

        Raises ``NotBegun``, ``models.store.openings.NoSuchLead``, ``models.store.writer.Unavailable``.
        """
        if self._closed:  # before it takes a lease that nobody would serve
            raise NotBegun("not_sent", SAYS["not_sent"])
        with self._store.read() as tx:
            mode = mode or Mode(preferences.of(tx, viewer.person_id)["mode"])
            why_not = modes(tx, viewer.person_id)[mode]
        if why_not:
            raise NotBegun("no_seat", why_not)
        begun = intents.begin(
            self._store,
            viewer,
            lead_id=lead_id,
            reference=reference,
            mode=mode,
            application_id=application_id,
            anyway=anyway,
        )
        failpoint("dialing.begun")
        if begun.fresh and not self._submit(begun.id):
            intent_steps.refused(self._store, begun.id, "not_sent")
            raise NotBegun("not_sent", SAYS["not_sent"])
        return begun

    def idle(self, seconds: float) -> bool:
        """Wait until every click that began has its answer; False: not within so many seconds."""
        with self._lock:
            under_way = set(self._under_way)
        return not wait_for(under_way, seconds).not_done

    def close(self) -> None:
        """Ask for no more; what is being asked gets its answer, and what waits is refused: it was not sent."""
        with self._lock:
            self._closed = True
            under_way = dict(self._under_way)
        for made, intent_id in under_way.items():
            if not made.cancel():
                continue
            try:
                intent_steps.refused(self._store, intent_id, "not_sent")
            except (Unavailable, SQLAlchemyError) as error:
                log.warning("click %d lapses: the database is away (%s)", intent_id, type(error).__name__)
        self._pool.shutdown(wait=True)

    def _submit(self, intent_id: int) -> bool:
        """False: the dialer is closed."""
        with self._lock:
            if self._closed:
                return False
            made = self._pool.submit(self._run, intent_id)
            self._under_way[made] = intent_id
        made.add_done_callback(self._done)
        return True

    def _done(self, made: "Future[None]") -> None:
        with self._lock:
            self._under_way.pop(made, None)

    def _run(self, intent_id: int) -> None:
        try:
            self._ask(intent_id)
        except (Unavailable, SQLAlchemyError) as error:
            # Not asked, or its answer is not on file: the lease tells which, and lapses.
            log.warning("click %d: the database is away (%s)", intent_id, type(error).__name__)
        except Exception:
            log.exception("click %d failed", intent_id)

    def _ask(self, intent_id: int) -> None:
        store = self._store
        with store.read() as tx:
            click = intent_steps.pending(tx, intent_id, store.now())
            if click is None:
                return
            targets = self._targets(tx, click)
            number = dial_plan.number(tx, store.vault, click.lead_id)
        if number is None or not targets:
            intent_steps.refused(store, intent_id, "no_line" if number else "bad_number")
            return
        for position, target in enumerate(targets):
            last = position == len(targets) - 1
            if not intent_steps.mark_asked(store, intent_id, target.seated.connection_id):
                return
            failpoint("dialing.before_asking")
            if self._asked(click, target, number, last):
                break
        failpoint("dialing.settled")

    def _targets(self, tx: Connection, click: Pending) -> Sequence[Target]:
        store, now = self._store, self._store.now()
        seats: dict[int, Seated] = {}
        for one in dial_plan.seats(tx, click.person_id):
            if _fits(one, click.mode):
                seats.setdefault(one.connection_id, one)
        dialled = dial_plan.dialled_today(tx, now, store.rules.zone)
        faulty = dial_plan.faulty(tx, now)
        used = dial_plan.last_used(tx, click.lead_id)
        ranked = order(
            [Line(each, one.share, dialled.get(each, 0), each not in faulty) for each, one in seats.items()],
            used.connection_id if used else None,
        )
        return [
            Target(seats[each], used.did if used and used.connection_id == each else None) for each in ranked
        ]

    def _asked(self, click: Pending, target: Target, number: str, last: bool) -> bool:
        """Ask this connection; False: it certainly did nothing, and another one may be asked."""
        store = self._store
        try:
            placed = self._place(click, target, number)
        except Refused as refused:
            failpoint("dialing.after_answer")
            onward = refused.reason.elsewhere and not last
            log.info("click %d: %s", click.id, refused.reason)
            words = asking.without_numbers(str(refused)) if refused.reason is Reason.OTHER else ""
            onward = intent_steps.refused(store, click.id, refused.reason.value, words, onward=onward)
            failpoint("dialing.after_refusal")
            return not onward
        except Unsettled:
            failpoint("dialing.after_answer")
            log.warning("click %d: no answer", click.id)
            intent_steps.unknown(store, click.id)
            return True
        except Exception:
            # A defect of ours, after which nobody can say whether the provider was reached.
            log.exception("click %d: asking failed", click.id)
            intent_steps.unknown(store, click.id)
            return True
        failpoint("dialing.after_answer")
        intent_steps.accepted(store, click.id, placed.provider_call_id, placed.words)
        return True

    def _place(self, click: Pending, target: Target, number: str) -> Any:
        connection = _connection(self._store, target.seated.connection_id)
        if connection is None:
            raise Refused(Reason.NOT_SET_UP, "the connection is gone")
        web = Outbound(registry.hosts(connection), self._private)
        try:
            return registry.client(connection, web).dial(
                DialOrder(
                    seat=dial_plan.address(self._store.vault, target.seated),
                    customer=number,
                    reference=click.reference,
                    did=target.did,
                    callback_url=connection.secrets.get("status_url") or None,
                )
            )
        finally:
            web.close()


def _connection(store: Store, connection_id: int) -> ConnectionInfo | None:
    account = TokenBook(store).by_id(connection_id)
    return None if account is None else intake.info(account)


def settle(store: Store, private_hosts: frozenset[str]) -> int:
    """Look for unknown clicks in their providers' own records, where those can be asked; returns how many were
    looked for. A record that is found goes through the intake as any delivery and settles its click there."""
    with store.read() as tx:
        clicks = intent_steps.unsettled(tx, store.now())
    for click in clicks:
        connection = _connection(store, click.connection_id)
        if connection is None or Capability.PULL_LOG not in registry.get(connection.vendor).capabilities:
            continue
        web = Outbound(registry.hosts(connection), private_hosts)
        try:
            _pull(store, connection, click, web)
        except (Refused, Unsettled) as why:
            log.info("click %d cannot be looked up: %s", click.id, why)
        finally:
            web.close()
    return len(clicks)


def _pull(store: Store, connection: ConnectionInfo, click: intent_steps.Unsettled, web: Outbound) -> None:
    vendor, client = registry.get(connection.vendor), registry.client(connection, web)
    now = store.now()
    since = click.asked_at - timedelta(minutes=1)
    until = min(now, click.asked_at + timedelta(minutes=10))
    if not client.pull_window_seconds:
        return
    since = max(since, until - timedelta(seconds=client.pull_window_seconds))
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = client.pull(since, until, now, cursor)
        for record in page.records:
            intake.accept(store, vendor, connection, record)
        cursor = page.cursor
        if cursor is None or page.wait_seconds:
            return
