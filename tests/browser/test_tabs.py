"""Many tabs of one browser: HTTP/1.1 gives it six connections, and all tabs must live."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from dashapp import auth
from models.store import sessions
from tests.browser.conftest import Enter, tab
from tests.servers import Running
from tests.telephone import Telephone

pytestmark = pytest.mark.browser


def test_nine_tabs_share_one_stream(server: Running, telephone: Telephone, enter: Enter) -> None:
    cast = server.cast
    lead = cast.lead("+919812200011", name="Nine Tabs", owner=cast.asha)
    first = enter(cast.asha)
    tabs = [
        first,
        *(tab(first, path) for path in ("/leads", "/", "/leads", "/", "/leads", "/", "/leads", "/")),
    ]
    call = telephone.rings(lead.phone, cast.asha, cast.ravi)
    for page in tabs:
        expect(page.locator(".popup")).to_contain_text(lead.name)
    telephone.answers(call, lead.phone, cast.ravi)
    for page in tabs:
        expect(page.locator(".popup")).to_have_count(0)
    telephone.talked(lead.phone, cast.ravi, call=call)
    for page in tabs[:5]:
        page.close()
    telephone.missed(lead.phone, cast.asha)
    for page in tabs[5:]:
        expect(page.locator(".bell [data-bell=missed]")).not_to_have_text("0")


def test_a_card_put_away_is_away_in_all_tabs(server: Running, telephone: Telephone, enter: Enter) -> None:
    cast = server.cast
    lead = cast.lead("+919812200012", name="Put Away", owner=cast.asha)
    first = enter(cast.asha)
    second = tab(first, "/leads")
    call = telephone.rings(lead.phone, cast.asha)
    for page in (first, second):
        expect(page.locator(".popup")).to_contain_text(lead.name)
    first.get_by_label("Put this card away").click()
    for page in (first, second):
        expect(page.locator(".popup")).to_have_count(0)
    telephone.missed(lead.phone, cast.asha, call=call)


def test_another_person_in_the_next_tab(server: Running, enter: Enter) -> None:
    """Signing in as somebody else changes the cookie of all tabs: the first must not show the former world."""
    page = enter(server.cast.asha)
    second = tab(page, "/leads")
    secret, csrf = sessions.start(server.store, server.cast.ravi.id, timedelta(hours=1))
    page.context.add_cookies(
        [
            {"name": auth.SESSION_COOKIE, "value": secret, "url": server.url, "httpOnly": True},
            {"name": auth.CSRF_COOKIE, "value": csrf, "url": server.url},
        ]
    )
    second.reload()
    expect(second.locator(".avatar-button")).to_have_attribute("aria-label", re.compile("Ravi Deshmukh"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".avatar-button")).to_have_attribute("aria-label", re.compile("Ravi Deshmukh"))
