"""Scheduled jobs: one process leads, a failed job is tried again, and each does what it says."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from dashapp import scheduler
from dashapp.config import load
from dashapp.scheduler import Job, Scheduler
from models.db import Database
from models.leadership import Leadership
from models.store import feed, sessions
from models.store.base import Store
from models.store.feed import Audience, News
from models.tables.calls import feed as feed_table
from models.tables.people import login_session
from models.tables.telephony import delivery
from tests.cast import Cast
from tests.databases import Clock


def test_one_leads_and_the_next_takes_over(store: Store) -> None:
    other = Database(store.db.url)
    first, second = Leadership(store.db), Leadership(other)
    assert first.held()
    assert first.held()
    assert not second.held()
    first.release()
    assert second.held()
    assert not first.held()
    second.release()
    other.close()


def test_only_the_leader_works(store: Store) -> None:
    done: list[str] = []

    def count(_: Store) -> int:
        done.append("x")
        return 1

    job = Job("count", timedelta(seconds=1), count, "")
    leading, waiting = Scheduler(store), Scheduler(store)
    leading.run(job)
    waiting.run(job)
    assert done == ["x"]
    leading._leadership.release()
    waiting.run(job)
    assert done == ["x", "x"]
    waiting._leadership.release()


@pytest.mark.parametrize(
    "error", [OperationalError("select", {}, Exception("gone")), RuntimeError("a defect")]
)
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_failed_job_is_logged_and_tried_again(
    store: Store, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    turns: list[int] = []

    def fails_once(_: Store) -> int:
        turns.append(1)
        if len(turns) == 1:
            raise error
        return 0

    runner = Scheduler(store)
    for _ in range(2):
        runner.run(Job("fragile", timedelta(seconds=1), fails_once, ""))
    assert len(turns) == 2
    assert "job fragile" in caplog.text
    runner._leadership.release()


def test_expired_sessions_go(store: Store, cast: Cast, clock: Clock) -> None:
    sessions.start(store, cast.asha.id, timedelta(hours=1))
    kept, _ = sessions.start(store, cast.ravi.id, timedelta(hours=12))
    clock.advance(hours=2)
    assert scheduler.purge_sessions(store) == 1
    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(login_session)) == 1
        assert sessions.find(tx, kept, store.now())


def test_the_feed_is_trimmed_but_never_emptied(store: Store, clock: Clock) -> None:
    for _ in range(3):
        store.write(lambda tx: feed.append(tx, store.db, store.now(), [News("test", Audience(all=True))]))
        clock.advance(hours=1)
    clock.advance(days=4)
    assert scheduler.trim_feed(store) == 2
    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(feed_table)) == 1


def test_old_deliveries_go_and_their_calls_stay(store: Store, cast: Cast, clock: Clock) -> None:
    def keep(tx: object) -> None:
        rows = [
            {
                "connection_id": cast.connection.id,
                "door": "popup",
                "received_at": clock.ago(days=age),
                "raw_ct": b"sealed",
                "verdict": verdict,
                "reason": "",
            }
            for age, verdict in (
                (31, "recorded"),
                (31, "no event"),
                (29, "recorded"),
                (400, "for review"),  # it waits for somebody
            )
        ]
        tx.execute(insert(delivery), rows)  # type: ignore[attr-defined]

    store.write(keep)
    assert scheduler.forget_deliveries(store) == 2
    with store.read() as tx:
        assert set(tx.scalars(select(delivery.c.verdict))) == {"recorded", "for review"}


def test_every_job_runs_on_an_empty_institution(store: Store) -> None:
    for job in scheduler.JOBS:
        assert job.run(store) == 0
        assert job.meaning
        assert job.every >= timedelta(seconds=5)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_clock_starts_and_stops(store: Store) -> None:
    runner = Scheduler(store)
    runner.start()
    assert {job.id for job in runner._clock.get_jobs()} == {job.name for job in scheduler.JOBS}
    runner.run(scheduler.JOBS[0])
    runner.stop()
    after = Leadership(store.db)
    assert after.held()
    after.release()


def test_a_job_that_waits_for_other_machines_holds_up_none_and_stops_when_told(store: Store) -> None:
    told, waiting, others = threading.Event(), threading.Event(), threading.Event()

    def waits(_: Store) -> int:
        waiting.set()
        assert told.wait(10)
        return 0

    def counts(_: Store) -> int:
        if waiting.is_set():
            others.set()
        return 0

    runner = Scheduler(
        store,
        (
            Job("waits", timedelta(seconds=60), waits, "", waits=True, stop=told.set),
            Job("counts", timedelta(seconds=0.1), counts, ""),
        ),
    )
    runner.start()
    assert others.wait(10)
    runner.stop()
    assert told.is_set()


def test_a_stuck_job_does_not_hold_up_one_that_people_wait_for(store: Store) -> None:
    told, stuck, prompt = threading.Event(), threading.Event(), threading.Event()

    def sticks(_: Store) -> int:
        stuck.set()
        assert told.wait(10)
        return 0

    def ends_leases(_: Store) -> int:
        if stuck.is_set():
            prompt.set()
        return 0

    runner = Scheduler(
        store,
        (
            Job("sticks", timedelta(seconds=60), sticks, "", stop=told.set),
            Job("ends_leases", timedelta(seconds=0.1), ends_leases, "", prompt=True),
        ),
    )
    runner.start()
    assert prompt.wait(10)
    runner.stop()
    assert next(job for job in scheduler.JOBS if job.name == "lapse_dials").prompt


def test_records_are_asked_for_unless_the_settings_say_no(store: Store) -> None:
    for told, names in (("yes", {"reconcile", "settle_dials"}), ("no", set())):
        started = scheduler.start_scheduler(load(RECONCILE=told), store)
        assert started
        assert {job.name for job in started._jobs} - {job.name for job in scheduler.JOBS} == names
        started.stop()
