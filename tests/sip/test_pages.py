"""Which page is the telephone: its window, several tabs, a reload, and a server that goes away."""

import signal
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from models.store import preferences
from tests.servers import Running
from tests.sip.conftest import STATE, louder, rings, talking, wait
from tests.sip.server import SipServer

pytestmark = pytest.mark.browser

Sit = Callable[..., Page]
Provider = Callable[..., Page]


def opened(asha: Page) -> Page:
    """The softphone's window, as the click on "call" opens it."""
    with asha.expect_popup() as popup:
        assert asha.evaluate("callboard.phone.ready('window')") is True
    window = popup.value
    wait(window, "callboard.phone.state().registered && callboard.phone.state().owner === 'window'")
    return window


def test_a_reload_ends_the_call_for_the_other_side_at_once(
    server: Running, sit: Sit, provider: Provider
) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    talking(asha, trunk)
    left: list[float] = []

    def answer(dialog: Dialog) -> None:
        assert dialog.type == "beforeunload"
        left.append(time.time() * 1000)
        dialog.accept()

    asha.on("dialog", answer)
    asha.locator("body").click(position={"x": 700, "y": 5})  # browsers ask only people who did something
    asha.reload()
    wait(trunk, "peer.log.some(word => word.startsWith('ended remote'))", 5)
    assert len(left) == 1, "the browser did not ask whether to leave"
    assert trunk.evaluate("peer.endedAt") - left[0] <= 1000
    wait(asha, "callboard.phone.state().registered")
    rings(trunk)
    wait(asha, f"{STATE} === 'ringing'")
    asha.evaluate("callboard.phone.hangup()")
    wait(trunk, "peer.log.some(word => word.startsWith('failed remote 486'))")


def test_a_docked_call_goes_along_through_the_app(server: Running, sit: Sit, provider: Provider) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    talking(asha, trunk)
    asha.evaluate("() => { window.same = true; }")
    for path in ("/productivity", "/leads"):
        asha.locator(f"nav a[href='{path}']").first.click()
        asha.wait_for_url(f"**{path}")
        louder(trunk)
        expect(asha.locator(".dock-state")).to_have_text("Connected · Softphone")
    asha.go_back()
    louder(trunk)
    assert asha.evaluate("window.same") is True
    asha.locator("[data-act=end]").click()
    wait(trunk, "peer.log.some(word => word.startsWith('ended remote'))")


@pytest.mark.parametrize("how", ["close", "reload"])
def test_a_window_that_goes_ends_its_call_and_is_missed(
    server: Running, sit: Sit, provider: Provider, how: str
) -> None:
    asha, trunk = sit(server.cast.asha, "window"), provider()
    window = opened(asha)
    talking(asha, trunk, mode="window")
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    window.on("dialog", leave)
    window.locator("body").click(position={"x": 5, "y": 5})
    if how == "close":
        window.close(run_before_unload=True)
    else:
        window.reload()
    wait(trunk, "peer.log.some(word => word.startsWith('ended remote'))", 5)
    assert asked == ["beforeunload"]
    if how == "close":
        wait(asha, "callboard.phone.state().owner === null")
        expect(asha.locator("#softphone")).to_be_hidden()
    else:
        wait(asha, "callboard.phone.state().registered && callboard.phone.state().owner === 'window'")
    wait(asha, "callboard.phone.state().call === null")


def test_a_window_the_browser_blocks_is_said(server: Running, sit: Sit) -> None:
    asha = sit(server.cast.asha, "window")
    assert (
        asha.evaluate("() => { window.open = () => null; return callboard.phone.ready('window'); }") is False
    )
    expect(asha.locator("#toasts")).to_contain_text("The browser blocked the softphone's window")


def test_the_window_lives_on_while_tabs_reload_and_close(
    server: Running, sit: Sit, provider: Provider
) -> None:
    asha, trunk = sit(server.cast.asha, "window"), provider()
    window = opened(asha)
    talking(asha, trunk, mode="window")
    wait(window, f"{STATE} === 'talking'")
    expect(asha.locator(".dock-state")).to_have_text("Connected · Window")
    asha.reload()
    wait(asha, f"callboard.phone?.state().owner === 'window' && {STATE} === 'talking'")
    louder(trunk)
    asha.locator("[data-act=mute]").click()  # a command from the page that has just come back
    wait(window, "callboard.phone.state().call.muted")
    asha.locator("[data-act=muted]").click()
    wait(window, "!callboard.phone.state().call.muted")
    other = asha.context.new_page()
    asha.close()
    louder(trunk)
    other.goto("/leads")
    wait(other, f"{STATE} === 'talking'")
    other.evaluate("callboard.phone.openWindow()")  # by its channel: neither a second window nor a reload
    assert len(other.context.pages) == 2
    louder(trunk)
    other.evaluate("callboard.phone.hangup()")
    wait(trunk, "peer.log.some(word => word.startsWith('ended remote'))")
    wait(window, "callboard.phone.state().call === null")


def test_opening_the_window_again_does_not_disturb_the_call(
    server: Running, sit: Sit, provider: Provider
) -> None:
    asha, trunk = sit(server.cast.asha, "window"), provider()
    window = opened(asha)
    talking(asha, trunk, mode="window")
    window.evaluate("() => { window.same = true; }")
    asha.evaluate("callboard.phone.openWindow()")
    louder(trunk)
    assert window.evaluate("window.same") is True
    window.evaluate("callboard.phone.hangup()")
    wait(trunk, "peer.log.some(word => word.startsWith('ended remote'))")


def test_one_telephone_in_two_tabs(server: Running, sit: Sit, provider: Provider) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    second = asha.context.new_page()
    second.goto("/leads")
    wait(second, "callboard.phone?.state().registered && callboard.phone.state().owner === 'docked'")
    assert second.evaluate("typeof JsSIP") == "undefined", "the second tab is a telephone too"
    talking(second, trunk)  # asked for in the second tab, spoken through the first
    wait(asha, f"{STATE} === 'talking'")
    expect(second.locator(".dock-state")).to_have_text("Connected · Softphone")
    second.locator("[data-act=end]").click()
    wait(trunk, "peer.log.some(word => word.startsWith('ended remote'))")
    asha.close()
    wait(second, "typeof JsSIP !== 'undefined' && callboard.phone.state().registered")
    rings(trunk)
    wait(second, f"{STATE} === 'ringing'")
    second.evaluate("callboard.phone.hangup()")


@pytest.mark.parametrize("ends", ["counselor", "provider"])
def test_the_server_is_killed_and_comes_back(
    server: Running, sit: Sit, provider: Provider, sip: SipServer, ends: str
) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    talking(asha, trunk)
    louder(trunk)
    sip.stop(signal.SIGKILL)
    try:
        wait(asha, "!callboard.phone.state().registered")
        expect(asha.locator(".dock-quality")).to_have_text("Connection lost, the call goes on")
        louder(trunk)
    finally:
        sip.start()
    wait(asha, "callboard.phone.state().registered")
    wait(trunk, "peer.registered === 'yes'")
    if ends == "counselor":
        asha.locator("[data-act=end]").click()
        wait(trunk, "peer.log.some(word => word.startsWith('ended remote'))")
    else:
        trunk.evaluate("peer.session.terminate()")
    wait(asha, "callboard.phone.state().call === null")


def test_a_dead_path_is_noticed(server: Running, sit: Sit, sip: SipServer) -> None:
    """Nobody closes the connection, and nothing arrives any more: the server stands still."""
    asha = sit(server.cast.asha)
    sip.pause()
    try:
        asha.evaluate("dispatchEvent(new Event('online'))")  # the network changed: it asks at once
        wait(asha, "!callboard.phone.state().registered", 6)
    finally:
        sip.resume()
    wait(asha, "callboard.phone.state().registered")


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"aor": "sip:asha@sp.test"}, "refused 403"),
        ({"password": "bm90IHRoaXM="}, "refused 401"),
        ({"user": "1700000000:trunk"}, "refused 401"),
        ({"user": "4700000000:trunk"}, "refused 401"),
    ],
    ids=["somebody else's address", "wrong password", "expired", "forged to last"],
)
def test_credentials_that_are_none_register_nobody(
    provider: Provider, given: dict[str, str], refused: str
) -> None:
    provider("trunk", expect=refused, told=given)


def test_a_refused_password_is_said_and_a_new_one_fetched(server: Running, sit: Sit) -> None:
    """The credentials of a session that slept too long: the next are fetched, and it registers."""
    preferences.choose(server.store, server.cast.asha.viewer, "mode", "docked")
    asha = sit(server.cast.asha)
    sent: list[int] = []
    asha.on("request", lambda request: sent.append(1) if request.url.endswith("/credentials") else None)

    def stale(route: Route) -> None:
        told = route.fetch().json()
        if len(sent) == 1:
            told["lines"][0]["password"] = "c3RhbGU="
        route.fulfill(json=told)

    asha.route("**/softphone/credentials", stale)
    asha.reload()
    wait(asha, "(callboard.phone?.state().lines[0]?.problem || '').includes('refused')")
    expect(asha.locator(".dock-idle")).to_contain_text("Softphone not registered")
    wait(asha, "callboard.phone.state().registered")
    assert len(sent) == 2
