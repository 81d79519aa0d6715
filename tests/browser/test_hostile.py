"""Whoever calls chooses their name. Shown on every screen that shows names, none of these ever runs."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.tables.telephony import delivery
from tests.browser.conftest import Enter, behind_its_back, over_http
from tests.browser.payloads import PAYLOADS
from tests.cast import Lead
from tests.servers import Running

pytestmark = pytest.mark.browser

HURT = (
    "[window.hurt, document.querySelectorAll('iframe, object, embed, base, marquee, main svg script').length]"
)


@pytest.fixture(scope="module")
def hostile(own_server: Running) -> list[Lead]:
    """A lead for each payload, which stands in all that a caller or a vendor may word."""
    cast, provider = own_server.cast, behind_its_back(own_server)
    made = []
    for at, text in enumerate(PAYLOADS):
        lead = cast.lead(
            f"+919812201{at:03}",
            name=text,
            programme=text[:120],
            city=text[:80],
            stage=text[:40],
            source=text[:40],
            email=text[:120],
            owner=cast.asha,
        )
        provider.missed(lead.phone, cast.asha, campaign=text[:100], call=f"{text[:80]}{at}", did_no=text[:40])
        provider.talked(lead.phone, cast.asha, disposition=text[:100], hangup_by=text[:40], resource_url=text)
        made.append(lead)
    return made


SHOWN = {
    "/": ".queue-item",
    "/leads": ".leads-table",
    "/boards": ".boards-grid .ag-row",
    "/productivity": "#productivity-cards",
    "/providers": "#main h1",
    "/providers/1": "#main h1",
    "/reconciliation": "#main h1",
}


@pytest.mark.parametrize(
    ("who", "paths"),
    [
        ("asha", ["/", "/leads", "/leads?q=hurt", "/productivity"]),
        ("meera", ["/boards", "/boards?kind=pending", "/productivity"]),
        ("dev", ["/providers", "/providers/1", "/boards", "/reconciliation"]),
    ],
)
def test_nothing_runs_on_any_screen(
    own_server: Running, hostile: list[Lead], enter: Enter, who: str, paths: list[str]
) -> None:
    page = enter(getattr(own_server.cast, who), paths[0], at=own_server)
    for path in paths:
        page.evaluate("path => callboard.go(path)", path)
        page.wait_for_selector(SHOWN[path.partition("?")[0]])
        _unhurt(page)
    for kind in ("missed", "pending"):
        page.click(f"#shell-{kind}")
        page.wait_for_selector(f"#shell-{kind}-menu .bell-row, #shell-{kind}-menu .bell-none")
        _unhurt(page)
        page.keyboard.press("Escape")


def test_nothing_runs_in_a_drawer(own_server: Running, hostile: list[Lead], enter: Enter) -> None:
    cast = own_server.cast
    page = enter(cast.meera, f"/productivity?metric=missed&who={cast.asha.id}", at=own_server)
    expect(page.locator("#productivity-drawer-body")).to_contain_text(hostile[-1].name)
    _unhurt(page)
    page = enter(cast.dev, "/providers", at=own_server)
    with own_server.store.read() as tx:
        deliveries = list(tx.scalars(select(delivery.c.id).order_by(delivery.c.id)))
    for delivery_id in deliveries[:: len(deliveries) // 8]:
        page.evaluate("id => callboard.setProps('providers-open', {data: {delivery: id}})", delivery_id)
        expect(page.locator("#providers-drawer-body")).to_contain_text("hurt")
        _unhurt(page)


def test_nothing_runs_on_a_profile(own_server: Running, hostile: list[Lead], enter: Enter) -> None:
    page = enter(own_server.cast.meera, "/leads", at=own_server)
    for lead in hostile:
        page.evaluate("path => callboard.go(path)", f"/lead/{lead.id}")
        expect(page.locator(".lead-head h1")).to_have_text(lead.name)
        _unhurt(page)


def test_nothing_runs_on_a_card(own_server: Running, hostile: list[Lead], enter: Enter) -> None:
    page = enter(own_server.cast.ravi, "/leads", at=own_server)
    provider = over_http(own_server)
    for at, lead in enumerate(hostile):
        provider.rings(
            lead.phone, own_server.cast.ravi, campaign=lead.name[:100], call=f"card {at} {lead.name[:60]}"
        )
    expect(page.locator(".popup")).to_have_count(len(hostile), timeout=45_000)
    assert set(page.locator(".popup-name").all_inner_texts()) == {lead.name for lead in hostile}
    _unhurt(page)


def test_nothing_runs_in_an_unfolded_row(own_server: Running, hostile: list[Lead], enter: Enter) -> None:
    page = enter(own_server.cast.meera, "/boards", at=own_server)
    rows = page.locator(".boards-grid .ag-row:not(.ag-full-width-row)")
    expect(rows).not_to_have_count(0)
    for at in range(0, len(hostile), 6):
        rows.nth(at).locator(".unfold").click()
        expect(page.locator(".episode-what")).to_have_count(1)
        _unhurt(page)
        rows.nth(at).locator(".unfold").click()


def test_what_is_typed_is_text(own_server: Running, enter: Enter) -> None:
    page = enter(own_server.cast.asha, "/leads", at=own_server)
    words = [text for text in PAYLOADS if sum(map(str.isdigit, text)) < 6]  # else it is asked as a number
    for text in words[::4]:
        field = page.locator(".top .search input")
        field.fill(text[:80])
        page.locator(".palette input").press("Control+Enter")  # the list: Enter alone opens the lead so named
        expect(page.locator("#leads-said")).to_contain_text(text[:80].strip())
        _unhurt(page)


def _unhurt(page: Page) -> None:
    assert page.evaluate(HURT) == [None, 0]
