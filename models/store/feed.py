"""The feed: what live screens are told, in commit order, each row with its audience."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, select

from models.db import Database
from models.rules.access import Role, Viewer
from models.store.prepared import Query, insert_rows
from models.tables.calls import feed

_encode = msgspec.json.encode


class Audience(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Who may receive a row.

    ``people`` by id; ``teams``: the supervisors of these teams; ``pool``: the counselors of these teams;
    ``all``: everybody. Admins receive whatever any supervisor or the pool receives.
    """

    people: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    pool: frozenset[int] = frozenset()
    all: bool = False

    def admits(self, viewer: Viewer) -> bool:
        if self.all or viewer.person_id in self.people:
            return True
        match viewer.role:
            case Role.ADMIN:
                return bool(self.teams or self.pool)
            case Role.SUPERVISOR:
                return not viewer.teams.isdisjoint(self.teams)
            case Role.COUNSELOR:
                return not viewer.teams.isdisjoint(self.pool)


class News(msgspec.Struct, frozen=True, gc=False):
    """A feed row about to be written."""

    kind: str
    audience: Audience
    body: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed row as the hub hands it out; ``body`` is JSON text."""

    id: int
    kind: str
    audience: Audience
    body: str


def append(tx: Connection, db: Database, at: datetime, news: Sequence[News]) -> None:
    """Write rows in order and ask the other processes' hubs to wake after the commit."""
    if not news:
        return
    insert_rows(
        tx,
        feed,
        [
            {
                "at": at,
                "kind": item.kind,
                "audience": _encode(item.audience).decode(),
                "body": _encode(item.body).decode(),
            }
            for item in news
        ],
    )
    db.notify_feed(tx)


_audience = msgspec.json.Decoder(Audience).decode
_after = Query(
    select(feed.c.id, feed.c.kind, feed.c.audience, feed.c.body)
    .where(feed.c.id > bindparam("cursor"))
    .order_by(feed.c.id)
    .limit(bindparam("most"))
)
PAGE = 500


def after(tx: Connection, cursor: int, limit: int = PAGE) -> list[FeedRow]:
    """Rows with an id above ``cursor``, oldest first. Ids follow commit order, so none is ever skipped."""
    rows = _after.rows(tx, cursor=cursor, most=limit)
    return [FeedRow(row_id, kind, _audience(audience), body) for row_id, kind, audience, body in rows]


def last_id(tx: Connection) -> int:
    return tx.scalar(select(func.max(feed.c.id))) or 0


def first_id(tx: Connection) -> int:
    """The oldest row still kept; a cursor below it minus one cannot be resumed."""
    return tx.scalar(select(func.min(feed.c.id))) or 0


def trim(tx: Connection, before: datetime) -> int:
    """Forget rows older than ``before``; the newest always stays, as it carries the cursor."""
    newest = select(func.max(feed.c.id)).scalar_subquery()
    return tx.execute(delete(feed).where(feed.c.at < before, feed.c.id < newest)).rowcount


def for_viewer(rows: Iterable[FeedRow], viewer: Viewer) -> list[FeedRow]:
    return [row for row in rows if row.audience.admits(viewer)]
