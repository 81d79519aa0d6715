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
from sqlalchemy.types import TypeDecorator

from models.db import Answered, Asking, ask, tell, tell_many
from models.postgres import KINDS
from models.postgres import Column as Array
from models.tables.base import EPOCH, MICROSECOND, Instant, Numberless

POSTGRES = "postgresql"
MARK = "__[POSTCOMPILE_ids]"

Row = tuple[Any, ...]
Told = tuple[int, Numberless]


class Query:
    """A SELECT whose only list parameter, if it has one, is ``bindparam("ids", expanding=True)``."""

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement
        columns = list(statement.selected_columns)
        self._names = [str(column.key) for column in columns]
        self._moments = [place for place, column in enumerate(columns) if isinstance(column.type, Instant)]
        self._truths = [place for place, column in enumerate(columns) if isinstance(column.type, Boolean)]
        self._spelled: dict[str, _Spelled] = {}

    def rows(self, tx: Connection, ids: Iterable[Any] | None = None, **given: Any) -> list[Row]:
        """The rows for these ids, none for none; moments go in and come out as aware datetimes."""
        return self.ask(tx, ids, **given).rows()

    def ask(self, tx: Connection, ids: Iterable[Any] | None = None, **given: Any) -> "Question":
        """``rows``, to be had later: questions asked before anybody waits share a round trip to PostgreSQL."""
        wanted = None if ids is None else list(ids)
        if wanted == []:
            return Question(self, None)
        dialect = tx.dialect.name
        spelled = self._spelled.get(dialect) or self._spelled.setdefault(
            dialect, _Spelled(self.statement, dialect)
        )
        return Question(self, ask(tx, *spelled.fill(wanted, given)))

    def dicts(self, tx: Connection, ids: Iterable[Any], **given: Any) -> list[dict[str, Any]]:
        names = self._names
        return [dict(zip(names, row, strict=True)) for row in self.rows(tx, ids, **given)]

    def read(self, found: list[Row]) -> list[Row]:
        """Rows of the driver with the values that we know."""
        return [self._read(row) for row in found] if self._moments or self._truths else found

    def _read(self, row: Sequence[Any]) -> Row:
        read = list(row)
        for place in self._moments:
            if read[place] is not None:
                read[place] = EPOCH + read[place] * MICROSECOND
        for place in self._truths:
            read[place] = read[place] if read[place] is None else bool(read[place])
        return tuple(read)


class Question:
    """A query that was asked."""

    __slots__ = ("_asked", "_query")

    def __init__(self, query: Query, asked: Answered | Asking | None) -> None:
        self._query, self._asked = query, asked

    def rows(self) -> list[Row]:
        return [] if self._asked is None else self._query.read(self._asked.rows())


class _Spelled:
    """A query in one database's own words."""

    def __init__(self, statement: Select[Any], dialect: str) -> None:
        compiled = statement.compile(dialect=_dialects()[dialect])
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._names: list[str] = list(compiled.positiontup or ())
        self._text = str(compiled)
        # PostgreSQL takes the list as one array, so its statement is always the same one.
        self._array = dialect == POSTGRES
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
                values.append(_column(ids or ()))
            else:
                values += ids or ()
        return text, values


def insert_rows(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, and every column that has no database default."""
    _tell(tx, _insert(table, tuple(rows[0]), tx.dialect.name), rows)


def update_rows(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set the named columns of the rows with these ``id``s, each named once."""
    _tell(tx, _update(table, tuple(rows[0]), tx.dialect.name), rows)


def delete_rows(tx: Connection, column: Column[Any], values: Iterable[Any]) -> None:
    """Delete the rows of the column's table in which it has one of these values."""
    text = _delete(column.table, column.name, tx.dialect.name)
    if tx.dialect.name == POSTGRES:
        tell(tx, text, (_column(list(values)),))
    else:
        tell_many(tx, text, [(value,) for value in values])


def _tell(tx: Connection, statement: "Statement", rows: Sequence[Mapping[str, Any]]) -> None:
    text, pick, moments, words, told, arrays = statement
    written = [_write(pick(row), moments, words, told) for row in rows]
    if tx.dialect.name == POSTGRES:
        columns = zip(*written, strict=True)
        tell(tx, text, [array(values) for array, values in zip(arrays, columns, strict=True)])
    else:
        tell_many(tx, text, written)


def _column(values: Sequence[Any]) -> Array:
    return KINDS[type(values[0])](values)


def _write(row: Row, moments: Sequence[int], words: Sequence[int], told: Sequence[Told]) -> list[Any]:
    values = list(row)
    for place in moments:
        value = values[place]
        if value is not None:
            values[place] = (value - EPOCH) // MICROSECOND
    for place in words:
        value = values[place]
        if value is not None and type(value) is not str:
            values[place] = str(value)  # the member of an enum
    for place, column in told:
        value = values[place]
        if value is not None:
            values[place] = column.kept(value)
    return values


def _plain(value: Any) -> Any:
    return (value - EPOCH) // MICROSECOND if isinstance(value, datetime) else value


Statement = tuple[
    str, Callable[[Mapping[str, Any]], Row], list[int], list[int], list[Told], list[type[Array]]
]
"""Text, what takes a row's values in the text's order, the places of moments, of words and of texts without numbers, and
what holds each column's values. SQLite is told each row, PostgreSQL all rows at once."""


@lru_cache(maxsize=64)
def _insert(table: Table, names: tuple[str, ...], dialect: str) -> Statement:
    marks = ", ".join([_MARKS[dialect]] * len(names))
    into = f"INSERT INTO {_name(table, dialect)} ({', '.join(names)})"
    values = f"VALUES ({marks})"
    if dialect == POSTGRES:
        values = f"SELECT * FROM unnest({marks})"  # noqa: S608 names come from the table definitions
    text = f"{into} {values}"
    return _statement(text, table, names)


@lru_cache(maxsize=64)
def _update(table: Table, names: tuple[str, ...], dialect: str) -> Statement:
    names = (*(name for name in names if name != "id"), "id")
    mark, changed = _MARKS[dialect], _name(table, dialect)
    if dialect == POSTGRES:
        changes = ", ".join(f"{name} = told.{name}" for name in names[:-1])
        told = f"unnest({', '.join([mark] * len(names))}) AS told({', '.join(names)})"
        text = f"UPDATE {changed} SET {changes} FROM {told} WHERE {changed}.id = told.id"  # noqa: S608 as above
    else:
        changes = ", ".join(f"{name} = {mark}" for name in names[:-1])
        text = f"UPDATE {changed} SET {changes} WHERE id = {mark}"  # noqa: S608 as above
    return _statement(text, table, names)


@lru_cache(maxsize=16)
def _delete(table: Table, name: str, dialect: str) -> str:
    mark = _MARKS[dialect]
    matches = f"= ANY({mark})" if dialect == POSTGRES else f"= {mark}"
    return f"DELETE FROM {_name(table, dialect)} WHERE {name} {matches}"  # noqa: S608 as above


def _statement(text: str, table: Table, names: tuple[str, ...]) -> Statement:
    types = [table.c[name].type for name in names]
    moments = [place for place, kind in enumerate(types) if isinstance(kind, Instant)]
    told = [(place, kind) for place, kind in enumerate(types) if isinstance(kind, Numberless)]
    plain = [kind.impl_instance if isinstance(kind, TypeDecorator) else kind for kind in types]
    words = [place for place, kind in enumerate(plain) if kind.python_type is str]
    arrays = [KINDS[kind.python_type] for kind in plain]
    return text, itemgetter(*names), moments, words, told, arrays


def _name(table: Table, dialect: str) -> str:
    return _dialects()[dialect].identifier_preparer.format_table(table)


@lru_cache(maxsize=1)
def _dialects() -> dict[str, Dialect]:
    return {
        "sqlite": sqlite.dialect(paramstyle="qmark"),
        "postgresql": postgresql.psycopg.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
    }


_MARKS = {"sqlite": "?", "postgresql": "%s"}
