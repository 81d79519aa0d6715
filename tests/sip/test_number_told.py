"""A provider that tells the browser the lead's number: noticed, said and reported, and the number kept nowhere."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.tables.work import phone_event
from tests.access.scanner import Scanner
from tests.cast import INDORE_DID
from tests.servers import Running
from tests.sip.conftest import STATE, rings, wait
from tests.sip.server import DOMAIN

pytestmark = pytest.mark.browser

Sit = Callable[..., Page]
Provider = Callable[..., Page]

NUMBER = "+919312855501"


def told(server: Running) -> list[str]:
    with server.store.read() as tx:
        return list(tx.scalars(select(phone_event.c.detail).where(phone_event.c.kind == "number_told")))


@pytest.mark.parametrize(
    ("name", "headers", "where"),
    [
        ("+91 93128 55501", [], "From"),
        ("Lead", [f"P-Asserted-Identity: <sip:{NUMBER}@{DOMAIN}>"], "P-Asserted-Identity"),
        ("९३१२८५५५०१", [f"Diversion: <tel:{NUMBER}>"], "From, Diversion"),
    ],
)
def test_a_number_is_noticed_and_not_shown(
    server: Running, sit: Sit, provider: Provider, name: str, headers: list[str], where: str
) -> None:
    asha, leaky = sit(server.cast.asha), provider("leaky")
    before = len(told(server))
    with asha.expect_response(lambda one: "number_told" in (one.request.post_data or "")):
        rings(leaky, None, headers=headers, name=name)
    expect(asha.locator(".dock-word")).to_contain_text("The provider told this browser")
    expect(asha.locator(".dock-said")).to_contain_text("The provider told this browser")
    assert not Scanner([NUMBER]).find(asha.content().encode())
    assert not Scanner([NUMBER]).find(asha.evaluate("JSON.stringify(callboard.phone.state())").encode())
    wait(asha, f"{STATE} === 'ringing'")
    asha.locator("[data-act=reject]").click()
    wait(asha, "callboard.phone.state().call === null")
    assert told(server)[before:] == [where]


@pytest.mark.parametrize("name", [INDORE_DID, "0" + INDORE_DID[3:], "Extension 4711", None])
def test_our_own_number_is_nothing_to_tell(
    server: Running, sit: Sit, provider: Provider, name: str | None
) -> None:
    asha, leaky = sit(server.cast.asha), provider("leaky")
    rings(leaky, None, name=name)
    wait(asha, f"{STATE} === 'ringing'")
    assert asha.evaluate("callboard.phone.state().call.numbered") is False
    expect(asha.locator(".dock-word")).to_have_count(0)
    asha.locator("[data-act=reject]").click()
    wait(asha, "callboard.phone.state().call === null")
