"""Reconciliation: what the provider's records say beside what we hold, repair, limits, crashes."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, update

from ingest import intake
from ingest.client import Reason, Refused, Unsettled
from ingest.contract import Door
from ingest.reconcile import reading
from ingest.reconcile.planning import Reach, plan
from ingest.reconcile.sweeping import Reconciler
from models.store import entries, ledger, sweeps
from models.store.base import Store
from models.store.writer import Unavailable
from models.tables.calls import call, feed, notification
from models.tables.telephony import connection, delivery, sweep
from tests.cast import Cast
from tests.databases import Clock
from tests.reconciling import Records, askable, heard, record, whole_turn

REACH = Reach()
HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
"""16:00 in India: where the hour begins whose calls these tests have."""


@pytest.fixture
def provider(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Records:
    """The provider of the connection "reference"; it is 17:20 in India, and the hour from 16:00 is over."""
    made = Records()
    askable(monkeypatch, {cast.connection.id: made})
    clock.set(START + timedelta(minutes=80))
    return made


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> list[float]:
    """How long it waited, instead of waiting; the clock goes on meanwhile."""
    waited: list[float] = []

    def pause(self: Any, seconds: float) -> None:
        waited.append(seconds)
        clock.advance(seconds=seconds)

    monkeypatch.setattr(Reconciler, "_rest", pause)
    return waited


def _sweep(store: Store, cast: Cast, since: datetime = START, until: datetime | None = None) -> sweeps.Sweep:
    end = until or since + HOUR
    store.write(lambda tx: sweeps.begin(tx, cast.connection.id, since, end, store.now(), cast.dev.id))
    with store.read() as tx:
        return sweeps.running(tx)[-1]


def _read(store: Store, cast: Cast, **range_: datetime) -> ledger.Hour:
    Reconciler(store, REACH).read(_sweep(store, cast, **range_))
    return _hour(store, cast)


def _hour(store: Store, cast: Cast, at: datetime = START) -> ledger.Hour:
    with store.read() as tx:
        found = ledger.hour_of(tx, cast.connection.id, at)
    assert found
    return found


def _counted(hour: ledger.Hour) -> tuple[int, int, int, int]:
    return hour.theirs, hour.ours, hour.repaired, hour.missing


def _count(store: Store, *what: Any) -> int:
    with store.read() as tx:
        return int(tx.scalar(select(func.count()).select_from(what[0]).where(*what[1:])) or 0)


def _day(cast: Cast, calls: int) -> list[dict[str, Any]]:
    return [
        record(f"c-{place}", str(cast.asha.seat), START + timedelta(minutes=2 * place), 40 * (place % 2))
        for place in range(calls)
    ]


def _tell(provider: Records, bodies: list[dict[str, Any]]) -> None:
    provider.kept += [(START + timedelta(minutes=2 * place), body) for place, body in enumerate(bodies)]


def test_what_we_lack_is_repaired_and_what_we_had_stays(store: Store, cast: Cast, provider: Records) -> None:
    bodies = _day(cast, 10)
    _tell(provider, bodies)
    heard(store, cast.connection.id, bodies[:6])
    before = _count(store, delivery)
    assert _counted(_read(store, cast)) == (10, 6, 4, 0)
    assert _count(store, call) == 10
    assert _count(store, delivery) - before == 4, "only what we lacked went through the intake"
    with store.read() as tx:
        done = sweeps.recent(tx, cast.dev.viewer)[0]
    assert (done.state, done.records, done.share, done.by) == ("done", 10, 1.0, cast.dev.name)


def test_asking_again_changes_nothing_and_remembers_what_was_repaired(
    store: Store, cast: Cast, provider: Records
) -> None:
    bodies = _day(cast, 5)
    _tell(provider, bodies)
    heard(store, cast.connection.id, bodies[:2])
    first = _read(store, cast)
    deliveries = _count(store, delivery)
    assert _counted(_read(store, cast)) == _counted(first) == (5, 2, 3, 0)
    assert _count(store, delivery) == deliveries


def test_a_hook_that_comes_after_the_repair_makes_no_second_call(
    store: Store, cast: Cast, provider: Records
) -> None:
    bodies = _day(cast, 3)
    _tell(provider, bodies)
    _read(store, cast)
    heard(store, cast.connection.id, bodies)
    assert _count(store, call) == 3
    assert _counted(_read(store, cast)) == (3, 0, 3, 0)


def test_a_call_known_by_its_pop_up_only_is_completed_and_stays_ours(
    store: Store, cast: Cast, provider: Records, clock: Clock
) -> None:
    body = record("c-1", str(cast.asha.seat), START, 90)
    _tell(provider, [body])
    ring = {name: body[name] for name in ("call_id", "agent_no", "applicant_no", "did_no", "call_type")}
    heard(store, cast.connection.id, [ring], Door.POPUP)
    hour = _read(store, cast)
    assert (_counted(hour), hour.completed) == ((1, 1, 0, 0), 1)
    with store.read() as tx:
        row = tx.execute(select(call.c.outcome, call.c.talk_seconds)).one()
    assert tuple(row) == ("connected", 90)


def test_a_record_nobody_can_read_is_missing_with_its_reason_and_kept_once(
    store: Store, cast: Cast, provider: Records
) -> None:
    _tell(provider, _day(cast, 2))
    provider.kept.append((START, b'{"status": 1}'))
    for _ in range(2):
        hour = _read(store, cast)
        assert _counted(hour) == (3, 0, 2, 1)
        assert list(hour.reasons) == ["There is no call_id, and no number to tell the call by."]
    assert _count(store, delivery, delivery.c.verdict == "for review", delivery.c.door == "pulled") == 1


def test_pages_are_read_to_the_last_and_the_limits_kept(
    store: Store, cast: Cast, provider: Records, pauses: list[float]
) -> None:
    _tell(provider, _day(cast, 25))
    provider.page, provider.wait_seconds, provider.pull_window_seconds = 10, 1.5, 1800
    assert _counted(_read(store, cast)) == (25, 0, 25, 0)
    assert [cursor for *_, cursor in provider.asked] == [None, "10", None]
    assert pauses == [1.5] * 3


@pytest.mark.parametrize(
    ("fault", "pause"),
    [
        (Refused(Reason.TOO_MANY, "too many questions", 33.0), 33.0),
        (Refused(Reason.TOO_MANY, "too many questions"), 60.0),
        (Refused(Reason.DOWN, "cannot be reached"), 5.0),
        (Unsettled("gave no answer"), 5.0),
    ],
)
def test_a_provider_that_is_busy_down_or_silent_is_asked_again(
    store: Store, cast: Cast, provider: Records, pauses: list[float], fault: Exception, pause: float
) -> None:
    _tell(provider, _day(cast, 3))
    provider.faults.append(fault)
    assert _counted(_read(store, cast)) == (3, 0, 3, 0)
    assert pauses == [pause]


def test_one_that_stays_down_fails_the_sweep_in_words_and_counts_no_hour(
    store: Store, cast: Cast, provider: Records, pauses: list[float]
) -> None:
    provider.faults.extend([Refused(Reason.DOWN, "api.example cannot be reached")] * 20)
    Reconciler(store, REACH).read(_sweep(store, cast))
    with store.read() as tx:
        last = sweeps.recent(tx, cast.dev.viewer)[0]
        assert ledger.hour_of(tx, cast.connection.id, START) is None
    assert (last.state, last.reason) == ("failed", "api.example cannot be reached")
    assert pauses == [5, 15, 45, 120, 120, 120]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Refused(Reason.CREDENTIALS, "the provider does not accept our key"), "does not accept our key"),
        (RuntimeError("a defect of ours"), "our reader of the records failed (RuntimeError)"),
    ],
)
def test_what_cannot_be_helped_fails_at_once(
    store: Store, cast: Cast, provider: Records, pauses: list[float], fault: Exception, says: str
) -> None:
    provider.faults.append(fault)
    Reconciler(store, REACH).read(_sweep(store, cast))
    with store.read() as tx:
        last = sweeps.recent(tx, cast.dev.viewer)[0]
    assert last.state == "failed"
    assert says in last.reason
    assert not pauses


def test_after_a_crash_it_goes_on_at_the_hour_it_was_reading(
    store: Store, cast: Cast, provider: Records, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    clock.advance(hours=3)
    _tell(provider, _day(cast, 60))  # two hours of calls
    _sweep(store, cast, START, START + 3 * HOUR)
    hand_in, handed = intake.Keeping.begin, []

    def dies(self: Any, settled: Any) -> None:
        handed.append(1)
        if len(handed) == 45:
            raise Unavailable("the machine was switched off")
        hand_in(self, settled)

    monkeypatch.setattr(intake.Keeping, "begin", dies)
    assert whole_turn(Reconciler(store, REACH)) == 0
    monkeypatch.undo()
    askable(monkeypatch, {cast.connection.id: provider})
    with store.read() as tx:
        waiting = sweeps.running(tx)
    assert [each.reached for each in waiting] == [START + HOUR]
    provider.asked.clear()
    assert whole_turn(Reconciler(store, REACH)) == 1
    assert provider.asked[0][0] == START + HOUR
    assert _count(store, call) == 60
    assert [_counted(_hour(store, cast, START + place * HOUR)) for place in range(3)] == [
        (30, 0, 30, 0),
        (30, 0, 30, 0),
        (0, 0, 0, 0),
    ]


def test_a_process_that_ends_leaves_the_sweep_for_the_next(
    store: Store, cast: Cast, provider: Records
) -> None:
    _tell(provider, _day(cast, 3))
    _sweep(store, cast)
    ends = Reconciler(store, REACH)
    ends.stop()
    assert whole_turn(ends) == 0
    assert whole_turn(Reconciler(store, REACH)) == 1
    assert _counted(_hour(store, cast)) == (3, 0, 3, 0)


def test_one_sweep_a_connection_at_a_time(store: Store, cast: Cast, provider: Records) -> None:
    _sweep(store, cast)
    with pytest.raises(sweeps.Busy):
        _sweep(store, cast)
    with pytest.raises(ValueError, match="must end after it begins"):
        _sweep(store, cast, START, START)


def test_a_missed_call_found_late_says_so_and_stands_once(
    store: Store, cast: Cast, provider: Records
) -> None:
    lead = cast.lead("+919811100001", owner=cast.asha)
    body = record("c-1", str(cast.asha.seat), START)
    _tell(provider, [body])
    before = _count(store, feed)
    _read(store, cast)
    with store.read() as tx:
        (row,) = entries.open_for(tx, cast.asha.viewer, now=store.now(), rules=store.rules)
        kinds = tx.scalars(select(feed.c.kind).order_by(feed.c.id).offset(before)).all()
    assert (row["lead_id"], row["kind"], row["late"]) == (lead.id, "missed", True)
    assert sorted(kinds) == ["call", "entry"], "no pop-up"
    _read(store, cast)
    assert _count(store, notification) == 1
    assert _count(store, feed) == before + 2


def test_a_missed_call_heard_in_time_is_not_late(store: Store, cast: Cast, clock: Clock) -> None:
    cast.lead("+919811100001", owner=cast.asha)
    clock.set(START + timedelta(minutes=1))
    heard(store, cast.connection.id, [record("c-1", str(cast.asha.seat), START)])
    with store.read() as tx:
        (row,) = entries.open_for(tx, cast.asha.viewer, now=store.now(), rules=store.rules)
    assert row["late"] is False


def _planned(store: Store) -> list[tuple[datetime, datetime]]:
    plan(store, REACH)
    with store.read() as tx:
        return [(each.since, each.until) for each in sweeps.running(tx)]


def _over(store: Store, failure: str = "") -> None:
    with store.read() as tx:
        waiting = sweeps.running(tx)
    for each in waiting:
        store.write(partial(sweeps.end, sweep_id=each.id, at=store.now(), failure=failure))


def test_by_the_clock_the_last_hours_each_hour_and_yesterday_each_night(
    store: Store, cast: Cast, provider: Records, clock: Clock
) -> None:
    added = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)  # 11:00 in India
    # 17:20: the hour until 17:00 ended twenty minutes ago. The connection was added at 11:00.
    assert _planned(store) == [(added, START + HOUR)]
    assert _planned(store) == [(added, START + HOUR)], "not twice at a time"
    _over(store)
    assert _planned(store) == []
    clock.set(START + 2 * HOUR + timedelta(minutes=14))
    assert _planned(store) == [], "the hour ended fourteen minutes ago: calls may be under way"
    clock.advance(minutes=2)
    assert _planned(store) == [(START - 4 * HOUR, START + 2 * HOUR)]
    _over(store)
    clock.set(datetime(2026, 3, 2, 22, 50, tzinfo=UTC))  # 04:20
    assert _planned(store) == [(START + 2 * HOUR, datetime(2026, 3, 2, 22, 30, tzinfo=UTC))]
    _over(store)
    assert _planned(store) == [(added, datetime(2026, 3, 2, 18, 30, tzinfo=UTC))], (
        "yesterday, since it was added"
    )
    _over(store)
    assert _planned(store) == []


def test_after_a_night_without_a_server_nothing_is_left_out(
    store: Store, cast: Cast, provider: Records, clock: Clock
) -> None:
    assert _planned(store)
    _over(store)
    clock.advance(hours=20)
    assert _planned(store) == [(START + HOUR, START + 21 * HOUR)]
    _over(store, "the provider is down")
    clock.advance(hours=1)
    assert _planned(store)[0] == (START + HOUR, START + 22 * HOUR), "a failed sweep has read nothing"


def test_a_night_that_fails_is_tried_three_times(
    store: Store, cast: Cast, provider: Records, clock: Clock
) -> None:
    clock.set(datetime(2026, 3, 3, 23, 0, tzinfo=UTC))
    tries = 0
    while _planned(store):
        _over(store, "no")
        tries += 1
    assert tries == 4, "the last hours once, the night three times"


def test_a_connection_that_cannot_be_asked_or_is_off_is_left_alone(
    store: Store, cast: Cast, clock: Clock
) -> None:
    clock.set(START + 5 * HOUR)
    assert _planned(store) == []


def test_only_an_administrator_sees_the_ledger(store: Store, cast: Cast, provider: Records) -> None:
    _tell(provider, _day(cast, 2))
    _read(store, cast)
    with store.read() as tx:
        for person in cast.all():
            sees = person is cast.dev
            assert bool(ledger.hours(tx, person.viewer, START, START + HOUR)) is sees
            assert bool(sweeps.recent(tx, person.viewer)) is sees


def test_a_provider_that_never_comes_to_an_end_is_given_up(
    store: Store, cast: Cast, provider: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_PAGES", 3)
    _tell(provider, _day(cast, 20))
    provider.page = 2
    Reconciler(store, REACH).read(_sweep(store, cast))
    with store.read() as tx:
        assert "more than 3 pages" in sweeps.recent(tx, cast.dev.viewer)[0].reason
        assert tx.scalar(select(sweep.c.state)) == "failed"


def test_a_service_that_hands_out_no_records_is_not_put_on_the_list(store: Store, provider: Records) -> None:
    provider.pull_window_seconds = 0
    plan(store, REACH)
    with store.read() as tx:
        assert sweeps.running(tx) == []
    provider.pull_window_seconds = 3600
    plan(store, REACH)
    with store.read() as tx:
        assert len(sweeps.running(tx)) == 1


@pytest.mark.parametrize(
    ("told", "hour"),
    [
        ("2026-03-02T09:00:00+00:00", 8.5),
        ("2026-03-02T14:30:00+05:30", 8.5),
        ("2026-01-01", 5.5),
        ("soon", 5.5),
    ],
)
def test_nothing_is_asked_for_from_before_the_provider_has_records(
    store: Store, cast: Cast, provider: Records, told: str, hour: float
) -> None:
    with store.db.begin() as tx:
        settings = f'{{"records_since": "{told}"}}'
        tx.execute(update(connection).where(connection.c.id == cast.connection.id).values(settings=settings))
    (due,) = _planned(store)
    assert due == (datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=hour), START + HOUR)


def _states(store: Store, cast: Cast) -> dict[int, tuple[str, str]]:
    """By connection, how its latest sweep stands."""
    with store.read() as tx:
        latest = reversed(sweeps.recent(tx, cast.dev.viewer))
        return {each.connection_id: (each.state, each.reason) for each in latest}


@pytest.mark.parametrize("reason", [Reason.TOO_MANY, Reason.DOWN])
def test_one_that_is_busy_for_long_keeps_no_thread_and_is_read_on_later(
    store: Store, cast: Cast, provider: Records, pauses: list[float], clock: Clock, reason: Reason
) -> None:
    _tell(provider, _day(cast, 3))
    _sweep(store, cast)
    provider.faults.extend([Refused(reason, "slow down", 3600.0)] * 2)
    reader = Reconciler(store, REACH)
    assert whole_turn(reader) == 0
    assert _states(store, cast)[cast.connection.id] == (
        "running",
        "waiting: slow down (asked again at 18:20)",
    )
    clock.advance(minutes=59)
    assert (whole_turn(reader), len(provider.asked)) == (0, 1), "not asked before its time"
    clock.advance(minutes=1)
    assert (whole_turn(reader), len(provider.asked)) == (0, 2), "too busy still"
    clock.advance(hours=1)
    assert whole_turn(reader) == 1
    assert _states(store, cast)[cast.connection.id] == ("done", "")
    assert _counted(_hour(store, cast)) == (3, 0, 3, 0)
    assert pauses == []


def test_nothing_is_asked_for_that_the_provider_no_longer_keeps(
    store: Store, cast: Cast, provider: Records, clock: Clock
) -> None:
    assert _planned(store)
    _over(store)
    clock.advance(days=20)  # 22 March, 17:20 in India
    provider.pull_reach_days = 15
    (due,) = _planned(store)
    assert due[0] == datetime(2026, 3, 7, 18, 30, tzinfo=UTC), "8 March is the first of fifteen days"
