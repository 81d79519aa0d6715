"""The reconciliation page and the certificate: what they say is what the ledger says; for administrators."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from dashapp.components.reconciliation import asking, days
from ingest.reconcile.planning import Askable, Reach
from ingest.reconcile.sweeping import Reconciler
from models.store import sweeps
from models.store.base import Store
from models.tables.telephony import connection
from tests.cast import Cast, Person
from tests.dashapp.drawn import nodes, text
from tests.databases import Clock
from tests.reconciling import Records, askable, heard, record, whole_turn
from tests.webapp import Visitor

on_sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
Visit = Callable[[Person | None], Visitor]
HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)  # 16:00 in India
INDIA = ZoneInfo("Asia/Kolkata")
DAY = "?day=2026-03-02"


@pytest.fixture
def provider(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Records:
    """Ten calls in the hour from 16:00, of which six were heard and one cannot be read; it is 17:20."""
    made = Records()
    askable(monkeypatch, {cast.connection.id: made})
    clock.set(START + timedelta(minutes=80))
    bodies = [
        record(f"c-{place}", str(cast.asha.seat), START + timedelta(minutes=2 * place), 40)
        for place in range(9)
    ]
    made.kept = [(START + timedelta(minutes=2 * place), body) for place, body in enumerate(bodies)]
    made.kept.append((START, b'{"status": 1, "agent_no": ""}'))
    heard(cast.store, cast.connection.id, bodies[:6])
    return made


def _sweep(cast: Cast, since: datetime = START, until: datetime = START + HOUR) -> None:
    store = cast.store
    store.write(lambda tx: sweeps.begin(tx, cast.connection.id, since, until, store.now(), cast.dev.id))
    with store.read() as tx:
        (waiting,) = sweeps.running(tx)
    Reconciler(store, Reach()).read(waiting)


def _certificate(visit: Visit, cast: Cast, day: str = "2026-03-02") -> str:
    return text(
        visit(cast.dev)
        .page("/reconciliation/certificate", f"?connection={cast.connection.id}&day={day}")
        .get_json()
    )


def _key(visitor: Visitor, start: str, trigger: str) -> str:
    for key, entry in visitor.app.callback_map.items():
        inputs = [f"{one['id']}.{one['property']}" for one in entry["inputs"]]
        if key.removeprefix("..").startswith(start) and trigger in inputs:
            return key
    raise AssertionError(f"no callback {start} of {trigger}")


def test_a_day_in_the_table(visit: Visit, cast: Cast, provider: Records) -> None:
    _sweep(cast)
    page = visit(cast.dev).page("/reconciliation", DAY)
    said = text(page.get_json())
    assert "10 calls told, 3 added, 1 missing" in said
    assert (
        "Reference line, 16:00 to 17:00: the provider has 10 calls, 6 on file before we asked, "
        "3 added from its records, 1 missing" in said
    )
    assert "Reference line, 15:00 to 16:00: not asked for yet" in said
    assert f"asked by {cast.dev.name}" in said
    looks = [str(props.get("className")) for props in nodes(page.get_json())]
    assert looks.count("is-missing") == 1
    assert "9811100001" not in page.text


def test_without_a_provider_to_ask_the_page_says_why(visit: Visit, cast: Cast) -> None:
    said = text(visit(cast.dev).page("/reconciliation").get_json())
    assert "No provider can be asked for its call records" in said
    assert "Ask now" not in said
    assert "Nothing can be certified" in _certificate(visit, cast)


def test_the_certificate_says_what_is_and_no_more(
    visit: Visit, cast: Cast, provider: Records, clock: Clock
) -> None:
    assert "Not asked for yet" in _certificate(visit, cast)
    _sweep(cast)
    said = _certificate(visit, cast)
    assert "1 call missing" in said
    assert "The provider's own records name 10 calls. 6 were on file before we asked, 3 were added" in said
    assert "1 × There is no call_id, and no number to tell the call by" in said
    provider.kept.pop()
    _sweep(cast)
    assert "Complete so far" in _certificate(visit, cast)
    assert "5 hours of it not asked for yet" in _certificate(visit, cast)
    clock.set(START + timedelta(hours=9))  # 01:00
    _sweep(cast, START - 5 * HOUR, START + 8 * HOUR)
    said = _certificate(visit, cast)
    assert "Complete so far" in said
    assert "It is read once more tonight, from 04:00 on: a call that lasted over midnight may not be" in said
    clock.set(START + timedelta(hours=12, minutes=10))  # 04:10
    assert "Not every hour of it was read again in the night after it" in _certificate(visit, cast)
    _sweep(cast, START - 5 * HOUR, START + 8 * HOUR)
    said = _certificate(visit, cast)
    assert "Complete so far" not in said
    assert (
        "Complete The provider's own records name 9 calls. 6 were on file before we asked, 3 were added"
        in said
    )
    assert "All of them are on file. Nothing is missing." in said
    assert f"for {cast.dev.name}" in said


@on_sqlite
@pytest.mark.parametrize("how", ["its host is removed", "records_since is later"])
def test_a_day_read_in_part_is_not_complete_because_the_rest_cannot_be_asked_for(
    visit: Visit, cast: Cast, provider: Records, clock: Clock, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    provider.kept.pop()
    clock.set(START + timedelta(hours=14))
    _sweep(cast)
    if how == "its host is removed":
        askable(monkeypatch, {})
    else:
        with cast.store.db.begin() as tx:
            tx.execute(
                update(connection)
                .where(connection.c.id == cast.connection.id)
                .values(settings='{"records_since": "2026-03-03T00:00:00+05:30"}')
            )
    said = _certificate(visit, cast)
    assert "Read in part" in said
    assert "12 hours of it not read, 12 of them cannot be asked for now." in said
    assert "All of them are on file" not in said


def test_the_certificate_as_files(visit: Visit, cast: Cast, provider: Records, clock: Clock) -> None:
    _sweep(cast)
    asked = {"connection": str(cast.connection.id), "day": "2026-03-02"}

    def file(trigger: str) -> dict[str, Any]:
        visitor = visit(cast.dev)
        given = {f"{trigger}.n_clicks": 1, "certificate-asked.data": asked}
        answer = visitor.callback(_key(visitor, "certificate-file", f"{trigger}.n_clicks"), given)
        (told,) = answer.get_json()["response"].values()
        return dict(told["data"])

    table = file("certificate-csv")
    assert table["filename"] == "certificate-Reference-line-2026-03-02.csv"
    rows = [
        row
        for row in csv.reader(io.StringIO(table["content"]))
        if not row[0].lstrip('\ufeff"').startswith("#")
    ]
    assert rows[1][:7] == ["Reference line", "16:00 to 17:00", "10", "6", "0", "3", "1"]
    told = json.loads(file("certificate-json")["content"])
    (line,) = told["connections"]
    assert [line[name] for name in ("theirs", "ours", "repaired", "missing", "on_file")] == [10, 6, 3, 1, 9]
    assert line["hours"][0]["hour"] == START.isoformat()
    assert sum(line["hours"][0]["reasons"].values()) == 1
    assert line["final"] is False
    clock.set(START + timedelta(hours=14))
    _sweep(cast, START - 5 * HOUR, START + 8 * HOUR)
    (line,) = json.loads(file("certificate-json")["content"])["connections"]
    assert line["final"] is True


def test_ask_now_puts_a_sweep_on_the_list(visit: Visit, cast: Cast, provider: Records, store: Store) -> None:
    visitor = visit(cast.dev)
    key = _key(visitor, "reconciliation-sweeps", "reconciliation-ask.n_clicks")

    def ask(span: str = "day", line: Any = cast.connection.id) -> str:
        return visitor.callback(
            key,
            {
                "reconciliation-ask.n_clicks": 1,
                "reconciliation-connection.value": str(line),
                "reconciliation-span.value": span,
                "reconciliation-day.data": "2026-03-02",
            },
        ).text

    assert "hands out no call records" in ask(line="999")
    assert "hands out no call records" in ask(line=["x"])
    assert "is asked within a few seconds" in ask()
    assert "being read already" in ask()
    with store.read() as tx:
        (waiting,) = sweeps.running(tx)
    assert (waiting.since, waiting.until) == (START - 5 * HOUR, START + HOUR), (
        "since it was added, until it is over"
    )
    assert waiting.by == cast.dev.name
    assert whole_turn(Reconciler(store, Reach())) == 1
    refresh = _key(visitor, "reconciliation-table", "reconciliation-tick.n_intervals")
    told = visitor.callback(
        refresh, {"reconciliation-tick.n_intervals": 1, "reconciliation-day.data": "2026-03-02"}
    )
    assert "10 calls told, 3 added, 1 missing" in text(told.get_json())


@on_sqlite
def test_only_administrators_come_in(visit: Visit, cast: Cast, provider: Records) -> None:
    _sweep(cast)
    for person in (cast.asha, cast.ravi, cast.meera, cast.chitra):
        visitor = visit(person)
        for path, search in (
            ("/reconciliation", DAY),
            ("/reconciliation/certificate", f"{DAY}&connection={cast.connection.id}"),
        ):
            assert "Nothing for you at this address" in text(visitor.page(path, search).get_json())
        for start, trigger in (
            ("reconciliation-table", "reconciliation-tick.n_intervals"),
            ("reconciliation-sweeps", "reconciliation-ask.n_clicks"),
            ("certificate-file", "certificate-csv.n_clicks"),
            ("certificate-file", "certificate-json.n_clicks"),
        ):
            assert visitor.callback(_key(visitor, start, trigger)).status_code == 403


@on_sqlite
@pytest.mark.parametrize(
    "told", ["", "yesterday", "2026-13-45", "0001-01-01", "9999-12-31", "2999-01-01", "<b>"]
)
def test_an_odd_day_is_today(visit: Visit, cast: Cast, told: str, provider: Records) -> None:
    assert days.read_day(told, cast.store.now(), INDIA) == date(2026, 3, 2)
    assert "Today" in text(visit(cast.dev).page("/reconciliation", f"?day={told}").get_json())
    gone = visit(cast.dev).page("/reconciliation/certificate", f"?day={told}&connection=x")
    assert "Nothing for you at this address" in text(gone.get_json())


@on_sqlite
def test_a_connection_that_is_off_or_cannot_be_asked_stands_with_its_reason(
    visit: Visit, cast: Cast, provider: Records
) -> None:
    plain = cast.line("plain", "open")
    assert "its keys are not filled in. 0 calls on file." in text(
        visit(cast.dev).page("/reconciliation").get_json()
    )
    with cast.store.db.begin() as tx:
        tx.execute(update(connection).where(connection.c.id == plain.id).values(active=False))
    assert "Plain" not in text(visit(cast.dev).page("/reconciliation").get_json())


def test_days_of_23_and_25_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    counts = [len(days.day_of(date(2026, *day), berlin).hours) for day in ((3, 28), (3, 29), (10, 25))]
    assert counts == [24, 23, 25]
    assert days.day_of(date(2026, 3, 2), INDIA).since == datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "since", "until"),
    [
        ("day", datetime(2026, 3, 2, 18, 30, tzinfo=UTC), datetime(2026, 3, 3, 10, 30, tzinfo=UTC)),
        ("hours", datetime(2026, 3, 3, 4, 30, tzinfo=UTC), datetime(2026, 3, 3, 10, 30, tzinfo=UTC)),
        ("week", datetime(2026, 2, 26, 9, 30, tzinfo=UTC), datetime(2026, 3, 3, 10, 30, tzinfo=UTC)),
    ],
)
def test_what_may_be_asked_for(span: str, since: datetime, until: datetime) -> None:
    now, added = datetime(2026, 3, 3, 11, 0, tzinfo=UTC), datetime(2026, 2, 26, 10, 0, tzinfo=UTC)
    asked = Askable(1, "Line", added, 30)
    assert asking.asked_range(span, date(2026, 3, 3), asked, now, INDIA) == asking.Range(since, until, False)
    new = replace(asked, since=now)
    assert asking.asked_range(span, date(2026, 1, 1), new, now, INDIA).since > since


def test_no_further_back_than_the_provider_can_be_asked() -> None:
    now = datetime(2026, 3, 23, 11, 0, tzinfo=UTC)
    asked = Askable(1, "Line", datetime(2026, 1, 1, tzinfo=UTC), 15)
    first = datetime(2026, 3, 8, 18, 30, tzinfo=UTC)  # 9 March: with today, fifteen days
    week = asking.asked_range("week", date(2026, 3, 10), asked, now, INDIA)
    assert week == asking.Range(first, datetime(2026, 3, 10, 18, 30, tzinfo=UTC), True)
    gone = asking.asked_range("day", date(2026, 3, 8), asked, now, INDIA)
    assert gone.cut
    assert gone.since >= gone.until
    assert asking.reaches(asked, now, INDIA) == "Line can be asked 15 days back, from 9 Mar 00:00 on."


@on_sqlite
def test_a_certificate_of_no_connection_offers_them(visit: Visit, cast: Cast, provider: Records) -> None:
    said = visit(cast.dev).page("/reconciliation/certificate", DAY).get_json()
    assert "Of which connection?" in text(said)
    assert f"/reconciliation/certificate?connection={cast.connection.id}&day=2026-03-02" in json.dumps(said)
    for person in (cast.asha, cast.ravi, cast.meera, cast.chitra):
        other = visit(person).page("/reconciliation/certificate", DAY)
        assert "Nothing for you at this address" in text(other.get_json())
