"""A counselor's call from the click to the hang-up, between two browsers that hear each other."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.servers import Running
from tests.sip.conftest import STATE, asked_for, louder, quiet, rings, talking, wait

pytestmark = pytest.mark.browser

Sit = Callable[..., Page]
Provider = Callable[..., Page]


def test_the_call_asked_for_is_answered_by_itself_and_both_are_heard(
    server: Running, sit: Sit, provider: Provider
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


def test_mute_hold_and_keys(server: Running, sit: Sit, provider: Provider) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    talking(asha, trunk)
    louder(trunk)
    dock = asha.locator("#softphone")
    dock.locator("[data-act=mute]").click()
    expect(dock.locator("[data-act=muted]")).to_have_attribute("aria-pressed", "true")
    quiet(trunk)
    dock.locator("[data-act=muted]").click()
    louder(trunk)

    dock.locator("[data-act=hold]").click()
    wait(trunk, "peer.log.includes('hold remote')")
    expect(dock.locator(".dock-state")).to_have_text("On hold · Softphone")
    wait(asha, "callboard.phone.state().call.held")
    dock.locator("[data-act=held]").click()
    wait(trunk, "peer.log.includes('unhold remote')")
    louder(trunk)

    # The tones travel in the audio, which a browser at the other end cannot read: so what leaves here is heard.
    asha.evaluate(
        """() => { window.tones = []; const play = RTCDTMFSender.prototype.insertDTMF;
        RTCDTMFSender.prototype.insertDTMF = function (tone, ...rest) {
          this.ontonechange = ({tone}) => tone && tones.push(tone); return play.call(this, tone, ...rest); } }"""
    )
    dock.locator("[data-act=keys]").click()
    dock.locator(".dock-keys button", has_text="4").click()
    dock.locator(".dock-keys button", has_text="4").press("#")
    expect(dock.locator(".dock-typed")).to_have_text("4#")
    wait(asha, "tones.join('') === '4#'")
    trunk.evaluate("peer.session.terminate()")
    wait(asha, "callboard.phone.state().call === null")
    expect(dock.locator(".dock-idle")).to_have_text("Softphone registered")


@pytest.mark.parametrize("reference", [None, "ffffffffffffffff"])
def test_another_call_rings_and_is_not_answered(
    server: Running, sit: Sit, provider: Provider, reference: str | None
) -> None:
    """Armed for one call, rung by another: no reference, or a wrong one."""
    asha, trunk = sit(server.cast.asha), provider()
    asked_for(asha)
    rings(trunk, reference)
    wait(trunk, "peer.log.includes('progress')")
    dock = asha.locator("#softphone")
    expect(dock.locator(".dock-state")).to_have_text("Ringing · Softphone")
    expect(dock.locator(".dock-who strong")).to_have_text("Incoming call")  # SIP's From is not believed
    asha.locator("[data-act=reject]").click()
    wait(trunk, "peer.log.some(word => word.startsWith('failed remote 486'))")
    assert "confirmed" not in trunk.evaluate("peer.log")
    wait(asha, "callboard.phone.state().call === null")


def test_a_call_asked_for_is_answered_once(server: Running, sit: Sit, provider: Provider) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    talking(asha, trunk)
    trunk.evaluate("peer.session.terminate()")
    wait(asha, "callboard.phone.state().call === null")
    rings(trunk)  # the same reference again
    wait(asha, f"{STATE} === 'ringing'")
    asha.locator("[data-act=answer]").click()
    wait(trunk, "peer.log.includes('confirmed')")
    asha.locator("[data-act=end]").click()
    wait(trunk, "peer.log.some(word => word.startsWith('ended remote'))")


def test_a_call_asked_for_too_long_ago_rings(server: Running, sit: Sit, provider: Provider) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    asha.evaluate("() => { const now = Date.now; window.later = () => { Date.now = () => now() + 31000; } }")
    asked_for(asha)
    asha.evaluate("later()")
    rings(trunk)
    wait(asha, f"{STATE} === 'ringing'")
    wait(trunk, "peer.log.includes('progress')")
    assert "confirmed" not in trunk.evaluate("peer.log")
    asha.locator("[data-act=reject]").click()
    wait(asha, "callboard.phone.state().call === null")


def test_a_line_that_passes_no_reference_answers_the_next_call_once(
    server: Running, sit: Sit, provider: Provider
) -> None:
    asha, trunk = sit(server.cast.asha), provider()

    def next_one(route: Route) -> None:
        told = route.fetch().json()
        told["lines"][0]["arm"] = "next"
        route.fulfill(json=told)

    asha.route("**/softphone/credentials", next_one)
    asha.reload()
    wait(asha, "callboard.phone?.state().registered")
    asked_for(asha)
    rings(trunk, None)
    wait(asha, f"{STATE} === 'talking'")
    trunk.evaluate("peer.session.terminate()")
    wait(asha, "callboard.phone.state().call === null")
    rings(trunk, None)
    wait(asha, f"{STATE} === 'ringing'")
    trunk.evaluate("peer.session.terminate()")  # who called gives up
    wait(asha, "callboard.phone.state().call === null")
    expect(asha.locator(".dock-idle")).to_have_text("Softphone registered")


def test_a_second_call_is_told_that_the_line_is_busy(server: Running, sit: Sit, provider: Provider) -> None:
    asha, trunk, other = sit(server.cast.asha), provider(), provider("other")
    talking(asha, trunk)
    rings(other, None)
    wait(other, "peer.log.some(word => word.startsWith('failed remote 486'))")
    louder(trunk)
    asha.locator("[data-act=end]").click()
    wait(asha, "callboard.phone.state().call === null")


def test_a_call_is_handed_on_to_a_colleague_by_name(server: Running, sit: Sit, provider: Provider) -> None:
    asha, ravi, trunk = sit(server.cast.asha), sit(server.cast.ravi), provider()
    talking(asha, trunk)
    asha.locator("[data-act=transfer]").click()
    rows = asha.locator(".dock-row")
    expect(rows).to_have_text([server.cast.ravi.name])
    rows.first.click()
    wait(ravi, f"{STATE} === 'ringing'")
    ravi.locator("[data-act=answer]").click()
    wait(ravi, f"{STATE} === 'talking'")
    wait(asha, "callboard.phone.state().call === null")
    wait(ravi, "!callboard.phone.state().call.silent && callboard.phone.state().call.rtt !== null")
    ravi.locator("[data-act=end]").click()
    wait(ravi, "callboard.phone.state().call === null")


def test_connected_without_audio_is_said(server: Running, sit: Sit, provider: Provider) -> None:
    """SIP says 200, and nothing arrives: an old gateway does that. Here the other side stops sending."""
    asha, trunk = sit(server.cast.asha), provider()
    talking(asha, trunk)
    louder(trunk)
    trunk.evaluate("peer.session.connection.getSenders().forEach(sender => sender.replaceTrack(null))")
    trunk.evaluate(
        "peer.session.connection.getTransceivers().forEach(one => one.sender.transport.iceTransport && one.stop?.())"
    )
    wait(asha, "callboard.phone.state().call.silent", 8)
    expect(asha.locator(".dock-state")).to_have_text("Connected, but no audio arrives")
    asha.locator("[data-act=end]").click()
    wait(asha, "callboard.phone.state().call === null")
