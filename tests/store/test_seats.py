"""Nobody's seat is given to somebody: by whom, whose it was, and what of the past comes along."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from models.store import connections, providers, rhythm, seats
from models.store.base import Store
from models.tables.calls import call, offer
from models.tables.people import audit
from models.tables.telephony import seat, unknown_word
from tests.cast import Cast
from tests.databases import Clock
from tests.telling import ended, tell


def stranger(store: Store, cast: Cast, *calls: str) -> seats.UnmappedSeat:
    """Calls that rang a seat nobody has; the seat as the page lists it."""
    nobody = replace(cast.asha, seat="+919000000777")
    tell(store, cast, *[ended(store, nobody, cast.lead(), each) for each in calls])
    with store.read() as tx:
        [found] = seats.unmapped(tx, cast.viewer("dev"), now=store.now())
    return found


def test_a_seat_is_given_with_its_earlier_calls(store: Store, cast: Cast) -> None:
    found = stranger(store, cast, "c1", "c2")
    assert found.rings == 2
    assert "0000777" not in found.mask
    assert "777" not in found.key
    dev = cast.viewer("dev")
    assert (
        seats.give(store, dev, connection_id=found.connection_id, key=found.key, person_id=cast.ravi.id) == 2
    )
    with store.read() as tx:
        assert seats.unmapped(tx, dev, now=store.now()) == []
        assert set(tx.scalars(select(offer.c.person_id))) == {cast.ravi.id}
        addresses = connections.seats(tx, store.vault, found.connection_id)
        noted = tx.execute(select(audit).where(audit.c.action == "connection.seat")).one()
        calls = tx.scalar(select(func.count()).select_from(call))
    assert addresses[cast.ravi.email] == "+919000000777"
    assert (noted.person_id, noted.subject) == (dev.person_id, f"person:{cast.ravi.id}")
    assert "9000000777" not in noted.detail
    assert calls == 2
    with pytest.raises(seats.NoSuchSeat):
        seats.give(store, dev, connection_id=found.connection_id, key=found.key, person_id=cast.asha.id)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_only_an_administrator_gives_and_only_what_is_there(store: Store, cast: Cast) -> None:
    found = stranger(store, cast, "c1")
    other = cast.line("other", "open")
    for who, connection_id, key, person_id in (
        ("meera", found.connection_id, found.key, cast.ravi.id),
        ("asha", found.connection_id, found.key, cast.asha.id),
        ("dev", other.id, found.key, cast.ravi.id),
        ("dev", found.connection_id, "00" * 32, cast.ravi.id),
        ("dev", found.connection_id, "zz", cast.ravi.id),
        ("dev", found.connection_id, found.key, 999_999),
    ):
        with pytest.raises(LookupError):
            seats.give(store, cast.viewer(who), connection_id=connection_id, key=key, person_id=person_id)
    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(seat).where(seat.c.connection_id == other.id)) == 0
        assert len(seats.unmapped(tx, cast.viewer("dev"), now=store.now())) == 1
        assert seats.unmapped(tx, cast.viewer("meera"), now=store.now()) == []
        assert seats.candidates(tx, cast.viewer("meera")) == []


def test_counselors_are_offered_first(store: Store, cast: Cast) -> None:
    with store.read() as tx:
        names = [each.name.split()[0] for each in seats.candidates(tx, cast.viewer("dev"))]
    assert names == ["Asha", "Chitra", "Ravi", "Dev", "Meera"]


def test_a_word_is_dismissed_until_it_is_said_again(store: Store, cast: Cast) -> None:
    dev, now = cast.viewer("dev"), store.now()

    def words() -> list[providers.UnknownWord]:
        with store.read() as tx:
            return providers.unknown_words(tx, dev)

    with store.db.begin() as tx:
        for word in ("flummoxed", "+919876543210"):
            tx.execute(
                unknown_word.insert().values(
                    connection_id=cast.connection.id, field="status", word=word, seen=3, last_at=now
                )
            )
    first, second = words()
    assert "9876543210" not in repr((first, second))
    with store.db.begin() as tx:
        assert not providers.dismiss_word(tx, cast.viewer("meera"), now, first.id)
        assert not providers.dismiss_word(tx, dev, now, "nothing")
        assert providers.dismiss_word(tx, dev, now, first.id)
        assert not providers.dismiss_word(tx, dev, now, first.id)
    assert words() == [second]


def test_health_knows_what_is_usual(store: Store, cast: Cast, clock: Clock) -> None:
    """Five weeks of Mondays, ten calls from ten to eleven; this Monday none."""
    dev = cast.viewer("dev")
    monday = clock.at  # 11:00 in India
    for week in range(1, 6):
        for minute in range(10):
            clock.set(monday)
            clock.advance(days=-7 * week, minutes=-60 + minute * 6)
            tell(store, cast, ended(store, cast.asha, cast.lead(), f"{week}-{minute}"))
    clock.set(monday)
    with store.read() as tx:
        rhythm.forget(tx)
        [line] = providers.health(tx, dev, now=store.now(), rules=store.rules)
    assert line.hearing.expected >= 10
    assert line.hearing.hearing == ("silent" if not line.hearing.empty_hour else "as usual")
    clock.advance(minutes=-20)
    with store.read() as tx:
        [line] = providers.health(tx, dev, now=store.now(), rules=store.rules)
    assert not line.hearing.empty_hour
    assert line.hearing.hearing == "silent"
    assert line.alarm
