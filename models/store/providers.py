"""How the connections to providers are doing. For administrators only: a viewer who is none sees nothing."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, delete, func, select

from models.rules import redaction
from models.rules.access import Viewer
from models.rules.silence import Hearing, Judgement, judge
from models.store import audit, rhythm
from models.store.base import Rules
from models.store.journal import Verdict
from models.store.rhythm import Rhythm
from models.store.vault import digest
from models.tables.calls import call
from models.tables.telephony import connection, delivery, seat, unknown_word

SILENT_AFTER = timedelta(minutes=15)
SILENT_WITHIN = timedelta(hours=24)
LEARNING = Judgement(Hearing.LEARNING)


@dataclass(frozen=True, slots=True)
class Health:
    """One connection now. ``today`` counts deliveries by verdict since local midnight; ``silent`` are calls
    of the last 24 hours that rang more than 15 minutes ago and of which no end was ever told. ``rate`` is
    deliveries in each of the last 24 times 60 minutes, the oldest first; ``last_at`` when the provider last
    called us: neither our test events nor call records we asked for count as that."""

    id: int
    slug: str
    vendor: str
    label: str
    zone: str
    active: bool
    seats: int
    last_at: datetime | None
    live: int
    silent: int
    waiting: int  # for review, of any day
    today: dict[str, int] = field(default_factory=dict)
    rate: tuple[int, ...] = (0,) * rhythm.HOURS
    calls_today: int = 0
    hearing: Judgement = LEARNING
    share: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def heard_today(self) -> int:
        return sum(count for verdict, count in self.today.items() if verdict != Verdict.TEST)

    @property
    def alarm(self) -> bool:
        """Nothing is heard although it should be."""
        return self.active and self.hearing.hearing is Hearing.SILENT


@dataclass(frozen=True, slots=True)
class UnknownWord:
    id: str
    connection_id: int
    connection: str
    field: str
    word: str
    seen: int
    last_at: datetime


_last_heard = (
    select(delivery.c.received_at)
    .where(
        delivery.c.connection_id == connection.c.id,
        delivery.c.verdict != Verdict.TEST.value,
        delivery.c.door != rhythm.PULLED,
    )
    .order_by(delivery.c.id.desc())
    .limit(1)
    .correlate(connection)
    .scalar_subquery()
)


def silent(tx: Connection, *, now: datetime, rules: Rules) -> dict[int, str]:
    """Id and label of the connections that should be heard now and are not; for administrators' eyes."""
    usual = rhythm.rhythms(tx, now, rules.zone)
    rows = tx.execute(
        select(connection.c.id, connection.c.label, _last_heard.label("last_at"))
        .where(connection.c.active)
        .order_by(connection.c.label)
    )
    return {
        row.id: row.label
        for row in rows
        if _judged(usual.get(row.id), row.last_at, now, rules.zone).hearing is Hearing.SILENT
    }


def health(tx: Connection, viewer: Viewer, *, now: datetime, rules: Rules) -> list[Health]:
    """Every connection by label."""
    if not viewer.sees_all:
        return []
    midnight = now.astimezone(rules.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today: dict[int, dict[str, int]] = defaultdict(dict)
    for row in tx.execute(
        select(delivery.c.connection_id, delivery.c.verdict, func.count().label("n"))
        .where(delivery.c.received_at >= midnight)
        .group_by(delivery.c.connection_id, delivery.c.verdict)
    ):
        today[row.connection_id][row.verdict] = row.n
    waiting = _count(tx, delivery.c.connection_id, delivery.c.verdict == Verdict.FOR_REVIEW.value)
    seats = _count(tx, seat.c.connection_id)
    live, silent = _under_way(tx, now)
    rates, calls = rhythm.rates(tx, now), rhythm.calls_today(tx, now, rules.zone)
    usual = rhythm.rhythms(tx, now, rules.zone)
    rows = tx.execute(select(connection, _last_heard.label("last_at")).order_by(connection.c.label))
    return [
        Health(
            id=row.id,
            slug=row.slug,
            vendor=row.vendor,
            label=row.label,
            zone=row.zone,
            active=row.active,
            seats=seats.get(row.id, 0),
            last_at=row.last_at,
            live=live.get(row.id, 0),
            silent=silent.get(row.id, 0),
            waiting=waiting.get(row.id, 0),
            today=today.get(row.id, {}),
            rate=rates.get(row.id, (0,) * rhythm.HOURS),
            calls_today=calls.get(row.id, 0),
            hearing=_judged(usual.get(row.id), row.last_at, now, rules.zone),
            share=row.share,
            settings=json.loads(row.settings),
        )
        for row in rows
    ]


def _judged(usual: Rhythm | None, last: datetime | None, now: datetime, zone: ZoneInfo) -> Judgement:
    if usual is None:
        return Judgement(Hearing.NEVER if last is None else Hearing.LEARNING)
    return judge(usual.hours, usual.first, last, now, zone)


def unknown_words(tx: Connection, viewer: Viewer, *, connection_id: int | None = None) -> list[UnknownWord]:
    """Words of providers that no table maps, the latest first."""
    if not viewer.sees_all:
        return []
    wanted = (
        select(unknown_word, connection.c.label)
        .join(connection, connection.c.id == unknown_word.c.connection_id)
        .order_by(unknown_word.c.last_at.desc(), unknown_word.c.word)
        .limit(100)
    )
    if connection_id is not None:
        wanted = wanted.where(connection.c.id == connection_id)
    rows = tx.execute(wanted)
    return [
        UnknownWord(
            _word_id(row),
            row.connection_id,
            row.label,
            redaction.numbers(row.field),
            redaction.numbers(row.word),
            row.seen,
            row.last_at,
        )
        for row in rows
    ]


def dismiss_word(tx: Connection, viewer: Viewer, at: datetime, word_id: str) -> bool:
    """Take a word off the list; should a provider say it again, it is counted from one. False: not there."""
    if not viewer.sees_all:
        return False
    for row in tx.execute(select(unknown_word)):
        if _word_id(row) == word_id:
            tx.execute(
                delete(unknown_word).where(
                    unknown_word.c.connection_id == row.connection_id,
                    unknown_word.c.field == row.field,
                    unknown_word.c.word == row.word,
                )
            )
            said = redaction.numbers(f"{row.field} {row.word}")
            audit.by_person(tx, at, viewer, "connection.word", f"connection:{row.connection_id}", said)
            return True
    return False


def _word_id(row: Any) -> str:
    """Names a word in a page that may not hold it: a provider's word can be a number."""
    return digest(f"{row.connection_id}\n{row.field}\n{row.word}")[:24]


def _count(tx: Connection, key: ColumnElement[int], *conditions: ColumnElement[bool]) -> dict[int, int]:
    rows = tx.execute(select(key, func.count()).where(*conditions).group_by(key))
    return {connection_id: count for connection_id, count in rows}


def _under_way(tx: Connection, now: datetime) -> tuple[dict[int, int], dict[int, int]]:
    """Calls not known to have ended, by connection: those that may still be going on, and the silent."""
    live: dict[int, int] = defaultdict(int)
    silent: dict[int, int] = defaultdict(int)
    # Grouped here: asked to group by connection, SQLite walks every call there is.
    for row in tx.execute(
        select(call.c.connection_id, call.c.started_at, call.c.answered_at).where(
            call.c.over.is_(False), call.c.started_at >= now - SILENT_WITHIN
        )
    ):
        talking = row.answered_at is not None  # a long talk is no lost log
        lost = row.started_at < now - SILENT_AFTER and not talking
        (silent if lost else live)[row.connection_id] += 1
    return live, silent
