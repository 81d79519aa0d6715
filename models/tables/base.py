"""What every table shares: one metadata, and the column types of a moment and of a text without numbers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, String
from sqlalchemy.types import TypeDecorator

from models.rules import redaction

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

BigId = BigInteger().with_variant(Integer, "sqlite")
"""64-bit key; plain INTEGER on SQLite because only that becomes the rowid."""


class Instant(TypeDecorator[datetime]):
    """A moment, as microseconds since 1970 UTC: the same integer and the same SQL on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Numberless(TypeDecorator[str]):
    """A short text somebody told, which everybody reads who sees its row. A telephone number in it is masked as it is
    written, whoever writes it, and in what it is compared with, so that none is shown and none is found by guessing."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else self.kept(value)

    def kept(self, value: str) -> str:
        """``value`` as the column keeps it; a mask may be longer than its number, and is then cut."""
        return redaction.detail(value)[: self.length]


def as_kept(column: Column[Any], value: Any) -> Any:
    """What ``column`` will say of ``value``: whether it changes a row is asked of this."""
    return column.type.kept(value) if isinstance(column.type, Numberless) and value is not None else value
