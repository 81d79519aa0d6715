"""The counselor's home: the queue as it is drawn, and what choosing an item does."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from models.store.base import Store
from tests.cast import Cast, Person
from tests.dashapp.drawn import attributes, children_of, text
from tests.telling import ended, rung, tell
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]


def queue(page: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(attributes(page, "data-entries")[0])
    return found


def test_the_queue_holds_what_waits_for_me_and_no_number(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(name="Ananya", owner=cast.asha)
    tell(store, cast, rung(store, cast.asha, lead, "c1"), ended(store, cast.asha, lead, "c1"))
    answer = visit(cast.asha).page("/")
    entries = queue(answer.json)
    assert [(entry["lead"], entry["kind"], entry["state"]) for entry in entries] == [
        ("Ananya", "missed", "open")
    ]
    assert lead.phone[3:] not in answer.text
    assert queue(visit(cast.chitra).page("/").json) == []


def test_an_address_with_a_lead_opens_it(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(name="Ananya", owner=cast.asha)
    tell(store, cast, rung(store, cast.asha, lead, "c1"), ended(store, cast.asha, lead, "c1"))
    page = visit(cast.asha).page("/", f"?lead={lead.id}").json
    assert "Missed call cleared" in text(page)
    assert queue(page) == []


@pytest.mark.parametrize("odd", ["x", "-1", "1e9", "9" * 40, "", "1; drop table lead"])
def test_an_odd_lead_in_the_address_is_nobody(visit: Visit, cast: Cast, odd: str) -> None:
    answer = visit(cast.asha).page("/", f"?lead={odd}")
    assert answer.status_code == 200
    assert "Choose a call" in text(answer.json)


def test_choosing_an_item_clears_for_the_colleague_too(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    tell(store, cast, *(rung(store, who, lead, "c1") for who in (cast.asha, cast.ravi)))
    tell(store, cast, *(ended(store, who, lead, "c1") for who in (cast.asha, cast.ravi)))
    asked = {"home-open.data": {"lead": lead.id, "via": "queue", "at": 1}}
    answer = visit(cast.asha).callback("home-profile.children", asked)
    said = text(children_of(answer.json))
    assert f"Missed call cleared for you and {cast.ravi.name}, by opening this page" in said
    assert queue(visit(cast.ravi).page("/").json) == []


def test_choosing_somebody_elses_lead_tells_nothing(visit: Visit, cast: Cast) -> None:
    lead = cast.lead(name="Secret Person", owner=cast.asha)
    visitor = visit(cast.chitra)
    answers = [
        visitor.callback("home-profile.children", {"home-open.data": {"lead": number, "via": "queue"}}).text
        for number in (lead.id, lead.id + 999)
    ]
    assert answers[0] == answers[1]
    assert "Secret" not in answers[0]


def test_only_counselors_have_a_queue(visit: Visit, cast: Cast) -> None:
    for person in (cast.meera, cast.dev):
        visitor = visit(person)
        assert attributes(visitor.page("/").json, "data-go-on") == ["/boards"]
        asked = {"home-open.data": {"lead": 1, "via": "queue"}}
        assert visitor.callback("home-profile.children", asked).status_code == 403


def test_my_leads_are_listed_with_what_waits(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(name="Ananya", owner=cast.asha)
    cast.lead(name="Ravis Lead", owner=cast.ravi)
    tell(store, cast, rung(store, cast.asha, lead, "c1"), ended(store, cast.asha, lead, "c1"))
    said = text(visit(cast.asha).callback("home-mine.children", {"home-tab.data": "mine"}).json)
    assert "Ananya" in said
    assert "Missed" in said
    assert "Ravis" not in said
    mine = visit(cast.asha).callback("home-mine.children", {"home-tab.data": "mine"}).json
    assert attributes(mine, "data-call-lead") == [str(lead.id)]
