"""A provider nobody wrote code for, mapped in a real browser: its messages are picked, clicked together, saved, and
what waited becomes calls."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.store import connections
from models.store.base import utc_now
from models.tables.calls import call
from tests.browser.conftest import Enter
from tests.servers import Running

pytestmark = pytest.mark.browser

NUMBER = "9876500321"


def message(event: str, status: str) -> dict[str, Any]:
    told = {
        "id": "c-77",
        "dir": "incoming",
        "from": f"0{NUMBER}",
        "to": "8030000882",
        "who": "1001",
        "talk": "65",
    }
    return {"event": event, "call": told | {"status": status}, "token": "sesame"}


def choose(page: Page, label: str, value: str) -> None:
    """Choose, and wait until the document says so."""
    before = page.locator("#mapping-json").input_value()
    page.get_by_label(label, exact=True).select_option(value)
    expect(page.locator("#mapping-json")).not_to_have_value(before)


def test_the_main_path(enter: Enter, own_server: Running) -> None:
    server, cast = own_server, own_server.cast
    with server.store.db.begin() as tx:
        connection_id = connections.add(
            tx, server.store.vault, slug="acme", vendor="mapped", label="Acme Voice", at=utc_now()
        )
        token = connections.issue_token(tx, connection_id, utc_now())
    for sent in (message("call.ring", "RINGING"), message("call.end", "ANSWERED")):
        assert server.hook("call-log", sent, token).json()["accepted"] == "for review"
    page = enter(cast.dev, f"/providers/{connection_id}/mapping", at=server)

    kept = page.locator(".mapping-kept .btn")
    expect(kept).to_have_count(2)
    for place in range(2):
        kept.nth(place).click()
        expect(page.locator(".mapping-try")).to_have_count(place + 1)
    choose(page, "Field that tells messages apart", "event")
    choose(page, "Message “call.ring”", "routed")
    choose(page, "Message “call.end”", "log")
    page.get_by_label("What call.id means", exact=True).focus()
    choose(page, "What call.id means", "call_id")
    expect(page.get_by_label("What call.id means", exact=True)).to_be_focused()
    choose(page, "What call.dir means", "direction")
    choose(page, "Direction “incoming”", "inbound")
    choose(page, "Lead's number, inbound", "call.from")
    choose(page, "What call.who means", "seat")
    choose(page, "What call.status means", "outcome")
    expect(page.locator(".mapping-unknown")).to_contain_text("call.status “ANSWERED”")
    choose(page, "Outcome “ANSWERED”", "connected")
    choose(page, "Talk time", "call.talk")
    expect(page.locator(".mapping-unknown")).to_have_count(0)
    expect(page.locator("#mapping-preview")).to_contain_text("talked65 s")

    # what somebody pastes is opened too, and a mistake is told by its place
    page.locator("#mapping-paste").fill(json.dumps(message("call.end", "FLURB")))
    page.locator("#mapping-add").click()
    expect(page.locator(".mapping-unknown")).to_contain_text("“FLURB”")
    right = page.locator("#mapping-json").input_value()
    page.locator("#mapping-json").fill(right.replace('"log"', '"lgo"'))
    page.locator("#mapping-json").blur()
    expect(page.locator("#mapping-problems")).to_contain_text("$.rules[0].kind")
    expect(page.locator("#mapping-save")).to_be_disabled()
    page.locator("#mapping-json").fill(right)
    page.locator("#mapping-json").blur()
    expect(page.locator("#mapping-problems")).to_be_empty()
    shown = page.locator("#mapping-fields").inner_html() + page.locator("#mapping-preview").inner_html()
    assert NUMBER not in shown
    assert "sesame" not in shown

    page.locator("#mapping-note").fill("clicked together")
    page.locator("#mapping-save").click()
    expect(page.locator("#toasts")).to_contain_text("Version 1 is saved and in use.")
    expect(page.locator("#mapping-versions")).to_contain_text("clicked together")
    page.get_by_role("button", name="Replay all 2 for review").click()
    expect(page.locator("#toasts")).to_contain_text("Replayed 2: 2 recorded.")
    with server.store.read() as tx:
        found = tx.execute(select(call).where(call.c.connection_id == connection_id)).one()
    assert (found.provider_call_id, found.outcome, found.talk_seconds) == ("c-77", "connected", 65)

    # a proof of origin needs its secret; it is set here and never shown again
    signed = json.loads(right) | {"proof": [{"kind": "field", "path": "token", "secret": "hook_key"}]}
    page.locator("#mapping-json").fill(json.dumps(signed))
    page.locator("#mapping-json").blur()
    expect(page.locator("#mapping-secrets")).to_contain_text("hook_key missing")
    page.get_by_label("Secret hook_key", exact=True).fill("sesame")
    page.locator("#mapping-secrets").get_by_role("button", name="Set").click()
    expect(page.locator("#toasts")).to_contain_text("hook_key is set")
    expect(page.locator("#mapping-secrets")).to_contain_text("hook_key set")
    page.locator("#mapping-save").click()
    expect(page.locator("#toasts")).to_contain_text("Version 2 is saved and in use.")
    page.locator(".mapping-version", has_text="Version 1").get_by_role("button", name="Use again").click()
    expect(page.locator("#toasts")).to_contain_text("Version 1 is in use again.")
    expect(page.locator("#mapping-json")).to_have_value(right)

    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#mapping-save")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
