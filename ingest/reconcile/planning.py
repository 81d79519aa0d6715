"""Which hours of which connection are due to be asked for."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ingest import intake
from ingest.client import Reason, Refused
from ingest.contract import Capability, ConnectionInfo
from ingest.http import Outbound
from ingest.vendors import registry
from models.store import ledger, sweeps
from models.store.base import Store
from models.store.hooks import TokenBook

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
LAG = timedelta(minutes=15)
"""An hour is asked for when it ended so long ago: calls under way are not counted, and records have time to appear."""

FURTHEST = timedelta(days=30)
"""Records are asked for no further back than deliveries are kept: beyond it nobody could say who told us first."""

FIRST_TIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reach:
    """What an operator decides: how many hours are read again each hour, the local hour of the night in which
    yesterday is read once more, and which hosts may be on a private network."""

    hours: int = 6
    night_hour: int = 4
    private_hosts: frozenset[str] = frozenset()


def plan(store: Store, reach: Reach) -> None:
    """Put on the list what is due by the clock: the last hours once an hour, and yesterday once a night.

    After a time in which no server ran, the hours since the last sweep that succeeded are read as well.
    """
    now = store.now()
    horizon = latest_hour(now, store.rules.zone)
    for account in askable(store):
        due = _due(store, account, horizon, now, reach)
        if due is None:
            continue
        since, until = due

        def work(
            tx: Any, connection_id: int = account.id, since: datetime = since, until: datetime = until
        ) -> None:
            sweeps.begin(tx, connection_id, since, until, now)

        try:
            store.write(work)
        except sweeps.Busy:
            log.info("the records of connection %d are being read already", account.id)


def _due(
    store: Store, account: "Askable", horizon: datetime, now: datetime, reach: Reach
) -> tuple[datetime, datetime] | None:
    zone = store.rules.zone
    earliest = max(floor(account.since, zone), account.furthest(now, zone))
    with store.read() as tx:
        if any(each.connection_id == account.id for each in sweeps.running(tx)):
            return None
        asked, done = sweeps.by_clock(tx, account.id)
        if asked is None or asked < horizon:
            since = min(horizon - reach.hours * HOUR, horizon - FIRST_TIME if done is None else done)
            since = max(since, earliest)
            return (since, horizon) if since < horizon else None
        today = midnight(now, zone)
        night = night_of(today, reach.night_hour, zone)
        if now < night:
            return None
        yesterday = max(midnight(now.astimezone(zone) - timedelta(days=1), zone), earliest)
        if yesterday >= today or sweeps.asked_enough(tx, account.id, yesterday, today, night):
            return None
    return yesterday, today


def night_of(ended: datetime, night_hour: int, zone: ZoneInfo) -> datetime:
    """From when on the local day that ended then is read once more, in UTC."""
    night = ended.astimezone(zone).replace(hour=night_hour, minute=0, second=0, microsecond=0)
    return max(night.astimezone(UTC), ended + LAG)


def midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    """When its day began on the institution's clock, in UTC."""
    local = moment.astimezone(zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Askable:
    """A connection whose provider can be asked for call records; ``since``: when it was added, or from when on the
    provider has records; ``reach_days``: how many local days back it can be asked for, today among them."""

    id: int
    label: str
    since: datetime
    reach_days: int

    def furthest(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The earliest hour that may be asked for now, however long the connection has been there."""
        first_day = now.astimezone(zone) - timedelta(days=self.reach_days - 1)
        return max(floor(now - FURTHEST, zone) + HOUR, midnight(first_day, zone))


def askable(store: Store) -> list[Askable]:
    """The connections in use whose vendor hands out call records, and that name a host to ask."""
    with store.read() as tx:
        found = ledger.sources(tx)
    return [asked for each in found if (asked := _askable(store, each)) is not None]


def _askable(store: Store, source: ledger.Source) -> Askable | None:
    if source.vendor not in registry.all_slugs():
        return None
    if Capability.PULL_LOG not in registry.get(source.vendor).capabilities:
        return None
    account = TokenBook(store).by_id(source.id)
    reach_days = _reach_days(intake.info(account)) if account else 0
    if account is None or not reach_days:
        return None
    since = max(source.created_at, _kept_since(account.settings))
    return Askable(source.id, source.label, since, reach_days)


def _reach_days(connection: ConnectionInfo) -> int:
    """How far back the provider can be asked; 0 without a host to ask or a window to ask for. One vendor may serve
    several services, not all of which hand out records."""
    if not registry.hosts(connection):
        return 0
    web = Outbound(())
    try:
        client = registry.client(connection, web)
        return client.pull_reach_days if client.pull_window_seconds > 0 else 0
    finally:
        web.close()


def _kept_since(settings: Mapping[str, Any]) -> datetime:
    """The setting ``records_since``: from when on the provider has records (ISO 8601; without an offset, UTC)."""
    try:
        told = datetime.fromisoformat(str(settings["records_since"]))
    except (KeyError, ValueError):
        return datetime.min.replace(tzinfo=UTC)
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def latest_hour(now: datetime, zone: ZoneInfo) -> datetime:
    """Where the hours that may be asked for end."""
    return floor(now - LAG, zone)


def floor(moment: datetime, zone: ZoneInfo) -> datetime:
    """The start of its hour on the institution's clock, in UTC: not every zone is whole hours away."""
    local = moment.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment.astimezone(UTC) - past


def windows(hour: datetime, longest_seconds: int) -> Iterable[tuple[datetime, datetime]]:
    """The hour in pieces the provider accepts. Raises ``Refused`` when it accepts none."""
    step = min(HOUR, timedelta(seconds=longest_seconds))
    if not step:
        raise Refused(Reason.NOT_SET_UP, "this provider cannot be asked for call records")
    for place in range(-(-HOUR // step)):
        yield hour + place * step, min(hour + (place + 1) * step, hour + HOUR)
