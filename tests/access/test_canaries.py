"""Nobody's browser ever gets a whole number: everything it can be sent is searched for numbers that are there."""

import pytest
from sqlalchemy import update

from models.tables.leads import lead_phone
from tests.access.house import Heard, House
from tests.access.scanner import Scanner
from tests.cast import Person

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

PEOPLE = ("asha", "ravi", "meera", "chitra", "dev")


@pytest.mark.parametrize("who", PEOPLE)
def test_no_number_reaches_a_browser(house: House, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = Scanner(house.numbers)
    first: dict[bytes, Heard] = {}
    for heard in house.everything(house.visit(_person(house, who)), monkeypatch):
        first.setdefault(heard.data, heard)
        first.setdefault(heard.head.encode(), Heard(f"{heard.where}, its headers", heard.head.encode()))
    leaks = {
        f"{heard.where}: {hit.shape}"
        for heard in first.values()
        for hit in scanner.find(heard.data, heard.encoding)
    }
    assert not leaks, f"{who} is told numbers by {len(leaks)}:\n" + "\n".join(sorted(leaks)[:20])


def test_the_search_finds_what_leaks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one lead's mask off, each way on which a mask travels must be caught."""
    number = house.zubeida.phone
    with house.store.db.begin() as tx:
        tx.execute(update(lead_phone).where(lead_phone.c.lead_id == house.zubeida.id).values(mask=number))
    house.telephone.missed(number, house.cast.asha)
    scanner = Scanner([number])
    ways = {
        "meera": ("page /boards", "callback boards-grid", "callback boards-episode", "stream"),
        "asha": ("page /lead", "page /leads", "callback home-profile", "stream", "GET /live/mine"),
    }
    for who, wanted in ways.items():
        missing = set(wanted)
        for heard in house.everything(house.visit(_person(house, who)), monkeypatch):
            way = next((way for way in missing if heard.where.startswith(way)), None)
            if way and scanner.find(heard.data, heard.encoding):
                missing.remove(way)
        assert not missing, f"{who}: nothing found in {missing}"


def test_everything_is_in_the_search(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search of empty answers proves nothing: the canaries' names are in what Asha is sent."""
    assert len(set(house.numbers)) >= 50
    heard = list(house.everything(house.visit(house.cast.asha), monkeypatch))
    assert _said(heard, f"page /lead/{house.zubeida.id}", "Zaheer Canary"), "her note is on the page"
    for way in ("page /", "document /", "callback ", "stream", "GET /live/mine", "fault"):
        assert any(each.where.startswith(way) for each in heard), way
    assert _said(heard, "page /lead", house.zubeida.name)
    assert _said(heard, "stream", house.zubeida.name)
    assert _said(heard, "GET /live/mine", house.zubeida.name)
    assert _said(heard, "callback home-profile", house.zubeida.name)
    assert all(each.status < 500 for each in heard), [each.where for each in heard if each.status >= 500]


def _said(heard: list[Heard], way: str, word: str) -> bool:
    from tests.access.scanner import unpacked

    return any(
        each.where.startswith(way) and word.encode() in unpacked(each.data, each.encoding) for each in heard
    )


def _person(house: House, name: str) -> Person:
    person: Person = getattr(house.cast, name)
    return person
