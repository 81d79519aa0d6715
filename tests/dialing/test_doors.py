"""``/dial`` for each of the cast, and the bar it is clicked in."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from models.rules.access import Role
from models.store import connections
from models.store.base import Store
from tests.cast import Cast, Person
from tests.databases import Clock
from tests.dialing.conftest import application_of
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
Visit = Callable[[Person | None], Visitor]


def _asked(lead_id: Any, reference: Any = "abcdefgh12345678", **more: Any) -> dict[str, Any]:
    return {"lead": lead_id, "reference": reference, **more}


def test_a_click_is_told_at_once_and_stands_after_a_reload(visit: Visit, cast: Cast) -> None:
    asha = visit(cast.asha)
    lead = cast.lead(name="Tanvi Deshpande", owner=cast.asha)
    told = asha.post("/dial", _asked(lead.id)).get_json()["intent"]
    assert (told["state"], told["lead"], told["mode"]) == ("requested", "Tanvi Deshpande", "hardphone")
    live = asha.get("/dial/live").get_json()
    assert live["mode"] == "hardphone"
    assert live["modes"]["hardphone"] is None
    assert "softphone" in live["modes"]["docked"]
    assert live["intent"] is None or live["intent"]["id"] == told["id"]


def test_each_of_the_cast_gets_their_own_answer(visit: Visit, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    answers = {person.name: visit(person).post("/dial", _asked(lead.id)) for person in cast.all()}
    said = {
        name.split()[0]: (each.status_code, each.get_json().get("error")) for name, each in answers.items()
    }
    assert said == {
        "Asha": (200, None),
        "Ravi": (404, "no_lead"),
        "Chitra": (404, "no_lead"),
        "Meera": (409, "no_seat"),
        "Dev": (409, "no_seat"),
    }
    assert visit(None).post("/dial", _asked(lead.id)).status_code == 401
    missing = visit(cast.chitra).post("/dial", _asked(999_999))
    assert missing.get_json() == answers[cast.chitra.name].get_json()


def test_a_foreign_page_cannot_dial(visit: Visit, cast: Cast) -> None:
    asha = visit(cast.asha)
    lead = cast.lead(owner=cast.asha)
    assert asha.client.post("/dial", json=_asked(lead.id)).status_code == 403
    assert asha.get("/dial/live").get_json()["intent"] is None


@pytest.mark.parametrize(
    "asked",
    [
        [],
        {},
        _asked("1"),
        _asked(True),
        _asked(2**64),
        _asked(1, None),
        _asked(1, mode="telepathy"),
        _asked(1, mode=["docked"]),
        _asked(1, application="x"),
    ],
)
def test_what_cannot_be_read_is_said_so(visit: Visit, cast: Cast, asked: Any) -> None:
    answer = visit(cast.asha).post("/dial", asked)
    assert (answer.status_code, answer.get_json()["error"]) == (400, "unreadable")


def test_the_mode_is_kept(visit: Visit, cast: Cast) -> None:
    asha = visit(cast.asha)
    assert asha.post("/dial/mode", {"mode": "window"}).status_code == 200
    assert asha.get("/dial/live").get_json()["mode"] == "window"
    assert asha.post("/dial/mode", {"mode": "shouting"}).status_code == 400
    assert visit(cast.ravi).get("/dial/live").get_json()["mode"] == "hardphone"
    refused = asha.post("/dial", _asked(cast.lead(owner=cast.asha).id))
    assert (refused.status_code, refused.get_json()["error"]) == (409, "no_seat")


def test_only_ones_own_call_can_be_over(visit: Visit, cast: Cast) -> None:
    for body in ({}, {"reference": 7}, {"reference": "abcdefgh12345678x"}, {"reference": "ABCDEFGH12345678"}):
        assert visit(cast.asha).post("/dial/over", body).status_code == 400
    assert visit(cast.ravi).post("/dial/over", {"reference": "abcdefgh12345678"}).get_json() == {
        "released": False
    }


def test_an_application_of_another_lead_is_refused(visit: Visit, store: Store, cast: Cast) -> None:
    mine, other = cast.lead(owner=cast.asha), cast.lead(owner=cast.chitra)
    asha = visit(cast.asha)
    theirs = asha.post("/dial", _asked(mine.id, application=application_of(store, other)))
    missing = asha.post("/dial", _asked(mine.id, application=999_999))
    assert (theirs.status_code, theirs.get_json()["error"]) == (409, "bad_application")
    assert theirs.get_json() == missing.get_json(), "it tells which applications there are"
    assert asha.post("/dial", _asked(mine.id, application=application_of(store, mine))).status_code == 200


def test_the_bar_is_for_who_calls(visit: Visit, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(name="Tanvi Deshpande", owner=cast.asha)
    for person in (cast.asha, cast.meera, cast.dev):
        shown = visit(person).page(f"/lead/{lead.id}").text
        assert ("data-call-bar" in shown) == (person.role is Role.COUNSELOR), person.name
        assert lead.phone[3:] not in shown
    bar = json.dumps(visit(cast.asha).page(f"/lead/{lead.id}").get_json())
    assert "Desk phone" in bar
    assert bar.count('"aria-disabled": "true"') >= 2, "softphones without a seat must not be offered"


def test_a_connection_that_places_no_calls_is_not_offered(visit: Visit, store: Store, cast: Cast) -> None:
    with store.db.begin() as tx:
        connections.change(tx, store.vault, cast.connection.id, settings={"dial_url": None})
    lead = cast.lead(owner=cast.asha)
    answer = visit(cast.asha).post("/dial", _asked(lead.id))
    assert (answer.status_code, answer.get_json()["error"]) == (409, "no_seat")
