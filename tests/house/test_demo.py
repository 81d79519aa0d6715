"""The demo institution: believable, made once, and nobody else's database is touched."""

import json
import os
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import func, select, text

from dashapp import config
from dashapp.cli.demo import command, credentials, history, leads
from dashapp.cli.demo.institution import LINES, MEMBERS, handset
from dashapp.cli.main import main
from dashapp.cli.stores import CannotOpen, opened
from dashapp.config import Settings
from ingest import intake
from ingest.vendors import registry
from models.rules import redaction
from models.rules.access import Role
from models.rules.phone import e164
from models.store import api_keys, dids, dispositions, notes, sessions, skills, stages
from models.store.base import Store
from models.store.hooks import TokenBook
from models.tables import work
from models.tables.calls import call, notification, offer
from models.tables.leads import application, lead, lead_phone
from models.tables.people import presence
from tests.databases import KINDS, Databases
from tests.servers import ROOT, free_ports

ZONE = ZoneInfo("Asia/Kolkata")
SMALL = {"COUNT": 500, "STRANGERS": 20}


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    with databases.database(request.param, empty=True) as made:
        yield made


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fourteen days of five hundred leads: the whole takes twenty seconds."""
    for name, value in SMALL.items():
        monkeypatch.setattr(leads, name, value)
    monkeypatch.setattr(history, "DAYS", 14)


def settings_for(tmp_path: Path, **given: Any) -> Settings:
    return config.load(
        CALLBOARD_DATA=tmp_path, HOST="127.0.0.1", **given, **credentials.own_secrets(tmp_path)
    )


@pytest.mark.usefixtures("small")
def test_the_first_start_and_the_second(url: str, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, DATABASE_URL=url, PORT=8123)
    command.prepare(settings)
    path = tmp_path / credentials.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = json.loads(path.read_text())
    assert set(told) == {"url", "api_key", "connections", "people"}
    assert told["url"] == "http://127.0.0.1:8123"
    with opened(settings) as store:
        believable(store)
        routes_by_skill(store)
        worked_after_calls(store)
        hands_out_what_works(store, told)
        before = counts(store)
    command.prepare(settings)
    assert json.loads(path.read_text()) == told, "a second start changes nothing"
    command.prepare(settings_for(tmp_path, DATABASE_URL=url, PORT=9000))
    moved = json.loads(path.read_text())
    assert moved["url"] == "http://127.0.0.1:9000"
    assert moved["connections"][0]["hook_base"].startswith("http://127.0.0.1:9000/webhooks/v1/")
    assert moved["people"] == told["people"]
    path.unlink()
    command.prepare(settings)
    with opened(settings) as store:
        hands_out_what_works(store, json.loads(path.read_text()))
        assert counts(store) == before


def believable(store: Store) -> None:
    now = store.now()
    with store.read() as tx:
        rows = tx.execute(select(call.c.started_at, call.c.direction, call.c.outcome, call.c.over)).all()
        local = [row.started_at.astimezone(ZONE) for row in rows]
        assert all(row.over for row in rows)
        assert max(row.started_at for row in rows) < now
        assert now - min(row.started_at for row in rows) > timedelta(days=13)
        by_hour = Counter(moment.hour for moment in local)
        assert sum(by_hour[hour] for hour in range(9, 20)) > 0.95 * len(rows)
        weekdays = Counter(moment.weekday() for moment in local)
        assert weekdays[6] < weekdays[2] / 3, "Sundays are quiet"
        shares = Counter(row.direction for row in rows)
        assert min(shares[direction] for direction in ("inbound", "outbound", "campaign")) > len(rows) / 50
        assert 0.35 < sum(row.outcome == "connected" for row in rows) / len(rows) < 0.75
        assert not tx.scalar(select(func.count()).select_from(offer).where(offer.c.person_id.is_(None)))
        standing = Counter(tx.scalars(select(notification.c.state)))
        assert 10 <= standing["open"] <= 25
        assert standing["cleared"] > 10 * standing["open"]
        sources = Counter(tx.scalars(select(lead.c.source)))
        assert sources.total() > SMALL["COUNT"]
        assert sources["Telephony"] <= SMALL["STRANGERS"]
        here = Counter(tx.scalars(select(presence.c.state).where(presence.c.to_at.is_(None))))
        assert here == {"in": 21, "break": 3}
        overlaps = text(
            "SELECT count(*) FROM presence a JOIN presence b ON a.person_id = b.person_id AND a.id < b.id "
            "AND a.from_at < COALESCE(b.to_at, 9e15) AND b.from_at < COALESCE(a.to_at, 9e15)"
        )
        assert tx.scalar(overlaps) == 0


def worked_after_calls(store: Store) -> None:
    """Results, notes, promises and stages; some notes hold a number, which is sealed and shown masked."""
    now = store.now()
    with store.read() as tx:
        labels = Counter(
            tx.scalars(
                select(work.disposition.c.label).join(
                    work.wrap_up, work.wrap_up.c.disposition_id == work.disposition.c.id
                )
            )
        )
        assert len(labels) == 12
        assert labels["Interested"] > labels["Wrong number"]
        fits = {one.label: one for one in dispositions.listed(tx)}
        for row in tx.execute(
            select(call.c.direction, call.c.outcome, work.disposition.c.label)
            .join(work.wrap_up, work.wrap_up.c.call_id == call.c.id)
            .join(work.disposition, work.disposition.c.id == work.wrap_up.c.disposition_id)
        ):
            end = "talked" if row.outcome == "connected" else "unanswered"
            assert fits[row.label].fits(row.direction, end)
        texts = [
            store.vault.open(sealed, notes.TEXT).decode()
            for sealed in tx.scalars(select(work.note.c.text_ct))
        ]
        with_number = [one for one in texts if redaction.numbers(one) != one]
        assert 0.02 < len(with_number) / len(texts) < 0.4
        promised = tx.execute(select(work.follow_up)).all()
        assert {one.state for one in promised} == {"open", "done", "cancelled"}
        due = [one.due_at for one in promised if one.state == "open"]
        assert any(at < now for at in due)
        assert any(at > now for at in due)
        assert all(one.due_at > one.made_at for one in promised)
        pairs = Counter((one.person_id, one.lead_id) for one in promised if one.state == "open")
        assert set(pairs.values()) == {1}
        known = {one.name: {sub.name for sub in one.subs} for one in stages.choosable(tx)}
        used = {(row.stage, row.sub_stage) for row in tx.execute(select(lead.c.stage, lead.c.sub_stage))}
        assert all(sub is None or sub in known[name] for name, sub in used)
        assert {name for name, _ in used} == set(known)
        reached = {
            row.lead_id: row
            for row in tx.execute(
                select(work.stage_change).order_by(work.stage_change.c.at, work.stage_change.c.id)
            )
        }
        now_in = {row.id: row.stage for row in tx.execute(select(lead.c.id, lead.c.stage))}
        assert all(now_in[lead_id] == row.to_stage for lead_id, row in reached.items())
        assert len(reached) > 100
        moved = [at.astimezone(ZONE).hour for at in tx.scalars(select(work.stage_change.c.at))]
        assert sum(9 <= hour < 20 for hour in moved) > 0.97 * len(moved)
        for column in (lead.c.email, lead_phone.c.phone_ix):
            twice = select(column).where(column.is_not(None)).group_by(column).having(func.count() > 1)
            assert len(tx.execute(twice).all()) >= 15
        forms = tx.execute(select(application.c.form, application.c.missing)).all()
        assert all(one.form for one in forms)
        assert {bool(one.missing) for one in forms} == {True, False}


def routes_by_skill(store: Store) -> None:
    """Counselors can do something, leads need something, and some of it meets."""
    with store.read() as tx:
        able = skills.of_everybody(tx)
        assert len(able) == 18
        spoken = {one.word for theirs in able.values() for one in theirs if one.kind == "language"}
        said = Counter(tx.scalars(select(lead.c.language)))
        assert spoken & set(said) >= {"Hindi", "Marathi", "English"}
        assert said[None] > 0
        assert {one.word for theirs in able.values() for one in theirs if one.kind == "region"} & set(
            tx.scalars(select(lead.c.region))
        )
        rules = {one.number: one for one in dids.listed(tx)}
    assert rules["+918069800300"].strategies == ("assigned", "skill", "sticky", "pool")
    assert rules["+918069800300"].fallback == "+918069800399"


def hands_out_what_works(store: Store, told: dict[str, Any]) -> None:
    book = TokenBook(store)
    assert [one["slug"] for one in told["connections"]] == [line.slug for line in LINES]
    for one in told["connections"]:
        account = book.find(one["hook_base"].rsplit("/", 1)[1])
        assert account
        assert (account.slug, account.vendor) == (one["slug"], one["vendor"])
        takes_orders(account, one)
    roles = Counter(one["role"] for one in told["people"])
    assert roles == {"counselor": 24, "supervisor": 3, "admin": 1}
    with store.read() as tx:
        found = api_keys.find(tx, told["api_key"])
        assert found
        assert found.scopes == set(api_keys.SCOPES)
        for one in told["people"][:2] + told["people"][-2:]:
            assert sessions.check_password(tx, one["email"], one["password"])


def takes_orders(account: Any, told: dict[str, Any]) -> None:
    """The connection knows where its simulated provider takes orders to call, and under which keys."""
    port = int(told["recordings"].rsplit(":", 1)[1].split("/")[0])
    address = f"http://127.0.0.1:{port}/accounts/{told['slug']}"
    if told["vendor"] == "open":
        assert account.settings["dial_url"] == f"{address}/dial"
        assert account.secrets["dial_key"] == told["dial"]["dial_key"]
    else:
        assert account.settings["api_url"] == address
        assert account.secrets["api_token"] == told["dial"]["api_token"]
        assert account.secrets["status_url"] == f"{told['hook_base']}/status"
        assert account.settings["caller_id"] in told["dial"]["exophone"].split(",")
    assert set(registry.hosts(intake.info(account))) >= {"127.0.0.1"}


def counts(store: Store) -> list[int]:
    kept = (call, lead, notification, work.note, work.wrap_up, work.disposition, work.stage)
    with store.read() as tx:
        return [tx.scalar(select(func.count()).select_from(table)) or 0 for table in kept]


@pytest.mark.usefixtures("small")
def test_an_older_demo_gets_the_lists_and_keys_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "DAYS", 3)
    settings = settings_for(tmp_path)
    command.prepare(settings)
    path = tmp_path / credentials.FILE
    told = json.loads(path.read_text())
    for one in told["connections"]:
        del one["dial"]
    path.write_text(json.dumps(told))
    with opened(settings) as store, store.db.begin() as tx:
        for table in (work.wrap_up, work.disposition, work.stage):
            tx.execute(table.delete())
    command.prepare(settings)
    with opened(settings) as store:
        hands_out_what_works(store, json.loads(path.read_text()))
        with store.read() as tx:
            assert len(dispositions.listed(tx)) == 12
            assert next(one.name for one in stages.defined(tx)) == "New enquiry"


@pytest.mark.usefixtures("small")
def test_an_interrupted_first_start_begins_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(tmp_path)
    monkeypatch.setattr(credentials, "issue", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        command.prepare(settings)
    assert (tmp_path / command.UNFINISHED).exists()
    monkeypatch.undo()
    for name, value in SMALL.items():
        monkeypatch.setattr(leads, name, value)
    monkeypatch.setattr(history, "DAYS", 3)
    command.prepare(settings)
    assert not (tmp_path / command.UNFINISHED).exists()
    assert (tmp_path / credentials.FILE).exists()
    (tmp_path / command.UNFINISHED).touch()
    with pytest.raises(CannotOpen, match="empty the database"):
        command.prepare(settings_for(tmp_path, DATABASE_URL="postgresql://somewhere/db"))


def test_an_institution_of_its_own_is_not_touched(store: Store, tmp_path: Path, cast: Any) -> None:
    from tests.databases import ROOT_KEY

    settings = config.load(
        CALLBOARD_DATA=tmp_path, DATABASE_URL=store.db.url, DATA_KEY=ROOT_KEY.hex(), SECRET_KEY="x" * 32
    )
    with pytest.raises(CannotOpen, match="institution of its own"):
        command.prepare(settings)


def test_it_answers_on_this_machine_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CALLBOARD_DATA", str(tmp_path))
    monkeypatch.setenv("HOST", "0.0.0.0")
    assert main(["demo"]) == 1
    assert "this machine only" in capsys.readouterr().err


def test_every_seat_is_a_telephone_of_its_own() -> None:
    counselors = [member for member in MEMBERS if member.role is Role.COUNSELOR]
    addresses = {handset(place) for place in range(len(counselors))}
    assert len(addresses) == len(counselors) == 24
    assert all(e164(address, "IN") == address for address in addresses)
    assert len({member.email for member in MEMBERS}) == len(MEMBERS)
    for line in LINES:
        assert all(e164(number, "IN") == number for number, _, _ in line.dids)


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_make_run_rings_and_stops(tmp_path: Path) -> None:
    """The real thing, made small: server and simulator start, calls come in, SIGTERM ends both."""
    port = free_ports()
    command.prepare(settings_for(tmp_path, PORT=port))
    told = json.loads((tmp_path / credentials.FILE).read_text())
    began = datetime.now(UTC)
    environment = {"PATH": os.environ["PATH"], "CALLBOARD_DATA": str(tmp_path), "PORT": str(port)}
    demo = subprocess.Popen(
        [sys.executable, "-m", "dashapp", "demo"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: rung(told, began) > 0, 180)
    finally:
        demo.terminate()
        out, _ = demo.communicate(timeout=30)
    assert demo.returncode == 0
    assert told["url"] in out
    assert all(one["password"] not in out for one in told["people"])
    for closed in (port, port + 1):
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{closed}/", timeout=1)


def rung(told: dict[str, Any], since: datetime) -> int:
    """How many calls that began after ``since`` the public API knows of."""
    headers = {"Authorization": f"Bearer {told['api_key']}"}
    asked = {"since": since.isoformat()}
    try:
        answer = httpx.get(f"{told['url']}/api/v1/calls", params=asked, headers=headers, timeout=5)
    except httpx.TransportError:
        return 0
    answer.raise_for_status()
    return sum(datetime.fromisoformat(one["started_at"]) >= since for one in answer.json()["items"])


def wait_until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.3)
