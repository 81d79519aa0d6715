"""A number in full: to whom, for what reason, how often, on what record. Tried by all of the cast."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.store import audit_trail, choices, reveals
from models.store.base import Store
from models.tables.people import audit
from tests.access.house import House
from tests.access.scanner import Scanner
from tests.cast import Cast, Person
from tests.databases import Clock

WHY = "The father asked for a call from the bank"


def ask(house: House, who: str, lead_id: object, reason: object = WHY) -> tuple[int, str, object]:
    answer = house.visit(getattr(house.cast, who)).post("/reveal", {"lead": lead_id, "reason": reason})
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, (answer.get_json() or {}).get("number", ""), answer


def kept(store: Store, action: str = reveals.ACTION) -> list[tuple[int, str, str]]:
    with store.read() as tx:
        rows = tx.execute(select(audit).where(audit.c.action == action).order_by(audit.c.id)).all()
    return [(row.person_id, row.subject, row.detail) for row in rows]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_who_may_see_whose_number(house: House) -> None:
    zubeida, wilma = house.zubeida, house.wilma
    seen = {
        (who, lead.name): ask(house, who, lead.id)[:2]
        for who in ("asha", "ravi", "meera", "chitra", "dev")
        for lead in (zubeida, wilma)
    }
    allowed = {key: found for key, found in seen.items() if found[0] == 200}
    assert allowed == {
        ("meera", zubeida.name): (200, zubeida.phone),
        ("dev", zubeida.name): (200, zubeida.phone),
        ("dev", wilma.name): (200, wilma.phone),
    }
    assert {found for key, found in seen.items() if key not in allowed} == {(404, "")}
    meera, dev = house.cast.meera.id, house.cast.dev.id
    assert kept(house.store) == [
        (meera, f"lead:{zubeida.id}", WHY),
        (dev, f"lead:{zubeida.id}", WHY),
        (dev, f"lead:{wilma.id}", WHY),
    ]
    assert house.visit(None).post("/reveal", {"lead": zubeida.id, "reason": WHY}).status_code == 401


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_reason_is_a_reason(house: House) -> None:
    for reason in ("", "because", "1234567890 - - -", "x" * 301):
        status, number, _ = ask(house, "meera", house.zubeida.id, reason)
        assert (status, number) == (422, "")
    unread: list[tuple[object, object]] = [("1", WHY), (None, WHY), (True, WHY), (1, None), (1, [WHY])]
    for lead_id, why in unread:
        assert ask(house, "meera", lead_id, why)[0] == 400
    for lead_id in (0, -1, 2**62, 2**80, 999_999):
        assert ask(house, "meera", lead_id)[0] == 404
    assert kept(house.store) == []
    ask(house, "meera", house.zubeida.id, f"They wrote {house.firoz.phone} into the form")
    assert not Scanner(house.numbers).find(str(kept(house.store)).encode())


def test_refusals_are_on_record_and_not_counted(house: House) -> None:
    store, meera, dev, asha = house.store, house.cast.meera, house.cast.dev, house.cast.asha
    zubeida, wilma = house.zubeida, house.wilma
    choices.decide(store, dev.viewer, "reveals_a_day", 1)
    assert ask(house, "asha", zubeida.id)[0] == 404
    assert ask(house, "meera", wilma.id)[0] == 404
    assert ask(house, "meera", zubeida.id, "too short")[0] == 422
    assert ask(house, "meera", zubeida.id)[0] == 200, "no refusal was counted"
    assert ask(house, "meera", zubeida.id)[0] == 429
    assert kept(store, "number.reveal_refused") == [
        (asha.id, f"lead:{zubeida.id}", "404"),
        (meera.id, f"lead:{wilma.id}", "404"),
        (meera.id, f"lead:{zubeida.id}", "422"),
        (meera.id, f"lead:{zubeida.id}", "429"),
    ]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_button_is_there_for_those_who_may(house: House) -> None:
    for who, there in (("asha", False), ("meera", True), ("dev", True)):
        shown = house.visit(getattr(house.cast, who)).page(f"/lead/{house.zubeida.id}").text
        assert ('data-reveal"' in shown) is there, who
        assert not Scanner(house.numbers).find(shown.encode())


def test_a_day_s_quota_holds_however_many_ask_at_once(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    choices.decide(store, cast.dev.viewer, "reveals_a_day", 5)

    def once(_: int) -> str:
        try:
            return reveals.reveal(store, cast.meera.viewer, lead.id, WHY).number
        except reveals.NotRevealed as why:
            return str(why)

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(once, range(24)))
    assert found.count(lead.phone) == 5
    assert {one for one in found if one != lead.phone} == {
        "You have seen as many numbers as a day allows. An admin can allow more."
    }
    assert len(kept(store)) == 5
    assert reveals.reveal(store, cast.dev.viewer, lead.id, WHY).left_today == 4  # each person has a quota
    clock.advance(hours=12, minutes=59)  # 23:59 in Kolkata
    assert once(0) != lead.phone
    clock.advance(minutes=1)
    assert once(0) == lead.phone


def test_who_reads_the_record(store: Store, cast: Cast, clock: Clock) -> None:
    """An admin reads all of it; a supervisor their own lines and what their counselors were refused."""
    hers, elsewhere = (
        cast.lead(owner=cast.asha, name="Looked At"),
        cast.lead(owner=cast.chitra, name="Elsewhere"),
    )
    reveals.reveal(store, cast.meera.viewer, hers.id, WHY)
    reveals.reveal(store, cast.dev.viewer, hers.id, WHY)
    for who, lead in ((cast.meera, elsewhere), (cast.asha, hers), (cast.chitra, elsewhere)):
        with pytest.raises(reveals.NotYours):
            reveals.reveal(store, who.viewer, lead.id, WHY)
    clock.advance(hours=1)
    wanted = audit_trail.Wanted(store.now() - timedelta(days=1), store.now())

    def read(who: Person) -> list[tuple[str, str, str]]:
        with store.read() as tx:
            found = audit_trail.lines(tx, who.viewer, wanted)
        return [(line.by, line.name, line.detail) for line in found]

    meera, dev, asha, chitra = (one.name for one in (cast.meera, cast.dev, cast.asha, cast.chitra))
    assert read(cast.dev) == [
        (chitra, "Elsewhere", "404"),
        (asha, "Looked At", "404"),
        (meera, "Elsewhere", "404"),
        (dev, "Looked At", WHY),
        (meera, "Looked At", WHY),
    ]
    assert read(cast.meera) == [(asha, "Looked At", "404"), (meera, "", "404"), (meera, "Looked At", WHY)]
    assert [read(who) for who in (cast.asha, cast.ravi, cast.chitra)] == [[], [], []]
