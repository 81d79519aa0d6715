"""What the palette is sent: rows of one's own, masked; nothing of what was typed comes back."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from models.store import tails
from models.store.base import Store
from tests.cast import Cast, Person
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]


def test_a_whole_number_and_its_last_digits(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead("+919811104321", name="Ananya", programme="MBA", city="Dewas", owner=cast.asha)
    tails.fill(store)
    row = {
        "id": lead.id, "name": "Ananya", "programme": "MBA", "city": "Dewas", "stage": "New",
        "mask": "+91 ••••• ••321", "owner": cast.asha.name, "waiting": None,
    }  # fmt: skip
    for asked, whole in (("98111 04321", True), ("4321", False), ("anan", False)):
        answer = visit(cast.asha).post("/search.json", {"q": asked})
        assert answer.json == {"rows": [row], "total": 1, "by_number": whole, "may_call": True}
        assert "98111" not in answer.text
        assert visit(cast.chitra).post("/search.json", {"q": asked}).json == {
            "rows": [],
            "total": 0,
            "by_number": whole,
            "may_call": True,
        }


def test_lately_open_and_odd_questions(visit: Visit, cast: Cast) -> None:
    first, second = (cast.lead(name=name, owner=cast.asha) for name in ("One", "Two"))
    asha = visit(cast.asha)
    answer = asha.post("/search.json", {"q": " ", "recent": [first.id, "x", True, -1, 2**70, second.id]})
    assert answer.json
    assert [row["name"] for row in answer.json["rows"]] == ["One", "Two"]
    odd: Any
    for odd in ([], {"q": 1}, {"q": None, "recent": "x"}, {"q": "x" * 5000}):
        assert asha.post("/search.json", odd).status_code == 200, odd


def test_it_is_a_post_of_our_own_page(visit: Visit, cast: Cast) -> None:
    asha = visit(cast.asha)
    assert asha.client.post("/search.json", data=json.dumps({"q": "a"})).status_code == 403
    assert "rows" not in asha.get("/search.json?q=a").text
    assert visit(None).post("/search.json", {"q": "a"}).status_code == 401


def test_who_never_calls_gets_no_call_button(visit: Visit, cast: Cast) -> None:
    for who in (cast.meera, cast.dev):
        answer = visit(who).post("/search.json", {"q": "a"})
        assert answer.json
        assert answer.json["may_call"] is False
