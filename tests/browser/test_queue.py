"""The counselor's queue in a real browser: one item a lead, who has it, order, keys."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from models.store import follow_ups, last_words
from tests.browser.conftest import Enter
from tests.browser.test_call_screen import Provider
from tests.cast import Lead
from tests.servers import Running

pytestmark = pytest.mark.browser

NUMBERS = count(1)


@pytest.fixture
def provider(own_server: Running) -> Provider:
    return Provider(own_server)


def some_lead(server: Running, name: str) -> Lead:
    number = next(NUMBERS)
    return server.cast.lead(f"+91977650{number:04}", name=f"{name} Q{number}", owner=server.cast.asha)


def item(page: Page, lead: Lead) -> Locator:
    return page.locator(f".queue-list .queue-item[data-lead='{lead.id}']")


def clear(page: Page, *leads: Lead) -> None:
    """Leave no entry to the next test: each of them is opened."""
    for lead in leads:
        page.goto(f"/lead/{lead.id}")
        expect(page.locator(".lead-head h1")).to_have_text(lead.name)


@pytest.mark.parametrize("phone", [False, True])
def test_an_item_calls_its_lead_and_stays_closed(
    own_server: Running, provider: Provider, enter: Enter, phone: bool
) -> None:
    cast = own_server.cast
    lead = some_lead(own_server, "Called")
    provider.missed(lead, cast.asha)
    page = enter(
        cast.asha,
        at=own_server,
        expected="409",
        viewport={"width": 390, "height": 844} if phone else {"width": 1440, "height": 900},
    )
    asked: list[int] = []

    def answer(route: Route) -> None:
        body: Any = route.request.post_data_json
        asked.append(body["lead"])
        route.fulfill(status=409, json={"error": "refused", "say": "Not today."})

    page.route("**/dial", answer)
    if not phone:
        item(page, lead).hover()
    page.get_by_role("button", name=f"Call {lead.name}").click()
    expect(page.locator(".toast-card", has_text="Not today.")).to_be_visible()
    assert asked == [lead.id]
    expect(item(page, lead)).to_be_visible()
    expect(page.locator(".lead-head")).to_have_count(0)
    clear(page, lead)


def test_three_rings_of_one_lead_are_one_item(own_server: Running, provider: Provider, enter: Enter) -> None:
    cast = own_server.cast
    lead, other = some_lead(own_server, "Thrice"), some_lead(own_server, "Once")
    page = enter(cast.asha, at=own_server)
    for _ in range(3):
        provider.missed(lead, cast.asha, cast.ravi)
    provider.missed(other, cast.asha)
    expect(item(page, lead)).to_have_count(1)
    expect(item(page, lead)).to_contain_text("Rang 3×")
    expect(item(page, lead)).to_contain_text("Rang you and Ravi")
    expect(item(page, other)).to_contain_text("Rang 1×")
    expect(page.locator("[data-tab=missed] .count")).to_have_text("4")
    expect(page.locator(".bell [data-bell=missed]")).to_have_text("4")
    clear(page, lead, other)


def test_a_claim_is_seen_on_both_screens_at_once(
    own_server: Running, provider: Provider, enter: Enter
) -> None:
    cast = own_server.cast
    lead = some_lead(own_server, "Wanted")
    provider.missed(lead, cast.asha, cast.ravi)
    asha = enter(cast.asha, at=own_server)
    ravi = enter(cast.ravi, at=own_server, expected="409")
    item(asha, lead).hover()
    asha.get_by_role("button", name=f"Take {lead.name}").click()
    expect(item(asha, lead)).to_contain_text("You have it")
    expect(item(ravi, lead)).to_contain_text("Asha has it")
    # Ravi's screen offers it no more; who asks all the same is told who has it.
    expect(ravi.get_by_role("button", name=f"Take {lead.name}")).to_have_count(0)
    ravi.evaluate(
        "id => callboard.claim('claim', id)",
        int(asha.locator(f"li:has([data-lead='{lead.id}']) .queue-take").get_attribute("data-claim") or 0),
    )
    expect(ravi.locator(".toast-card")).to_contain_text("Asha Kulkarni has it until")
    item(asha, lead).focus()
    asha.keyboard.press("t")
    expect(item(ravi, lead)).not_to_contain_text("has it")
    clear(asha, lead)


def test_the_supervisor_assigns_and_sees_the_holder(
    own_server: Running, provider: Provider, enter: Enter
) -> None:
    cast = own_server.cast
    lead = some_lead(own_server, "Given")
    provider.missed(lead, cast.asha)
    ravi = enter(cast.ravi, at=own_server)
    meera = enter(cast.meera, "/boards", at=own_server)
    row = meera.locator(f".ag-row:has-text('{lead.name}')").first
    row.click()
    meera.get_by_label(f"Assign {lead.name}").select_option(label=cast.ravi.name)
    expect(row).to_contain_text("Ravi has it")
    expect(item(ravi, lead)).to_contain_text("You have it")
    clear(ravi, lead)


def test_the_order_is_chosen_and_remembered_and_nothing_jumps(
    own_server: Running, provider: Provider, enter: Enter
) -> None:
    cast = own_server.cast
    held, free = some_lead(own_server, "Held"), some_lead(own_server, "Free")
    provider.missed(held, cast.asha, cast.ravi)
    provider.missed(free, cast.asha, cast.ravi)
    page, ravi = enter(cast.asha, at=own_server), enter(cast.ravi, at=own_server)
    names = page.locator(".queue-list[data-entries] .who")
    expect(names).to_have_text([held.name, free.name])
    item(page, held).focus()
    item(ravi, held).focus()
    ravi.keyboard.press("t")
    expect(item(page, held)).to_contain_text("Ravi has it")
    # It keeps its place and the focus under the reader's eyes …
    expect(names).to_have_text([held.name, free.name])
    expect(item(page, held)).to_be_focused()
    # … and waits below once the person sorts: a colleague has it.
    order = page.locator("[data-order]")
    expect(order).to_have_text("Urgent")
    order.click()
    expect(order).to_have_text("Oldest")
    expect(names).to_have_text([held.name, free.name])
    page.reload()
    expect(order).to_have_text("Oldest")
    order.click()
    expect(names).to_have_text([free.name, held.name])
    clear(page, held, free)


def test_the_queue_by_keyboard_alone(own_server: Running, provider: Provider, enter: Enter) -> None:
    cast = own_server.cast
    first, second, third = (some_lead(own_server, f"Key {word}") for word in ("one", "two", "three"))
    for lead in (first, second, third):
        provider.missed(lead, cast.asha)
    page = enter(cast.asha, at=own_server)
    page.keyboard.press("j")
    expect(item(page, first)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".lead-head h1")).to_have_text(first.name)
    expect(item(page, first)).to_contain_text("Cleared")
    page.evaluate("callboard.emit('next', {})")  # what "Save, next" says
    expect(page.locator(".lead-head h1")).to_have_text(second.name)
    expect(item(page, second)).to_be_focused()
    expect(item(page, first)).to_have_count(0)
    page.keyboard.press("j")
    expect(item(page, third)).to_be_focused()
    page.keyboard.press("k")
    expect(item(page, second)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".home-lead")).to_contain_text("Choose a call on the left")
    expect(item(page, third)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".lead-head h1")).to_have_text(third.name)
    page.evaluate("callboard.emit('next', {})")
    expect(page.locator(".toast-card")).to_contain_text("That was the last one in Missed")


def test_a_whole_round_by_keyboard_alone(own_server: Running, provider: Provider, enter: Enter) -> None:
    """Queue, lead, result, note, save, the next lead: no pointer."""
    cast, store = own_server.cast, own_server.store
    first, second = some_lead(own_server, "Round one"), some_lead(own_server, "Round two")
    for lead in (first, second):
        provider.missed(lead, cast.asha)
    page = enter(cast.asha, at=own_server)
    item(page, first).focus()  # other tests' entries may stand above it
    page.keyboard.press("Enter")
    expect(page.locator(".lead-head h1")).to_have_text(first.name)
    expect(page.locator(".after-result").first).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.keyboard.type("Belongs to somebody else now")
    page.keyboard.press("Enter")
    expect(page.locator(".toast-card", has_text="Saved")).to_be_visible()
    expect(page.locator(".lead-head h1")).to_have_text(second.name)
    expect(item(page, second)).to_be_focused()
    expect(item(page, first)).to_have_count(0)
    with store.read() as tx:
        found = last_words.of_lead(tx, store.vault, cast.asha.viewer, first.id)
    assert found == {"result": "Wrong number", "note": "Belongs to somebody else now"}


def test_the_list_of_keys_names_those_of_the_page(own_server: Running, enter: Enter) -> None:
    page = enter(own_server.cast.asha, at=own_server)
    page.keyboard.press("?")
    keys = page.locator("dialog.keys-dialog")
    for said in (
        "call the lead",
        "take a waiting call",
        "result of the call",
        "write a note",
        "close the lead",
    ):
        expect(keys).to_contain_text(said)
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)


def test_a_follow_up_is_in_its_queue_and_leaves_when_done(own_server: Running, enter: Enter) -> None:
    cast, store = own_server.cast, own_server.store
    lead = some_lead(own_server, "Promised")
    page = enter(cast.asha, at=own_server)
    page.get_by_role("tab", name="Follow-ups").click()
    expect(page.locator("[data-empty=follow]")).to_contain_text("Nobody to call again")
    made = follow_ups.make(
        store, cast.asha.viewer, lead.id, datetime.now(UTC) - timedelta(minutes=7), "Asked for the fee list"
    )
    expect(item(page, lead)).to_contain_text("Asked for the fee list")
    expect(item(page, lead)).to_contain_text("7 min late")
    expect(page.locator("[data-tab=follow] .n")).to_have_text("1")
    page.reload()
    page.get_by_role("tab", name="Follow-ups").click()
    expect(item(page, lead)).to_contain_text("Asked for the fee list")
    follow_ups.done(store, cast.asha.viewer, made)
    expect(item(page, lead)).to_have_count(0)


def test_a_phone_shows_one_column_and_opens_a_page(
    own_server: Running, provider: Provider, enter: Enter, tmp_path: Path
) -> None:
    cast = own_server.cast
    lead = some_lead(own_server, "Phone")
    provider.missed(lead, cast.asha)
    page = enter(
        cast.asha,
        at=own_server,
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    item(page, lead).tap()
    page.wait_for_url(f"**/lead/{lead.id}?via=queue")
    expect(page.locator(".lead-head h1")).to_have_text(lead.name)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.evaluate("lead => callboard.emit('next', {lead})", lead.id)
    page.wait_for_url("**/")
    expect(item(page, lead)).to_have_count(0)


def test_what_is_due_comes_first_and_what_is_later_is_one_press_away(
    own_server: Running, enter: Enter
) -> None:
    cast, store = own_server.cast, own_server.store
    due, later = some_lead(own_server, "Due"), some_lead(own_server, "Later")
    now = datetime.now(UTC)
    made = [
        follow_ups.make(store, cast.asha.viewer, due.id, now - timedelta(minutes=7)),
        follow_ups.make(store, cast.asha.viewer, later.id, now + timedelta(hours=9)),
    ]
    page = enter(cast.asha, at=own_server)
    expect(page.locator("[data-tab=follow] .n")).to_have_text("1")
    page.get_by_role("tab", name="Follow-ups").click()
    expect(item(page, due)).to_be_visible()
    expect(item(page, later)).to_have_count(0)
    page.get_by_role("button", name="Later 1").click()
    expect(item(page, later)).to_be_visible()
    expect(item(page, due)).to_have_count(0)
    follow_ups.move(store, cast.asha.viewer, made[1], datetime.now(UTC) + timedelta(seconds=2))
    expect(page.locator("[data-tab=follow] .n")).to_have_text("2")  # the clock alone says so
    expect(page.locator("[data-empty=later]")).to_contain_text("All you promised is due now")
    page.get_by_role("button", name="Show 2 due").click()
    expect(item(page, later)).to_be_visible()
    for each in made:
        follow_ups.done(store, cast.asha.viewer, each)


def test_an_empty_list_points_to_what_waits_elsewhere(
    own_server: Running, provider: Provider, enter: Enter
) -> None:
    cast, store = own_server.cast, own_server.store
    lead = some_lead(own_server, "Elsewhere")
    page = enter(cast.asha, at=own_server)
    nothing = page.locator("[data-empty=missed]")
    expect(nothing).to_contain_text("Nothing missed")
    expect(nothing.get_by_role("button")).to_have_count(0)
    made = follow_ups.make(store, cast.asha.viewer, lead.id, datetime.now(UTC) - timedelta(minutes=7))
    provider.talked(lead, cast.asha, "elsewhere")
    expect(nothing.get_by_role("button", name="1 pending")).to_be_visible()
    nothing.get_by_role("button", name="1 follow-up is due").click()
    expect(page.get_by_role("tab", name="Follow-ups")).to_be_focused()
    expect(item(page, lead)).to_be_visible()
    follow_ups.done(store, cast.asha.viewer, made)
    clear(page, lead)


def test_choosing_a_tab_and_counting_to_ten_move_nothing(
    own_server: Running, provider: Provider, enter: Enter
) -> None:
    cast = own_server.cast
    page = enter(cast.asha, at=own_server)
    tabs = page.locator(".queue-tabs [role=tab]")
    expect(tabs.first.locator(".count")).to_have_text("0")

    def places() -> list[float]:
        return [box["x"] for box in (tab.bounding_box() for tab in tabs.all()) if box]

    before = places()
    for tab in tabs.all():
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        assert places() == before
    leads = [some_lead(own_server, "Many") for _ in range(10)]
    for lead in leads:
        provider.missed(lead, cast.asha)
    tabs.first.click()
    expect(tabs.first.locator(".count")).to_have_text("10")
    assert places() == before
    clear(page, *leads)
