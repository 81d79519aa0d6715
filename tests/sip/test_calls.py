"""A counselor's call from the click to the hang-up, between two browsers that hear each other."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.servers import Running
from tests.sip.conftest import wait

pytestmark = pytest.mark.browser

Sit = Callable[..., Page]
REFERENCE = "a1b2c3d4e5f6a7b8"
STATE = "callboard.phone.state().call?.state"


def rings(provider: Page, reference: str | None = REFERENCE, to: str = "asha") -> None:
    """The provider rings a counselor's softphone, first leg of a call the counselor asked for."""
    headers = [f"X-Call-Ref: {reference}"] if reference else []
    provider.evaluate("([to, headers]) => peer.call(to, headers)", [f"sip:{to}@sp.test", headers])


def asked_for(counselor: Page, reference: str = REFERENCE) -> None:
    """What a click on "call" does before the server is asked to place it."""
    assert counselor.evaluate("callboard.phone.ready('docked')") is True
    counselor.evaluate("reference => callboard.phone.arm(reference)", reference)


def talking(counselor: Page, provider: Page, reference: str = REFERENCE) -> None:
    asked_for(counselor, reference)
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


def test_the_call_asked_for_is_answered_by_itself_and_both_are_heard(
    server: Running, sit: Sit, provider: Callable[..., Page]
) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    talking(asha, trunk)
    louder(trunk)
    wait(asha, "!callboard.phone.state().call.silent && callboard.phone.state().call.rtt !== null")
    dock = asha.locator("#softphone")
    expect(dock.locator(".dock-state")).to_have_text("Connected · Softphone")
    expect(dock.locator(".dock-quality")).to_contain_text("Line good")
    expect(dock.locator(".dock-said")).to_contain_text("Connected")
    asha.locator("[data-act=end]").click()
    wait(trunk, "peer.log.some(word => word.startsWith('ended remote'))")
    expect(dock.locator(".dock-idle")).to_have_text("Softphone registered")
