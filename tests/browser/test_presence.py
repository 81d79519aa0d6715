"""My state in the top bar: chosen by me, overlaid by my calls, the same in every tab."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, tab
from tests.servers import Running
from tests.telephone import Telephone

pytestmark = pytest.mark.browser


def choose(page: Page, name: str) -> None:
    page.click("#shell-presence")
    page.locator("#shell-presence-menu").get_by_role("button", name=name, exact=True).click()
    expect(page.locator("#shell-presence-menu")).to_be_hidden()


def test_a_break_has_a_reason_and_a_call_hides_it(
    server: Running, telephone: Telephone, enter: Enter
) -> None:
    cast = server.cast
    lead = cast.lead("+919812200771", name="Presence Lead", owner=cast.chitra)
    page = enter(cast.chitra)
    other = tab(page, "/leads")
    shown = [page.locator("#shell-presence"), other.locator("#shell-presence")]
    choose(page, "Check in")
    for each in shown:
        expect(each).to_contain_text("Checked in")
    choose(page, "Lunch")
    for each in shown:
        expect(each).to_contain_text("Lunch")
        expect(each).to_contain_text("since")
    page.click("#shell-presence")
    expect(page.locator("[data-presence][aria-pressed=true]")).to_have_text("Lunch")
    page.get_by_label("Break for another reason").fill("Dentist <b>today</b>")
    page.keyboard.press("Enter")
    for each in shown:
        expect(each).to_contain_text("Dentist <b>today</b>")

    call = telephone.rings(lead.phone, cast.chitra)
    for each in shown:
        expect(each).to_contain_text("Ringing")
    telephone.answers(call, lead.phone, cast.chitra)
    for each in shown:
        expect(each).to_contain_text("On a call")
    choose(page, "Check out")
    expect(shown[0]).to_contain_text("On a call")
    expect(shown[0]).to_have_attribute("title", "After this: checked out")
    telephone.talked(lead.phone, cast.chitra, call=call)
    for each in shown:
        expect(each).to_contain_text("Checked out")


def test_wrap_up_follows_a_call(server: Running, telephone: Telephone, enter: Enter) -> None:
    cast = server.cast
    lead = cast.lead("+919812200772", name="Wrap Up Lead", owner=cast.chitra)
    page = enter(cast.chitra)
    choose(page, "Check in")
    call = telephone.rings(lead.phone, cast.chitra)
    telephone.answers(call, lead.phone, cast.chitra)
    expect(page.locator("#shell-presence")).to_contain_text("On a call")
    telephone.talked(lead.phone, cast.chitra, seconds=1, call=call)
    expect(page.locator("#shell-presence")).to_contain_text("Wrap-up")
    page.reload()
    expect(page.locator("#shell-presence")).to_contain_text("Wrap-up")
