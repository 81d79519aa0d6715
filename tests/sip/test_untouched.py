"""A browser as people have it: nothing sounds in a page that was never touched, and every tab says so."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from models.store import preferences
from tests.cast import Line
from tests.conftest import OpenAs
from tests.servers import CHROMIUM_ARGUMENTS, Running, chromium
from tests.sip.conftest import MEDIA, STATE, rings, wait

pytestmark = pytest.mark.browser

STRICT = "--autoplay-policy=document-user-activation-required"


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    media = [one for one in MEDIA if not one.startswith("--autoplay-policy")]
    started = playwright.chromium.launch(
        executable_path=chromium(), args=[*CHROMIUM_ARGUMENTS, *media, STRICT]
    )
    yield started
    started.close()


def test_a_ring_that_the_browser_blocks_is_said_and_heard_after_a_click(
    server: Running, open_as: OpenAs, provider: Callable[..., Page], pbx: Line
) -> None:
    preferences.choose(server.store, server.cast.asha.viewer, "mode", "docked")
    # To ask a page anything touches it, for Chromium: so the telephone is watched from another tab.
    telephone = open_as(server.cast.asha, "/leads", at=server, permissions=["microphone"])
    other = telephone.context.new_page()
    other.goto("/leads")
    wait(other, "callboard.phone?.state().registered")
    trunk = provider()
    rings(trunk, None)
    wait(other, f"{STATE} === 'ringing' && callboard.phone.state().ring === 'blocked'")
    expect(other.locator(".dock-said")).to_contain_text("Tap to hear")
    other.locator("[data-act=tap-to-hear]").click()
    expect(other.locator("#toasts")).to_contain_text("click there once")

    telephone.mouse.click(5, 5)
    wait(other, "callboard.phone.state().ring === 'sounding'")
    expect(other.locator("[data-act=tap-to-hear]")).to_have_count(0)
    assert other.evaluate(STATE) == "ringing"
