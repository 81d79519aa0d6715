"""Silence is told to administrators, once when it begins and once when it ends, and to nobody else."""

import msgspec
from sqlalchemy import select

from models.store import alarms, feed, providers, rhythm
from models.store.base import Store
from models.tables.calls import feed as feed_table
from models.tables.telephony import connection
from tests.cast import Cast
from tests.databases import Clock
from tests.telling import ended, tell


def usual(store: Store, cast: Cast, clock: Clock) -> None:
    """Ten calls from ten to eleven on each of five Mondays; it is ten past ten on the sixth, and one came at ten."""
    monday = clock.at
    for week in range(1, 6):
        for minute in range(20):
            clock.set(monday)
            clock.advance(days=-7 * week, minutes=-60 + minute * 3)
            tell(store, cast, ended(store, cast.asha, cast.lead(), f"{week}-{minute}"))
    clock.set(monday)
    clock.advance(hours=-1, minutes=1)
    tell(store, cast, ended(store, cast.asha, cast.lead(), "today"))
    with store.read() as tx:
        rhythm.forget(tx)


def told(store: Store) -> list[tuple[feed.Audience, dict[str, list[str]]]]:
    with store.read() as tx:
        rows = tx.execute(
            select(feed_table.c.audience, feed_table.c.body)
            .where(feed_table.c.kind == "silence")
            .order_by(feed_table.c.id)
        )
        return [
            (msgspec.json.decode(each.audience, type=feed.Audience), msgspec.json.decode(each.body))
            for each in rows
        ]


def test_silence_is_told_when_it_begins_and_when_it_ends(store: Store, cast: Cast, clock: Clock) -> None:
    usual(store, cast, clock)
    assert alarms.tell(store) == 0
    clock.advance(minutes=45)
    assert alarms.tell(store) == 1
    assert alarms.tell(store) == 0, "once"
    with store.read() as tx:
        assert providers.silent(tx, now=store.now(), rules=store.rules) == {
            cast.connection.id: "Reference line"
        }
    tell(store, cast, ended(store, cast.asha, cast.lead(), "back"))
    assert alarms.tell(store) == 0
    rows = told(store)
    assert [body["silent"] for _, body in rows] == [["Reference line"], []]
    for audience, _ in rows:
        admitted = {person.name.split()[0] for person in cast.all() if audience.admits(person.viewer)}
        assert admitted == {"Dev"}


def test_a_connection_that_is_off_is_not_missed(store: Store, cast: Cast, clock: Clock) -> None:
    usual(store, cast, clock)
    clock.advance(minutes=45)
    with store.db.begin() as tx:
        tx.execute(connection.update().values(active=False))
    assert alarms.tell(store) == 0
    assert told(store) == []
