"""A call that nobody here asked for can be heard, unless the person wants no sound."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.servers import Running
from tests.sip.conftest import STATE, asked_for, rings, wait

pytestmark = pytest.mark.browser

Sit = Callable[..., Page]
Provider = Callable[..., Page]

LISTEN = """() => {
  const connect = AudioNode.prototype.connect;
  const ears = [];
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      const ear = this.context.createAnalyser();
      connect.call(this, ear);
      ears.push(ear);
    }
    return connect.call(this, to, ...rest);
  };
  window.loudest = 0;
  window.listen = () => {
    for (const ear of ears) {
      const wave = new Float32Array(ear.fftSize);
      ear.getFloatTimeDomainData(wave);
      loudest = Math.max(loudest, ...wave);
    }
    return loudest;
  };
}"""
"""How loud the page has been: `listen()`, 0 to 1."""
RING = "callboard.phone.state().ring"


def test_a_call_nobody_asked_for_rings_until_it_is_answered(
    server: Running, sit: Sit, provider: Provider
) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    asha.evaluate(LISTEN)
    rings(trunk, None)
    wait(asha, f"{RING} === 'sounding'")
    wait(asha, "listen() > 0.1")
    asha.locator("[data-act=answer]").click()
    wait(asha, f"{STATE} === 'talking'")
    wait(asha, f"{RING} === 'silent'")


def test_the_call_asked_for_does_not_ring(server: Running, sit: Sit, provider: Provider) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    asha.evaluate(LISTEN)
    asha.evaluate(
        f"() => {{ window.rang = []; addEventListener('callboard:phone', () => rang.push({RING})); }}"
    )
    asked_for(asha)
    rings(trunk)
    wait(asha, f"{STATE} === 'talking'")
    assert set(asha.evaluate("rang")) == {"silent"}
    assert asha.evaluate("listen()") == 0


def test_the_choice_of_sound_and_the_volume_are_heeded(server: Running, sit: Sit, provider: Provider) -> None:
    asha, trunk = sit(server.cast.asha), provider()
    asha.evaluate(LISTEN)
    asha.locator(".dock-device").click()
    asha.locator("#dock-ring").fill("1")
    wait(asha, "listen() > 0.3")  # it is heard once
    asha.evaluate(
        "new BroadcastChannel('callboard-preferences').postMessage({ name: 'sound', value: 'off' })"
    )
    wait(asha, "(await callboard.phone.run('devices')).sound === false")
    rings(trunk, None)
    wait(asha, f"{STATE} === 'ringing'")
    assert asha.evaluate(RING) == "silent"
    asha.evaluate("new BroadcastChannel('callboard-preferences').postMessage({ name: 'sound', value: 'on' })")
    wait(asha, f"{RING} === 'sounding'")
    trunk.evaluate("peer.session.terminate()")
    wait(asha, f"{RING} === 'silent'")
