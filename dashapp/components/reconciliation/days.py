"""A day of the ledger: which it is, its hours, and what each connection's records said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ingest.reconcile import planning
from models.rules.access import Viewer
from models.store import ledger
from models.store.base import Store
from models.store.ledger import Hour, Source

HOUR = timedelta(hours=1)
DEFAULT = planning.Reach()


@dataclass(frozen=True, slots=True)
class Day:
    """A local day. ``hours`` are when each begins; 23 or 25 of them where clocks are changed. ``night_hour``: the
    local hour from which on it is read once more, when it is over."""

    date: date
    hours: tuple[datetime, ...]
    zone: ZoneInfo
    night_hour: int = DEFAULT.night_hour

    @property
    def since(self) -> datetime:
        return self.hours[0]

    @property
    def until(self) -> datetime:
        return self.hours[-1] + HOUR

    @property
    def night(self) -> datetime:
        """A record read then or later is final: calls that lasted over midnight have ended."""
        return planning.night_of(self.until, self.night_hour, self.zone)


@dataclass(frozen=True, slots=True)
class Account:
    """What one connection's records said of a day. ``askable``: the provider hands out records. ``due``: the hours
    that are over long enough and can be asked for now; ``held``: all calls on file that began that day."""

    source: Source
    askable: bool
    hours: Mapping[datetime, Hour]
    due: tuple[datetime, ...]
    held: int

    def total(self, name: str) -> int:
        return sum(getattr(hour, name) for hour in self.hours.values())

    def unread(self, day: Day, now: datetime) -> tuple[datetime, ...]:
        """Hours since the connection was added that are over and were not read, whether or not they can be now."""
        over = _due(day, self.source.created_at, planning.latest_hour(now, day.zone), day.zone)
        return tuple(hour for hour in over if hour not in self.hours)

    @property
    def reasons(self) -> dict[str, int]:
        """Why records are missing, and how many for each reason."""
        found: dict[str, int] = {}
        for hour in self.hours.values():
            for why, marks in hour.reasons.items():
                found[why] = found.get(why, 0) + len(marks)
        return found


def read_day(told: Any, now: datetime, zone: ZoneInfo) -> date:
    """The day an address names; today for none, for one that cannot be read, and for one still to come."""
    today = now.astimezone(zone).date()
    try:
        asked = date.fromisoformat(str(told))
    except ValueError:
        return today
    return min(asked, today) if asked.year >= 2000 else today


def day_of(asked: date, zone: ZoneInfo, night_hour: int = DEFAULT.night_hour) -> Day:
    noon = datetime(asked.year, asked.month, asked.day, 12, tzinfo=zone)
    since = planning.midnight(noon, zone)
    until = planning.midnight(noon + timedelta(days=1), zone)
    hours = tuple(since + place * HOUR for place in range(round((until - since) / HOUR)))
    return Day(asked, hours, zone, night_hour)


def accounts(store: Store, who: Viewer, day: Day) -> list[Account]:
    """Every connection in use, by label."""
    now, zone = store.now(), store.rules.zone
    latest = planning.latest_hour(now, zone)
    askable = {each.id: max(each.since, each.furthest(now, zone)) for each in planning.askable(store)}
    with store.read() as tx:
        sources = ledger.sources(tx)
        hours = ledger.hours(tx, who, day.since, day.until)
        held = ledger.held(tx, who, day.since, day.until)
    return [
        Account(
            source=source,
            askable=source.id in askable,
            hours={hour.hour: hour for hour in hours if hour.connection_id == source.id},
            due=_due(day, askable[source.id], latest, zone) if source.id in askable else (),
            held=held.get(source.id, 0),
        )
        for source in sources
    ]


def _due(day: Day, since: datetime, latest: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    first = planning.floor(since, zone)
    return tuple(hour for hour in day.hours if first <= hour < latest)


def sums(found: Sequence[Account]) -> dict[str, int]:
    """The figures of all connections together."""
    names = ("theirs", "ours", "repaired", "missing", "completed")
    return {name: sum(account.total(name) for account in found) for name in names}
