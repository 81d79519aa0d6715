"""Click, and a call: what the button says while it goes on, what is said when it does not."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from models.store import connections
from simulator.faces import open as face
from simulator.faces.desk import Desk, Fault, served
from tests.browser.conftest import Enter
from tests.browser.settled import settled
from tests.cast import Known, Lead, Person
from tests.databases import Databases
from tests.servers import Running, running

pytestmark = pytest.mark.browser

NUMBERS = count(1)
SHOTS = os.environ.get("SHOTS")


class Centre:
    """A server whose counselors can call, and the provider that is asked to."""

    def __init__(self, server: Running, desk: Desk) -> None:
        self.server, self.desk, self.cast = server, desk, server.cast

    def lead(self, owner: Person) -> Lead:
        number = next(NUMBERS)
        return self.cast.lead(f"+91987651{number:04}", name=f"Ananya Number{number}", owner=owner)

    def tell(self, door: str, lead: Lead, person: Person, **more: Any) -> None:
        """A hook of the call that was ordered last."""
        body = {
            "call_id": f"o-{len(self.desk.orders)}",
            "agent_no": person.seat,
            "applicant_no": lead.phone,
            "call_type": "outbound",
            "reference": self.desk.orders[-1]["reference"],
            "event_time": _now(),
            **more,
        }
        assert self.server.hook(door, body).status_code == 200


def _now(seconds: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


@pytest.fixture(scope="module")
def centre(
    databases: Databases, known_casts: dict[str, Known], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Centre]:
    desk = Desk()
    folder = tmp_path_factory.mktemp("dialling")
    with (
        served(face.make, desk) as url,
        running(
            databases, known_casts, "sqlite", folder, PRIVATE_HOSTS="127.0.0.1", RECONCILE="no"
        ) as server,
    ):
        store = server.store
        settings = {"dial_url": f"{url}/dial"}
        with store.db.begin() as tx:
            connections.change(tx, store.vault, server.cast.connection.id, settings=settings)
        yield Centre(server, desk)


def _button(page: Page) -> Locator:
    return page.locator(".call-bar .call-button")


def _shot(page: Page, name: str) -> None:
    if SHOTS:
        settled(page)
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def test_a_click_becomes_a_call_and_tells_how_it_goes(centre: Centre, enter: Enter) -> None:
    asha, lead = centre.cast.asha, centre.lead(centre.cast.asha)
    page = enter(asha, f"/lead/{lead.id}", at=centre.server)
    button = _button(page)
    expect(button).to_contain_text("Call")
    _shot(page, "idle")
    button.dblclick()
    expect(button).to_contain_text("Calling your phone…")
    assert len(centre.desk.orders) == 1
    assert centre.desk.orders[-1]["applicant_no"] == lead.phone
    centre.tell("popup", lead, asha, event="ringing")
    expect(button).to_contain_text("Your phone rings…")
    _shot(page, "ringing")
    centre.tell("popup", lead, asha, event="answered")
    expect(button).to_contain_text("Ringing Ananya…")
    page.reload()
    expect(button).to_contain_text("Ringing Ananya…")
    centre.tell("popup", lead, asha, event="bridged")
    expect(button).to_contain_text("On call 0:0")
    _shot(page, "talking")
    begun = _now(-30)
    centre.tell(
        "call-log",
        lead,
        asha,
        start_time=begun,
        answer_time=begun,
        end_time=_now(),
        status=1,
        talk_seconds=30,
    )
    expect(button).to_contain_text("Ended 0:")
    expect(button).to_have_text("CallC", timeout=15_000)
    assert len(centre.desk.orders) == 1


def test_a_provider_that_tells_no_steps_is_connecting(centre: Centre, enter: Enter) -> None:
    asha, lead = centre.cast.asha, centre.lead(centre.cast.asha)
    page = enter(asha, f"/lead/{lead.id}", at=centre.server)
    pill = page.locator("#shell-presence")
    _button(page).click()
    expect(_button(page)).to_contain_text("Calling your phone…")
    expect(pill).to_contain_text("Calling")
    expect(_button(page)).to_contain_text("Connecting…", timeout=20_000)
    centre.tell("popup", lead, asha, event="ringing")
    expect(_button(page)).to_contain_text("Your phone rings…")
    centre.tell("popup", lead, asha, event="answered")
    centre.tell("popup", lead, asha, event="bridged")
    # One truth: what the button says of the call, the pill says of the person.
    expect(_button(page)).to_contain_text("On call 0:0")
    expect(pill).to_contain_text("On a call")
    centre.tell("call-log", lead, asha, start_time=_now(), end_time=_now(), status=0)
    expect(pill).not_to_contain_text("On a call")


def test_while_one_call_runs_no_other_lead_can_be_called(centre: Centre, enter: Enter) -> None:
    asha = centre.cast.asha
    lead, other = centre.lead(asha), centre.lead(asha)
    page = enter(asha, f"/lead/{lead.id}", at=centre.server)
    _button(page).click()
    expect(_button(page)).to_contain_text("Calling your phone…")
    centre.tell("popup", lead, asha, event="answered")
    centre.tell("popup", lead, asha, event="bridged")
    expect(_button(page)).to_contain_text("On call 0:0")
    orders = len(centre.desk.orders)
    page.goto(f"/lead/{other.id}")
    expect(_button(page)).to_contain_text("On a call")
    expect(_button(page)).to_be_disabled()
    expect(page.locator(".call-said")).to_have_text(f"You are on a call with {lead.name}.")
    _shot(page, "elsewhere")
    _button(page).click(force=True)
    page.keyboard.press("c")
    expect(_button(page)).to_contain_text("On a call")
    assert len(centre.desk.orders) == orders
    centre.tell("call-log", lead, asha, start_time=_now(-5), answer_time=_now(-5), end_time=_now(), status=1)
    expect(_button(page)).to_have_text("CallC")
    expect(_button(page)).to_be_enabled()
    expect(page.locator(".call-said")).to_be_hidden()


def test_the_key_c_calls_and_a_refusal_says_what_to_do(centre: Centre, enter: Enter) -> None:
    asha, lead = centre.cast.asha, centre.lead(centre.cast.asha)
    page = enter(asha, f"/lead/{lead.id}", at=centre.server)
    expect(_button(page)).to_be_enabled()
    centre.desk.faults.append(Fault(200, '{"status": 0, "error": "DND number"}', "application/json"))
    page.locator(".search input").first.focus()
    page.keyboard.press("c")
    assert centre.desk.faults, "C in a field is a letter"
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.locator(".call-said")).to_contain_text("do-not-call")
    _shot(page, "refused")
    expect(_button(page)).to_have_text("CallC", timeout=15_000)
    expect(page.locator(".call-said")).to_contain_text("do-not-call")


def test_an_unanswered_click_waits_until_it_is_said_to_be_over(centre: Centre, enter: Enter) -> None:
    asha, lead = centre.cast.asha, centre.lead(centre.cast.asha)
    page = enter(asha, f"/lead/{lead.id}", at=centre.server)
    before = len(centre.desk.orders)
    centre.desk.faults.append(Fault(status=0))
    _button(page).click()
    expect(_button(page)).to_contain_text("No answer yet…")
    expect(page.locator(".call-said")).to_contain_text("Your phone may still ring")
    _shot(page, "unknown")
    _button(page).click()
    page.get_by_role("button", name="It is over").click()
    expect(_button(page)).to_have_text("CallC", timeout=15_000)
    assert len(centre.desk.orders) == before
    _button(page).click()
    expect(_button(page)).to_contain_text("Calling your phone…")
    assert len(centre.desk.orders) == before + 1
    centre.tell("call-log", lead, asha, start_time=_now(), end_time=_now(), status=0)
    expect(_button(page)).to_contain_text("Ended, no answer")


def test_a_colleague_sees_who_is_calling(centre: Centre, enter: Enter) -> None:
    asha, ravi = centre.cast.asha, centre.cast.ravi
    lead = centre.lead(asha)
    body = {
        "call_id": f"old-{lead.id}",
        "agent_no": ravi.seat,
        "applicant_no": lead.phone,
        "call_type": "inbound",
    }
    centre.server.hook("call-log", {**body, "status": 0, "start_time": _now(-60), "end_time": _now()})
    his = enter(ravi, f"/lead/{lead.id}", at=centre.server, expected="409")
    hers = enter(asha, f"/lead/{lead.id}", at=centre.server)
    expect(_button(his)).to_be_enabled()
    _button(hers).click()
    expect(_button(hers)).to_contain_text("Calling your phone…")
    expect(his.locator(".call-said")).to_have_text("Asha Kulkarni is calling this lead")
    before = len(centre.desk.orders)
    _button(his).click()
    expect(his.locator(".call-said")).to_contain_text("Asha Kulkarni is calling this lead now.")
    assert len(centre.desk.orders) == before
    his.reload()
    expect(his.locator(".call-said")).to_contain_text("Asha Kulkarni is calling this lead")
    _shot(his, "held")
    centre.tell("call-log", lead, asha, start_time=_now(), end_time=_now(), status=0)
    expect(his.locator(".call-said")).to_be_hidden()


def test_a_mode_without_a_seat_says_why(centre: Centre, enter: Enter) -> None:
    asha, lead = centre.cast.asha, centre.lead(centre.cast.asha)
    for look in ({"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}}):
        page = enter(asha, f"/lead/{lead.id}", at=centre.server, **look)
        page.locator("[data-call-mode=docked]").click(
            force=True
        )  # Playwright waits for what is aria-disabled
        expect(page.locator("#toasts")).to_contain_text("You have no softphone")
        expect(page.locator("[data-call-mode=hardphone]")).to_have_attribute("aria-pressed", "true")
        _shot(page, "look-" + "-".join(look))


def test_a_row_of_the_list_calls_too(centre: Centre, enter: Enter) -> None:
    asha, lead = centre.cast.asha, centre.lead(centre.cast.asha)
    page = enter(asha, f"/leads?q={lead.name.split()[1]}", at=centre.server)
    button = page.locator(f'[data-call-lead="{lead.id}"]')
    button.click()
    expect(button).to_have_attribute("title", "Calling your phone…")
    assert centre.desk.orders[-1]["applicant_no"] == lead.phone
    expect(page).to_have_url(f"{centre.server.url}/leads?q={lead.name.split()[1]}")
    _shot(page, "row")
    centre.tell("call-log", lead, asha, start_time=_now(), end_time=_now(), status=0)
    expect(button).to_have_attribute("title", "Ended, no answer")
