"""The fixtures give every test the same institution, whole, on both databases."""

from models.rules.access import Role
from models.store import people, sessions
from models.store.base import Store
from tests.cast import PASSWORD, Cast
from tests.databases import Clock


def test_the_cast_can_sign_in(store: Store, cast: Cast) -> None:
    with store.read() as tx:
        for person in cast.all():
            assert sessions.check_password(tx, person.email, PASSWORD) == person.id
            assert sessions.viewer_of(tx, person.id) == person.viewer


def test_teams_part_chitra_from_the_others(cast: Cast) -> None:
    indore, pune = cast.teams["Indore"], cast.teams["Pune"]
    assert cast.asha.viewer.teams == cast.ravi.viewer.teams == cast.meera.viewer.teams == {indore}
    assert cast.chitra.viewer.teams == {pune}
    assert cast.dev.role is Role.ADMIN
    assert cast.meera.viewer.supervises(indore)
    assert not cast.meera.viewer.supervises(pune)


def test_a_lead_is_found_by_its_number(store: Store, cast: Cast) -> None:
    lead = cast.lead("+919876543210", owner=cast.asha)
    with store.read() as tx:
        assert cast.find_by_number(tx, "+919876543210") == [lead.id]


def test_every_test_has_a_database_of_its_own(store: Store, cast: Cast) -> None:
    with store.read() as tx:
        assert cast.find_by_number(tx, "+919876543210") == []
        assert len(people.everybody(tx)) == 5


def test_the_clock_moves_only_when_told(store: Store, clock: Clock) -> None:
    first = store.now()
    assert store.now() == first
    assert clock.advance(minutes=2) == store.now()
    assert (store.now() - first).total_seconds() == 120
