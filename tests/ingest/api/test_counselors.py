"""GET /counselors: presence, being on a call, and seats only for those who may have them."""

from sqlalchemy import update

from models.store import presence
from models.store.base import Store
from models.tables.people import person
from tests.cast import Cast
from tests.databases import Clock
from tests.ingest.api.calling import Caller, key_with, make_app
from tests.ingest.api.rows import add_call


def test_who_is_there(store: Store, cast: Cast, clock: Clock, caller: Caller) -> None:
    presence.set_state(store, cast.viewer("asha"), "in")
    presence.set_state(store, cast.viewer("ravi"), "break", "tea")
    add_call(
        store,
        cast,
        "live",
        clock.ago(minutes=1),
        None,
        [{"person_id": cast.asha.id, "offered_at": clock.ago(minutes=1), "answered": True}],
        over=False,
        outcome=None,
        person_id=cast.asha.id,
    )
    with store.db.begin() as tx:
        tx.execute(update(person).where(person.c.id == cast.chitra.id).values(active=False))
    items = caller.items("/counselors")
    assert items[0] == {
        "id": cast.asha.id,
        "name": "Asha Kulkarni",
        "email": "asha@example.org",
        "team": "Indore",
        "active": True,
        "state": "in",
        "on_call": True,
        "seats": [{"connection": "reference", "address": cast.asha.seat}],
    }
    said = [(item["email"], item["active"], item["state"], item["on_call"]) for item in items]
    assert said == [
        ("asha@example.org", True, "in", True),
        ("chitra@example.org", False, "out", False),
        ("ravi@example.org", True, "break", False),
    ]


def test_seats_need_their_own_scope(store: Store, cast: Cast) -> None:
    narrow = Caller(make_app(store), key_with(store, ["counselors:read"]))
    answer = narrow.get("/counselors")
    assert len(answer.json["items"]) == 3
    assert all("seats" not in item for item in answer.json["items"])
    assert b"9000000101" not in answer.data
    only_seats = Caller(make_app(store), key_with(store, ["counselors:seats"]))
    assert only_seats.get("/counselors").status_code == 403
