"""The operator's commands, on both databases, by what they print and what they change."""

import secrets
from pathlib import Path

import pytest

from dashapp.cli import serve
from dashapp.cli.files import only_one
from ingest import intake
from ingest.contract import Delivery, Door
from ingest.vendors import registry
from models.migrations import schema
from models.store.base import Store
from models.store.hooks import TokenBook
from tests.cast import Cast
from tests.databases import Clock
from tests.house.commands import Run


def test_kept_deliveries_are_read_again(run: Run, on: Store, cast: Cast, clock: Clock) -> None:
    account = TokenBook(on).find(cast.connection.token)
    assert account
    delivery = Delivery(
        door=Door.LOG,
        method="POST",
        url="http://here/webhooks/v1/t/call-log",
        query=b"",
        headers={},
        content_type="application/json",
        body=b"{ not json",
        received_at=clock(),
    )
    written = intake.accept(on, registry.get("open"), intake.info(account), delivery)
    assert run("replay", str(written.delivery_id)) == (0, "for review\n", "")
    assert run("replay", "--for-review")[1].split() == ["1", "for", "review"]
    assert run("replay", "987654")[0] == 1
    assert run("replay", "--dismiss", str(written.delivery_id)) == (0, "deleted\n", "")
    assert run("replay", "--dismiss", str(written.delivery_id))[0] == 1
    assert run("replay", "--for-review")[1] == "nothing waits for review\n"


def test_migrating(run: Run, empty: str) -> None:
    assert run("doctor")[0] == 1
    assert "run: python -m dashapp migrate" in run("user", "list")[2]
    assert run("migrate")[1] == f"migrated from nothing to {schema.head()}\n"
    assert run("migrate")[1] == f"already at revision {schema.head()}\n"
    assert run("user", "list") == (0, "", "")
    out = run("doctor")[1]
    assert "no administrator may sign in" in out


def test_a_healthy_house(run: Run, on: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://calls.example.org")
    status, out, _ = run("doctor")
    wrong = [line for line in out.splitlines() if line.startswith("WRONG")]
    if on.db.sqlite:
        assert (status, wrong) == (0, [])
    else:  # the tests' PostgreSQL gives up safety for speed, and the doctor must see it
        assert len(wrong) == 1
        assert "fsync is off" in wrong[0]
    assert "ok     data key" in out
    assert "reference has never been heard" in out


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_another_data_key_is_noticed(run: Run, on: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_KEY", secrets.token_hex(32))
    assert "not the key this database was written with" in run("doctor")[1]
    status, _, complained = run("serve")
    assert status == 1
    assert "not the key" in complained


@pytest.mark.parametrize("command", ["serve", "doctor", "migrate"])
def test_a_database_that_is_away(run: Run, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hidden-word@127.0.0.1:9/none")
    status, out, complained = run(command)
    assert status == 1
    assert "cannot be reached" in out + complained
    assert "hidden-word" not in out + complained


def test_serve_refuses_in_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "changeme")
    monkeypatch.setenv("WORKERS", "3")
    status, _, complained = run("serve")
    assert status == 1
    assert "SECRET_KEY has 8 characters" in complained
    assert "WORKERS is 3 on SQLite" in complained


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_serve_refuses_a_database_that_may_lose_a_commit(run: Run, on: Store) -> None:
    status, _, complained = run("serve")  # the tests' PostgreSQL gives up safety for speed
    assert status == 1
    assert complained.splitlines() == [
        "Callboard does not start, because:",
        "- the database's fsync is off: calls that were answered 200 could be lost",
    ]


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_a_commit_that_does_not_wait_for_the_disk_is_noticed(on: Store) -> None:
    name = on.db.engine.url.database
    with on.db.begin() as tx:
        tx.exec_driver_sql(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    on.db.engine.dispose()
    with on.read() as tx:
        assert "synchronous_commit is off" in on.db.promises_broken(tx)


def test_serve_refuses_an_unmigrated_database(run: Run, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "broken_promises", lambda _: [])  # the tests' PostgreSQL breaks one
    status, _, complained = run("serve")
    assert status == 1
    assert "run: python -m dashapp migrate" in complained


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_one_server_a_sqlite_database(run: Run, on: Store) -> None:
    with only_one(Path(f"{on.db.engine.url.database}.server")):
        status, _, complained = run("serve")
    assert status == 1
    assert "another Callboard server" in complained


def test_a_nonsensical_setting_is_named_without_its_value(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "hidden-word")
    status, _, complained = run("doctor")
    assert status == 1
    assert complained.startswith("PORT:")
    assert "hidden-word" not in complained
