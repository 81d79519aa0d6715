"""Browsers that notice trouble, and a provider that speaks to the server they look at."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import ConsoleMessage, Dialog, Page, Request, Response, expect

from ingest import intake
from ingest.contract import Delivery, Door
from ingest.vendors import registry
from models.store.base import utc_now
from models.store.hooks import TokenBook
from tests.cast import Known, Person
from tests.conftest import OpenAs
from tests.databases import Databases
from tests.servers import Running, running
from tests.telephone import Telephone

Enter = Callable[..., Page]

expect.set_options(timeout=45_000)  # a busy machine is not a failure

LIVE = ".live-state[data-state=live]"
READY = "#_pages_content > *"


@pytest.fixture(scope="module")
def own_server(
    databases: Databases, known_casts: dict[str, Known], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A server of this file's own, for what would disturb other files' tests."""
    with running(databases, known_casts, "sqlite", tmp_path_factory.mktemp("own")) as started:
        yield started


@pytest.fixture
def enter(open_as: OpenAs) -> Iterator[Enter]:
    """``enter(cast.asha, "/boards", at=server)``: a page whose stream stands, in a browser of its own.

    Afterwards nothing may have gone wrong in any of them: no error on the console (a refused script or style
    is one), no dialog, no request to another host, no answer of 500 and above. ``expected`` is a pattern of
    the errors that a test provokes.
    """
    trouble: list[str] = []
    pages: list[Page] = []

    def start(
        person: Person | None, path: str = "/", *, live: bool = True, expected: str = "", **given: Any
    ) -> Page:
        page = open_as(person, "about:blank", **given)
        _watch(page, trouble, expected)
        pages.append(page)
        page.goto(path)
        if live:
            page.wait_for_selector(LIVE, state="attached")
            page.wait_for_selector(READY, state="attached")
        return page

    yield start
    assert not trouble, "\n".join(trouble)


def tab(page: Page, path: str, trouble: list[str] | None = None) -> Page:
    """Another tab of the same browser, whose stream stands."""
    other = page.context.new_page()
    other.set_default_timeout(45_000)
    if trouble is not None:
        _watch(other, trouble, "")
    other.goto(path)
    other.wait_for_selector(LIVE, state="attached")
    return other


def width_within(page: Page, wide: int) -> int:
    """How wide the document is, once it fits ``wide`` or has had its time to."""
    measure = "document.documentElement.scrollWidth"
    found = int(page.evaluate(measure))
    for _ in range(60):
        if found > wide:
            page.wait_for_timeout(50)
            found = int(page.evaluate(measure))
    return found


def _watch(page: Page, trouble: list[str], expected: str) -> None:
    def said(message: ConsoleMessage) -> None:
        text = message.text
        if message.type == "error" and not (expected and re.search(expected, text)):
            trouble.append(f"{page.url} says {text[:500]} ({message.location.get('url')})")

    def asked(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
            trouble.append(f"{page.url} asks {request.url}")

    def opened(dialog: Dialog) -> None:
        trouble.append(f"{page.url} opened a dialog: {dialog.message}")
        dialog.dismiss()

    def answered(response: Response) -> None:
        if response.status >= 500:
            trouble.append(f"{response.url} answered {response.status}")

    page.on("console", said)
    page.on("request", asked)
    page.on("dialog", opened)
    page.on("response", answered)


@pytest.fixture
def telephone(server: Running) -> Telephone:
    """The connection "open" of the shared server, over HTTP."""
    return over_http(server)


def over_http(server: Running) -> Telephone:
    def post(door: str, body: Mapping[str, Any]) -> str:
        return str(server.hook(door, body).json()["accepted"])

    return Telephone(post, utc_now)


def behind_its_back(server: Running) -> Telephone:
    """The same, written by this process into the server's database: quick, and possible while it is down."""
    doors = {"popup": Door.POPUP, "call-log": Door.LOG}
    account = TokenBook(server.store).find(server.cast.connection.token)
    assert account
    connection = intake.info(account)
    vendor = registry.get(account.vendor)

    def post(door: str, body: Mapping[str, Any]) -> str:
        delivery = Delivery(
            door=doors[door],
            method="POST",
            url=f"{server.url}/webhooks/v1/token/{door}",
            query=b"",
            headers={},
            content_type="application/x-www-form-urlencoded",
            body=urlencode(body).encode(),
            received_at=utc_now(),
            remote="127.0.0.1",
        )
        return str(intake.accept(server.store, vendor, connection, delivery).verdict)

    return Telephone(post, utc_now)
