"""Fixtures every test may use.

``clock``, ``store`` (on both databases), ``cast``, ``databases``; ``app`` and ``visit`` for the whole application
in this process; ``server`` and ``page`` for a real server and a real browser.
"""

from collections.abc import Callable, Iterator

import argon2
import pytest
from dash import Dash

from models.store import sessions
from models.store.base import Store
from tests.cast import Cast, Known, Person, fill
from tests.databases import KINDS, Clock, Databases, worker_name
from tests.webapp import Visitor, Web


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Real Argon2id, at the least cost it allows: a test run hashes hundreds of passwords."""
    patch = pytest.MonkeyPatch()
    patch.setattr(sessions, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def known_casts() -> dict[str, Known]:
    """What each database's template holds, filled when it is first needed."""
    return {}


@pytest.fixture(scope="session")
def databases(testrun_uid: str, known_casts: dict[str, Known]) -> Iterator[Databases]:
    """Databases on demand; see ``Databases.store`` and ``Databases.database``."""

    def put(store: Store) -> None:
        known_casts["sqlite" if store.db.sqlite else "postgres"] = fill(store)

    made = Databases(testrun_uid, worker_name(), put)
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, databases: Databases, clock: Clock) -> Iterator[Store]:
    """A store with the cast in it, once on SQLite and once on PostgreSQL.

    A test that needs only one says ``@pytest.mark.parametrize("store", ["sqlite"], indirect=True)``.
    """
    with databases.store(request.param, clock) as made:
        yield made


@pytest.fixture
def cast(store: Store, known_casts: dict[str, Known]) -> Cast:
    return Cast(store, known_casts["sqlite" if store.db.sqlite else "postgres"])


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Web:
    return Web(tmp_path_factory.mktemp("web"))


@pytest.fixture
def app(web: Web, store: Store) -> Dash:
    """The application, with this test's store behind it."""
    return web.use(store)


@pytest.fixture
def visit(app: Dash, store: Store) -> Callable[[Person | None], Visitor]:
    """``visit(cast.asha)``: her browser, signed in. ``visit(None)``: a stranger's."""
    return lambda person: Visitor(app, store, person)
