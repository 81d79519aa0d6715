"""The way in, in a real browser."""

import pytest

from tests.cast import PASSWORD
from tests.conftest import OpenAs
from tests.servers import Running

pytestmark = pytest.mark.browser


def test_signing_in_and_out(server: Running, open_as: OpenAs) -> None:
    page = open_as(None, "/boards")
    page.wait_for_url("**/login?next=/boards")
    page.fill("input[name=email]", server.cast.asha.email)
    page.fill("input[name=password]", "not her password")
    page.click("form button[type=submit]")
    page.wait_for_selector("text=do not belong together")
    page.fill("input[name=email]", server.cast.asha.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/boards")
    page.wait_for_selector("text=Asha Kulkarni", state="attached")


def test_a_session_opens_the_house(server: Running, open_as: OpenAs) -> None:
    for person in (server.cast.asha, server.cast.meera, server.cast.dev):
        page = open_as(person)
        page.wait_for_selector(f"text={person.name}", state="attached")
