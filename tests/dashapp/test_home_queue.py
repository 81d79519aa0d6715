"""The queue's follow-ups and how the open lead is closed."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from models.store import follow_ups
from models.store.base import Store
from tests.cast import Cast, Person
from tests.dashapp.drawn import attributes, children_of, text
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]


def test_my_follow_ups_and_nobody_elses_are_in_the_page(visit: Visit, store: Store, cast: Cast) -> None:
    lead = cast.lead(name="Ananya", owner=cast.asha)
    follow_ups.make(store, cast.asha.viewer, lead.id, store.now() + timedelta(hours=1), "Call 98765 43210")
    page = visit(cast.asha).page("/")
    (found,) = json.loads(attributes(page.json, "data-follow-ups")[0])
    assert (found["lead"], found["overdue"]) == ("Ananya", False)
    assert found["why"].startswith("Call ")
    assert "43210" not in page.text
    for other in (cast.ravi, cast.chitra):
        assert json.loads(attributes(visit(other).page("/").json, "data-follow-ups")[0]) == []


def test_closing_the_lead_says_what_to_do_next(visit: Visit, cast: Cast) -> None:
    answer = visit(cast.asha).callback("home-profile.children", {"home-open.data": {"lead": None, "at": 1}})
    assert "Choose a call on the left" in text(children_of(answer.json))
