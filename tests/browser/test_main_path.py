"""The main path, with everybody it concerns looking on: a call comes, is missed, is looked after."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.servers import Running
from tests.telephone import Telephone

pytestmark = pytest.mark.browser

NOT_RELOADED = "window.thisVeryDocument"


def bell(page: Page, kind: str = "missed") -> int:
    return int(page.locator(f".bell [data-bell={kind}]").inner_text())


def test_a_missed_call_on_all_screens(server: Running, telephone: Telephone, enter: Enter) -> None:
    cast = server.cast
    lead = cast.lead("+919812200001", name="Kavya Mainpath", owner=cast.asha)
    asha, ravi = enter(cast.asha), enter(cast.ravi)
    meera, chitra = enter(cast.meera, "/boards"), enter(cast.chitra)
    everybody = (asha, ravi, meera, chitra)
    for page in everybody:
        page.evaluate(f"{NOT_RELOADED} = true")
    bells = [bell(page) for page in everybody]

    # It rings; the card stands on both counselors' screens and leads to the lead with one click.
    call = telephone.rings(lead.phone, cast.asha, cast.ravi)
    for page in (asha, ravi):
        expect(page.locator(".popup")).to_contain_text(lead.name)
    asha.locator(".popup a").click()
    expect(asha.locator(".lead-head h1")).to_have_text(lead.name)
    telephone.answers(call, lead.phone, cast.asha)
    expect(ravi.locator(".popup")).to_have_count(0)
    telephone.talked(lead.phone, cast.asha, call=call, seconds=30)
    expect(asha.locator(".lead-live")).to_be_empty()
    asha.locator(".rail-item[href='/']").click()
    asha.wait_for_selector(".queue")

    # The next call of theirs nobody takes. (Had it begun before she opened the lead, that would clear it.)
    telephone.missed(lead.phone, cast.asha, cast.ravi, seconds=0)
    for page in (asha, ravi):
        expect(page.locator(f".queue-item:has-text('{lead.name}')")).to_contain_text("min left")
    row = meera.locator(f".boards-grid .ag-row:has-text('{lead.name}')")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Open")
    for page, before in zip(everybody, bells, strict=True):
        expect(page.locator(".bell [data-bell=missed]")).to_have_text(str(before + (page is not chitra)))

    # A supervisor's look clears nothing; Ravi's opening clears it for both, and says so.
    row.locator("a").first.click()
    expect(meera.locator(".lead-head h1")).to_have_text(lead.name)
    meera.go_back()
    expect(row).to_contain_text("Open")
    ravi.locator(f".queue-item:has-text('{lead.name}')").click()
    expect(ravi.locator(".banner.is-connected")).to_contain_text(
        "Missed call cleared for you and Asha Kulkarni, by opening this page"
    )
    expect(asha.locator(f".queue-item:has-text('{lead.name}')")).to_have_count(0)
    expect(row).to_contain_text("Cleared")
    expect(row).to_contain_text("Ravi, from the queue")
    for page, before in zip(everybody, bells, strict=True):
        expect(page.locator(".bell [data-bell=missed]")).to_have_text(str(before))
    assert all(page.evaluate(NOT_RELOADED) for page in everybody), "no screen may need a reload"
    assert "Kavya" not in chitra.content()


def test_a_pending_call_clears_by_opening(server: Running, telephone: Telephone, enter: Enter) -> None:
    cast = server.cast
    lead = cast.lead("+919812200002", name="Imran Afterwards", owner=cast.ravi)
    ravi, meera = enter(cast.ravi), enter(cast.meera, "/boards?kind=pending")
    before = bell(ravi, "pending")
    telephone.talked(lead.phone, cast.ravi, seconds=45)
    expect(ravi.locator(".bell [data-bell=pending]")).to_have_text(str(before + 1))
    row = meera.locator(f".boards-grid .ag-row:has-text('{lead.name}')")
    expect(row).to_have_count(1)
    ravi.locator("[data-tab=pending]").click()
    ravi.locator(f".queue-item:has-text('{lead.name}')").click()
    expect(ravi.locator(".banner.is-connected")).to_contain_text("cleared")
    expect(row).to_contain_text("Cleared")
    expect(ravi.locator(".bell [data-bell=pending]")).to_have_text(str(before))
