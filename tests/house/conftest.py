"""The operator's commands, as tests give them."""

import io
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashapp.cli.main import main
from models.store.base import Store
from tests.databases import KINDS, ROOT_KEY, Databases
from tests.house.commands import Run


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
