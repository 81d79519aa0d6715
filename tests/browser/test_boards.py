"""The boards in a real browser: rows come, say who cleared them and go; the address holds the filters."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from models.rules.access import Role
from models.store import connections, people
from models.store.base import utc_now
from tests.cast import PUNE_DID, Lead, Person
from tests.conftest import OpenAs
from tests.servers import Running
from tests.telephone import Telephone

pytestmark = pytest.mark.browser

NUMBERS = count(1)
LIVE = ".live-note[data-state=live]"


@pytest.fixture
def telephone(server: Running) -> Telephone:
    def post(door: str, body: Any) -> str:
        answer = server.hook(door, body)
        assert answer.status_code == 200
        return str(answer.json()["accepted"])

    return Telephone(post, utc_now)


@pytest.fixture
def lead(server: Running) -> Callable[..., Lead]:
    def make(owner: Person | None = None) -> Lead:
        number = next(NUMBERS)
        return server.cast.lead(
            f"+91987651{number:04}", name=f"Board Lead{number}", owner=owner or server.cast.asha
        )

    return make


@pytest.fixture
def board(open_as: OpenAs) -> Callable[..., Page]:
    """A board whose live stream stands and whose grid is drawn."""

    def enter(person: Person, path: str = "/boards", **context: Any) -> Page:
        page = open_as(person, path, **context)
        page.wait_for_selector(LIVE)
        page.wait_for_selector(".boards-board[data-rows]", state="attached")
        return page

    return enter


def row(page: Page, lead: Lead) -> Any:
    return page.locator(".boards-grid .ag-row", has_text=lead.name)


def missed(page: Page) -> int:
    return int(page.locator("#kind-missed-count").inner_text())


def test_a_missed_call_comes_and_is_cleared_by_name(
    board: Callable[..., Page],
    open_as: OpenAs,
    telephone: Telephone,
    lead: Callable[..., Lead],
    server: Running,
) -> None:
    page = board(server.cast.meera)
    before, tanvi = missed(page), lead()
    telephone.missed(tanvi.phone, server.cast.asha, server.cast.ravi)
    expect(row(page, tanvi)).to_be_visible()
    expect(row(page, tanvi)).to_contain_text("just now")
    expect(page.locator("#kind-missed-count")).to_have_text(str(before + 1))
    expect(page.locator("#boards-export")).to_contain_text(f"Export {before + 1}")
    open_as(server.cast.ravi, f"/lead/{tanvi.id}?via=popup")
    expect(row(page, tanvi)).to_contain_text("Cleared")
    expect(row(page, tanvi)).to_contain_text("Ravi, from the pop-up")
    expect(row(page, tanvi)).to_contain_text("In time,")
    expect(page.locator("#kind-missed-count")).to_have_text(str(before))
    expect(row(page, tanvi)).to_have_count(0, timeout=12_000)


def test_only_what_the_filters_leave_comes_in(
    board: Callable[..., Page], telephone: Telephone, lead: Callable[..., Lead], server: Running
) -> None:
    cast = server.cast
    outbound = board(cast.meera, "/boards?direction=outbound")
    ravis = board(cast.dev, f"/boards?counselor={cast.ravi.id}")
    old = board(cast.dev, "/boards?age=15")
    pune = board(cast.dev, f"/boards?team={cast.teams['Pune']}")
    helpline = board(cast.dev, "/boards?did=2")
    everything = board(cast.dev)
    asha, both, chitra = lead(), lead(), lead(cast.chitra)
    telephone.missed(asha.phone, cast.asha)
    telephone.missed(both.phone, cast.asha, cast.ravi)
    telephone.missed(chitra.phone, cast.chitra, did_no=PUNE_DID)
    expect(row(everything, chitra)).to_be_visible()
    for each in (asha, both):
        expect(row(everything, each)).to_be_visible()
        expect(row(outbound, each)).to_have_count(0)
        expect(row(old, each)).to_have_count(0)
        expect(row(pune, each)).to_have_count(0)
    expect(row(ravis, both)).to_be_visible()
    expect(row(ravis, asha)).to_have_count(0)
    expect(row(pune, chitra)).to_be_visible()
    expect(row(helpline, chitra)).to_be_visible()
    expect(row(helpline, both)).to_have_count(0)
    for page in (outbound, ravis, old, pune, helpline, everything):
        page.reload()
        page.wait_for_selector(LIVE)
    expect(row(ravis, both)).to_be_visible()
    expect(row(ravis, asha)).to_have_count(0)
    expect(row(pune, chitra)).to_be_visible()
    expect(row(helpline, chitra)).to_be_visible()
    expect(row(helpline, both)).to_have_count(0)


def test_filters_live_in_the_address(
    board: Callable[..., Page], telephone: Telephone, lead: Callable[..., Lead], server: Running
) -> None:
    inbound = lead()
    telephone.missed(inbound.phone, server.cast.asha)
    page = board(server.cast.meera)
    expect(row(page, inbound)).to_be_visible()
    page.get_by_role("button", name="Direction").click()
    page.get_by_role("menuitemcheckbox", name="Outbound").click()
    expect(row(page, inbound)).to_have_count(0)
    assert page.url.endswith("/boards?direction=outbound")
    page.get_by_role("menuitemcheckbox", name="Inbound").click()
    expect(row(page, inbound)).to_be_visible()
    assert page.url.endswith("/boards?direction=inbound,outbound")
    page.go_back()
    page.wait_for_url("**/boards")
    expect(row(page, inbound)).to_be_visible()
    page.go_forward()
    expect(page.locator(".filter.is-on")).to_contain_text("Direction: Inbound, Outbound")
    page.get_by_role("button", name="Clear direction").click()
    expect(page.locator(".filter.is-on")).to_have_count(0)
    page.get_by_role("group", name="Kind").get_by_role("button", name="Pending").click()
    page.wait_for_url("**/boards?kind=pending")
    expect(row(page, inbound)).to_have_count(0)


def test_a_row_unfolds_and_stays_where_it_is(
    board: Callable[..., Page],
    open_as: OpenAs,
    telephone: Telephone,
    lead: Callable[..., Lead],
    server: Running,
) -> None:
    cast = server.cast
    tanvi, other = lead(), lead()
    telephone.missed(tanvi.phone, cast.asha, cast.ravi)
    page = board(cast.meera)
    page.clock.install()
    row(page, tanvi).locator("[col-id=programme]").click()
    episode = page.locator(".episode")
    expect(episode).to_contain_text("One episode, 1 call, 2 rings")
    expect(episode).to_contain_text(cast.ravi.name)
    assert "open=" in page.url
    telephone.missed(other.phone, cast.asha)
    expect(row(page, other)).to_be_visible()
    expect(episode).to_be_visible()
    open_as(cast.asha, f"/lead/{tanvi.id}?via=board")
    expect(row(page, tanvi)).to_contain_text("Cleared")
    page.clock.run_for(9_000)
    expect(row(page, tanvi)).to_be_visible()  # it is being read
    row(page, tanvi).locator("[col-id=programme]").click()
    expect(episode).to_have_count(0)
    expect(row(page, tanvi)).to_have_count(0)
    row(page, other).locator("[col-id=programme]").click()
    expect(episode).to_contain_text("Waits for")
    page.reload()
    expect(page.locator(".episode")).to_contain_text("Waits for")


def test_scroll_and_focus_survive_what_comes_in(
    board: Callable[..., Page], telephone: Telephone, lead: Callable[..., Lead], server: Running
) -> None:
    for _ in range(16):
        telephone.missed(lead().phone, server.cast.asha)
    page = board(server.cast.meera, viewport={"width": 1280, "height": 600})
    cell = page.locator(".boards-grid .ag-row .ag-cell[col-id=programme]").nth(12)
    cell.scroll_into_view_if_needed()
    cell.focus()
    position = page.evaluate("document.getElementById('main').scrollTop || window.scrollY")
    focused = page.evaluate("document.activeElement.closest('.ag-row')?.getAttribute('row-id')")
    newest = lead()
    telephone.missed(newest.phone, server.cast.asha)
    expect(row(page, newest)).to_be_attached()
    assert page.evaluate("document.getElementById('main').scrollTop || window.scrollY") == position
    assert focused
    assert page.evaluate("document.activeElement.closest('.ag-row')?.getAttribute('row-id')") == focused


def test_a_phone_shows_cards(
    board: Callable[..., Page], telephone: Telephone, lead: Callable[..., Lead], server: Running
) -> None:
    tanvi = lead()
    telephone.missed(tanvi.phone, server.cast.asha)
    page = board(server.cast.meera, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    expect(page.locator(".board-card", has_text=tanvi.name)).to_be_visible()
    expect(page.locator(".ag-header-cell", has_text="Programme")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture(scope="module")
def caller(server: Running) -> Person:
    """A supervisor of Indore who has a seat, so she may call."""
    store, cast = server.store, server.cast
    with store.db.begin() as tx:
        person_id = people.add(
            tx,
            name="Savita Caller",
            email="savita@example.org",
            role=Role.SUPERVISOR,
            password="a long enough password",
            at=utc_now(),
            supervised=[cast.teams["Indore"]],
        )
        connections.add_seat(
            tx, store.vault, connection_id=cast.connection.id, person_id=person_id, address="+919000000777"
        )
    return replace(cast.meera, id=person_id, name="Savita Caller", email="savita@example.org")


def dials(page: Page) -> list[int]:
    """The leads that the page asks to call; nobody is called."""
    asked: list[int] = []

    def answer(route: Route) -> None:
        body: Any = route.request.post_data_json
        asked.append(body["lead"])
        route.fulfill(status=409, json={"error": "refused", "say": "Not today."})

    page.route("**/dial", answer)
    return asked


@pytest.mark.parametrize("phone", [False, True])
def test_a_row_calls_its_lead(
    board: Callable[..., Page],
    telephone: Telephone,
    lead: Callable[..., Lead],
    server: Running,
    caller: Person,
    phone: bool,
) -> None:
    tanvi = lead()
    telephone.missed(tanvi.phone, server.cast.asha)
    page = board(caller, viewport={"width": 390, "height": 844} if phone else {"width": 1440, "height": 900})
    asked = dials(page)
    button = row(page, tanvi).locator("[data-call-lead]")
    button.click()
    expect(page.locator(".toast-card", has_text="Not today.")).to_be_visible()
    assert asked == [tanvi.id]
    expect(row(page, tanvi)).not_to_have_class(re.compile("is-unfolded"))
    if phone:
        return
    row(page, tanvi).locator("[col-id=call]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".toast-card", has_text="Not today.")).to_have_count(2)
    row(page, tanvi).locator("[col-id=direction]").focus()
    page.keyboard.press("c")
    expect(page.locator(".toast-card", has_text="Not today.")).to_have_count(3)
    assert asked == [tanvi.id] * 3
    page.keyboard.press("Enter")
    expect(row(page, tanvi)).to_have_class(re.compile("is-unfolded"))


def test_who_has_no_seat_has_no_call_button(
    board: Callable[..., Page], telephone: Telephone, lead: Callable[..., Lead], server: Running
) -> None:
    tanvi = lead()
    telephone.missed(tanvi.phone, server.cast.asha)
    page = board(server.cast.meera)
    expect(row(page, tanvi)).to_be_visible()
    expect(page.locator(".boards-grid [data-call-lead]")).to_have_count(0)
