"""From the click on "Call" to the wrap-up: the provider is asked over HTTP, rings the softphone first, then the lead."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simulator.faces.desk import Desk
from tests.access.scanner import Scanner
from tests.cast import Lead, Line
from tests.servers import Running
from tests.sip.conftest import STATE, Frames, louder, quiet, rings, wait
from tests.sip.server import DOMAIN, SipServer

pytestmark = pytest.mark.browser

Sit = Callable[..., Page]
Provider = Callable[..., Page]

NUMBERS = count(1)
LISTEN = """() => {
  const lines = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); lines.push(this); }
  };
  window.peer = { log: [], heard: async () => {
    const found = { packets: 0, energy: 0 };
    for (const line of lines) for (const [, one] of await line.getStats()) {
      if (one.type !== "inbound-rtp") continue;
      found.packets += one.packetsReceived;
      found.energy += one.totalAudioEnergy;
    }
    return found;
  } };
}"""
"""A counselor's page can be asked what it hears, by the same words as the provider's."""


class Telling:
    """The provider's hooks of one order."""

    def __init__(self, server: Running, pbx: Line, order: dict[str, Any], lead: Lead) -> None:
        self._server, self._token = server, pbx.token
        self._body = {
            "call_id": f"sip-{next(NUMBERS)}",
            "agent_no": order["agent_no"],
            "applicant_no": lead.phone,
            "call_type": "outbound",
            "reference": order["reference"],
        }

    def __call__(self, door: str, **more: Any) -> None:
        body = {**self._body, "event_time": _now(), **more}
        assert self._server.hook(door, body, self._token).status_code == 200


def _now(seconds: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


@pytest.mark.parametrize("mode", ["docked", "window"])
def test_from_the_click_to_the_wrap_up(
    server: Running, sit: Sit, provider: Provider, pbx: Line, desk: Desk, sip: SipServer, mode: str
) -> None:
    number = f"+9193128{next(NUMBERS):05}"
    lead = server.cast.lead(number, name="Meghna Bell", owner=server.cast.asha)
    trunk, stranger, phone = provider(), provider("stranger"), provider("lead")
    asha = sit(server.cast.asha, mode, f"/lead/{lead.id}")
    frames = Frames(asha.context, sip)
    asha.reload()
    button, before = asha.locator(".call-bar .call-button"), len(desk.orders)
    wait(asha, "callboard.dialling.mode")
    window = asha
    if mode == "window":
        with asha.expect_popup() as popup:
            button.click()
        window = popup.value
        wait(window, "window.callboard?.phone?.state().registered")
        window.evaluate(LISTEN)
    else:
        wait(asha, "callboard.phone.state().registered")
        asha.evaluate(LISTEN)
        button.click()
    expect(button).to_contain_text("Calling your softphone…")
    [order] = desk.orders[before:]
    assert (order["agent_no"], order["applicant_no"]) == (f"sip:asha@{DOMAIN}", lead.phone)
    tell = Telling(server, pbx, order, lead)

    # Somebody else is quicker: that call rings, and gives way to the one that was asked for.
    rings(stranger, None)
    wait(asha, f"{STATE} === 'ringing'")
    expect(asha.locator("[data-act=answer]")).to_be_visible()
    told = [f"P-Asserted-Identity: <sip:{number}@{DOMAIN}>", f"Remote-Party-ID: <sip:{number}@{DOMAIN}>"]
    rings(trunk, order["reference"], order["agent_no"][4:].partition("@")[0], told, number)
    tell("popup", event="ringing")
    wait(asha, f"{STATE} === 'talking'")
    wait(stranger, "peer.log.some(word => word.startsWith('failed remote 486'))")
    assert "confirmed" not in stranger.evaluate("peer.log")
    tell("popup", event="answered")
    expect(button).to_contain_text("Ringing Meghna…")

    trunk.evaluate("to => peer.onward(to)", f"sip:lead@{DOMAIN}")
    wait(phone, "peer.log.includes('incoming')")
    wait(trunk, "peer.log.includes('lead rings')")
    phone.evaluate("peer.answer()")
    wait(trunk, "peer.log.includes('bridged')")
    tell("popup", event="bridged")
    expect(button).to_contain_text("On call 0:0")
    place = "Window" if mode == "window" else "Softphone"
    expect(asha.locator(".dock-state")).to_have_text(f"Connected · {place}")
    expect(asha.locator(".dock-who strong")).to_have_text(lead.name)
    louder(phone)
    louder(window)
    asha.locator("[data-act=mute]").click()
    quiet(phone)
    asha.locator("[data-act=muted]").click()
    louder(phone)

    asha.locator("[data-act=end]").click()
    for each in (trunk, phone):
        wait(each, "peer.log.some(word => word.startsWith('ended'))")
    wait(asha, "callboard.phone.state().call === null")
    begun = _now(-20)
    times = {"start_time": begun, "answer_time": begun, "end_time": _now()}
    tell("call-log", status=1, talk_seconds=20, **times)
    expect(button).to_contain_text("Ended 0:")
    expect(asha.locator(".after-timer")).to_contain_text("Wrap-up 0:")
    expect(asha.locator(".after-result").first).to_be_visible()

    for way in ("INVITE sip:asha@", f"X-Call-Ref: {order['reference']}", "BYE sip:", "REGISTER sip:"):
        assert frames.has(way), f"a search without {way} proves nothing"
    assert not Scanner([number]).find(frames.everything())
