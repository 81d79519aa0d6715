"""After the call, in a real browser: few actions, by keys alone, nothing typed is lost."""

import re
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.store import choices, follow_ups, notes
from models.tables.work import disposition, wrap_up
from tests.browser.test_call_screen import LIVE, Provider
from tests.cast import Lead
from tests.conftest import OpenAs
from tests.servers import Running

pytestmark = pytest.mark.browser

NUMBERS = count(1)
CALLS = count(1)


@pytest.fixture
def provider(server: Running) -> Provider:
    return Provider(server)


@pytest.fixture
def lead(server: Running) -> Lead:
    number = next(NUMBERS)
    return server.cast.lead(f"+91976540{number:04}", name=f"Bhavna After{number}", owner=server.cast.asha)


def result_of(server: Running, lead: Lead) -> str | None:
    with server.store.read() as tx:
        found: str | None = tx.scalar(
            select(disposition.c.label)
            .join(wrap_up, wrap_up.c.disposition_id == disposition.c.id)
            .where(wrap_up.c.lead_id == lead.id)
        )
        return found


def notes_of(server: Running, lead: Lead) -> list[str]:
    with server.store.read() as tx:
        found = notes.of_lead(tx, server.store.vault, server.cast.asha.viewer, lead.id)
        return [each.text for each in found]


def live(page: Page) -> Page:
    page.wait_for_selector(LIVE, state="attached")
    return page


def listen(page: Page) -> None:
    """Remember which lead the queue is asked to leave."""
    page.evaluate("addEventListener('callboard:next', (event) => { window.left = event.detail.lead; })")


def test_from_the_pop_up_to_the_next_in_three_actions(
    server: Running, provider: Provider, lead: Lead, open_as: OpenAs
) -> None:
    page = live(open_as(server.cast.asha, "/"))
    listen(page)
    call = provider.rings(lead, server.cast.asha, call=f"after-{next(CALLS)}")
    card = page.locator(f".popup:has-text('{lead.name}')")
    expect(card).to_be_visible()
    provider.answered(lead, server.cast.asha, call)
    card.get_by_role("link").click()  # 1
    interested = page.locator(".after-result", has_text="Interested").first
    expect(interested).to_be_visible()
    provider.talked(lead, server.cast.asha, call)
    expect(page.locator(".after-timer")).to_contain_text("Wrap-up 0:")
    interested.click()  # 2
    page.locator(".after-save").click()  # 3
    expect(page.locator(".toast-card", has_text="Saved")).to_be_visible()
    assert result_of(server, lead) == "Interested"
    assert page.evaluate("window.left") == lead.id
    expect(page.locator(".after-quiet")).to_be_visible()


def test_a_miss_is_opened_and_disposed_of_by_keys_alone(
    server: Running, provider: Provider, lead: Lead, open_as: OpenAs
) -> None:
    provider.missed(lead, server.cast.asha, call=f"after-{next(CALLS)}")
    page = live(open_as(server.cast.asha, "/"))
    listen(page)
    item = page.locator(f".queue-item:has-text('{lead.name}')").first
    item.focus()
    page.keyboard.press("Enter")  # 1
    expect(page.locator(".lead-head h1")).to_have_text(lead.name)
    expect(page.locator(".after-result")).to_have_text(["1Call back", "2Wrong number"])
    page.keyboard.press("d")
    expect(page.locator(".after-result").first).to_be_focused()
    page.keyboard.press("2")  # 2
    expect(page.locator(".after-result").nth(1)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")  # 3
    expect(page.locator(".toast-card", has_text="Saved")).to_be_visible()
    assert result_of(server, lead) == "Wrong number"
    assert page.evaluate("window.left") == lead.id


def test_what_is_typed_survives_a_reload_and_a_refusal(
    server: Running, provider: Provider, lead: Lead, open_as: OpenAs
) -> None:
    page = live(open_as(server.cast.asha, f"/lead/{lead.id}"))
    call = provider.rings(lead, server.cast.asha, call=f"after-{next(CALLS)}")
    provider.answered(lead, server.cast.asha, call)
    provider.talked(lead, server.cast.asha, call)
    expect(page.locator(".after-result").first).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Father joins the next call, 98765 43210")
    page.reload()
    note = page.locator(".after-note")
    expect(note).to_have_value("Father joins the next call, 98765 43210")
    choices.decide(server.store, server.cast.dev.viewer, "require_inbound", 1)
    try:
        note.press("Enter")
        expect(page.locator(".after-error")).to_contain_text("Choose a result first")
        expect(note).to_have_value(re.compile("Father joins"))
    finally:
        choices.decide(server.store, server.cast.dev.viewer, "require_inbound", 0)
    page.locator(".after-result", has_text="Call back").click()
    expect(page.locator(".after-when")).to_contain_text("10:00")
    page.locator(".after-when").click()
    page.locator(".after-menu .menu-item", has_text="In 3 days").click()
    chosen = page.locator(".after-when").inner_text()
    page.locator(".after-save").click()
    expect(page.locator(".toast-card", has_text="Saved")).to_be_visible()
    expect(page.locator(".after-quiet")).to_contain_text(chosen)
    expect(note).to_have_value("")
    assert "43210" not in page.content()
    [kept] = notes_of(server, lead)
    assert kept.startswith("Father joins the next call, •")
    with server.store.read() as tx:
        due = [
            datetime.fromisoformat(row["due_at"])
            for row in follow_ups.queue(tx, server.cast.asha.viewer, now=datetime.now(UTC))
            if row["lead_id"] == lead.id
        ]
    assert len(due) == 1
    assert timedelta(days=2) < due[0] - datetime.now(UTC) < timedelta(days=4)


def test_a_note_of_several_lines_without_a_call(server: Running, lead: Lead, open_as: OpenAs) -> None:
    page = live(open_as(server.cast.asha, f"/lead/{lead.id}"))
    expect(page.locator(".after-quiet")).to_be_visible()
    page.locator(".after-note").click()
    page.keyboard.type("Hostel")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("and fees")
    page.keyboard.press("Enter")
    page.keyboard.type("in writing")
    assert notes_of(server, lead) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast-card", has_text="Saved")).to_be_visible()
    assert notes_of(server, lead) == ["Hostel\nand fees\nin writing"]
