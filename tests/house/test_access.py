"""Every route, page and callback × everybody: who gets in, and who hears of whom."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import dash
import pytest
from dash import Dash
from werkzeug.test import TestResponse

from dashapp import auth
from models.rules.access import Role
from models.store import feed
from models.store.base import Store
from models.tables.base import metadata
from tests.cast import INDORE_DID, Cast, Lead, Person
from tests.webapp import Visitor

Visit = Callable[[Person | None], Visitor]

PHONE = "+919312345678"
NAME = "Zubeida Canary"

PUBLIC = {"/healthz", "/readyz", "/login", "/_favicon.ico", "/assets/<path:filename>"}
PUBLIC |= {"/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>", "/api/v1/openapi.json"}


@pytest.fixture
def canary(app: Dash, visit: Visit, cast: Cast) -> Lead:
    """A lead of Asha's whose missed and answered calls all came in by the hook, as in life."""
    lead = cast.lead(PHONE, name=NAME, owner=cast.asha, email="zubeida@canary.example")
    provider = visit(None)
    for number, seat, status in (("one", cast.asha.seat, 0), ("two", cast.ravi.seat, 1)):
        body = {
            "call_id": f"canary-{number}",
            "agent_no": seat,
            "applicant_no": PHONE,
            "did_no": INDORE_DID,
            "call_type": "inbound",
            "status": status,
            "start_time": "2026-03-02 10:50:00",
            "end_time": "2026-03-02 10:52:00",
            "call_duration": 60 * status,
        }
        answer = provider.client.post(f"/webhooks/v1/{cast.connection.token}/call-log", json=body)
        assert answer.json is not None
        assert answer.json["accepted"] == "recorded"
    return lead


def test_nothing_is_undeclared(app: Dash) -> None:
    assert auth.undeclared(app) == []


def test_a_stranger_gets_only_what_is_public(app: Dash, visit: Visit) -> None:
    stranger = visit(None)
    for rule in app.server.url_map.iter_rules():
        if rule.rule in PUBLIC:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = stranger.client.open(
                _filled(rule.rule), method=method, json={} if method == "POST" else None
            )
            to_sign_in = answer.status_code in (302, 303) and "/login" in answer.headers["Location"]
            assert to_sign_in or answer.status_code in (401, 403, 404), (
                f"{method} {rule.rule}: {answer.status}"
            )


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_callback_answers_its_roles_only(app: Dash, visit: Visit, cast: Cast) -> None:
    stranger = visit(None)
    browsers = [visit(person) for person in cast.all()]
    for output, entry in app.callback_map.items():
        if "callback" not in entry:
            continue
        assert stranger.callback(output).status_code == 401, output
        roles = auth._roles_of(output, entry)
        assert roles, output
        for browser in browsers:
            assert browser.person
            status = browser.callback(output).status_code
            assert (status == 403) == (browser.person.role not in roles), (
                f"{browser.person.name} {output} {status}"
            )


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_post_from_elsewhere_is_refused(app: Dash, visit: Visit, cast: Cast) -> None:
    """The cookie goes along with a request that another site made; our header does not."""
    browser = visit(cast.dev)
    for csrf in ("", "made up"):
        browser.csrf = csrf
        for rule in app.server.url_map.iter_rules():
            if "POST" in (rule.methods or ()) and rule.rule.startswith(("/live", "/_dash", "/logout")):
                assert browser.post(_filled(rule.rule), {}).status_code == 403, rule.rule


def test_a_page_opens_for_its_roles_only(app: Dash, visit: Visit, cast: Cast, canary: Lead) -> None:
    for path, roles in _pages(canary):
        for person in cast.all():
            shown = visit(person).page(path)
            assert shown.status_code == 200, f"{person.name} {path}"
            if person.role not in roles:
                assert NAME not in shown.text, f"{person.name} sees {path}"


def test_chitra_hears_nothing_of_indore(
    app: Dash, visit: Visit, cast: Cast, canary: Lead, store: Store
) -> None:
    for where, text in _everything(app, visit(cast.chitra), canary):
        for word in (NAME, "Zubeida", "zubeida@canary.example"):
            assert word not in text, f"{where} tells Chitra {word!r}"
    with store.read() as tx:
        rows = feed.after(tx, 0)
    assert rows
    assert feed.for_viewer(rows, cast.chitra.viewer) == []


@pytest.mark.usefixtures("canary")
def test_the_database_holds_no_number_in_clear(store: Store) -> None:
    with store.read() as tx:
        for table in metadata.sorted_tables:
            for row in tx.execute(table.select()):
                assert PHONE[3:] not in repr(tuple(row)), table.name


def _everything(app: Dash, browser: Visitor, lead: Lead) -> Iterator[tuple[str, str]]:
    """All that this browser can be sent: pages, callbacks, routes, each asked for the canary."""
    for path, _ in _pages(lead):
        yield path, _text(browser.page(path))
    # An answer may repeat what was asked, so nobody asks for a whole word of hers.
    yield "search", _text(browser.page("/leads", "?q=Zubei"))
    asked: Any
    for output, entry in app.callback_map.items():
        if "callback" in entry:
            for asked in (None, lead.id, str(lead.id), "Zubei", {"lead_id": lead.id}, [lead.id]):
                given = {
                    f"{one['id']}.{one['property']}": asked for one in (*entry["inputs"], *entry["state"])
                }
                yield f"{output} ({asked!r})", _text(browser.callback(output, given))
    for rule in app.server.url_map.iter_rules():
        if (
            "GET" in (rule.methods or ())
            and rule.rule != "/live/stream"
            and not rule.rule.startswith("/_dash-comp")
        ):
            yield rule.rule, _text(browser.get(_filled(rule.rule, lead.id)))


def _text(answer: TestResponse) -> str:
    return answer.get_data().decode("latin-1") + str(answer.headers)


def _pages(lead: Lead) -> list[tuple[str, frozenset[Role]]]:
    found = []
    for page in dash.page_registry.values():
        path = page.get("path_template") or page["path"]
        found.append(
            (re.sub(r"<[^>]+>", str(lead.id), path), frozenset(Role(role) for role in page["roles"]))
        )
    assert len(found) >= 4
    return found


def _filled(rule: str, value: object = "1") -> str:
    return re.sub(r"<[^>]+>", str(value), rule)
