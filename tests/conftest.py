"""Fixtures every test may use.

``clock``, ``store`` (on both databases), ``cast``, ``databases``; ``app`` and ``visit`` for the whole application
in this process; ``server`` and ``open_as`` for a real server and a real browser.
"""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import argon2
import pytest
from dash import Dash
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from dashapp import auth
from models.store import sessions
from models.store.base import Store
from tests.cast import Cast, Known, Person, fill
from tests.databases import KINDS, Clock, Databases, worker_name
from tests.servers import CHROMIUM_ARGUMENTS, Running, chromium, running
from tests.webapp import Visitor, Web


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the workers of ``make test`` share out: a slow test is a piece of its own, the others go by file and
    database. The long pieces come first, so that no worker is left with one when the others are done.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    for item in items:
        given = getattr(item, "callspec", None)
        piece = (
            f"{item.path.relative_to(item.config.rootpath)} {given.params.get('store', '') if given else ''}"
        )
        item.add_marker(pytest.mark.xdist_group(item.nodeid if item.get_closest_marker("slow") else piece))
    items.sort(key=lambda item: [item.get_closest_marker(name) is None for name in ("slow", "browser")])


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


@pytest.fixture(scope="session")
def server(
    databases: Databases, known_casts: dict[str, Known], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A real server on SQLite, shared by the tests of this process: each uses leads of its own."""
    with running(databases, known_casts, "sqlite", tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for all browsers of this process: Playwright takes no second one beside it."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
    yield started
    started.close()


OpenAs = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser, server: Running) -> Iterator[OpenAs]:
    """``open_as(cast.asha, "/boards")``: a page of her browser, signed in. Keywords go to ``new_context``
    (``viewport``, ``color_scheme``, ``is_mobile``, …). An error in a page's scripts fails the test.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def enter(person: Person | None, path: str = "/", at: Running = server, **context: Any) -> Page:
        made = browser.new_context(base_url=at.url, **context)
        contexts.append(made)
        if person is not None:
            secret, csrf = sessions.start(at.store, person.id, timedelta(hours=12))
            made.add_cookies(
                [
                    {"name": auth.SESSION_COOKIE, "value": secret, "url": at.url, "httpOnly": True},
                    {"name": auth.CSRF_COOKIE, "value": csrf, "url": at.url},
                ]
            )
        page = made.new_page()
        page.set_default_timeout(45_000)
        page.on("pageerror", lambda error: errors.append(f"{path}: {error}"))
        page.goto(path)
        return page

    yield enter
    for made in contexts:
        made.close()
    assert not errors, "\n".join(errors)
