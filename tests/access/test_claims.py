"""``POST /claim`` and who it can be assigned to, asked by everybody."""

import pytest

from models.store import entries
from tests.access.house import House

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def holders(house: House) -> set[str | None]:
    with house.store.read() as tx:
        rows = entries.open_for(tx, house.cast.dev.viewer, now=house.store.now(), rules=house.store.rules)
    return {row["claimed_by"] for row in rows}


def test_each_of_the_cast_claims_what_is_theirs_only(house: House) -> None:
    entry = house.waiting(house.firoz.id)[0]
    said = {
        name: house.visit(person).post("/claim", {"do": "claim", "entry": entry})
        for name, person in house.cast.known.people.items()
        if name != "ravi"
    }
    # An entry that rang Ravi alone: to Asha and Chitra it is as if it were not there.
    nothing = house.visit(house.cast.asha).post("/claim", {"do": "claim", "entry": entry + 9999})
    for name in ("asha", "chitra"):
        assert (said[name].status_code, said[name].data) == (404, nothing.data), name
    for name in ("meera", "dev"):
        assert said[name].status_code == 403, name
    assert holders(house) == {None}
    assert house.visit(house.cast.ravi).post("/claim", {"do": "claim", "entry": entry}).status_code == 200
    assert holders(house) == {None, house.cast.ravi.name}
    assert house.visit(None).client.post("/claim", json={"do": "claim", "entry": entry}).status_code == 401


def test_the_second_is_told_the_holders_name(house: House) -> None:
    entry = house.waiting(house.zubeida.id)[0]
    assert house.visit(house.cast.asha).post("/claim", {"do": "claim", "entry": entry}).status_code == 200
    answer = house.visit(house.cast.ravi).post("/claim", {"do": "claim", "entry": entry})
    assert answer.status_code == 409
    assert answer.json
    assert answer.json["holder"] == house.cast.asha.name
    assert answer.json["say"].startswith(f"{house.cast.asha.name} has it until ")


def test_who_may_assign_sees_only_their_counselors(house: House) -> None:
    entry = house.waiting(house.zubeida.id)[0]
    for name, person in house.cast.known.people.items():
        answer = house.visit(person).get(f"/claim/{entry}/people")
        assert answer.json
        names = [each["name"] for each in answer.json["people"]]
        wanted = [house.cast.asha.name, house.cast.ravi.name] if name in ("meera", "dev") else []
        assert names == wanted, name
    for name in ("asha", "chitra"):
        body = {"do": "assign", "entry": entry, "person": house.cast.ravi.id}
        assert house.visit(house.cast.known.people[name]).post("/claim", body).status_code == 403
    theirs = house.waiting(house.wilma.id)[0]
    body = {"do": "assign", "entry": theirs, "person": house.cast.chitra.id}
    assert house.visit(house.cast.meera).post("/claim", body).status_code == 404
    assert holders(house) == {None}


@pytest.mark.parametrize(
    "odd",
    [None, [], {}, {"do": "claim"}, {"do": "claim", "entry": "1"}, {"do": "claim", "entry": True},
     {"do": "claim", "entry": 2**70}, {"do": "steal", "entry": 1}, {"do": "assign", "entry": 1},
     {"do": "assign", "entry": 1, "person": -1}, {"do": ["claim"], "entry": 1}],
)  # fmt: skip
def test_odd_bodies_are_refused_in_words(house: House, odd: object) -> None:
    answer = house.visit(house.cast.meera).post("/claim", odd)
    assert answer.status_code == 400
    assert answer.json
    assert "must be" in answer.json["say"]
