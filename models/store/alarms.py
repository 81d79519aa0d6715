"""Telling administrators, wherever they are, that a connection fell silent or is heard again."""

from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from models.rules.access import Role
from models.store import feed, providers
from models.store.base import Store
from models.store.feed import Audience, News
from models.tables.people import person

KIND = "silence"

_told: "WeakKeyDictionary[Engine, dict[int, str]]" = WeakKeyDictionary()
"""What was told last by this process. Another one that takes the lead tells once more, which changes nothing."""


def tell(store: Store) -> int:
    """Put on the feed which connections are silent, if that changed; how many there are then, else 0."""
    with store.read() as tx:
        now_silent = providers.silent(tx, now=store.now(), rules=store.rules)
    if now_silent == _told.get(store.db.engine, {}):
        return 0

    def work(tx: Connection) -> None:
        admins = tx.scalars(select(person.c.id).where(person.c.role == Role.ADMIN.value, person.c.active))
        news = News(KIND, Audience(people=frozenset(admins)), {"silent": list(now_silent.values())})
        feed.append(tx, store.db, store.now(), [news])

    store.write(work)
    _told[store.db.engine] = now_silent
    return len(now_silent)
