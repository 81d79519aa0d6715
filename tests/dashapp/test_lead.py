"""The lead page: showing it is opening it; who may not see it learns nothing."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from werkzeug.test import TestResponse

from models.store import entries, stages
from models.store.base import Store
from models.tables.leads import application
from tests.cast import Cast, Lead, Person
from tests.dashapp.drawn import attributes, text
from tests.databases import Clock
from tests.telling import ended, rung, tell
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]

REFRESH = '{"lead":["MATCH"],"type":"profile-timeline"}.children'


def miss(store: Store, cast: Cast, lead: Lead, *people: Person, call_id: str = "c1") -> None:
    tell(store, cast, *(rung(store, who, lead, call_id) for who in people))
    tell(store, cast, *(ended(store, who, lead, call_id) for who in people))


def waiting(store: Store, person: Person) -> int:
    with store.read() as tx:
        return len(entries.open_for(tx, person.viewer, now=store.now(), rules=store.rules))


def concrete(key: str, lead_id: int) -> str:
    return key.replace('["MATCH"]', str(lead_id))


def test_opening_clears_and_says_for_whom(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(name="Ananya Kulkarni", owner=cast.asha)
    miss(store, cast, lead, cast.asha, cast.ravi)
    answer = visit(cast.asha).page(f"/lead/{lead.id}", "?via=popup")
    said = text(answer.json)
    assert "Ananya Kulkarni" in said
    assert f"Missed call cleared for you and {cast.ravi.name}, by opening this page" in said
    assert "Missed call cleared for you and 1 colleague, from the pop-up" in said
    assert waiting(store, cast.ravi) == 0
    assert lead.phone[3:] not in answer.text
    assert lead.phone[-3:] in said


def test_two_kinds_cleared_at_once(visit: Visit, store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    miss(store, cast, lead, cast.asha)
    clock.advance(minutes=5)
    tell(store, cast, ended(store, cast.asha, lead, "c2", talk=60))
    said = text(visit(cast.asha).page(f"/lead/{lead.id}").json)
    assert "1 missed call and 1 pending call cleared for you, by opening this page" in said


def test_a_supervisors_look_clears_nothing(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    miss(store, cast, lead, cast.asha)
    for person in (cast.meera, cast.dev):
        said = text(visit(person).page(f"/lead/{lead.id}").json)
        assert lead.name in said
        assert "cleared" not in said
    assert waiting(store, cast.asha) == 1


@pytest.mark.parametrize("address", ["0", "x", "-1", "9" * 19, "1.5", "%27"])
def test_an_odd_address_is_nothing(visit: Visit, cast: Cast, address: str) -> None:
    answer = visit(cast.asha).page(f"/lead/{address}")
    assert answer.status_code == 200
    assert "Nothing for you at this address" in text(answer.json)


def test_a_foreign_lead_and_none_are_the_same_bytes(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(name="Secret Person", owner=cast.asha)
    miss(store, cast, lead, cast.asha)
    visitor = visit(cast.chitra)
    assert visitor.page(f"/lead/{lead.id}").data == visitor.page(f"/lead/{lead.id + 999}").data
    refreshed = {concrete('{"lead":["MATCH"],"type":"profile-refresh"}.data', lead.id): {"lead": lead.id}}
    answer = told(visitor, REFRESH, lead.id, refreshed)
    assert "Missed" not in answer.text
    assert waiting(store, cast.asha) == 1


def told(visitor: Visitor, output: str, lead_id: int, values: Mapping[str, object]) -> TestResponse:
    """Call a callback of one profile: the renderer puts the lead's id where the key says MATCH."""
    entry = visitor.app.callback_map[output]

    def given(one: dict[str, str]) -> dict[str, object]:
        name = json.loads(concrete(one["id"], lead_id))
        return {
            "id": name,
            "property": one["property"],
            "value": values.get(f"{concrete(one['id'], lead_id)}.{one['property']}"),
        }

    outputs = [
        {
            "id": json.loads(concrete(key.rpartition(".")[0], lead_id)),
            "property": key.rpartition(".")[2].split("@")[0],
        }
        for key in output.strip(".").split("...")
    ]
    inputs = [given(one) for one in entry["inputs"]]
    body = {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": inputs,
        "state": [given(one) for one in entry["state"]],
        "changedPropIds": [f"{json.dumps(inputs[0]['id'], separators=(',', ':'))}.{inputs[0]['property']}"],
    }
    return visitor.post("/_dash-update-component", body)


def test_a_fresh_timeline_is_no_opening(visit: Visit, store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    visitor = visit(cast.asha)
    visitor.page(f"/lead/{lead.id}")
    clock.advance(minutes=1)
    miss(store, cast, lead, cast.asha)
    answer = told(
        visitor, REFRESH, lead.id, {f'{{"lead":{lead.id},"type":"profile-refresh"}}.data': {"lead": lead.id}}
    )
    assert "Missed inbound" in text(answer.json)
    assert "still open" in text(answer.json)
    assert waiting(store, cast.asha) == 1


def test_marking_as_seen_is_an_opening(visit: Visit, store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    visitor = visit(cast.asha)
    visitor.page(f"/lead/{lead.id}")
    clock.advance(minutes=1)
    miss(store, cast, lead, cast.asha)
    output = next(key for key in visitor.app.callback_map if "profile-cleared" in key)
    seen = f'{{"lead":{lead.id},"type":"profile-seen"}}'
    ident = {"lead": lead.id, "type": "profile-seen"}
    not_pressed = told(visitor, output, lead.id, {f"{seen}.n_clicks": None, f"{seen}.id": ident})
    assert not_pressed.status_code == 204
    assert waiting(store, cast.asha) == 1
    answer = told(visitor, output, lead.id, {f"{seen}.n_clicks": 1, f"{seen}.id": ident})
    assert "Missed call cleared" in text(answer.json)
    assert waiting(store, cast.asha) == 0


def test_the_story_says_who_was_rung(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    miss(store, cast, lead, cast.asha, cast.ravi)
    said = text(visit(cast.asha).page(f"/lead/{lead.id}").json)
    assert f"Missed inbound rang you 20 s, {cast.ravi.name} 20 s" in said


def test_the_page_carries_what_its_script_needs(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    page = visit(cast.asha).page(f"/lead/{lead.id}").json
    assert attributes(page, "data-lead-id") == [str(lead.id)]
    (opening,) = attributes(page, "data-opening-id")
    answer = visit(cast.asha).post("/live/viewing", {"lead_id": lead.id, "opening_id": int(opening)})
    assert answer.json == {"ok": True}


def test_applications_and_owner_stand_in_the_rail(
    visit: Visit, store: Store, cast: Cast, clock: Clock
) -> None:
    lead = cast.lead(owner=cast.asha, city="Indore", source="Walk-in", created_at=clock.ago(days=30))
    tell(store, cast, ended(store, cast.asha, lead, "c1", talk=95, ago=timedelta(days=1)))
    said = text(visit(cast.asha).page(f"/lead/{lead.id}").json)
    assert "Last talk Yesterday" in said
    assert "1m 35s with you" in said
    assert f"Owner {cast.asha.name} (you)" in said
    assert "Walk-in" in said


def test_details_and_stage_are_changed_from_the_page(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha, city="Indore", stage="New")
    stages.add(store, cast.dev.viewer, "Applied", needs_follow_up=True)
    asha = visit(cast.asha)
    page = asha.page(f"/lead/{lead.id}").json
    assert attributes(page, "data-to-stage") == ["Applied"]
    assert (
        dict(zip(attributes(page, "data-fact"), attributes(page, "data-value"), strict=False))["city"]
        == "Indore"
    )

    change = {"lead": lead.id, "changes": {"city": "Dewas"}, "seen": {"city": "Indore"}}
    assert asha.post("/lead-details", change).json == {"values": {"city": "Dewas"}, "needs_follow_up": False}
    late = visit(cast.meera).post("/lead-details", {**change, "changes": {"city": "Ujjain"}})
    assert late.status_code == 409
    assert late.json == {"newer": {"city": "Dewas"}, "say": f"{cast.asha.name} changed this meanwhile."}
    wrong = asha.post("/lead-details", {**change, "changes": {"name": ""}})
    assert (wrong.status_code, wrong.json) == (422, {"field": "name", "say": "A lead needs a name."})

    moved = {"lead": lead.id, "to": {"stage": "Applied"}, "seen": {"stage": "New", "sub_stage": ""}}
    assert asha.post("/lead-stage", moved).json == {
        "values": {"stage": "Applied", "sub_stage": ""},
        "needs_follow_up": True,
    }
    changed = next(key for key in asha.app.callback_map if "profile-who" in key)
    drawn = told(
        asha, changed, lead.id, {f'{{"lead":{lead.id},"type":"profile-changed"}}.data': {"lead": lead.id}}
    )
    assert "Applied" in text(drawn.json)
    assert "Dewas" in text(drawn.json)


def test_nobody_else_changes_it(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha, city="Indore", stage="New")
    change = {"lead": lead.id, "changes": {"city": "Pune"}, "seen": {"city": "Indore"}}
    moved = {"lead": lead.id, "to": {"stage": "New"}, "seen": {"stage": "New"}}
    for address, body in (("/lead-details", change), ("/lead-stage", moved)):
        theirs = visit(cast.chitra).post(address, body)
        nobodys = visit(cast.chitra).post(address, {**body, "lead": lead.id + 999})
        assert (theirs.status_code, theirs.data) == (nobodys.status_code, nobodys.data) == (404, theirs.data)
    chitra = visit(cast.chitra)
    changed = next(key for key in chitra.app.callback_map if "profile-who" in key)
    drawn = told(
        chitra, changed, lead.id, {f'{{"lead":{lead.id},"type":"profile-changed"}}.data': {"lead": lead.id}}
    )
    assert lead.name not in drawn.text
    odd: Any
    for odd in (
        [],
        {"lead": "1"},
        {"lead": lead.id, "changes": [], "seen": {}},
        {"lead": True, "changes": {}},
    ):
        assert visit(cast.asha).post("/lead-details", odd).status_code == 400


def test_two_leads_are_compared_and_merged_from_the_page(visit: Visit, store: Store, cast: Cast) -> None:
    one = cast.lead(name="Ananya K", city="Indore", owner=cast.asha)
    other = cast.lead(name="Ananya K", city="Indore", email="a@example.org", owner=cast.asha)
    hers = cast.lead(name="Ananya K", city="Indore", owner=cast.chitra)
    asha = visit(cast.asha)
    page = asha.page(f"/lead/{one.id}")
    assert attributes(page.json, "data-merge-with") == [str(other.id)]
    assert "Also known as" in text(page.json)

    both = {"kept": one.id, "gone": other.id}
    seen = asha.post("/lead-merge/compare", both).json
    assert seen
    assert [side["id"] for side in seen["sides"]] == [one.id, other.id]
    assert seen["sides"][1]["values"]["email"] == "a@example.org"
    for theirs in ({**both, "gone": hers.id}, {**both, "gone": 10**9}):
        refused = [
            asha.post(path, {**theirs, "values": {}}) for path in ("/lead-merge/compare", "/lead-merge")
        ]
        assert [answer.status_code for answer in refused] == [409, 409]
        assert refused[0].json == {"say": "One of the two leads is not here any more."}
    assert visit(cast.chitra).post("/lead-merge", {**both, "values": {}}).status_code == 409
    assert asha.post("/lead-merge", {**both, "values": {"name": "x"}}).status_code == 400

    done = asha.post("/lead-merge", {**both, "values": {"email": other.id}})
    assert (done.status_code, done.json) == (200, {"moved": {"lead_phone": 1}})
    assert attributes(asha.page(f"/lead/{other.id}").json, "data-go-on") == [f"/lead/{one.id}?via=link"]
    assert "Nothing for you" in text(visit(cast.chitra).page(f"/lead/{other.id}").json)
    assert "became part of this lead, by you" in text(asha.page(f"/lead/{one.id}").json)


def test_an_application_has_its_page_and_showing_it_is_opening(
    visit: Visit, store: Store, cast: Cast
) -> None:
    lead = cast.lead(name="Ananya", owner=cast.asha)
    made = {
        "lead_id": lead.id, "programme": "B.Tech CSE", "stage": "Documents", "payment": "Paid",
        "steps_done": 4, "steps_total": 6, "form": "Form 2027", "missing": "JEE score card",
        "created_at": store.now(),
    }  # fmt: skip
    with store.db.begin() as tx:
        number = tx.execute(insert(application).values(made).returning(application.c.id)).scalar_one()
    miss(store, cast, lead, cast.asha)
    asha = visit(cast.asha)
    assert "Nothing for you" in text(visit(cast.chitra).page(f"/application/{number}").json)
    assert waiting(store, cast.asha) == 1
    shown = asha.page(f"/application/{number}")
    said = text(shown.json)
    for word in (
        "Ananya",
        "B.Tech CSE",
        "Form 2027",
        "JEE score card",
        "Paid",
        "4 of 6 steps",
        "Missed inbound",
    ):
        assert word in said, word
    assert attributes(shown.json, "data-call-application") == [str(number)]
    assert lead.phone[3:] not in shown.text
    assert waiting(store, cast.asha) == 0, "it shows the lead, so it is an opening"
    for odd in ("0", "x", "9" * 19, str(number + 99)):
        assert "Nothing for you" in text(asha.page(f"/application/{odd}").json)
    page = asha.page(f"/lead/{lead.id}").json
    assert f"/application/{number}?via=link" in attributes(page, "href")
    assert "JEE score card missing" in text(page)
