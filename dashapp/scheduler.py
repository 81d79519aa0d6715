"""What happens by the clock: the table of jobs, run by one process of however many there are."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from dashapp.config import Settings
from ingest import dialing
from ingest.reconcile.planning import Reach
from ingest.reconcile.sweeping import Reconciler
from models.leadership import Leadership
from models.store import (
    alarms,
    attribution,
    deliveries,
    feed,
    follow_ups,
    intent_leases,
    journal,
    phone_events,
    presence,
    rotation,
    sessions,
    tails,
)
from models.store.base import Store
from models.store.writer import Unavailable

log = logging.getLogger(__name__)

FEED_KEPT = timedelta(days=3)
DELIVERIES_KEPT = timedelta(days=30)
SETTLE_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again. ``run`` must be harmless when it is done twice or late.

    ``waits``: it waits for other machines, so it has a thread of its own and the others go on meanwhile; then
    ``stop`` makes it give up. ``prompt``: people wait for it, so no other job's work comes before it.
    """

    name: str
    every: timedelta
    run: Callable[[Store], int]
    meaning: str
    waits: bool = False
    prompt: bool = False
    stop: Callable[[], None] = lambda: None


def settle(store: Store) -> int:
    done = batch = journal.settle_due(store, SETTLE_AT_ONCE)
    while batch == SETTLE_AT_ONCE:
        batch = journal.settle_due(store, SETTLE_AT_ONCE)
        done += batch
    return done


def trim_feed(store: Store) -> int:
    return int(store.write(lambda tx: feed.trim(tx, store.now() - FEED_KEPT)))


def purge_sessions(store: Store) -> int:
    return int(store.write(lambda tx: sessions.purge(tx, store.now())))


def forget_deliveries(store: Store) -> int:
    return int(store.write(lambda tx: deliveries.forget(tx, store.now() - DELIVERIES_KEPT)))


def forget_phone_events(store: Store) -> int:
    return int(store.write(lambda tx: phone_events.forget(tx, store.now() - phone_events.KEPT)))


def purge_secrets(store: Store) -> int:
    return int(store.write(lambda tx: rotation.purge(tx, store.now())))


def silence(store: Store) -> int:
    return alarms.tell(store)


def lapse_dials(store: Store) -> int:
    return intent_leases.lapse(store)


def check_out(store: Store) -> int:
    return presence.close_forgotten(store)


def attribute(store: Store) -> int:
    return attribution.attribute(store)


def fill_tails(store: Store) -> int:
    return tails.fill(store)


def remind(store: Store) -> int:
    return follow_ups.remind(store)


JOBS = (
    Job(
        "lapse_dials",
        timedelta(seconds=5),
        lapse_dials,
        "end the leases of calls nothing more is told of",
        prompt=True,
    ),
    Job("settle", timedelta(seconds=10), settle, "end calls whose last offer lapsed without a word"),
    Job(
        "attribute", timedelta(minutes=1), attribute, "give calls of a seat that was nobody's to whose it is"
    ),
    Job("remind", timedelta(seconds=15), remind, "tell people of follow-ups that fell due"),
    Job(
        "check_out", timedelta(minutes=5), check_out, "check out, after 04:00, who went home without doing so"
    ),
    Job("fill_tails", timedelta(seconds=20), fill_tails, "index the last four digits of numbers kept before"),
    Job("trim_feed", timedelta(hours=1), trim_feed, "forget what live screens were told over 3 days ago"),
    Job("purge_sessions", timedelta(minutes=15), purge_sessions, "delete sessions that have expired"),
    Job("silence", timedelta(minutes=1), silence, "tell administrators which connections fell silent"),
    Job(
        "purge_secrets",
        timedelta(minutes=5),
        purge_secrets,
        "delete replaced secrets and hook tokens whose time is over",
    ),
    Job(
        "forget_deliveries",
        timedelta(hours=1),
        forget_deliveries,
        "delete raw deliveries after 30 days, but those for review",
    ),
    Job(
        "forget_phone_events",
        timedelta(hours=6),
        forget_phone_events,
        "delete what softphones told of themselves after 30 days",
    ),
)


def reconcile_job(settings: Settings, store: Store) -> Job:
    """Read what is due of providers' call records, and what an administrator asked for."""
    reach = Reach(
        hours=settings.reconcile_hours,
        night_hour=settings.reconcile_night_hour,
        private_hosts=frozenset(settings.private_hosts),
    )
    reader = Reconciler(store, reach)
    return Job(
        "reconcile",
        timedelta(seconds=15),
        lambda _: reader.turn(),
        "read providers' call records that are due or asked for",
        waits=True,
        stop=reader.stop,
    )


def settle_dials_job(settings: Settings) -> Job:
    """Look for clicks nobody answered in their providers' records."""
    private = frozenset(settings.private_hosts)
    return Job(
        "settle_dials",
        timedelta(minutes=1),
        lambda store: dialing.settle(store, private),
        "look in providers' records for calls they never confirmed",
        waits=True,
    )


class Scheduler:
    """The jobs of this process. They run only while it leads, so every process may have one."""

    def __init__(self, store: Store, jobs: Sequence[Job] = JOBS) -> None:
        self._store, self._jobs = store, jobs
        self._leadership = Leadership(store.db)
        self._asking = threading.Lock()  # leadership is one session of the database
        self._clock = BackgroundScheduler(
            timezone=UTC,
            daemon=True,
            executors={
                "default": {"type": "threadpool", "max_workers": 1},
                "waits": {"type": "threadpool", "max_workers": 1},
                "prompt": {"type": "threadpool", "max_workers": 1},
            },
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        at_once = datetime.now(UTC)  # what came due while no server ran
        for job in jobs:
            self._clock.add_job(
                self.run,
                "interval",
                args=[job],
                id=job.name,
                seconds=job.every.total_seconds(),
                next_run_time=at_once,
                executor="waits" if job.waits else "prompt" if job.prompt else "default",
            )

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        for job in self._jobs:
            job.stop()
        self._clock.shutdown(wait=True)
        self._leadership.release()

    def run(self, job: Job) -> None:
        """Do the job now if this process leads. A database that is away is tried again at the next turn."""
        try:
            with self._asking:
                if not self._leadership.held():
                    return
            done = job.run(self._store)
        except (SQLAlchemyError, Unavailable) as error:
            log.warning("job %s could not reach the database: %s", job.name, type(error).__name__)
        except Exception:
            log.exception("job %s failed", job.name)
        else:
            if done:
                log.info("job %s: %d", job.name, done)


def start_scheduler(settings: Settings, store: Store) -> Scheduler | None:
    """Run the jobs in this process's background, unless the settings say that another one does."""
    if not settings.scheduler:
        return None
    asking = (settle_dials_job(settings), reconcile_job(settings, store)) if settings.reconcile else ()
    scheduler = Scheduler(store, (*JOBS, *asking))
    scheduler.start()
    return scheduler
