"""Secrets and hook tokens in rotation: the old one is accepted until its hour, and not a moment longer."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ingest import intake
from models.store import connections, rotation
from models.store.base import Store
from models.store.hooks import TokenBook
from models.tables.telephony import hook_token, retired_secret
from tests.cast import Cast
from tests.databases import Clock

DAY = timedelta(hours=24)


def live(store: Store, connection_id: int, name: str = "key") -> tuple[str, ...]:
    account = TokenBook(store).by_id(connection_id)
    assert account
    return intake.info(account).live(name)


def change(store: Store, connection_id: int, value: str, hours: float | None = 24) -> None:
    until = store.now() + timedelta(hours=hours) if hours else None
    with store.db.begin() as tx:
        connections.change(tx, store.vault, connection_id, secrets={"key": value}, old_until=until)


def test_a_replaced_secret_counts_until_its_hour(store: Store, cast: Cast, clock: Clock) -> None:
    here = cast.connection.id
    change(store, here, "first")
    assert live(store, here) == ("first",)
    change(store, here, "second")
    clock.advance(hours=1)
    change(store, here, "third", hours=2)
    assert live(store, here) == ("third", "second", "first")
    with store.read() as tx:
        ends = [one.ends_at for one in rotation.retiring(tx, here, store.now())]
    assert ends == [store.now() + timedelta(hours=2)] * 2  # the day that "first" was given is cut too
    change(store, here, "fourth")
    clock.advance(hours=2)
    assert live(store, here) == ("fourth", "third")
    assert store.write(lambda tx: rotation.purge(tx, store.now())) == 2
    clock.advance(hours=24)
    assert live(store, here) == ("fourth",)
    assert store.write(lambda tx: rotation.purge(tx, store.now())) == 1
    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(retired_secret)) == 0


def test_without_overlap_nothing_old_is_accepted(store: Store, cast: Cast) -> None:
    here = cast.connection.id
    change(store, here, "first")
    change(store, here, "second")
    change(store, here, "third", hours=None)
    assert live(store, here) == ("third",)
    change(store, here, "fourth")
    change(store, here, "")
    assert live(store, here) == ()


def test_the_same_value_again_retires_nothing(store: Store, cast: Cast) -> None:
    here = cast.connection.id
    change(store, here, "first")
    change(store, here, "first")
    assert live(store, here) == ("first",)


def test_older_values_can_be_ended_at_once(store: Store, cast: Cast) -> None:
    here = cast.connection.id
    change(store, here, "first")
    change(store, here, "second")
    with store.db.begin() as tx:
        assert rotation.end_retired(tx, here, "other") == 0
        assert rotation.end_retired(tx, here, "key") == 1
    assert live(store, here) == ("second",)


def test_nobodys_secret_is_anothers(store: Store, cast: Cast) -> None:
    other = cast.line("other", "open", secrets={"key": "theirs"})
    change(store, cast.connection.id, "first")
    change(store, cast.connection.id, "second")
    assert live(store, other.id) == ("theirs",)
    account = TokenBook(store).find(other.token)
    assert account
    assert account.retired == {}


def test_the_door_hears_both_secrets_and_both_tokens(store: Store, cast: Cast, clock: Clock) -> None:
    here = cast.connection.id
    change(store, here, "first")
    change(store, here, "second")
    with store.db.begin() as tx:
        newer = connections.issue_token(tx, here, store.now(), retire_others_at=store.now() + DAY)
    book = TokenBook(store)
    for token in (cast.connection.token, newer):
        account = book.find(token)
        assert account
        assert intake.info(account).live("key") == ("second", "first")
    with store.read() as tx:
        shown = rotation.tokens(tx, here, store.now())
    assert [one.ends_at for one in shown] == [None, store.now() + DAY]
    clock.advance(hours=24)
    assert TokenBook(store).find(newer)
    assert TokenBook(store).find(cast.connection.token) is None
    store.write(lambda tx: rotation.purge(tx, store.now()))
    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(hook_token)) == 1


def test_a_new_address_without_overlap_ends_those_of_an_older_overlap(
    store: Store, cast: Cast, clock: Clock
) -> None:
    here, issue, tokens = cast.connection.id, connections.issue_token, []
    for hours in (None, 7 * 24, 1, 0):
        until = store.now() + timedelta(hours=hours) if hours is not None else None
        with store.db.begin() as tx:
            tokens.append(issue(tx, here, store.now(), retire_others_at=until))
        if hours == 1:
            with store.read() as tx:
                ends = [one.ends_at for one in rotation.tokens(tx, here, store.now())]
            assert set(ends) == {None, until}
        clock.advance(minutes=1)
    book = TokenBook(store)
    assert [book.find(one) is not None for one in tokens] == [False, False, False, True]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_token_is_revoked_by_its_own_connection_only(store: Store, cast: Cast) -> None:
    other = cast.line("other", "open")
    with store.read() as tx:
        [token] = rotation.tokens(tx, other.id, store.now())
    with store.db.begin() as tx:
        assert not rotation.revoke_token(tx, cast.connection.id, token.id, store.now())
        assert rotation.revoke_token(tx, other.id, token.id, store.now())
        assert not rotation.revoke_token(tx, other.id, token.id, store.now())
    assert TokenBook(store).find(other.token) is None
    assert TokenBook(store).find(cast.connection.token)
