"""What the database's errors say reaches logs: statements, never the values, which are people's."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from models import db
from models.postgres import Bytes, Column, Fractions, Lane, Numbers, Texts, Truths
from models.store import feed, lookups
from models.store.base import Store
from models.store.prepared import insert_rows
from models.tables.calls import feed as table
from models.tables.leads import lead_phone
from tests.databases import Databases

ROW = {
    "lead_id": 999_999,
    "phone_ix": b"+919876543210",
    "phone_ct": b"+919876543210",
    "mask": "9876543210",
    "position": 0,
}


@pytest.mark.parametrize("through", ["sqlalchemy", "driver"])
def test_an_error_does_not_repeat_the_values(store: Store, through: str) -> None:
    def work(tx: Connection) -> None:
        if through == "driver":
            insert_rows(tx, lead_phone, [ROW])  # no such lead
            feed.append(tx, store.db, store.now(), [feed.News("call", feed.Audience())])
        else:
            tx.execute(insert(lead_phone).values(ROW))

    with pytest.raises(DBAPIError) as raised:
        store.write(work)
    said = str(raised.value)
    assert "INSERT INTO lead_phone" in said
    assert "9876543210" not in said
    assert raised.value.orig.__class__.__name__ in ("IntegrityError", "ForeignKeyViolation")


def test_what_is_told_is_seen_by_what_is_asked_next(store: Store) -> None:
    with store.db.begin() as tx:
        before = feed.last_id(tx)
        feed.append(tx, store.db, store.now(), [feed.News(kind, feed.Audience()) for kind in "abc"])
        assert [row.kind for row in feed.after(tx, before)] == ["a", "b", "c"]
        feed.append(tx, store.db, store.now(), [feed.News("d", feed.Audience())])
        assert tx.scalar(select(func.max(table.c.kind))) == "d"


def test_a_write_that_fails_leaves_nothing_for_the_next(store: Store) -> None:
    with store.read() as tx:
        before = feed.last_id(tx)

    def work(tx: Connection) -> None:
        feed.append(tx, store.db, store.now(), [feed.News("lost", feed.Audience())])
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        store.write(work)
    with store.db.begin() as tx:
        feed.append(tx, store.db, store.now(), [feed.News("kept", feed.Audience())])
    with store.read() as tx:
        assert [row.kind for row in feed.after(tx, before)] == ["kept"]


def test_every_kind_of_value_comes_back_as_it_was(store: Store) -> None:
    rows = [
        {"at": store.now(), "kind": "é" * 20, "audience": "", "body": "x" * 70_000},
        {"at": store.now() - timedelta(days=20_000), "kind": "b", "audience": "{}", "body": "\u200f\n"},
    ]
    with store.db.begin() as tx:
        before = feed.last_id(tx)
        insert_rows(tx, table, rows)
    with store.read() as tx:
        found = tx.execute(select(table).where(table.c.id > before).order_by(table.c.id)).mappings().all()
    assert [{name: row[name] for name in rows[0]} for row in found] == rows


@pytest.mark.parametrize(
    "column",
    [
        Numbers([1, None, -(2**62)]),
        Numbers([]),
        Numbers([0, 7]),
        Texts(['a,"b"', "", None, "{}"]),
        Bytes([b"\0\xff", b"", None]),
        Truths([True, None, False]),
        Fractions([0.5, None]),
    ],
)
def test_a_column_is_an_array_of_its_values(databases: Databases, column: Column) -> None:
    with databases.database("postgres", empty=True) as url, psycopg.connect(url) as connection:
        found = connection.execute("SELECT %s", (column,)).fetchone()
    assert found == (list(column.values),)


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_a_session_that_planned_on_empty_tables_reads_no_whole_table(store: Store) -> None:
    """PostgreSQL keeps plans, also those of foreign keys' checks; SQLite plans anew."""
    with store.db.begin() as tx:
        found = tx.execute(text("EXPLAIN SELECT 1 FROM lead WHERE id = 1")).scalars().all()
        assert tx.scalar(text("SHOW enable_seqscan")) == "off"
    assert "Index" in found[0]
    with store.read() as tx:
        assert tx.scalar(text("SHOW enable_seqscan")) == "on"


def test_questions_put_together_share_a_trip(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    trips: list[int] = []
    send = Lane._send

    def counted(self: Lane, *, commit: bool) -> None:
        trips.append(len(self._waiting))
        send(self, commit=commit)

    monkeypatch.setattr(Lane, "_send", counted)
    with store.look_up() as tx:
        first, second = (lookups._notifications.ask(tx, [1]) for _ in range(2))
        assert first.rows() == second.rows()
    assert trips == ([] if store.db.sqlite else [3])


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_a_connection_that_lay_about_and_died_is_made_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "IDLE_SECONDS", 0.0)
    with store.read() as tx:
        died = tx.scalar(text("SELECT pg_backend_pid()"))
    with psycopg.connect(store.db.url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 1000)", (died,))
    with store.read() as tx:
        assert tx.scalar(text("SELECT pg_backend_pid()")) != died
