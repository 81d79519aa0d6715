"""Tokens from memory: known ones in no time, whatever the database does, and an unknown one never refused for want
of asking."""

import threading
from typing import Any

import pytest
from sqlalchemy import event

from models.store import connections, hooks
from models.store.base import Store
from models.store.hooks import TokenBook
from models.store.writer import Unavailable
from tests.cast import Cast


@pytest.fixture
def book(store: Store, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> TokenBook:
    """A book with a copy that is stale at once."""
    monkeypatch.setattr(hooks, "FRESH_SECONDS", -1.0)
    monkeypatch.setattr(hooks, "RETRY_SECONDS", -1.0)
    monkeypatch.setattr(hooks, "UNKNOWN_SECONDS", 30.0)
    made = TokenBook(store)
    assert made.find(cast.connection.token)
    return made


def test_a_new_token_is_found_and_a_wrong_one_is_not(store: Store, cast: Cast, book: TokenBook) -> None:
    with store.db.begin() as tx:
        token = connections.issue_token(tx, cast.connection.id, store.now())
    found = book.find(token)
    assert found
    assert found.slug == "reference"
    assert book.find("f" * 32) is None


def test_while_the_database_hangs_known_tokens_are_known_and_unknown_ones_not_refused(
    store: Store, cast: Cast, book: TokenBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    entered = []

    def wait(*_: Any) -> None:
        entered.append(threading.current_thread().name)
        released.wait(60)

    event.listen(store.db.engine, "before_cursor_execute", wait)
    monkeypatch.setattr(hooks, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(hooks, "UNKNOWN_SECONDS", 0.05)
    for _ in range(5):
        assert book.find(cast.connection.token)
    with pytest.raises(Unavailable):
        book.find("f" * 32)
    assert entered == ["hook-tokens"], "one thread asks, nobody else"
    released.set()
    monkeypatch.setattr(hooks, "UNKNOWN_SECONDS", 30.0)
    assert book.find("f" * 32) is None
