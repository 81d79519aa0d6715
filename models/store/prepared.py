"""Statements of the write path, compiled once a dialect and handed straight to the driver.

SQLAlchemy's own execution costs more, for each statement and each row, than SQLite takes to do the work;
in the one write path of calls that halves what a process can take in. The text still comes from
SQLAlchemy's compiler, so both databases get the same SQL, and values keep their column types.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Dialect, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

from models.db import send, send_many
from models.tables.base import EPOCH, MICROSECOND, Instant

MARK = "__[POSTCOMPILE_ids]"

Row = tuple[Any, ...]


class Query:
    """A SELECT whose only list parameter, if it has one, is ``bindparam("ids", expanding=True)``."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        columns = list(statement.selected_columns)
        self._names = [str(column.key) for column in columns]
        self._moments = [place for place, column in enumerate(columns) if isinstance(column.type, Instant)]
        self._truths = [place for place, column in enumerate(columns) if isinstance(column.type, Boolean)]
        self._spelled: dict[str, _Spelled] = {}

    def rows(self, tx: Connection, ids: Iterable[Any] | None = None, **given: Any) -> list[Row]:
        """The rows for these ids, none for none; moments go in and come out as aware datetimes."""
        wanted = None if ids is None else list(ids)
        if wanted == []:
            return []
        dialect = tx.dialect.name
        spelled = self._spelled.get(dialect) or self._spelled.setdefault(
            dialect, _Spelled(self._statement, dialect)
        )
        found = send(tx, *spelled.fill(wanted, given)).fetchall()
        if not self._moments and not self._truths:
            return found  # type: ignore[no-any-return]
        return [self._read(row) for row in found]

    def dicts(self, tx: Connection, ids: Iterable[Any], **given: Any) -> list[dict[str, Any]]:
        names = self._names
        return [dict(zip(names, row, strict=True)) for row in self.rows(tx, ids, **given)]

    def _read(self, row: Sequence[Any]) -> Row:
        read = list(row)
        for place in self._moments:
            if read[place] is not None:
                read[place] = EPOCH + read[place] * MICROSECOND
        for place in self._truths:
            read[place] = read[place] if read[place] is None else bool(read[place])
        return tuple(read)


class _Spelled:
    """A query in one database's own words."""

    def __init__(self, statement: Select[Any], dialect: str) -> None:
        compiled = statement.compile(dialect=_dialects()[dialect])
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._names: list[str] = list(compiled.positiontup or ())
        self._text = str(compiled)
        # PostgreSQL takes the list as one array, so its statement is always the same one.
        self._array = dialect == "postgresql"
        if self._array:
            self._text = self._text.replace(f"IN ({MARK})", "= ANY(%s)")

    def fill(self, ids: list[Any] | None, given: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """The text and its values. A list is filled up to a power of two with its last id: the driver keeps
        statements it has prepared by their text, and must not need one for every length."""
        text = self._text
        if ids is not None and not self._array:
            ids = ids + ids[-1:] * ((1 << (len(ids) - 1).bit_length()) - len(ids))
            text = text.replace(MARK, "?" + ", ?" * (len(ids) - 1))
        values: list[Any] = []
        for name in self._names:
            if name != "ids":
                values.append(_plain(given[name] if name in given else self._constants[name]))
            elif self._array:
                values.append(ids)
            else:
                values += ids or ()
        return text, values


def insert_rows(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, and every column that has no database default."""
    text, pick, moments, words = _insert(table, tuple(rows[0]), tx.dialect.name)
    send_many(tx, text, [_write(pick(row), moments, words) for row in rows])


def update_rows(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set the named columns of the rows with these ``id``s."""
    text, pick, moments, words = _update(table, tuple(rows[0]), tx.dialect.name)
    send_many(tx, text, [_write(pick(row), moments, words) for row in rows])


def delete_rows(tx: Connection, column: Column[Any], values: Iterable[Any]) -> None:
    """Delete the rows of the column's table in which it has one of these values."""
    send_many(tx, _delete(column.table, column.name, tx.dialect.name), [(value,) for value in values])


def _write(row: Row, moments: Sequence[int], words: Sequence[int]) -> list[Any]:
    values = list(row)
    for place in moments:
        value = values[place]
        if value is not None:
            values[place] = (value - EPOCH) // MICROSECOND
    for place in words:
        value = values[place]
        if value is not None and type(value) is not str:
            values[place] = str(value)  # the member of an enum
    return values


def _plain(value: Any) -> Any:
    return (value - EPOCH) // MICROSECOND if isinstance(value, datetime) else value


Statement = tuple[str, Callable[[Mapping[str, Any]], Row], list[int], list[int]]
"""Text, what takes a row's values in the text's order, the places of moments, the places of words."""


@lru_cache(maxsize=64)
def _insert(table: Table, names: tuple[str, ...], dialect: str) -> Statement:
    marks = ", ".join([_MARKS[dialect]] * len(names))
    text = f"INSERT INTO {_name(table, dialect)} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 names come from the table definitions
    return _statement(text, table, names)


@lru_cache(maxsize=64)
def _update(table: Table, names: tuple[str, ...], dialect: str) -> Statement:
    names = (*(name for name in names if name != "id"), "id")
    mark = _MARKS[dialect]
    changes = ", ".join(f"{name} = {mark}" for name in names[:-1])
    text = f"UPDATE {_name(table, dialect)} SET {changes} WHERE id = {mark}"  # noqa: S608 as above
    return _statement(text, table, names)


@lru_cache(maxsize=16)
def _delete(table: Table, name: str, dialect: str) -> str:
    return f"DELETE FROM {_name(table, dialect)} WHERE {name} = {_MARKS[dialect]}"  # noqa: S608 as above


def _statement(text: str, table: Table, names: tuple[str, ...]) -> Statement:
    moments = [place for place, name in enumerate(names) if isinstance(table.c[name].type, Instant)]
    words = [place for place, name in enumerate(names) if table.c[name].type.python_type is str]
    return text, itemgetter(*names), moments, words


def _name(table: Table, dialect: str) -> str:
    return _dialects()[dialect].identifier_preparer.format_table(table)


@lru_cache(maxsize=1)
def _dialects() -> dict[str, Dialect]:
    return {
        "sqlite": sqlite.dialect(paramstyle="qmark"),
        "postgresql": postgresql.psycopg.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
    }


_MARKS = {"sqlite": "?", "postgresql": "%s"}
