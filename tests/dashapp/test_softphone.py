"""The softphone's addresses: whose credentials, for whom the content policy opens a server, what is noted."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from models.store import connections, sip_seats
from models.store.base import Store
from models.tables.people import audit
from tests.cast import INDORE_DID, Cast, Person
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
Visit = Callable[[Person | None], Visitor]


@pytest.fixture(autouse=True)
def _lines(store: Store, cast: Cast) -> None:
    made = cast.line("pbx", "open", secrets={"sip_secret": "of the whole institution"})
    settings = {"sip_wss_url": "wss://sip.example:7443/ws", "sip_domain": "sip.example", "sip_arm": "next"}
    with store.db.begin() as tx:
        connections.change(tx, store.vault, made.id, settings=settings)
        for who in (cast.asha, cast.ravi, cast.chitra):
            user = who.email.partition("@")[0]
            sip_seats.give(
                tx, store.vault, connection_id=made.id, person_id=who.id, address=user, password=None
            )


def test_the_session_decides_whose_credentials(visit: Visit, store: Store, cast: Cast) -> None:
    asha = visit(cast.asha)
    passwords = []
    for _ in range(3):
        answer = asha.post(
            "/softphone/credentials", {"person": cast.ravi.id, "user": "ravi", "aor": "sip:ravi@x"}
        )
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.json
        [mine] = answer.json["lines"]
        assert (mine["aor"], mine["arm"], mine["seconds"]) == ("sip:asha@sip.example", "next", 300)
        assert answer.json["own"] == [INDORE_DID], "the other team's numbers are not hers"
        passwords.append(mine["password"])
        assert "institution" not in answer.text
        assert "ravi" not in answer.text
    assert visit(cast.meera).post("/softphone/credentials", {}).json == {"lines": [], "own": []}
    again = visit(cast.asha)
    again.post("/softphone/credentials", {})
    with store.read() as tx:
        rows = tx.execute(select(audit).where(audit.c.action == sip_seats.GIVEN_OUT)).all()
    assert len(rows) == 2, "once a session"
    assert {row.person_id for row in rows} == {cast.asha.id}
    noted = json.dumps([row.detail for row in rows])
    assert not [password for password in passwords if password in noted]


def test_nobody_and_other_sites_get_nothing(visit: Visit, cast: Cast) -> None:
    asha = visit(cast.asha)
    for path in ("/softphone/credentials", "/softphone/colleagues", "/softphone/event"):
        assert visit(None).post(path, {}).status_code == 401
        assert asha.client.post(path, json={}).status_code == 403  # without our header
        assert asha.get(path).status_code != 200 or "sip:" not in asha.get(path).text


def test_colleagues_are_of_the_own_team(visit: Visit, cast: Cast) -> None:
    told = visit(cast.asha).post("/softphone/colleagues", {}).json
    assert told
    assert [each["name"] for each in told["colleagues"]] == [cast.ravi.name]
    assert visit(cast.chitra).post("/softphone/colleagues", {}).json == {"colleagues": []}


def test_the_policy_opens_the_own_server_to_who_has_a_line(visit: Visit, cast: Cast) -> None:
    for path in ("/softphone", "/"):
        mine = visit(cast.asha).get(path).headers
        assert "connect-src 'self' wss://sip.example:7443;" in mine["Content-Security-Policy"]
        assert mine["Permissions-Policy"].startswith("microphone=(self)")
        other = visit(cast.meera).get(path).headers["Content-Security-Policy"]
        assert "connect-src 'self';" in other
    assert "sip.example" not in visit(None).get("/login").headers["Content-Security-Policy"]


def test_the_window_is_a_document_of_its_own(visit: Visit, cast: Cast) -> None:
    hers, theirs = visit(cast.asha).get("/softphone").text, visit(cast.meera).get("/softphone").text
    assert 'data-line="yes"' in hers
    assert "_dash" not in hers
    assert "You have no softphone yet" in theirs
    assert visit(None).get("/softphone").status_code == 302


def test_an_event_is_taken_once_and_nonsense_is_refused(visit: Visit, cast: Cast) -> None:
    asha = visit(cast.asha)
    told = {"id": "12345678", "kind": "ringing", "at": "2026-11-23T09:30:00Z"}
    assert [asha.post("/softphone/event", told).json for _ in range(2)] == [
        {"ok": True, "new": True},
        {"ok": True, "new": False},
    ]
    again = [asha.post("/softphone/event", told | {"id": f"again-{i:04}"}).status_code for i in range(121)]
    assert (again[:119], set(again[119:])) == ([200] * 119, {429})
    refused = asha.post("/softphone/event", told | {"kind": "party"})
    assert refused.status_code == 400
    assert "kind" in refused.text
