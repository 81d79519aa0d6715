"""The providers console in a real browser: map a seat, send a test event, replay what failed, a new address, and
nothing is redrawn under the hand of somebody who chooses."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Request, expect
from sqlalchemy import select

from models.store.base import utc_now
from models.store.hooks import TokenBook
from models.tables.calls import call, offer
from models.tables.telephony import delivery
from tests.browser.conftest import LIVE, Enter
from tests.cast import INDORE_DID
from tests.servers import Running

pytestmark = pytest.mark.browser

CALLER = "+919876500001"
PAST_TWO_REFRESHES = 12_000


def log(call_id: str, seat: str) -> dict[str, str]:
    end = utc_now().astimezone(ZoneInfo("Asia/Kolkata"))
    return {
        "call_id": call_id, "agent_no": seat, "applicant_no": CALLER, "did_no": INDORE_DID, "call_type": "inbound",
        "status": "0", "start_time": f"{end - timedelta(minutes=1):%Y-%m-%d %H:%M:%S}", "end_time": f"{end:%Y-%m-%d %H:%M:%S}",
    }  # fmt: skip


def toast(page: Page, words: str) -> None:
    expect(page.locator("#toasts")).to_contain_text(words)


def test_the_consoles_main_path(enter: Enter, own_server: Running) -> None:
    server, cast = own_server, own_server.cast
    for place in range(2):
        assert server.hook("call-log", log(f"seat-{place}", "front-desk")).json()["accepted"] == "recorded"
    for place in range(30):
        assert server.hook("call-log", {"unreadable": place}).json()["accepted"] == "for review"
    page = enter(cast.dev, "/providers", at=server)
    page.clock.install()
    page.reload()
    page.wait_for_selector(LIVE, state="attached")

    def refreshes(request: Request) -> bool:
        return "providers-tick" in (request.post_data or "")

    with page.expect_request(refreshes):
        page.clock.run_for(PAST_TWO_REFRESHES)

    # a seat of nobody's, given with one choice
    choice = page.locator("tr", has_text="front-desk").locator("select")
    choice.focus()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if refreshes(request) else None)
    page.clock.run_for(PAST_TWO_REFRESHES)
    expect(choice).to_be_focused()
    assert asked == [], "not under the hand of somebody who chooses"
    choice.select_option(label=f"{cast.ravi.name} – Indore")
    toast(page, f"front-desk is {cast.ravi.name}'s. 2 earlier calls counted for them now.")
    expect(page.locator("#providers-unmapped")).to_contain_text("belongs to somebody")
    with server.store.read() as tx:
        assert set(tx.scalars(select(offer.c.person_id))) == {cast.ravi.id}

    # all that failed, again, with progress and counts
    page.get_by_role("button", name="Replay all 30 for review").click()
    toast(page, "Replayed 30: 30 for review.")
    expect(page.locator("#providers-progress")).to_be_empty()

    # the connection's page: a test event, of which no call is made
    page.locator(".provider h2 a").first.click()
    page.wait_for_url(re.compile(r"/providers/\d+$"))
    page.get_by_role("button", name="Send test event").click()
    expect(page.locator("#connection-tried")).to_contain_text("No call was made of it.")
    with server.store.read() as tx:
        assert tx.scalar(select(delivery.c.verdict).order_by(delivery.c.id.desc()).limit(1)) == "test event"
        assert len(list(tx.scalars(select(call.c.id)))) == 2

    # a new address: copied once, gone after a reload, and both work
    page.get_by_role("button", name="Issue a new address").click()
    copies = page.locator("#connection-once [data-copy]")
    expect(copies.first).to_be_visible()
    address = copies.first.get_attribute("data-copy") or ""
    token = address.split("/webhooks/v1/")[1].split("/")[0]
    expect(page.locator("#connection-tokens")).to_contain_text("Ends in 23 h")
    book = TokenBook(server.store)
    assert book.find(token)
    assert book.find(cast.connection.token)
    page.reload()
    expect(page.locator("#connection-once")).to_contain_text("••••")
    assert token not in page.content()

    # what was kept of the test, in the inspector
    page.goto("/providers?verdict=test-event")
    page.locator(".providers-grid .ag-row").first.click()
    expect(page.locator("#providers-drawer-body")).to_contain_text("Sent by an administrator from here.")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_both_pages_fit(enter: Enter, own_server: Running, width: int, scheme: str) -> None:
    page = enter(
        own_server.cast.dev,
        "/providers",
        at=own_server,
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
    )
    for path in ("/providers", f"/providers/{own_server.cast.connection.id}"):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/providers")
    page.get_by_role("button", name="Add a connection").click()
    expect(page.get_by_role("dialog")).to_contain_text("Name on the screens")
