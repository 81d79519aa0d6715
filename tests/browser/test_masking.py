"""A counselor's real browser: every answer it gets, and whatever it keeps, is searched for the numbers of its leads."""

import json

import pytest
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, Response, expect

from tests.access.scanner import Scanner
from tests.browser.conftest import Enter, behind_its_back
from tests.servers import Running

pytestmark = pytest.mark.browser

_KEPT = """async () => {
  const kept = {cookies: document.cookie, address: location.href, dom: document.documentElement.outerHTML,
    fields: [...document.querySelectorAll("input, textarea")].map((field) => field.value),
    local: {...localStorage}, session: {...sessionStorage}, history: history.state, databases: {}};
  for (const {name} of await indexedDB.databases()) {
    const open = await new Promise((done, failed) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    for (const store of open.objectStoreNames) {
      kept.databases[`${name}/${store}`] = await new Promise((done) => {
        const asked = open.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => done(asked.result);
      });
    }
    open.close();
  }
  for (const name of await caches.keys()) kept[`cache ${name}`] = (await (await caches.open(name)).keys()).map((one) => one.url);
  return JSON.stringify(kept);
}"""


def kept_by(page: Page) -> bytes:
    """All that the page shows and keeps, and the cookies that scripts cannot read."""
    return (page.evaluate(_KEPT) + json.dumps(page.context.cookies())).encode()


def test_no_number_is_in_a_counselor_s_browser(server: Running, enter: Enter) -> None:
    cast = server.cast
    provider = behind_its_back(server)
    leads = [
        cast.lead(f"+9193{7411 + 613 * at % 2000}{8117 + 877 * at % 1500}", name=f"Browser Canary {at}", owner=cast.ravi)
        for at in range(12)
    ]  # fmt: skip
    scanner = Scanner([lead.phone for lead in leads])
    for lead in leads[:6]:
        provider.missed(lead.phone, cast.ravi, cast.asha)
    provider.talked(leads[6].phone, cast.ravi, seconds=70)

    answers: list[Response] = []
    page = enter(cast.ravi, "about:blank", live=False)
    page.context.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 playwright takes no built-in
    found: set[str] = set()
    shown = 0
    for path in (
        "/",
        f"/?lead={leads[0].id}",
        f"/lead/{leads[1].id}",
        "/leads?q=browser",
        "/productivity",
        "/nowhere",
    ):
        page.goto(path)
        page.wait_for_selector(".live-state[data-state=live]", state="attached")
        page.wait_for_timeout(700)
        if path == f"/lead/{leads[1].id}":
            call = provider.rings(leads[2].phone, cast.ravi)
            page.locator(".popup", has_text=leads[2].name).wait_for()
            provider.missed(leads[2].phone, cast.ravi, call=call)
        kept = kept_by(page)
        shown += sum(kept.count(lead.name.encode()) for lead in leads)
        found |= {f"kept at {path}: {hit.shape}" for hit in scanner.find(kept)}
    read = 0
    for answer in answers:
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            continue  # it never ends; tests/access reads it from its beginning
        try:
            body = answer.body()
        except BrowserError:
            continue  # a redirect, or the page was left before it came
        read += 1
        found |= {f"{answer.url}: {hit.shape}" for hit in scanner.find(body)}
        found |= {f"{answer.url}, headers: {hit.shape}" for hit in scanner.find(str(answer.headers).encode())}
    assert not found, "\n".join(sorted(found)[:20])
    assert shown >= 20, "the canaries were on no screen: nothing is proved"
    assert read >= 20


def test_the_search_of_a_browser_finds_what_is_planted(server: Running, enter: Enter) -> None:
    number = "+919374118117"
    scanner = Scanner([number])
    page = enter(server.cast.ravi, "/leads")
    assert not scanner.find(kept_by(page))
    plants = {
        "localStorage": "number => localStorage.setItem('x', btoa(number))",
        "sessionStorage": "number => sessionStorage.setItem('x', [...number].reverse().join(''))",
        "a cookie": "number => { document.cookie = 'x=' + encodeURIComponent(number); }",
        "an attribute": "number => { document.body.dataset.x = number; }",
        "a field": "number => { document.querySelector('input').value = number; }",
        "IndexedDB": """number => new Promise((done) => {
            const asked = indexedDB.open('x');
            asked.onupgradeneeded = () => asked.result.createObjectStore('s', {autoIncrement: true});
            asked.onsuccess = () => { const put = asked.result.transaction('s', 'readwrite');
                put.objectStore('s').add({number}); put.oncomplete = () => { asked.result.close(); done(); }; };
        })""",
    }
    for where, plant in plants.items():
        page.context.clear_cookies(name="x")
        page.evaluate(
            "localStorage.removeItem('x'); sessionStorage.removeItem('x'); delete document.body.dataset.x"
        )
        page.evaluate("document.querySelectorAll('input').forEach((field) => { field.value = ''; })")
        assert not scanner.find(kept_by(page)), where
        page.evaluate(plant, number)
        assert scanner.find(kept_by(page)), where


def test_one_number_is_shown_for_half_a_minute(server: Running, enter: Enter) -> None:
    """After a reason, in the place of its mask; it goes by itself and nothing of it stays in the browser."""
    cast = server.cast
    lead = cast.lead("+919361224871", name="Shown Once", owner=cast.ravi)
    scanner = Scanner([lead.phone])
    page = enter(cast.meera, "about:blank", live=False, expected="422")
    page.clock.install()
    page.goto(f"/lead/{lead.id}")
    place = page.locator("[data-reveal-mask]").first
    mask = place.inner_text()
    assert mask.endswith("871")
    assert not scanner.find(kept_by(page))
    page.click("[data-reveal]")
    page.get_by_label("Why do you need it?").fill("because")
    page.get_by_role("button", name="Show the number").last.click()
    expect(page.get_by_text("Say why, in at least 10 letters.")).to_be_visible()
    page.get_by_label("Why do you need it?").fill("The bank asks for a call back")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Show the number").last.click()
    expect(place).to_have_text(lead.phone)
    page.clock.run_for(31_000)
    expect(place).to_have_text(mask)
    assert not scanner.find(kept_by(page))
    page = enter(cast.ravi, f"/lead/{lead.id}")
    expect(page.locator("[data-reveal]")).to_have_count(0)
