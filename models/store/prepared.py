"""Statements of the write path, compiled once a dialect and handed straight to the driver.

SQLAlchemy's own execution costs more, for each statement and each row, than SQLite takes to do the work;
in the one write path of calls that halves what a process can take in. The text still comes from
SQLAlchemy's compiler, so both databases get the same SQL, and values keep their column types.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Connection, Dialect, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

from models.tables.base import EPOCH, MICROSECOND, Instant

MARK = "__[POSTCOMPILE_ids]"

Row = tuple[Any, ...]


class Query:
    """A SELECT whose only list parameter is ``bindparam("ids", expanding=True)``."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        columns = list(statement.selected_columns)
        self._moments = [place for place, column in enumerate(columns) if isinstance(column.type, Instant)]
        self._truths = [place for place, column in enumerate(columns) if isinstance(column.type, Boolean)]
        self._texts: dict[str, tuple[str, dict[str, Any]]] = {}

    def rows(self, tx: Connection, ids: Iterable[Any], **given: Any) -> list[Row]:
        """The rows for these ids; moments go in and come out as aware datetimes."""
        text, constants = self._texts.get(tx.dialect.name) or self._compile(tx.dialect.name)
        values: dict[str, Any] = {f"i{number}": value for number, value in enumerate(ids)}
        if not values:
            return []
        spell = _spelling(tx.dialect.name)
        text = text.replace(MARK, ", ".join(map(spell, values)))
        values |= constants
        for name, value in given.items():
            values[name] = _plain(value)
        found = tx.exec_driver_sql(text, values).fetchall()
        if not self._moments and not self._truths:
            return [tuple(row) for row in found]
        return [self._read(row) for row in found]

    def dicts(self, tx: Connection, ids: Iterable[Any], **given: Any) -> list[dict[str, Any]]:
        names = [str(column.key) for column in self._statement.selected_columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows(tx, ids, **given)]

    def _read(self, row: Sequence[Any]) -> Row:
        read = list(row)
        for place in self._moments:
            if read[place] is not None:
                read[place] = EPOCH + read[place] * MICROSECOND
        for place in self._truths:
            read[place] = read[place] if read[place] is None else bool(read[place])
        return tuple(read)

    def _compile(self, dialect: str) -> tuple[str, dict[str, Any]]:
        compiled = self._statement.compile(dialect=_dialects()[dialect])
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._texts[dialect] = str(compiled), constants
        return self._texts[dialect]


def insert_rows(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, and every column that has no database default."""
    text, moments, choices = _insert(table, tuple(rows[0]), tx.dialect.name)
    tx.exec_driver_sql(text, [_write(row, moments, choices) for row in rows])


def update_rows(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set the named columns of the rows with these ``id``s."""
    text, moments, choices = _update(table, tuple(rows[0]), tx.dialect.name)
    tx.exec_driver_sql(text, [_write(row, moments, choices) for row in rows])


def _write(row: Mapping[str, Any], moments: Sequence[str], choices: Sequence[str]) -> dict[str, Any]:
    values = dict(row)
    for name in moments:
        value = values[name]
        if value is not None:
            values[name] = (value - EPOCH) // MICROSECOND
    for name in choices:
        value = values[name]
        if value is not None:
            values[name] = str(value)
    return values


def _plain(value: Any) -> Any:
    return (value - EPOCH) // MICROSECOND if isinstance(value, datetime) else value


Spelled = tuple[str, list[str], list[str]]


@lru_cache(maxsize=64)
def _insert(table: Table, names: tuple[str, ...], dialect: str) -> Spelled:
    spell = _spelling(dialect)
    text = f"INSERT INTO {_name(table, dialect)} ({', '.join(names)}) VALUES ({', '.join(map(spell, names))})"  # noqa: S608 names come from the table definitions
    return text, *_kinds(table, names)


@lru_cache(maxsize=64)
def _update(table: Table, names: tuple[str, ...], dialect: str) -> Spelled:
    spell = _spelling(dialect)
    changes = ", ".join(f"{name} = {spell(name)}" for name in names if name != "id")
    text = f"UPDATE {_name(table, dialect)} SET {changes} WHERE id = {spell('id')}"  # noqa: S608 as above
    return text, *_kinds(table, names)


def _kinds(table: Table, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which columns hold moments, and which hold words (an enum's member must go in as its text)."""
    moments = [name for name in names if isinstance(table.c[name].type, Instant)]
    words = [name for name in names if table.c[name].type.python_type is str]
    return moments, words


def _name(table: Table, dialect: str) -> str:
    return _dialects()[dialect].identifier_preparer.format_table(table)


@lru_cache(maxsize=1)
def _dialects() -> dict[str, Dialect]:
    return {
        "sqlite": sqlite.dialect(paramstyle="named"),
        "postgresql": postgresql.psycopg.dialect(),  # type: ignore[no-untyped-call]
    }


def _spelling(dialect: str) -> Callable[[str], str]:
    return _NAMED if dialect == "sqlite" else _PYFORMAT


_NAMED: Callable[[str], str] = ":{}".format
_PYFORMAT: Callable[[str], str] = "%({})s".format
