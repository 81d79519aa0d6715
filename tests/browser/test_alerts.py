"""Sound, notifications and cards as a person chose them, in real tabs."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from models.store import follow_ups, preferences
from tests.browser.conftest import LIVE, Enter
from tests.browser.test_call_screen import Provider
from tests.cast import Lead
from tests.servers import Running

pytestmark = pytest.mark.browser

NUMBERS = count(1)
LISTEN = """
window.sounds = 0;
window.addEventListener("callboard:sounded", () => { window.sounds += 1; });
window.told = [];
class Told {
  constructor(title, more) { window.told.push([title, more.body]); }
  static permission = "granted";
  static requestPermission() { return Promise.resolve("granted"); }
  close() {}
}
window.Notification = Told;
document.hasFocus = () => false;
"""


@pytest.fixture
def provider(own_server: Running) -> Provider:
    return Provider(own_server)


@pytest.fixture
def lead(own_server: Running) -> Lead:
    number = next(NUMBERS)
    return own_server.cast.lead(
        f"+91967650{number:04}", name=f"Sana Rang{number}", owner=own_server.cast.asha
    )


def tab_of(page: Page, path: str) -> Page:
    tab = page.context.new_page()
    tab.goto(path)
    tab.wait_for_selector(LIVE, state="attached")
    return tab


def test_one_tab_sounds_and_the_notification_has_no_number(
    own_server: Running, provider: Provider, lead: Lead, enter: Enter
) -> None:
    asha = own_server.cast.asha
    page = enter(asha, at=own_server)
    page.context.add_init_script(LISTEN)
    page.reload()
    page.wait_for_selector(LIVE, state="attached")
    other = tab_of(page, "/leads")
    for tab in (page, other):
        tab.bring_to_front()
        tab.mouse.click(700, 300)  # a browser lets a page sound only after it was touched
    page.locator(".avatar-button").click()
    page.get_by_role("menuitemcheckbox", name="Browser notifications").click()
    for tab in (page, other):
        expect(tab.locator("[data-preference=notify]")).to_have_attribute("aria-checked", "true")
    page.clock.install()
    call = provider.rings(lead, asha)
    for tab in (page, other):
        expect(tab.locator(".popup")).to_contain_text(lead.name)
    page.wait_for_function("window.sounds > 0")
    page.clock.run_for(10_000)
    assert page.evaluate("window.sounds") > 2, "it rings on while nobody takes it"
    assert other.evaluate("window.sounds") == 0
    told = page.evaluate("window.told") + other.evaluate("window.told")
    assert told == [[f"{lead.name} is calling", "B.Tech · New"]]
    provider.missed(lead, asha, call=call)
    expect(page.locator(".popup")).to_have_count(0)
    heard = page.evaluate("window.sounds")
    page.clock.run_for(10_000)
    assert page.evaluate("window.sounds") == heard, "it rings no more"


def test_who_wants_no_sound_hears_none(
    own_server: Running, provider: Provider, lead: Lead, enter: Enter
) -> None:
    ravi = own_server.cast.ravi
    page = enter(ravi, at=own_server)
    page.context.add_init_script(LISTEN)
    page.reload()
    page.wait_for_selector(LIVE, state="attached")
    page.mouse.click(700, 300)
    page.locator(".avatar-button").click()
    page.get_by_role("menuitemcheckbox", name="Sound for calls").click()
    expect(page.locator("[data-preference=sound]")).to_have_attribute("aria-checked", "false")
    with own_server.store.read() as tx:
        assert preferences.of(tx, ravi.id)["sound"] == "off"
    call = provider.rings(lead, ravi)
    expect(page.locator(".popup")).to_contain_text(lead.name)
    assert page.evaluate("[window.sounds, window.told.length]") == [0, 0]
    provider.missed(lead, ravi, call=call)


def test_a_call_missed_while_the_tab_was_closed_is_in_the_queue(
    own_server: Running, provider: Provider, lead: Lead, enter: Enter
) -> None:
    asha = own_server.cast.asha
    page = enter(asha, at=own_server)
    context = page.context
    page.close()
    call = provider.rings(lead, asha)
    provider.missed(lead, asha, call=call)
    again = context.new_page()
    again.goto("/")
    again.wait_for_selector(LIVE, state="attached")
    expect(again.locator(f".queue-item[data-lead='{lead.id}']")).to_contain_text("Rang you, not picked up")
    expect(again.locator(".popup")).to_have_count(0)


def test_a_promise_that_falls_due_is_said_once(own_server: Running, lead: Lead, enter: Enter) -> None:
    asha, store = own_server.cast.asha, own_server.store
    later = own_server.cast.lead("+919876599002", name="Later Promise", owner=asha)
    page = enter(asha, at=own_server)
    follow_ups.make(store, asha.viewer, lead.id, datetime.now(UTC) - timedelta(seconds=1), "Fee list")
    follow_ups.remind(store)
    expect(page.locator(".toast-card")).to_have_text(f"Time to call {lead.name}: Fee list")
    follow_ups.make(store, asha.viewer, later.id, datetime.now(UTC) - timedelta(seconds=1), "Hostel")
    follow_ups.remind(store)
    expect(page.locator(".toast-card")).to_have_text(
        [f"Time to call {lead.name}: Fee list", f"Time to call {later.name}: Hostel"]
    )
