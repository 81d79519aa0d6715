"""The frame: who sees which places, the bells, the state of the person."""

from collections.abc import Callable

import pytest

from models.store import presence
from models.store.base import Store
from tests.cast import Cast, Person
from tests.dashapp.drawn import attributes, nodes, text
from tests.telling import ended, rung, tell
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]


def places(visitor: Visitor) -> list[str]:
    return [
        str(props["href"])
        for props in nodes(visitor.get("/_dash-layout").json)
        if props.get("className") == "rail-item"
    ]


def test_everybody_sees_the_places_of_their_role(visit: Visit, cast: Cast) -> None:
    assert places(visit(cast.asha))[:2] == ["/", "/leads"]
    assert "/boards" not in places(visit(cast.asha))
    for person in (cast.meera, cast.dev):
        assert places(visit(person))[:2] == ["/leads", "/boards"]


def test_the_bells_count_and_list_my_entries(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(name="Ananya", owner=cast.asha)
    tell(store, cast, rung(store, cast.asha, lead, "c1"), ended(store, cast.asha, lead, "c1"))
    counts = {
        props["data-bell"]: props["data-count"]
        for props in nodes(visit(cast.asha).get("/_dash-layout").json)
        if "data-bell" in props
    }
    assert (counts["missed"], counts["pending"]) == ("1", "0")
    listed = visit(cast.asha).callback("shell-missed-list.children", {"shell-missed.n_clicks": 1})
    assert "Ananya" in text(listed.json)
    assert f"/lead/{lead.id}?via=bell" in attributes(listed.json, "href")
    assert str(lead.id) in attributes(listed.json, "data-call-lead")
    hers = visit(cast.meera).callback("shell-missed-list.children", {"shell-missed.n_clicks": 1})
    assert ("Ananya" in text(hers.json), attributes(hers.json, "data-call-lead")) == (True, []), (
        "she has no seat"
    )
    nothing = visit(cast.chitra).callback("shell-missed-list.children", {"shell-missed.n_clicks": 1})
    assert "Nothing missed" in text(nothing.json)


def test_the_pill_shows_the_state_of_a_counselor(visit: Visit, store: Store, cast: Cast) -> None:
    assert "Checked out" in text(visit(cast.asha).get("/_dash-layout").json)
    presence.set_state(store, cast.asha.viewer, "in")
    assert "Checked in since 11:00" in text(visit(cast.asha).get("/_dash-layout").json)
    assert "Supervising Indore" in text(visit(cast.meera).get("/_dash-layout").json)
    assert "Administrator all teams" in text(visit(cast.dev).get("/_dash-layout").json)


def test_the_cursor_is_read_before_the_page_is_drawn(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    tell(store, cast, rung(store, cast.asha, lead, "c1"))
    (cursor,) = attributes(visit(cast.asha).get("/_dash-layout").json, "data-last")
    now = visit(cast.asha).get("/live/mine").get_json()
    assert cursor == str(now["last"])


def test_an_address_no_page_has_is_a_page_of_the_house(visit: Visit, cast: Cast) -> None:
    assert "Nothing for you at this address" in text(visit(cast.asha).page("/no/such/page").json)
