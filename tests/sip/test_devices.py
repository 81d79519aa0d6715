"""The microphone and the loudspeaker: chosen, tried before a call, changed and unplugged during one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.servers import Running
from tests.sip.conftest import louder, quiet, talking, wait

pytestmark = pytest.mark.browser

Sit = Callable[..., Page]
Provider = Callable[..., Page]

SECOND = "Fake Audio Input 2"
FROM_NOW = """() => {
  const before = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
  window.gone = [];
  navigator.mediaDevices.enumerateDevices = async () => (await before()).filter(({ label }) => !gone.includes(label));
  window.unplug = (label) => { gone.push(label); navigator.mediaDevices.dispatchEvent(new Event("devicechange")); };
  const opened = RTCRtpSender.prototype.replaceTrack;
  RTCRtpSender.prototype.replaceTrack = function (track) { window.speaking = track.label; return opened.call(this, track); };
}"""
"""No test can pull a plug: what a browser then tells a page is told by `unplug`."""


def test_a_microphone_is_tried_and_chosen_before_a_call(server: Running, sit: Sit) -> None:
    asha = sit(server.cast.asha)
    dock = asha.locator("#softphone")
    dock.locator(".dock-device").click()
    chosen = dock.locator(".dock-row", has_text=SECOND)
    expect(chosen).to_have_attribute("aria-pressed", "false")
    wait(asha, "document.querySelector('.dock-trial .dock-level').value > 0.05")
    chosen.click()
    expect(dock.locator(".dock-panel")).to_have_count(0)
    dock.locator(".dock-device").click()
    expect(chosen).to_have_attribute("aria-pressed", "true")
    asha.reload()
    wait(asha, "callboard.phone?.state().registered")
    dock.locator(".dock-device").click()
    expect(chosen).to_have_attribute("aria-pressed", "true")


def test_a_refused_microphone_is_said(server: Running, sit: Sit) -> None:
    asha = sit(server.cast.asha)
    asha.evaluate(
        """() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); };
        navigator.mediaDevices.enumerateDevices = async () => [{ kind: "audioinput", deviceId: "", label: "" }]; }"""
    )
    asha.locator(".dock-device").click()
    expect(asha.locator(".dock-panel")).to_contain_text("allow it beside the address")


def test_a_device_changed_or_unplugged_in_a_call(server: Running, sit: Sit, provider: Provider) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    asha.evaluate(FROM_NOW)
    talking(asha, trunk)
    louder(trunk)
    dock = asha.locator("#softphone")
    dock.locator("[data-act=mute]").click()
    expect(dock.locator("[data-act=muted]")).to_be_visible()
    dock.locator(".dock-device").click()
    dock.locator(".dock-row", has_text=SECOND).click()
    wait(asha, f"window.speaking === {SECOND!r}")
    quiet(trunk)  # another microphone does not end the silence that was asked for
    dock.locator("[data-act=muted]").click()
    louder(trunk)

    asha.evaluate("label => unplug(label)", SECOND)
    expect(dock.locator(".dock-word")).to_contain_text("Your microphone was unplugged: now ")
    expect(dock.locator(".dock-said")).to_contain_text("Your microphone was unplugged")
    assert asha.evaluate("speaking") != SECOND
    louder(trunk)

    asha.locator("[data-act=end]").click()
    wait(asha, "callboard.phone.state().call === null")
    asha.evaluate("localStorage.setItem('callboard-microphone', 'of-another-desk')")
    wait(asha, "(await callboard.phone.run('level')) === 0")  # let go of
    talking(asha, trunk)
    expect(dock.locator(".dock-word")).to_contain_text("The microphone you chose is not there: now Fake ")


def test_a_loudspeaker_is_chosen_and_unplugged_in_a_call(
    server: Running, sit: Sit, provider: Provider
) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    asha.evaluate(FROM_NOW)
    asha.evaluate(
        """() => { const set = HTMLMediaElement.prototype.setSinkId;
        HTMLMediaElement.prototype.setSinkId = async function (id) { await set.call(this, id); window.heardAt = this.sinkId; } }"""
    )
    talking(asha, trunk)
    dock = asha.locator("#softphone")
    dock.locator(".dock-device").click()
    row = dock.locator(".dock-panel h3:has-text('Loudspeaker') + .dock-list .dock-row").last
    label = row.inner_text().strip()
    row.click()
    chosen = wait(asha, "window.heardAt")
    assert chosen == asha.evaluate(
        "async label => (await navigator.mediaDevices.enumerateDevices()).find(one => one.kind === 'audiooutput' && one.label === label).deviceId",
        label,
    )
    asha.evaluate("label => unplug(label)", label)
    expect(dock.locator(".dock-word")).to_have_text("Your loudspeaker was unplugged: now the computer's own")
    wait(asha, "window.heardAt === ''")
    wait(asha, "!callboard.phone.state().call.silent")
