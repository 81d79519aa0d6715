"""What PostgreSQL can be told at once: a column of values as one parameter, statements that share a round trip.

A round trip costs both sides a switch of threads, and here it also lets go of the interpreter, which the writer then
gets back when the other threads are done with it. A statement for each row costs one as well.
"""

import struct
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import Dumper

Raw = psycopg.Connection[Any]


class Column:
    """Values of one type (or None), sent as one array in the database's own binary form."""

    __slots__ = ("values",)
    element, array = 0, 0  # the types' numbers in PostgreSQL's catalogue

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values

    def packed(self) -> bytes:
        parts = [self._head(None in self.values)]
        for value in self.values:
            if value is None:
                parts.append(_NULL)
            else:
                one = self._one(value)
                parts += (len(one).to_bytes(4, "big"), one)
        return b"".join(parts)

    def _head(self, nulls: bool) -> bytes:
        count = len(self.values)
        return (
            _HEAD.pack(1, nulls, self.element, count, 1)
            if count
            else _HEAD.pack(0, 0, self.element, 0, 0)[:12]
        )

    def _one(self, value: Any) -> bytes:
        raise NotImplementedError


class Texts(Column):
    __slots__ = ()
    element, array = 25, 1009

    def _one(self, value: str) -> bytes:
        return value.encode()


class Bytes(Column):
    __slots__ = ()
    element, array = 17, 1001

    def _one(self, value: bytes) -> bytes:
        return value


class Truths(Column):
    __slots__ = ()
    element, array = 16, 1000

    def _one(self, value: bool) -> bytes:
        return b"\1" if value else b"\0"


class Numbers(Column):
    """Whole numbers of 64 bits."""

    __slots__ = ()
    element, array = 20, 1016

    def packed(self) -> bytes:
        values = self.values
        if not values or None in values:
            return super().packed()
        flat: list[int] = [8] * (2 * len(values))
        flat[1::2] = values
        return self._head(False) + struct.pack(">" + "iq" * len(values), *flat)

    def _one(self, value: int) -> bytes:
        return value.to_bytes(8, "big", signed=True)


class Fractions(Column):
    __slots__ = ()
    element, array = 701, 1022

    def _one(self, value: float) -> bytes:
        return struct.pack(">d", value)


_HEAD = struct.Struct(">iiIii")
_NULL = b"\xff\xff\xff\xff"

KINDS: dict[type, type[Column]] = {str: Texts, int: Numbers, bytes: Bytes, bool: Truths, float: Fractions}
"""Which column holds values of a Python type."""


def _dumper(kind: type[Column]) -> type[Dumper]:
    class Packed(Dumper):
        format = pq.Format.BINARY
        oid = kind.array

        def dump(self, obj: Column) -> bytes:
            return obj.packed()

    return Packed


for _kind in KINDS.values():
    psycopg.adapters.register_dumper(_kind, _dumper(_kind))


class Asked:
    """A question that was put to the database; ``rows`` waits for its answer."""

    __slots__ = ("_lane", "_rows")

    def __init__(self, lane: "Lane") -> None:
        self._lane = lane
        self._rows: list[tuple[Any, ...]] | None = None

    def rows(self) -> list[tuple[Any, ...]]:
        if self._rows is None:
            self._lane.flush()
        return self._rows or []

    def answer(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows


class Lane:
    """A transaction's statements on their way, in order: sent together when somebody waits for one of them.

    Errors are the driver's, and are raised to whoever waits; none is passed over, as the commit waits for all.
    """

    def __init__(self, raw: Raw, first: str, values: Sequence[Any] = (), *, always: bool = False) -> None:
        """``first`` goes before everything: once, or ``always``, each time something is sent."""
        self._raw = raw
        self._waiting: list[tuple[str, Sequence[Any], Asked | None]] = [(first, values, None)]
        self._always = self._waiting[:] if always else []
        self.failed = ""
        """The text of the statement that failed last."""

    def tell(self, statement: str, values: Sequence[Any]) -> None:
        self._waiting.append((statement, values, None))

    def ask(self, statement: str, values: Sequence[Any]) -> Asked:
        asked = Asked(self)
        self._waiting.append((statement, values, asked))
        return asked

    def flush(self) -> None:
        """Send what waits, and wait until all of it is done."""
        if len(self._waiting) > len(self._always):
            self._send(commit=False)

    def commit(self) -> None:
        """Send what waits and the commit behind it, in one round trip; on return it is durable."""
        self._send(commit=True)

    def _send(self, *, commit: bool) -> None:
        waiting, self._waiting = self._waiting, self._always[:]
        sent: list[tuple[str, psycopg.Cursor[Any], Asked | None]] = []
        try:
            with self._raw.pipeline():
                for statement, values, asked in waiting:
                    cursor = self._raw.cursor(binary=True)
                    sent.append((statement, cursor, asked))
                    cursor.execute(statement, values)
                if commit:
                    self._raw.commit()
        except psycopg.Error as error:
            undone = (statement for statement, cursor, _ in sent if cursor.statusmessage is None)
            self.failed = next(undone, "COMMIT")
            cause = (
                error.__context__
            )  # what comes behind a statement that failed only says that it did not run
            if isinstance(error, psycopg.errors.PipelineAborted) and isinstance(cause, psycopg.Error):
                raise cause from None
            raise
        for _, cursor, asked in sent:
            if asked is not None:
                asked.answer(cursor.fetchall())
