"""Productivity and providers in a real browser: numbers open, the address leads, what arrives appears."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from models.store.base import utc_now
from tests.browser.settled import settled
from tests.cast import Lead
from tests.conftest import OpenAs
from tests.servers import Running
from tests.telephone import Telephone

pytestmark = pytest.mark.browser

CALLER = "+919876520001"


@pytest.fixture(scope="module")
def worked(server: Running) -> Lead:
    """Asha and Ravi have talked with one lead, and missed a call of theirs."""

    def post(door: str, body: Any) -> str:
        return str(server.hook(door, body).json()["accepted"])

    telephone, lead = Telephone(post, utc_now), server.cast.lead(CALLER, name="Report Lead")
    telephone.talked(CALLER, server.cast.asha, seconds=80, call_type="outbound")
    telephone.talked(CALLER, server.cast.ravi, seconds=45)
    telephone.missed(CALLER, server.cast.asha, server.cast.ravi)
    return lead


def drawer(page: Page) -> Any:
    return page.locator(".drill-drawer.show")


def test_a_number_opens_its_calls_and_the_address_says_so(
    open_as: OpenAs, worked: Lead, server: Running
) -> None:
    page = open_as(server.cast.meera, "/productivity?range=today")
    asha = page.locator(f".productivity-grid .ag-row[row-id='{server.cast.asha.id}']")
    figure = asha.locator("[data-drill=outbound]").first
    number = figure.inner_text()
    figure.click()
    expect(drawer(page)).to_contain_text(f"Outbound, {number}")
    expect(drawer(page).locator(".drill-table tbody tr")).to_have_count(int(number))
    expect(drawer(page)).to_contain_text("Report Lead")
    assert f"metric=outbound&who={server.cast.asha.id}" in page.url
    page.reload()
    expect(drawer(page)).to_contain_text(f"Outbound, {number}")
    page.keyboard.press("Escape")
    expect(drawer(page)).to_have_count(0)
    page.wait_for_url("**/productivity?range=today")
    page.locator(".kpi [data-drill=talk_time]").click()
    expect(drawer(page)).to_contain_text("Talk time,")
    page.go_back()
    expect(drawer(page)).to_have_count(0)


def test_days_are_chosen_and_come_back(open_as: OpenAs, worked: Lead, server: Running) -> None:
    page = open_as(server.cast.meera, "/productivity")
    expect(page.locator("#productivity-trend-title")).to_have_text("Calls by day")
    expect(page.locator("#productivity-trend .bars").first).to_be_attached()
    page.get_by_role("button", name="Today", exact=True).click()
    page.wait_for_url("**/productivity?range=today")
    expect(page.locator("#productivity-trend-title")).to_have_text("Calls by hour")
    page.locator("[data-menu=filter-dates]").click()
    page.locator("[name=from]").fill("2026-01-05")
    page.locator("[name=to]").fill("2026-01-09")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/productivity?from=2026-01-05&to=2026-01-09")
    expect(page.locator("#productivity-dates")).to_contain_text("5 – 9 Jan")
    expect(page.locator(".productivity-grid .ag-center-cols-container .ag-row").first).to_contain_text("–")
    expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "false")
    page.go_back()
    expect(page.locator("#productivity-trend-title")).to_have_text("Calls by hour")
    expect(page.get_by_role("button", name="Today", exact=True)).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chart_wears_the_theme(open_as: OpenAs, worked: Lead, server: Running, scheme: str) -> None:
    page = open_as(server.cast.meera, "/productivity", color_scheme=scheme)
    bar = page.locator("#productivity-trend .bars .point path").first
    expect(bar).to_be_attached()
    wanted = {"light": "rgb(84, 72, 214)", "dark": "rgb(124, 113, 242)"}
    assert bar.evaluate("each => getComputedStyle(each).fill") == wanted[scheme]
    page.locator("[data-theme-switch]").click()
    other = wanted["dark" if scheme == "light" else "light"]
    expect(bar).to_have_css("fill", other)


def test_a_delivery_appears_opens_and_is_replayed(open_as: OpenAs, worked: Lead, server: Running) -> None:
    page = open_as(server.cast.dev, "/providers?verdict=for-review")
    page.wait_for_selector(".providers-board[data-rows]", state="attached")
    before = int(page.locator(".providers-board").get_attribute("data-rows") or 0)
    assert server.hook("call-log", {"nonsense": CALLER}).json()["accepted"] == "for review"
    rows = page.locator(".providers-grid .ag-center-cols-container .ag-row")
    expect(rows).to_have_count(before + 1, timeout=12_000)
    rows.first.click()
    expect(drawer(page)).to_contain_text("could not read it")
    expect(drawer(page)).to_contain_text("••••• ••001")
    expect(drawer(page)).not_to_contain_text(CALLER[3:])
    drawer(page).get_by_role("button", name="Replay").click()
    expect(page.locator(".toast-card")).to_contain_text("Replayed, and still for review.")
    page.keyboard.press("Escape")
    expect(drawer(page)).to_have_count(0)
    page.locator(".provider h2 a").first.click()
    page.wait_for_url(re.compile(r"/providers/\d+$"))
    expect(page.locator("#main")).to_contain_text("/webhooks/v1/••••")


def test_phones_do_not_scroll_sideways(open_as: OpenAs, worked: Lead, server: Running) -> None:
    for path in ("/productivity", "/providers", "/boards"):
        page = open_as(server.cast.dev, path, viewport={"width": 390, "height": 844}, is_mobile=True)
        page.wait_for_selector(".page-head h1")
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
