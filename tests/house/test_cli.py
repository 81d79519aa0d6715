"""The operator's commands, on both databases, by what they print and what they change."""

import io
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashapp.cli import serve
from dashapp.cli.files import only_one
from dashapp.cli.main import main
from ingest import intake
from ingest.contract import Delivery, Door
from ingest.vendors import registry
from models.migrations import schema
from models.rules.access import Role
from models.store import api_keys, connections, people, sessions
from models.store.base import Store, utc_now
from models.store.hooks import TokenBook
from tests.cast import INDORE_DID, Cast
from tests.databases import KINDS, ROOT_KEY, Clock, Databases

Run = Callable[..., tuple[int, str, str]]

PASSWORD = "an even longer password"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """``run("user", "list", stdin="…")`` → status, what it printed, what it complained."""
    monkeypatch.setenv("CALLBOARD_DATA", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", secrets.token_hex(32))
    monkeypatch.setenv("DATA_KEY", ROOT_KEY.hex())

    def go(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        status = main(arguments)
        said = capsys.readouterr()
        return status, said.out, said.err

    return go


@pytest.fixture
def on(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The commands work on this test's database."""
    monkeypatch.setenv("DATABASE_URL", store.db.url)
    return store


@pytest.fixture(params=KINDS)
def empty(
    request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The commands work on a database without a table."""
    with databases.database(request.param, empty=True) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        yield url


def test_people_come_and_go(run: Run, on: Store, cast: Cast) -> None:
    status, _, _ = run(
        "user",
        "add",
        "New@Example.org",
        "--name",
        "Nila",
        "--role",
        "counselor",
        "--team",
        "Jaipur",
        stdin=PASSWORD,
    )
    assert status == 0
    with on.read() as tx:
        person_id = sessions.check_password(tx, "new@example.org", PASSWORD)
        assert person_id
        [made] = [one for one in people.everybody(tx) if one.id == person_id]
        assert (made.team, made.role) == ("Jaipur", Role.COUNSELOR)
    secret, _ = sessions.start(on, person_id, timedelta(hours=1))
    assert run("user", "password", "new@example.org", stdin=PASSWORD + "!")[0] == 0
    with on.read() as tx:
        assert sessions.check_password(tx, "new@example.org", PASSWORD) is None
        assert sessions.check_password(tx, "new@example.org", PASSWORD + "!") == person_id
        assert sessions.find(tx, secret, on.now()) is None
    assert run("user", "shut-out", "new@example.org")[0] == 0
    with on.read() as tx:
        assert sessions.check_password(tx, "new@example.org", PASSWORD + "!") is None
    assert "(shut out)" in run("user", "list")[1]
    assert run("user", "let-in", "new@example.org")[0] == 0
    with on.read() as tx:
        assert sessions.check_password(tx, "new@example.org", PASSWORD + "!") == person_id


def test_a_supervisor_gets_teams(run: Run, on: Store, cast: Cast) -> None:
    supervises = ("--supervises", "Indore", "--supervises", "Pune")
    assert (
        run("user", "add", "s@x.org", "--name", "S", "--role", "supervisor", *supervises, stdin=PASSWORD)[0]
        == 0
    )
    with on.read() as tx:
        [made] = [one for one in people.everybody(tx) if one.email == "s@x.org"]
        viewer = sessions.viewer_of(tx, made.id)
    assert viewer
    assert viewer.teams == set(cast.teams.values())


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [
        (("add", "a@x.org", "--name", "A", "--role", "counselor"), PASSWORD, "needs a team"),
        (("add", "a@x.org", "--name", "A", "--role", "admin"), "short", "at least 10"),
        (("add", "a@x.org", "--name", "A", "--role", "admin"), "x" * 300, "at most 256"),
        (("add", "asha@example.org", "--name", "A", "--role", "admin"), PASSWORD, "somebody's already"),
        (
            ("add", "a@x.org", "--name", "A", "--role", "admin", "--supervises", "Pune"),
            PASSWORD,
            "only a supervisor",
        ),
        (("password", "nobody@x.org"), PASSWORD, "nobody has the e-mail"),
        (("shut-out", "nobody@x.org"), "", "nobody has the e-mail"),
    ],
)
def test_people_are_refused_in_words(
    run: Run, on: Store, arguments: tuple[str, ...], password: str, said: str
) -> None:
    status, _, complained = run("user", *arguments, stdin=password)
    assert status == 1
    assert said in complained


def test_a_connection_is_set_up_and_its_token_changed(run: Run, on: Store, cast: Cast) -> None:
    status, out, _ = run(
        "connection", "add", "line-two", "--vendor", "open", "--label", "Line two", "--team", "Pune", "--secrets",
        stdin='{"key": "very secret"}',
    )  # fmt: skip
    assert status == 0
    first = _token(out)
    account = TokenBook(on).find(first)
    assert account
    assert (account.slug, account.vendor, account.secrets) == ("line-two", "open", {"key": "very secret"})
    assert run("connection", "seat", "line-two", "asha@example.org", "90000 00777")[0] == 0
    with on.read() as tx:
        assert connections.seats(tx, on.vault, account.id) == {"asha@example.org": "+919000000777"}
    assert run("connection", "did", "080 6980 0999", "--label", "Helpline", "--team", "Pune")[0] == 0
    second = _token(run("connection", "token", "line-two", "--hours", "0")[1])
    book = TokenBook(replace(on, now=utc_now))
    assert book.find(second)
    assert book.find(first) is None
    listed = run("connection", "list")[1]
    assert re.search(r"line-two\s+open\s+Line two\s+1 seats\s+last heard never", listed)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("add", "reference", "--vendor", "open", "--label", "Again"), "", "exists already"),
        (("add", "x", "--vendor", "open", "--label", "X", "--secrets"), "[1]", "must be a JSON object"),
        (("token", "nowhere"), "", "no connection 'nowhere'"),
        (("seat", "nowhere", "asha@example.org", "101"), "", "no connection 'nowhere'"),
        (("seat", "reference", "asha@example.org", "null"), "", "no address"),
        (("seat", "reference", "nobody@x.org", "101"), "", "nobody has the e-mail"),
        (("did", "12", "--label", "X"), "", "no telephone number"),
        (("did", INDORE_DID, "--label", "Again"), "", "exists already"),
    ],
)
def test_connections_are_refused_in_words(
    run: Run, on: Store, arguments: tuple[str, ...], stdin: str, said: str
) -> None:
    status, _, complained = run("connection", *arguments, stdin=stdin)
    assert status == 1
    assert said in complained


def test_an_api_key_is_shown_once(run: Run, on: Store) -> None:
    status, out, _ = run("api-key", "add", "the CRM", "--scope", "calls:read", "--scope", "leads:write")
    assert status == 0
    with on.read() as tx:
        found = api_keys.find(tx, out.strip())
    assert found
    assert (found.name, found.scopes) == ("the CRM", frozenset({"calls:read", "leads:write"}))


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


def _token(out: str) -> str:
    found = re.search(r"/webhooks/v1/([0-9a-f]{32})/", out)
    assert found
    return found[1]
