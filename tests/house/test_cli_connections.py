"""Commands for connections, seats and DIDs, on both databases, by what they print and what they change."""

import re
import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from ingest.vendors import registry
from models.store import connections, people, sip_seats
from models.store.base import Store, utc_now
from models.store.hooks import TokenBook
from models.tables.people import audit
from models.tables.telephony import connection
from tests.cast import INDORE_DID, NOWHERE, Cast
from tests.databases import ROOT_KEY
from tests.house.commands import Run
from tests.telling import ended, tell


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
    assert run("did", "add", "080 6980 0999", "--label", "Helpline", "--team", "Pune")[0] == 0
    second = _token(run("connection", "token", "line-two", "--hours", "0")[1])
    book = TokenBook(replace(on, now=utc_now))
    assert book.find(second)
    assert book.find(first) is None
    listed = run("connection", "list")[1]
    assert re.search(r"line-two\s+open\s+Line two\s+1 seats\s+last heard never", listed)


def test_a_platform_sold_under_another_name_is_added_by_that_name(run: Run, on: Store, cast: Cast) -> None:
    name, (vendor, settings) = next(iter(registry.services().items()))
    status, out, complained = run(
        "connection", "add", "line-three", "--vendor", name, "--label", "Line three"
    )
    assert (status, complained) == (0, "")
    [(setting, value)] = settings.items()
    assert f"{name} is {vendor} with the setting {setting} = {value}" in out
    account = TokenBook(on).find(_token(out))
    assert account
    assert (account.vendor, account.settings) == (vendor, settings)


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
        (("seat", "reference", "asha@example.org", "101", "--remove"), "", "not theirs"),
        (("seat", "reference", "asha@example.org", "101", "--move"), "", "nobody's there yet"),
        (("seats", "nowhere"), "", "no connection 'nowhere'"),
        (("add", "x", "--vendor", "open", "--label", "X", "--zone", "Here"), "", "no time zone"),
        (("set", "nowhere", "--on"), "", "no connection 'nowhere'"),
        (("set", "reference"), "", "nothing to change"),
        (("set", "reference", "--zone", "../etc"), "", "no time zone"),
        (("set", "reference", "--country", "Z9"), "", "no ISO code"),
        (("set", "reference", "--team", "Nowhere"), "", "there is no team"),
        (("set", "reference", "--setting", "ring_seconds"), "", "KEY=JSON"),
        (("set", "reference", "--setting", "ring_seconds=1x"), "", "KEY=JSON"),
    ],
)
def test_connections_are_refused_in_words(
    run: Run, on: Store, arguments: tuple[str, ...], stdin: str, said: str
) -> None:
    status, _, complained = run("connection", *arguments, stdin=stdin)
    assert status == 1
    assert said in complained


def test_a_connection_is_changed_piece_by_piece(run: Run, on: Store, cast: Cast) -> None:
    slug, token = cast.connection.slug, cast.connection.token
    changes = ("--label", "Main", "--zone", "Asia/Dubai", "--country", "ae", "--team", "Pune")
    assert run("connection", "set", slug, *changes, "--setting", "a=[1]", "--setting", 'b="x"')[0] == 0
    status, out, complained = run("connection", "set", slug, "--secret", "key", stdin="very secret\n")
    assert (status, out, complained) == (0, "changed\n", "")
    assert run("connection", "set", slug, "--secret", "other", stdin="word")[0] == 0
    account = TokenBook(on).find(token)
    assert account
    assert (account.zone, account.country) == ("Asia/Dubai", "AE")
    assert (account.settings, account.secrets) == (
        {"dial_url": NOWHERE, "a": [1], "b": "x"},
        {"key": "very secret", "other": "word"},
    )
    with on.read() as tx:
        team_id = tx.scalar(select(connection.c.team_id).where(connection.c.slug == slug))
        details = " ".join(tx.scalars(select(audit.c.detail)))
    assert team_id == cast.teams["Pune"]
    assert "secret key" in details
    assert "very secret" not in details
    assert run("connection", "set", slug, "--setting", "a=null", "--secret", "key", stdin="\n")[0] == 0
    again = TokenBook(on).find(token)
    assert again
    assert (again.settings, again.secrets) == ({"dial_url": NOWHERE, "b": "x"}, {"other": "word"})


def test_a_connection_is_switched_off_and_on(run: Run, on: Store, cast: Cast) -> None:
    assert run("connection", "set", cast.connection.slug, "--off")[0] == 0
    assert TokenBook(on).find(cast.connection.token) is None
    assert "(off)" in run("connection", "list")[1]
    assert run("connection", "set", cast.connection.slug, "--on")[0] == 0
    assert TokenBook(on).find(cast.connection.token)


def test_a_seat_takes_its_earlier_calls_along(run: Run, on: Store, cast: Cast) -> None:
    stranger = replace(cast.asha, seat="2044")
    tell(on, cast, ended(on, stranger, cast.lead(), "c1"), ended(on, stranger, cast.lead(), "c2"))
    status, out, _ = run("connection", "seat", cast.connection.slug, cast.asha.email, "2044")
    assert (status, out) == (0, "added; earlier calls counted for their people now: 2\n")


def test_numbers_of_the_institution(run: Run, on: Store, cast: Cast) -> None:
    assert run("did", "add", "080 6980 0999", "--label", "Helpline", "--team", "Pune")[0] == 0
    assert re.search(r"\+918069800999\s+Helpline\s+Pune\n", run("did", "list")[1])
    assert "no telephone number" in run("did", "add", "12", "--label", "X")[2]
    assert "exists already" in run("did", "add", INDORE_DID, "--label", "Again")[2]


def _token(out: str) -> str:
    found = re.search(r"/webhooks/v1/([0-9a-f]{32})/", out)
    assert found
    return found[1]


def test_a_secret_is_rotated(run: Run, on: Store, cast: Cast) -> None:
    slug, token = cast.connection.slug, cast.connection.token

    def change(value: str, *more: str) -> None:
        assert run("connection", "set", slug, "--secret", "key", *more, stdin=f"{value}\n")[0] == 0

    def older() -> dict[str, tuple[str, ...]]:
        account = TokenBook(replace(on, now=utc_now)).find(token)
        assert account
        return {name: tuple(values) for name, values in account.retired.items()}

    change("first")
    change("second")
    assert older() == {"key": ("first",)}
    change("third", "--hours", "0")
    assert older() == {}


def test_seats_are_listed_moved_and_taken_away(run: Run, on: Store, cast: Cast) -> None:
    assert run("connection", "seat", "reference", "ravi@example.org", "1042")[0] == 0
    listed = run("connection", "seats", "reference")[1].splitlines()
    assert [line.split()[0] for line in listed] == ["Asha", "Chitra", "Ravi", "Ravi"]
    assert sum("1042" in line for line in listed) == 1
    assert not any(str(who.seat)[1:] in line for who in (cast.asha, cast.ravi) for line in listed)
    other = run("connection", "seat", "reference", "ravi@example.org", str(cast.asha.seat), "--remove")
    assert (other[0], "not theirs" in other[2]) == (1, True)
    assert run("connection", "seat", "reference", "asha@example.org", "1042", "--move") == (0, "moved\n", "")
    assert run("connection", "seat", "reference", "ravi@example.org", str(cast.ravi.seat), "--remove")[0] == 0
    with on.read() as tx:
        found = connections.seats(tx, on.vault, cast.connection.id)
        noted = tx.scalars(select(audit.c.detail).where(audit.c.action == "connection.seat")).all()
    assert found == {"asha@example.org": "1042", "chitra@example.org": cast.chitra.seat}
    assert [one.split()[-1] for one in noted] == ["1042", "moved", "removed"]
    with on.db.begin() as tx:
        people.set_active(tx, cast.asha.email, active=False)
    assert run("connection", "seats", "reference")[1].count("(shut out)") == 2


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_commands_use_a_demos_own_keys_and_serve_does_not(
    run: Run, on: Store, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = f'SECRET_KEY = "{secrets.token_hex(32)}"\nDATA_KEY = "{ROOT_KEY.hex()}"\n'
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.delenv("DATA_KEY")
    assert "DATA_KEY cannot be used" in run("connection", "list")[2]
    (tmp_path / "secrets.toml").write_text(made, "utf-8")
    assert run("connection", "add", "mine", "--vendor", "open", "--label", "Mine")[0] == 0
    status, _, said = run("serve")
    assert status == 1
    assert "SECRET_KEY is not set" in said
    monkeypatch.setenv("DATA_KEY", "00" * 31 + "01")
    assert "not the key this database was written with" in run("connection", "list")[2]


def test_a_softphone_is_given(run: Run, on: Store, cast: Cast) -> None:
    slug, email = cast.connection.slug, cast.asha.email
    assert (
        run("connection", "seat", slug, email, "sip:asha@pbx.example", "--sip", "--secret", stdin="word\n")[0]
        == 0
    )
    with on.read() as tx:
        assert sip_seats.has_line(tx, cast.viewer("asha"))
        assert not sip_seats.has_line(tx, cast.viewer("ravi"))
    assert "telephone number" in run("connection", "seat", slug, email, "9812345678", "--sip")[2]
    assert (
        "somebody else's"
        in run("connection", "seat", slug, cast.ravi.email, "sip:asha@pbx.example", "--sip")[2]
    )
    assert "--sip too" in run("connection", "seat", slug, email, "101", "--secret", stdin="x\n")[2]
    assert run("connection", "seat", slug, cast.ravi.email, "sip:asha@pbx.example", "--sip", "--move")[0] == 0
    with on.read() as tx:
        assert sip_seats.has_line(tx, cast.viewer("ravi"))
