"""axe-core finds nothing serious on any page, in either theme, wide or on a phone.

Pages come from Dash's own list, so that a new one is looked at without anybody thinking of it.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from playwright.sync_api import Page

from models.rules.access import Role
from tests.access.house import pages
from tests.browser.conftest import LIVE, READY, Enter, behind_its_back
from tests.browser.settled import settled
from tests.cast import Lead
from tests.servers import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VENDOR = Path(__file__).parents[1] / "vendor_js"
AXE = VENDOR / "axe-core-4.14.1/axe.min.js"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
GRAVE = ("serious", "critical")

WHO = {"asha": Role.COUNSELOR, "meera": Role.SUPERVISOR, "dev": Role.ADMIN}

_FINDINGS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map((found) => ({
  rule: found.id, impact: found.impact, help: found.help,
  nodes: found.nodes.map((node) => node.target.join(" ") + "  " + node.html.slice(0, 160)),
}))"""


def grave(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the page as it stands, one line an element."""
    page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(_FINDINGS)
    return [
        f"{one['rule']} ({one['impact']}): {node}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def test_the_checker_is_the_one_we_know() -> None:
    digest = hashlib.sha256(AXE.read_bytes()).hexdigest()
    assert digest in (VENDOR / "VENDORED.md").read_text("utf-8")
    assert (AXE.parent / "LICENSE").is_file()


def test_the_checker_sees_what_is_wrong(server: Running, enter: Enter) -> None:
    """A grey word on grey, a button and a field without a name are found; without them, nothing is."""
    page = enter(None, "/login", live=False)
    assert grave(page) == []
    page.evaluate(
        """() => document.body.insertAdjacentHTML("beforeend", `<main>
          <p style="color:#999;background:#aaa">Hardly there</p><button></button><input type="text"></main>`)"""
    )
    assert {each.split()[0] for each in grave(page)} >= {"color-contrast", "button-name", "label"}


@pytest.fixture(scope="module")
def busy(server: Running) -> Lead:
    """Something to look at on every page."""
    cast = server.cast
    lead = cast.lead("+919812200951", name="Accessible Lead", owner=cast.asha)
    provider = behind_its_back(server)
    provider.missed(lead.phone, cast.asha, cast.ravi)
    provider.talked(lead.phone, cast.asha, seconds=90)
    provider.missed(lead.phone, call_type="campaign", campaign="Autumn")
    return lead


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("who", WHO)
def test_no_page_keeps_anybody_out(
    server: Running, busy: Lead, enter: Enter, app: Dash, who: str, scheme: str
) -> None:
    """``app`` is there for the list of pages: they register themselves."""
    ids = {"lead_id": busy.id, "connection_id": server.cast.connection.id}
    places = [
        re.sub(r"<(\w+)>", lambda found: str(ids.get(found[1], 1)), path)
        for path, roles in pages()
        if WHO[who] in roles
    ]
    assert len(places) >= 4
    page = enter(getattr(server.cast, who), "/404", viewport=WIDE, color_scheme=scheme)
    wrong: list[str] = []
    for path in [*places, f"/?lead={busy.id}"]:
        page.goto(path)
        page.wait_for_selector(LIVE, state="attached")
        page.wait_for_selector(READY, state="attached")
        for viewport in (WIDE, PHONE):
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
            settled(page)
            wrong += [f"{path} at {viewport['width']}: {each}" for each in grave(page)]
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert not wrong, f"{len(wrong)} for {who} in {scheme}:\n" + "\n".join(wrong[:60])


def test_an_open_menu_and_a_question_keep_nobody_out(server: Running, busy: Lead, enter: Enter) -> None:
    page = enter(server.cast.asha, "/", viewport=WIDE)
    page.click("#shell-presence")
    assert grave(page) == []
    page.keyboard.press("Escape")
    page = enter(server.cast.meera, f"/lead/{busy.id}", viewport=PHONE, color_scheme="dark")
    page.click("[data-reveal]")
    page.wait_for_selector("dialog[open]")
    assert grave(page) == []
