"""A real SIP server, the application, and browsers with a microphone that hums: a provider without a telephone network.

Without the server these tests fail, for a softphone nobody has tried says nothing; ``CALLBOARD_NO_SIP=1`` skips them,
which the end of the run tells.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, WebSocket

from models.store import connections, preferences, sip_seats
from simulator.faces import open as face
from simulator.faces.desk import Desk, served
from tests.cast import Known, Line, Person
from tests.conftest import OpenAs
from tests.databases import Databases
from tests.servers import CHROMIUM_ARGUMENTS, ROOT, Running, chromium, running
from tests.sip.server import DOMAIN, SECRET, SipServer, credential, missing

MEDIA = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]
SECONDS = 20.0
LIBRARY = "/assets/vendor/jssip-3.13.8/jssip.min.js"


@pytest.fixture(scope="session", autouse=True)
def _a_sip_server_is_there() -> None:
    lacking = missing()
    if not lacking:
        return
    if os.environ.get("CALLBOARD_NO_SIP"):
        pytest.skip(f"THE SOFTPHONE IS NOT TESTED: {lacking} is not installed and CALLBOARD_NO_SIP is set")
    pytest.fail(
        f"{lacking} is not installed: run make test as root, or .ci/sip; CALLBOARD_NO_SIP=1 goes without"
    )


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=chromium(), args=[*CHROMIUM_ARGUMENTS, *MEDIA])
    yield started
    started.close()


@pytest.fixture(scope="session")
def server(
    databases: Databases, known_casts: dict[str, Known], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    asked = {"PRIVATE_HOSTS": "127.0.0.1", "RECONCILE": "no"}
    with running(databases, known_casts, "sqlite", tmp_path_factory.mktemp("app"), **asked) as started:
        yield started


@pytest.fixture(scope="session")
def sip(server: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SipServer]:
    """The SIP server."""
    made = SipServer(tmp_path_factory.mktemp("sip"), server.url)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def desk() -> Iterator[Desk]:
    """The provider's programming interface: what it was asked to place stands in ``orders``."""
    made = Desk()
    with served(face.make, made) as url:
        made.keys["url"] = url
        yield made


@pytest.fixture(scope="session")
def pbx(server: Running, sip: SipServer, desk: Desk) -> Line:
    """A connection that places calls, and at which Asha and Ravi have softphones."""
    return line(server, sip.url, dial_url=f"{desk.keys['url']}/dial")


def line(server: Running, url: str, slug: str = "pbx", **settings: Any) -> Line:
    """A connection whose SIP server stands at ``url``, with softphones for Asha and Ravi."""
    store, cast = server.store, server.cast
    made = cast.line(slug, "open", secrets={"sip_secret": SECRET})
    with store.db.begin() as tx:
        told = {"sip_wss_url": url, "sip_domain": DOMAIN, **settings}
        connections.change(tx, store.vault, made.id, settings=told)
        for person in (cast.asha, cast.ravi):
            user = person.email.partition("@")[0]
            sip_seats.give(
                tx,
                store.vault,
                connection_id=made.id,
                person_id=person.id,
                address=f"sip:{user}@{DOMAIN}",
                password=None,
            )
    return made


@pytest.fixture
def sit(open_as: OpenAs, server: Running, pbx: Line) -> Callable[..., Page]:
    """``sit(cast.asha, "docked")``: their page; docked, with the telephone registered."""

    def enter(person: Person, mode: str = "docked", path: str = "/leads", **given: Any) -> Page:
        preferences.choose(server.store, person.viewer, "mode", mode)
        page = open_as(person, path, at=server, permissions=["microphone"], **given)
        wait(page, "document.querySelector('#softphone[data-state]')")  # before that it knows of no line
        if mode == "docked":
            wait(page, "callboard.phone?.state().registered && callboard.phone.state().owner === 'docked'")
        return page

    return enter


@pytest.fixture
def provider(browser: Browser, server: Running, sip: SipServer) -> Iterator[Callable[..., Page]]:
    """``provider("trunk")``: a page that is registered under that name and can call whoever is there."""
    contexts: list[BrowserContext] = []
    script = (ROOT / "tests/sip/peer.js").read_text("utf-8")

    def begin(user: str = "trunk", *, expect: str = "yes", told: Mapping[str, str] | None = None) -> Page:
        context = browser.new_context(base_url=server.url, permissions=["microphone"])
        contexts.append(context)
        page = context.new_page()
        page.goto("/healthz")  # a document of this origin that has no policy
        page.add_script_tag(url=LIBRARY)
        page.add_script_tag(content=script)
        page.evaluate("told => peer.begin(told)", {"url": sip.url, **credential(user), **(told or {})})
        wait(page, f"peer.registered.startsWith({expect!r})")
        return page

    yield begin
    for context in contexts:
        context.close()


def wait(page: Page, truth: str, seconds: float = SECONDS) -> Any:
    """The first value of this expression that is true; it may be a promise."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = page.evaluate(f"(async () => ({truth}))()")
        if found:
            return found
        page.wait_for_timeout(30)
    seen = page.evaluate(
        "JSON.stringify([window.callboard?.phone?.state(), window.peer && [peer.registered, peer.log]])"
    )
    raise AssertionError(f"{truth} is not so after {seconds} s: {seen}")


class Frames:
    """Every SIP message that the pages of a browser send or receive from now on."""

    def __init__(self, context: BrowserContext, sip: SipServer) -> None:
        self.told: list[str] = []
        self._url = sip.url
        context.on("page", self._watch)
        for page in context.pages:
            self._watch(page)

    def _watch(self, page: Page) -> None:
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        if socket.url.startswith(self._url):
            for way in ("framesent", "framereceived"):
                socket.on(
                    way, lambda told: self.told.append(told if isinstance(told, str) else told.decode())
                )

    def has(self, words: str) -> bool:
        return any(words in each for each in self.told)

    def everything(self) -> bytes:
        return "\n\n".join(self.told).encode()


REFERENCE = "a1b2c3d4e5f6a7b8"
STATE = "callboard.phone.state().call?.state"


def rings(
    provider: Page,
    reference: str | None = REFERENCE,
    to: str = "asha",
    headers: Sequence[str] = (),
    name: str | None = None,
) -> None:
    """The provider rings a counselor's softphone, first leg of a call the counselor asked for. ``name`` is what its
    From shows."""
    told = [*([f"X-Call-Ref: {reference}"] if reference else []), *headers]
    provider.evaluate(
        "([to, headers, name]) => peer.call(to, headers, name ?? undefined)",
        [f"sip:{to}@{DOMAIN}", told, name],
    )


def asked_for(counselor: Page, reference: str = REFERENCE, mode: str = "docked") -> None:
    """What a click on "call" does before the server is asked to place it."""
    assert counselor.evaluate("mode => callboard.phone.ready(mode)", mode) is True
    counselor.evaluate("reference => callboard.phone.arm(reference)", reference)


def talking(counselor: Page, provider: Page, reference: str = REFERENCE, mode: str = "docked") -> None:
    asked_for(counselor, reference, mode)
    rings(provider, reference)
    wait(counselor, f"{STATE} === 'talking'")
    wait(provider, "peer.log.includes('confirmed')")


def heard(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("peer.heard()")
    return found


def louder(page: Page) -> None:
    """Sound arrives there now, not only packets."""
    before = heard(page)
    wait(
        page,
        f"(await peer.heard()).energy > {before['energy']} + 0.001"
        f" && (await peer.heard()).packets > {before['packets']} + 10",
    )


def quiet(page: Page) -> None:
    """Packets arrive there, and no sound in them."""

    def silence() -> bool:
        before = heard(page)
        wait(page, f"(await peer.heard()).packets > {before['packets']} + 40")
        return float(heard(page)["energy"]) - before["energy"] < 1e-6

    assert any(silence() for _ in range(5)), "it can be heard"
