"""Every page for everybody: it opens without an error, asks nobody else, and fits a phone."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import READY, Enter, behind_its_back, width_within
from tests.cast import Lead
from tests.servers import Running

pytestmark = pytest.mark.browser

SHOWN = {
    "/": ".queue",
    "/leads": ".leads-table, .empty",
    "/boards": ".boards-board[data-rows]",
    "/productivity": "#productivity-cards *",
    "/providers": "#providers-cards",
}
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def busy(server: Running) -> Lead:
    """Something on every page, with names as long as they come."""
    cast = server.cast
    lead = cast.lead(
        "+919812200601",
        name="Venkatanarasimharajuvaripeta Subramaniam-Krishnamoorthy",
        programme="Integrated M.Tech. (Computer Science and Engineering with Data Science, 5 years)",
        city="Thiruvananthapuram",
        email="venkatanarasimharajuvaripeta.subramaniam@a-very-long-department.example.edu.in",
        owner=cast.asha,
    )
    provider = behind_its_back(server)
    provider.missed(lead.phone, cast.asha, cast.ravi)
    provider.talked(lead.phone, cast.asha, seconds=4000)
    provider.missed(
        lead.phone, call_type="campaign", campaign="A campaign of the autumn admissions round, second part"
    )
    return lead


@pytest.mark.parametrize("who", ["asha", "meera", "dev"])
def test_every_page_opens_without_a_murmur(server: Running, busy: Lead, enter: Enter, who: str) -> None:
    """``enter`` fails the test for any error on the console, refused script, or request to another host."""
    person = getattr(server.cast, who)
    page = enter(person, "/leads", viewport=DESK)
    places = [link.get_attribute("href") or "" for link in page.locator(".rail-item").all()]
    assert len(places) >= 3
    one = f"/providers/{server.cast.connection.id}"
    for path in (*places, "/glossary", one, f"/lead/{busy.id}", "/nowhere", "/lead/999999"):
        page.evaluate("path => callboard.go(path)", path)
        page.wait_for_selector(SHOWN.get(path, f"{READY}"))
        title = page.locator("#main h1, #main .heading").first
        expect(title).to_be_attached()
        for viewport in (PHONE, DESK):
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
            wide = width_within(page, viewport["width"])
            assert wide <= viewport["width"], f"{path} is {wide} wide on {viewport['width']}"


@pytest.mark.parametrize("who", ["asha", "meera"])
def test_a_page_opens_by_its_address(server: Running, busy: Lead, enter: Enter, who: str) -> None:
    """Not by moving inside the app, and on a phone; back and forward work."""
    person = getattr(server.cast, who)
    page = enter(person, f"/lead/{busy.id}", viewport=PHONE, is_mobile=True, has_touch=True)
    expect(page.locator(".lead-head h1")).to_have_text(busy.name)
    assert width_within(page, PHONE["width"]) <= PHONE["width"]
    page.goto("/leads")
    expect(page.locator("#main h1")).to_have_text("Leads")
    page.go_back()
    expect(page.locator(".lead-head h1")).to_have_text(busy.name)
    page.go_forward()
    expect(page.locator("#main h1")).to_have_text("Leads")


def test_what_is_not_here_is_said_nicely(server: Running, enter: Enter) -> None:
    page = enter(server.cast.asha, "/providers")
    expect(page.locator("#main .empty")).to_contain_text("Nothing for you at this address")
    page.get_by_role("link", name="Go to the start").click()
    page.wait_for_selector(".queue")
    page = enter(None, "/assets/nothing.html", live=False, expected="404")
    expect(page.locator("h1")).to_have_text("Nothing at this address")
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Inter')
    page.get_by_role("link", name="Go to the start").click()
    page.wait_for_url("**/login?next=/")


def test_the_boards_as_a_file(server: Running, busy: Lead, enter: Enter, tmp_path: Path) -> None:
    behind_its_back(server).missed(busy.phone, server.cast.asha, seconds=0)
    page = enter(server.cast.meera, "/boards?direction=inbound")
    page.wait_for_selector(".boards-grid .ag-row")
    with page.expect_download() as waited:
        page.click("#boards-export")
    path = tmp_path / "board.csv"
    waited.value.save_as(path)
    assert waited.value.suggested_filename.startswith("missed-Direction-Inbound")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode("utf-8-sig")
    assert busy.phone[-7:] not in text
    rows = list(csv.reader(io.StringIO(text)))
    heads = next(row for row in rows if row[0].startswith("Raised at"))
    body = [dict(zip(heads, row, strict=True)) for row in rows[rows.index(heads) + 1 :]]
    assert busy.name in {row["Lead"] for row in body}
    assert {row["Direction"] for row in body} == {"inbound"}


def test_the_theme_follows_the_choice(server: Running, enter: Enter) -> None:
    """Dark everywhere at once, also in the next tab, with no flash of light at the next load."""
    page = enter(server.cast.meera, "/boards", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    other = page.context.new_page()
    other.goto("/boards")
    page.click("[data-theme-switch]")
    expect(page.locator("html[data-bs-theme=dark]")).to_be_attached()
    expect(other.locator("html[data-bs-theme=dark]")).to_be_attached()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload(wait_until="commit")
    page.wait_for_selector("body")
    assert page.evaluate(ground) == dark
