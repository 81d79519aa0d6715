"""Preferences are one's own; a lead's last words go to whoever may open the lead, without numbers."""

import pytest

from models.store import notes, preferences
from tests.access.house import House

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def test_last_words_go_where_the_lead_may_be_opened(house: House) -> None:
    lead, asha = house.zubeida, house.cast.asha
    house.store.write(
        lambda tx: notes.add(
            house.store, tx, asha.viewer, lead.id, "Father calls from 98765 43210\nabout the loan"
        )
    )
    nothing = house.visit(house.cast.chitra).get("/last-words/987654")
    for name, person in house.cast.known.people.items():
        answer = house.visit(person).get(f"/last-words/{lead.id}")
        if name == "chitra":
            assert (answer.status_code, answer.data) == (404, nothing.data)
        else:
            assert answer.json
            assert answer.json["note"].endswith("about the loan"), name
            assert "43210" not in answer.text
    assert house.visit(None).get(f"/last-words/{lead.id}").status_code == 401
    assert house.visit(asha).get(f"/last-words/{10**30}").status_code == 404


def test_everybody_chooses_for_themselves(house: House) -> None:
    browser = house.visit(house.cast.asha)
    assert browser.post("/preference", {"name": "sound", "value": "off"}).status_code == 200
    with house.store.read() as tx:
        assert preferences.of(tx, house.cast.asha.id)["sound"] == "off"
        assert preferences.of(tx, house.cast.ravi.id)["sound"] == "on"
    assert '"aria-checked":"false"' in browser.get("/_dash-layout").text.replace(" ", "")


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        {},
        {"name": "sound"},
        {"name": "sound", "value": "loud"},
        {"name": "mode", "value": "window"},
    ],
)
def test_only_what_is_known_can_be_chosen(house: House, odd: object) -> None:
    answer = house.visit(house.cast.asha).post("/preference", odd)
    assert answer.status_code == 400
    assert answer.json
    assert answer.json["say"]
    with house.store.read() as tx:
        assert preferences.of(tx, house.cast.asha.id)["mode"] == "hardphone"
