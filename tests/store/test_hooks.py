"""Tokens from memory: known ones in no time, whatever the database does, and an unknown one never refused for want
of asking."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
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


def test_while_the_database_hangs_a_few_wait_for_unknown_tokens_and_the_others_go_at_once(
    book: TokenBook, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, hangs = threading.Event(), threading.Event()

    def wait(*_: Any) -> None:
        hangs.set()
        released.wait(60)

    def ask() -> None:
        try:
            book.find("f" * 32)
        except Unavailable:
            refused.append(time.monotonic())

    refused: list[float] = []
    monkeypatch.setattr(hooks, "PATIENCE_SECONDS", 0.05)
    event.listen(store.db.engine, "before_cursor_execute", wait)
    try:
        patient = [threading.Thread(target=ask) for _ in range(hooks.PATIENT)]
        for one in patient:
            one.start()
        assert hangs.wait(10)
        time.sleep(0.1)
        for _ in range(50):
            began = time.monotonic()
            ask()
            assert refused.pop() - began < 1.0
        assert all(one.is_alive() for one in patient)
    finally:
        released.set()
    for one in patient:
        one.join(30)
    assert refused == [], "those who waited were told"


def test_while_it_answers_a_crowd_with_unknown_tokens_is_told_the_truth(
    book: TokenBook, store: Store, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "PATIENCE_SECONDS", 30.0)
    with store.db.begin() as tx:
        token = connections.issue_token(tx, cast.connection.id, store.now())
    with ThreadPoolExecutor(8 * hooks.PATIENT) as pool:
        found = list(pool.map(book.find, [token, "f" * 32] * 4 * hooks.PATIENT))
    assert [one and one.slug for one in found] == ["reference", None] * 4 * hooks.PATIENT
