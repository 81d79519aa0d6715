"""When connections are usually heard: calls by hour of the last weeks, and deliveries of the last day."""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, Engine, func, literal, select, type_coerce

from models.rules import silence
from models.store.journal import Verdict
from models.tables.base import EPOCH
from models.tables.calls import call
from models.tables.telephony import delivery

HOURS = 24
HOUR = 3_600_000_000  # microseconds: the unit of a stored moment
FRESH_SECONDS = 3600.0
FIRST_DAY = EPOCH.date()
PULLED = "pulled"  # ingest.contract.Door.PULLED: we asked, so it is no sign of life
TEST = Verdict.TEST.value


@dataclass(slots=True)
class Rhythm:
    """Calls of one connection by (local day, local hour) since ``first``, the first whole day it was heard."""

    first: date
    hours: dict[tuple[date, int], int] = field(default_factory=dict)


_kept: "WeakKeyDictionary[Engine, tuple[float, date, dict[int, Rhythm]]]" = WeakKeyDictionary()
_lock = threading.Lock()


def rhythms(tx: Connection, now: datetime, zone: ZoneInfo) -> dict[int, Rhythm]:
    """By connection, over the days before today that ``silence.judge`` looks at.

    Past days hardly change, so one count serves all who look within the hour.
    """
    today = now.astimezone(zone).date()
    with _lock:
        known = _kept.get(tx.engine)
        if known and known[1] == today and time.monotonic() - known[0] < FRESH_SECONDS:
            return known[2]
        found = _count(tx, today)
        _kept[tx.engine] = (time.monotonic(), today, found)
        return found


def forget(tx: Connection) -> None:
    """Count anew at the next question (tests write the past after it was asked for)."""
    _kept.pop(tx.engine, None)


def _count(tx: Connection, today: date) -> dict[int, Rhythm]:
    since = (today - FIRST_DAY).days - 7 * (silence.WEEKS + 1)
    found: dict[int, Rhythm] = {}
    for row in tx.execute(
        select(call.c.connection_id, call.c.local_day, call.c.local_hour, func.count().label("n"))
        .where(call.c.local_day >= since, call.c.local_day < (today - FIRST_DAY).days)
        .group_by(call.c.connection_id, call.c.local_day, call.c.local_hour)
        .order_by(call.c.connection_id, call.c.local_day)
    ):
        day = FIRST_DAY + timedelta(days=row.local_day)
        rhythm = found.setdefault(row.connection_id, Rhythm(day + timedelta(days=1)))
        rhythm.hours[day, row.local_hour] = row.n
    return found


def calls_today(tx: Connection, now: datetime, zone: ZoneInfo) -> dict[int, int]:
    """Calls that began since local midnight, by connection."""
    today = (now.astimezone(zone).date() - FIRST_DAY).days
    rows = tx.execute(
        select(call.c.connection_id, func.count())
        .where(call.c.local_day == today)
        .group_by(call.c.connection_id)
    )
    return {connection_id: count for connection_id, count in rows}


def rates(tx: Connection, now: datetime) -> dict[int, tuple[int, ...]]:
    """Deliveries in each of the last 24 times 60 minutes, the oldest first, by connection; tests of ours are none."""
    age = (
        literal((now - EPOCH) // timedelta(microseconds=1), BigInteger)
        - type_coerce(delivery.c.received_at, BigInteger)
    ) // HOUR
    found: dict[int, list[int]] = defaultdict(lambda: [0] * HOURS)
    for connection_id, ago, count in tx.execute(
        select(delivery.c.connection_id, age.label("ago"), func.count())
        .where(
            delivery.c.received_at > now - timedelta(hours=HOURS),
            delivery.c.received_at <= now,
            delivery.c.verdict != TEST,
        )
        .group_by(delivery.c.connection_id, age)
    ):
        found[connection_id][HOURS - 1 - min(int(ago), HOURS - 1)] += count
    return {connection_id: tuple(counts) for connection_id, counts in found.items()}
