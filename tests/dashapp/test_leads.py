"""The list of leads: what a search finds, and where a phone number may stand."""

from collections.abc import Callable

import pytest

from tests.cast import Cast, Person
from tests.dashapp.drawn import attributes, text
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]


def test_words_in_the_address_find_leads(visit: Visit, cast: Cast) -> None:
    hit = cast.lead(name="Zoya Farooqui", owner=cast.asha)
    cast.lead(name="Kabir Anand", owner=cast.asha)
    said = text(visit(cast.asha).page("/leads", "?q=zoya").json)
    assert "1 lead for “zoya”" in said
    assert hit.name in said
    assert "Kabir" not in said
    assert "No lead found" in text(visit(cast.chitra).page("/leads", "?q=zoya").json)


def test_a_whole_number_is_asked_for_in_a_body(visit: Visit, cast: Cast) -> None:
    hit = cast.lead("+919811100001", owner=cast.asha)
    output = next(key for key in visit(cast.asha).app.callback_map if "leads-found" in key)
    asked = {"leads-number.data": {"number": "98111 00001"}}
    answer = visit(cast.asha).callback(output, asked)
    assert hit.name in text(answer.json)
    assert "9811100001" not in answer.text
    assert "No lead found" in text(visit(cast.chitra).callback(output, asked).json)


def test_mine_and_pages_are_in_the_address(visit: Visit, cast: Cast) -> None:
    for _ in range(52):
        cast.lead(owner=cast.asha)
    visitor = visit(cast.asha)
    first = visitor.page("/leads", "?mine=1").json
    assert "52 of mine" in text(first)
    assert "1–50 of 52" in text(first)
    assert "/leads?mine=1&at=50" in attributes(first, "href")
    assert "51–52 of 52" in text(visitor.page("/leads", "?mine=1&at=50").json)


@pytest.mark.parametrize("search", ["?at=-1", "?at=x", "?q=" + "a" * 5000, "?q=%00", "?mine=2", "?unknown=1"])
def test_an_odd_address_still_shows_the_page(visit: Visit, cast: Cast, search: str) -> None:
    answer = visit(cast.asha).page("/leads", search)
    assert answer.status_code == 200
    assert "Leads" in text(answer.json)


def test_a_name_is_only_ever_text(visit: Visit, cast: Cast) -> None:
    cast.lead(name="<img src=x onerror=alert(1)>", owner=cast.asha)
    said = text(visit(cast.asha).page("/leads").json)
    assert "<img src=x onerror=alert(1)>" in said  # a string child, which React escapes
