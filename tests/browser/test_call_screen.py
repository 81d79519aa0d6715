"""The counselor's day in a real browser: a card comes up, the queue moves, a lead clears for everybody."""

import re
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.cast import INDORE_DID, Lead, Person
from tests.conftest import OpenAs
from tests.servers import Running

pytestmark = pytest.mark.browser

NUMBERS = count(1)
LIVE = ".live-state[data-state=live]"


class Provider:
    """Calls as a provider tells them over HTTP."""

    def __init__(self, server: Running) -> None:
        self._server = server

    def rings(self, lead: Lead, *people: Person, call: str | None = None) -> str:
        call = call or f"browser-{next(NUMBERS)}"
        for person in people:
            self._tell("popup", call, person, lead, start_time=_now())
        return call

    def answered(self, lead: Lead, person: Person, call: str) -> None:
        self._tell("popup", call, person, lead, event="answered", event_time=_now())

    def missed(self, lead: Lead, *people: Person, call: str | None = None) -> str:
        call = call or f"browser-{next(NUMBERS)}"
        for person in people:
            self._tell("call-log", call, person, lead, start_time=_now(), end_time=_now(), status=0)
        return call

    def talked(self, lead: Lead, person: Person, call: str, seconds: int = 40) -> None:
        begun = _now(-seconds)
        self._tell(
            "call-log", call, person, lead, start_time=begun, answer_time=begun, end_time=_now(), status=1,
            talk_seconds=seconds,
        )  # fmt: skip

    def _tell(self, door: str, call: str, person: Person, lead: Lead, **more: object) -> None:
        body = {
            "call_id": call,
            "agent_no": person.seat,
            "applicant_no": lead.phone,
            "did_no": INDORE_DID,
            "call_type": "inbound",
            **more,
        }
        assert self._server.hook(door, body).status_code == 200


def _now(seconds: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def provider(server: Running) -> Provider:
    return Provider(server)


@pytest.fixture
def lead(server: Running) -> Lead:
    number = next(NUMBERS)
    return server.cast.lead(f"+91987650{number:04}", name=f"Ananya Number{number}", owner=server.cast.asha)


@pytest.fixture
def at_home(open_as: OpenAs) -> OpenAs:
    """A page whose live stream stands."""

    def enter(person: Person, path: str = "/", **context: object) -> Page:
        page = open_as(person, path, **context)
        page.wait_for_selector(LIVE, state="attached")
        return page

    return enter


def bell(page: Page, kind: str = "missed") -> int:
    return int(page.locator(f".bell [data-bell={kind}]").inner_text())


def test_a_card_comes_up_and_leads_to_the_lead(
    server: Running, provider: Provider, lead: Lead, at_home: OpenAs
) -> None:
    page = at_home(server.cast.asha)
    page.focus(".top .search input")
    call = provider.rings(lead, server.cast.asha, server.cast.ravi)
    card = page.locator(f".popup:has-text('{lead.name}')")
    expect(card).to_contain_text("Ringing 0:0")
    expect(card).to_contain_text("also rings Ravi")
    expect(page.locator(".top .search input")).to_be_focused()
    assert lead.phone[3:] not in page.content()
    card.get_by_role("link").click()
    page.wait_for_url(f"**/lead/{lead.id}?via=popup")
    expect(page.locator(".lead-head h1")).to_have_text(lead.name)
    expect(page.locator(".lead-live")).to_contain_text("Ringing")
    expect(card).to_have_count(0)
    provider.answered(lead, server.cast.asha, call)
    expect(page.locator(".lead-live")).to_contain_text("On call")
    expect(page.locator("#shell-presence")).to_contain_text("On a call")
    provider.talked(lead, server.cast.asha, call)
    expect(page.locator(".timeline").first).to_contain_text("Connected 40 s you answered")
    expect(page.locator("#shell-presence")).not_to_contain_text("On a call")


def test_a_card_leaves_every_tab_when_a_colleague_answers(
    server: Running, provider: Provider, lead: Lead, at_home: OpenAs
) -> None:
    page = at_home(server.cast.asha)
    other = page.context.new_page()
    other.goto("/leads")
    other.wait_for_selector(LIVE, state="attached")
    call = provider.rings(lead, server.cast.asha, server.cast.ravi)
    for tab in (page, other):
        expect(tab.locator(".popup")).to_contain_text(lead.name)
    provider.answered(lead, server.cast.ravi, call)
    for tab in (page, other):
        expect(tab.locator(".popup.is-over")).to_contain_text("Ravi took it")
        expect(tab.locator("#live-region")).to_contain_text(f"{server.cast.ravi.name} took the call")
    for tab in (page, other):
        expect(tab.locator(".popup")).to_have_count(0)
    provider.talked(lead, server.cast.ravi, call)


def test_a_missed_call_clears_on_both_screens_without_reload(
    server: Running, provider: Provider, lead: Lead, at_home: OpenAs
) -> None:
    asha, ravi = at_home(server.cast.asha), at_home(server.cast.ravi)
    before = bell(asha), bell(ravi)
    provider.missed(lead, server.cast.asha, server.cast.ravi)
    for page in (asha, ravi):
        expect(page.locator(f".queue-item:has-text('{lead.name}')")).to_contain_text("left")
    assert (bell(asha), bell(ravi)) == (before[0] + 1, before[1] + 1)
    item = asha.locator(f".queue-item:has-text('{lead.name}')")
    item.click()
    expect(asha.locator(".banner.is-connected")).to_contain_text(
        f"Missed call cleared for you and {server.cast.ravi.name}, by opening this page"
    )
    expect(item).to_contain_text("Cleared")
    expect(ravi.locator(f".queue-item:has-text('{lead.name}')")).to_have_count(0)
    assert (bell(asha), bell(ravi)) == before
    assert f"lead={lead.id}" in asha.url


def test_an_opened_item_leaves_when_the_person_moves_on(
    server: Running, provider: Provider, at_home: OpenAs
) -> None:
    first, second = (server.cast.lead(name=f"Moves On{n}", owner=server.cast.asha) for n in (1, 2))
    page = at_home(server.cast.asha)
    for one in (first, second):
        provider.missed(one, server.cast.asha)
    items = [page.locator(f".queue-item:has-text('{one.name}')") for one in (first, second)]
    items[0].click()
    expect(items[0]).to_contain_text("Cleared")
    items[1].click()
    expect(items[1]).to_contain_text("Cleared")
    expect(items[0]).to_have_count(0)


def test_a_miss_while_the_page_is_open_waits_for_a_word(
    server: Running, provider: Provider, lead: Lead, at_home: OpenAs
) -> None:
    page = at_home(server.cast.asha, f"/lead/{lead.id}")
    page.wait_for_selector(f"[data-lead-id='{lead.id}'] .lead-body")
    provider.missed(lead, server.cast.asha)
    bar = page.locator(".missed-now")
    expect(bar).to_contain_text("Missed inbound just now")
    before = bell(page)
    bar.get_by_role("button").click()
    expect(bar).to_be_hidden()
    expect(page.locator(".timeline").first).to_contain_text("by marking it as seen")
    assert bell(page) == before - 1


def test_the_keyboard_is_enough(server: Running, provider: Provider, at_home: OpenAs) -> None:
    lead = server.cast.lead(name="Key Board", owner=server.cast.chitra)
    page = at_home(server.cast.chitra)
    provider.missed(lead, server.cast.chitra)
    expect(page.locator(f".queue-item[data-lead='{lead.id}']")).to_be_visible()
    leads = page.locator(".queue-item").evaluate_all(
        "(items) => items.map((item) => Number(item.dataset.lead))"
    )
    for _ in leads[: leads.index(lead.id) + 1]:  # an earlier test's entry may stand above
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".lead-head h1")).to_have_text(lead.name)
    call = provider.rings(lead, server.cast.chitra)
    page.keyboard.press("Control+k")
    page.keyboard.type("k")
    expect(page.locator(".palette input")).to_have_value("k")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_contain_text("open the profile of the call that rings")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page.click(".rail-item[href='/leads']")
    expect(page.locator(".popup")).to_contain_text(lead.name)
    page.keyboard.press("o")
    page.wait_for_url(f"**/lead/{lead.id}?via=popup")
    provider.missed(lead, server.cast.chitra, call=call)


def test_a_name_is_never_markup(server: Running, provider: Provider, at_home: OpenAs) -> None:
    nasty = '<img src=x onerror="window.hurt=1"><b>Bold</b>'
    lead = server.cast.lead(name=nasty, programme="<i>MBA</i>", city="</div>", owner=server.cast.asha)
    page = at_home(server.cast.asha)
    call = provider.rings(lead, server.cast.asha)
    expect(page.locator(".popup-name")).to_have_text(nasty)
    provider.missed(lead, server.cast.asha, call=call)
    item = page.locator(".queue-item:has-text('onerror')")
    expect(item.locator(".who")).to_have_text(nasty)
    item.click()
    expect(page.locator(".lead-head h1")).to_have_text(nasty)
    assert page.evaluate("window.hurt") is None


def test_the_state_is_chosen_in_one_tab_and_shown_in_all(server: Running, at_home: OpenAs) -> None:
    """Read from the pill's state, for a wrap-up of an earlier test's call may still stand in its words."""
    page = at_home(server.cast.ravi)
    other = page.context.new_page()
    other.goto("/leads")
    other.wait_for_selector(LIVE, state="attached")
    page.click("#shell-presence")
    page.get_by_role("button", name="Take a break").click()
    for tab in (page, other):
        expect(tab.locator("#shell-presence")).to_have_attribute("data-state", "break")
    page.reload()
    expect(page.locator("#shell-presence")).to_have_attribute("data-state", "break")


def test_the_theme_is_remembered_before_the_first_paint(server: Running, at_home: OpenAs) -> None:
    page = at_home(server.cast.asha, color_scheme="light")
    page.click("[data-theme-switch]")
    theme = "document.documentElement.dataset.bsTheme"
    assert page.evaluate(theme) == "dark"
    page.goto("/leads", wait_until="commit")
    assert page.evaluate(theme) == "dark"


def test_a_phone_has_one_column_and_the_navigation_at_its_foot(
    server: Running, provider: Provider, lead: Lead, at_home: OpenAs
) -> None:
    page = at_home(server.cast.asha, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    provider.missed(lead, server.cast.asha)
    page.tap(f".queue-item:has-text('{lead.name}')")
    page.wait_for_url(f"**/lead/{lead.id}?via=queue")
    expect(page.locator(".lead-head h1")).to_have_text(lead.name)
    box = page.locator(".rail").bounding_box()
    assert box
    assert box["y"] + box["height"] == pytest.approx(844, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_label("Back", exact=True).click()
    page.wait_for_selector(".queue")


def test_signing_out_ends_every_tab(server: Running, at_home: OpenAs) -> None:
    page = at_home(server.cast.dev, "/leads")
    other = page.context.new_page()
    other.goto("/leads")
    other.wait_for_selector(LIVE, state="attached")
    page.click(".avatar-button")
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/login")
    other.wait_for_url("**/login*", timeout=20_000)


def _top(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box
    return box["y"]


def test_no_card_lies_on_what_one_needs_for_a_call(
    server: Running, provider: Provider, at_home: OpenAs
) -> None:
    cast = server.cast
    shown = cast.lead(name="Beside Cards", owner=cast.chitra)
    ringing = [cast.lead(name=f"Card Number{n}", owner=cast.chitra) for n in range(3)]
    page = at_home(cast.chitra, f"/lead/{shown.id}", viewport={"width": 1440, "height": 900})
    expect(page.locator(".best-moment")).to_be_visible()
    before = _top(page, ".best-moment")
    calls = [provider.rings(lead, cast.chitra) for lead in ringing]
    expect(page.locator(".popup")).to_have_count(3)
    stack = page.locator("#popup-stack").bounding_box()
    assert stack
    expect(page.locator("html")).to_have_attribute("style", re.compile(r"--under-cards: [1-9]"))
    assert _top(page, ".best-moment") >= stack["y"] + stack["height"]
    for lead, call in zip(ringing, calls, strict=True):
        provider.missed(lead, cast.chitra, call=call)
    expect(page.locator(".popup")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("style", re.compile("--under-cards: 0px"))
    assert _top(page, ".best-moment") == before


def test_a_ring_stays_in_sight_of_who_scrolled_down_on_a_phone(
    server: Running, provider: Provider, at_home: OpenAs
) -> None:
    cast = server.cast
    leads = [cast.lead(name=f"Scrolled Number{n}", owner=cast.chitra) for n in range(14)]
    for lead in leads:
        provider.missed(lead, cast.chitra)
    page = at_home(cast.chitra, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    expect(page.locator(".queue-item:has-text('Scrolled Number')")).to_have_count(14)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    call = provider.rings(leads[0], cast.chitra)
    expect(page.locator(".popup")).to_be_in_viewport(ratio=1)
    provider.missed(leads[0], cast.chitra, call=call)
    expect(page.locator(".popup")).to_have_count(0)
