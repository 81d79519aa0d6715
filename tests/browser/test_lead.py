"""A lead in a real browser: changed where it stands, found by the keyboard alone, merged with its double."""

import re
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from models.store import lead_editing, stages, tails
from tests.cast import Lead
from tests.conftest import OpenAs
from tests.servers import Running

pytestmark = pytest.mark.browser

NUMBERS = count(1)
LIVE = ".live-state[data-state=live]"


def unique(word: str) -> str:
    return f"{word} {next(NUMBERS)}"


def lead_page(open_as: OpenAs, server: Running, lead: Lead, **context: object) -> Page:
    page = open_as(server.cast.asha, f"/lead/{lead.id}", **context)
    expect(page.locator(".lead-head h1")).to_have_text(lead.name)
    page.wait_for_selector(LIVE, state="attached")
    return page


def test_a_fact_is_changed_where_it_stands(server: Running, open_as: OpenAs) -> None:
    lead = server.cast.lead(name=unique("Facts"), owner=server.cast.asha, city="Indore")
    page = lead_page(open_as, server, lead)
    other = open_as(server.cast.meera, f"/lead/{lead.id}")
    other.wait_for_selector(LIVE, state="attached")
    page.locator("[data-fact=city]").click()
    page.keyboard.type("9876543210")
    page.keyboard.press("Enter")
    expect(page.locator(".fact-said")).to_contain_text("phone number cannot stand here")
    page.locator(".fact-form input").fill("Dewas")
    page.keyboard.press("Enter")
    expect(page.locator("[data-fact=city]")).to_contain_text("Dewas")
    expect(page.locator("[data-fact=city]")).to_be_focused()
    expect(other.locator("[data-fact=city]")).to_contain_text("Dewas")
    expect(page.locator(".lead-line").first).to_contain_text("Dewas")


def test_a_faster_colleague_is_shown_not_overwritten(server: Running, open_as: OpenAs) -> None:
    cast = server.cast
    lead = cast.lead(name=unique("Conflict"), owner=cast.asha, city="Indore")
    page = lead_page(open_as, server, lead)
    page.locator("[data-fact=city]").click()
    page.keyboard.type("Ujjain")
    lead_editing.edit(server.store, cast.meera.viewer, lead.id, {"city": "Dewas"}, {"city": "Indore"})
    page.keyboard.press("Enter")
    expect(page.locator(".fact-said")).to_contain_text(
        f"{cast.meera.name} changed this meanwhile. It now reads Dewas."
    )
    page.get_by_role("button", name="Save mine").click()
    expect(page.locator("[data-fact=city]")).to_contain_text("Ujjain")


def test_the_stage_is_picked_in_the_head(server: Running, open_as: OpenAs) -> None:
    name = unique("Offer")
    with server.store.read() as tx:
        known = any(one.name == name for one in stages.defined(tx))
    assert not known
    stages.add(server.store, server.cast.dev.viewer, name, needs_follow_up=True)
    lead = server.cast.lead(name=unique("Stage"), owner=server.cast.asha)
    page = lead_page(open_as, server, lead)
    page.locator(".stage-chip").press("Enter")
    page.get_by_role("menuitemradio", name=name).press("Enter")
    expect(page.locator(".stage-chip")).to_contain_text(name)
    expect(page.locator(".toast-card")).to_contain_text("needs a follow-up")
    page.get_by_role("button", name=re.compile("^Stages")).click()
    expect(page.locator(".moment:visible")).to_have_count(1)
    expect(page.locator(".moment:visible")).to_contain_text(f"Stage New → {name} · by you")
    expect(page.get_by_role("button", name=re.compile("^Stages"))).to_have_text("Stages 1")


def test_the_palette_finds_by_keyboard_and_writes_no_number_anywhere(
    server: Running, open_as: OpenAs
) -> None:
    lead = server.cast.lead("+919811177654", name=unique("Zzyx"), owner=server.cast.asha)
    double = server.cast.lead(name=unique("Zzyx"), owner=server.cast.asha)
    hers = server.cast.lead(name=unique("Zzyx"), owner=server.cast.chitra)
    tails.fill(server.store)
    page = lead_page(open_as, server, double)
    page.keyboard.press("/")
    expect(page.locator(".palette .found").first).to_contain_text(double.name)
    page.keyboard.type("zzyx")
    expect(page.locator(".palette .found")).to_have_count(2)
    expect(page.locator(".palette")).not_to_contain_text(hers.name)
    expect(page.locator(f".palette [data-call-lead='{lead.id}']")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".palette .found.is-on")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".palette")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.keyboard.type("98111 77654")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/lead/{lead.id}?via=search")
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "77654" not in stored
    assert "77654" not in page.url
    assert "77654" not in server.log.read_text()


def test_doubles_become_one(server: Running, open_as: OpenAs) -> None:
    name = unique("Ananya K")
    lead, double = (
        server.cast.lead(name=name, city="Satna", owner=server.cast.asha, email=f"{n}@example.org")
        for n in "ab"
    )
    page = lead_page(open_as, server, lead)
    there = open_as(server.cast.meera, f"/lead/{double.id}")
    there.wait_for_selector(LIVE, state="attached")
    page.get_by_role("button", name=f"Compare with {name} and merge").click()
    dialog = page.locator(".merge-dialog")
    dialog.get_by_text("b@example.org").click()
    dialog.get_by_role("button", name="Merge into").click()
    expect(page.locator("[data-fact=email]")).to_contain_text("b@example.org")
    expect(page.locator("[data-merge-with]")).to_have_count(0)
    expect(page.locator(".timeline").first).to_contain_text("became part of this lead, by you")
    there.wait_for_url(f"**/lead/{lead.id}?via=link")
    page.goto(f"/lead/{double.id}")
    page.wait_for_url(f"**/lead/{lead.id}?via=link")


def test_on_a_phone_one_part_at_a_time(server: Running, open_as: OpenAs) -> None:
    lead = server.cast.lead(name=unique("Phone"), owner=server.cast.asha)
    page = lead_page(open_as, server, lead, viewport={"width": 390, "height": 844}, is_mobile=True)
    expect(page.locator(".lead-body")).to_be_visible()
    expect(page.locator(".rail-facts")).to_be_hidden()
    page.get_by_role("button", name="Facts").click()
    expect(page.locator(".rail-facts")).to_be_visible()
    expect(page.locator(".lead-body")).to_be_hidden()
    page.get_by_role("button", name="Promised").click()
    expect(page.locator(".rail-promised")).to_contain_text("No follow-up is promised")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Find a lead").click()
    expect(page.locator(".palette")).to_be_visible()
