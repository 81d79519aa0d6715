"""The server goes away while people look on. What happened meanwhile appears when it is back: all of it, once."""

import pytest
from playwright.sync_api import Locator, Page, expect

from models.tables.calls import feed
from tests.browser.conftest import LIVE, Enter, behind_its_back
from tests.cast import Lead
from tests.servers import Running

pytestmark = pytest.mark.browser

AWAY = ".live-state[data-state=reconnecting]"
LISTEN = """
window.heard = [];
for (const kind of ["popup", "popup_gone", "entry", "call", "presence"]) {
  addEventListener(`callboard:${kind}`, () => heard.push(callboard.lastEvent));
}
"""
PATIENCE = 40_000  # the browser waits longer and longer between its tries


@pytest.mark.parametrize("ends", ["stop", "kill"])
def test_nothing_is_lost_or_doubled(own_server: Running, enter: Enter, ends: str) -> None:
    cast = own_server.cast
    names = [
        f"{ends.title()} Before",
        *(f"{ends.title()} Meanwhile {at}" for at in range(6)),
        f"{ends.title()} After",
    ]
    first = {"stop": 0, "kill": 10}[ends]
    known = [
        cast.lead(f"+9198122003{first + at:02}", name=name, owner=cast.asha) for at, name in enumerate(names)
    ]
    before, *meanwhile, after = known
    ringing = cast.lead(f"+9198122003{first + 9:02}", name=f"{ends.title()} Ringing", owner=cast.asha)
    expected = "Failed to load resource|ERR_|EventSource|Callback failed: the server did not respond"
    home = enter(cast.asha, at=own_server, expected=expected)
    board = enter(cast.meera, "/boards", at=own_server, expected=expected)
    screens = (home, board)
    for page in screens:
        page.evaluate(LISTEN)
        page.evaluate("window.thisVeryDocument = true")
    provider = behind_its_back(own_server)
    provider.missed(before.phone, cast.asha)
    call = provider.rings(ringing.phone, cast.asha)
    expect(home.locator(".popup")).to_contain_text(ringing.name)
    for page in screens:
        expect(_rows(page, before)).to_have_count(1)

    getattr(own_server, ends)()
    for page in screens:
        page.wait_for_selector(AWAY, timeout=PATIENCE)
    for lead in meanwhile:
        provider.missed(lead.phone, cast.asha)
    provider.missed(ringing.phone, cast.asha, call=call)
    own_server.start()
    for page in screens:
        page.wait_for_selector(LIVE, state="attached", timeout=PATIENCE)
    provider.missed(after.phone, cast.asha)

    for page in screens:
        for lead in known:
            expect(_rows(page, lead)).to_have_count(1)
        assert page.evaluate("window.thisVeryDocument"), "no screen may need a reload"
        heard = page.evaluate("heard")
        assert heard == sorted(set(heard)), "an event was heard twice, or in another order"
        assert len(heard) >= len(known)
    expect(home.locator(".popup")).to_have_count(0)
    waiting = int(home.locator("[data-bell=missed]").first.inner_text())
    assert waiting == home.locator(".queue-item").count()
    for page in screens:
        page.close()


def test_a_cursor_from_another_life_reloads_the_page(own_server: Running, enter: Enter) -> None:
    """The feed no longer reaches back to where this page stands (here: it has been emptied)."""
    page = enter(own_server.cast.ravi, at=own_server, expected="Failed to load resource|ERR_")
    behind_its_back(own_server).missed("+919812200399", own_server.cast.ravi)
    expect(page.locator(".queue-item")).not_to_have_count(0)
    page.evaluate("document.documentElement.dataset.former = ''")
    own_server.stop()
    page.wait_for_selector(AWAY, timeout=PATIENCE)
    with own_server.store.db.begin() as tx:
        tx.execute(feed.delete())
    own_server.start()
    page.wait_for_selector("html:not([data-former])", timeout=PATIENCE)
    page.wait_for_selector(LIVE, state="attached", timeout=PATIENCE)
    behind_its_back(own_server).missed("+919812200398", own_server.cast.ravi)
    expect(page.locator(".queue-item")).to_have_count(2)


def _rows(page: Page, lead: Lead) -> Locator:
    return page.locator(".queue-item, .boards-grid .ag-row").filter(has_text=lead.name)
