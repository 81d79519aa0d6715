"""Nothing is open by accident, nothing is posted from elsewhere, no number is stored in clear.

Who may see what is tried on everything in tests/access.
"""

import re
from collections.abc import Callable

import pytest
from dash import Dash

from dashapp import auth
from models.store.base import Store
from models.tables.base import metadata
from tests.cast import INDORE_DID, Cast, Lead, Person
from tests.webapp import Visitor

Visit = Callable[[Person | None], Visitor]

PHONE = "+919312345678"
NAME = "Zubeida Canary"


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


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_post_from_elsewhere_is_refused(app: Dash, visit: Visit, cast: Cast) -> None:
    """The cookie goes along with a request that another site made; our header does not."""
    browser = visit(cast.dev)
    for csrf in ("", "made up"):
        browser.csrf = csrf
        for rule in app.server.url_map.iter_rules():
            if "POST" in (rule.methods or ()) and rule.rule.startswith(("/live", "/_dash", "/logout")):
                assert browser.post(_filled(rule.rule), {}).status_code == 403, rule.rule


@pytest.mark.usefixtures("canary")
def test_the_database_holds_no_number_in_clear(store: Store) -> None:
    with store.read() as tx:
        for table in metadata.sorted_tables:
            for row in tx.execute(table.select()):
                assert PHONE[3:] not in repr(tuple(row)), table.name


def _filled(rule: str) -> str:
    return re.sub(r"<[^>]+>", "1", rule)
