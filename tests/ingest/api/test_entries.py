"""GET /missed and /pending: the shape, for whom an entry is, states and pages."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from models.store.base import Store
from models.tables.people import person
from tests.cast import INDORE_DID, Cast
from tests.databases import Clock
from tests.ingest.api.calling import Caller
from tests.ingest.api.rows import add_entry


def test_the_shape_of_an_entry(store: Store, cast: Cast, clock: Clock, caller: Caller) -> None:
    lead = cast.lead("+919876543210", name="Isha Verma")
    entry = add_entry(
        store,
        cast,
        lead,
        people=[cast.ravi, cast.asha],
        state="cleared",
        cleared_at=clock.at + timedelta(minutes=4),
        cleared_by=cast.asha.id,
        cleared_how="popup",
    )
    answer = caller.get("/missed", state="cleared")
    (item,) = answer.json["items"]
    call_id = item.pop("call_id")
    assert caller.items("/calls")[0]["id"] == call_id
    assert item == {
        "id": entry,
        "kind": "missed",
        "direction": "inbound",
        "reason": "no_answer",
        "lead": {"id": lead.id, "name": "Isha Verma", "phone_masked": "+91 ••••• ••210"},
        "counselors": ["asha@example.org", "ravi@example.org"],
        "connection": "reference",
        "did": INDORE_DID,
        "raised_at": "2026-03-02T05:30:00Z",
        "state": "cleared",
        "cleared_at": "2026-03-02T05:34:00Z",
        "cleared_by": "asha@example.org",
        "cleared_how": "popup",
        "late": False,
    }
    assert answer.json["next"] is None
    assert b"9876543210" not in answer.data


def test_states(store: Store, cast: Cast, clock: Clock, caller: Caller) -> None:
    by_state = {
        state: add_entry(store, cast, cast.lead(), state=state) for state in ("open", "cleared", "withdrawn")
    }
    pending = add_entry(store, cast, cast.lead(), kind="pending", reason="not_opened")

    def ids(path: str, **query: object) -> list[int]:
        return [item["id"] for item in caller.items(path, **query)]

    assert ids("/missed") == ids("/missed", state="open") == [by_state["open"]]
    assert ids("/missed", state="cleared") == [by_state["cleared"]]
    assert ids("/missed", state="all") == [by_state["open"], by_state["cleared"]]
    assert ids("/missed", state="withdrawn") == [by_state["withdrawn"]]
    assert ids("/pending") == ids("/pending", state="all") == [pending]


def test_for_whom(store: Store, cast: Cast, caller: Caller) -> None:
    with store.db.begin() as tx:
        tx.execute(update(person).where(person.c.id == cast.ravi.id).values(active=False))
    expected = {
        add_entry(store, cast, cast.lead(), people=[cast.ravi]): ["ravi@example.org"],
        add_entry(store, cast, cast.lead(), teams=["Indore"]): ["asha@example.org"],
        add_entry(store, cast, cast.lead(), teams=["Indore"], people=[cast.chitra]): [
            "asha@example.org",
            "chitra@example.org",
        ],
        add_entry(store, cast, cast.lead(), everyone=True): ["asha@example.org", "chitra@example.org"],
        add_entry(store, cast, cast.lead()): [],
    }
    assert {item["id"]: item["counselors"] for item in caller.items("/missed")} == expected


def test_filters(store: Store, cast: Cast, clock: Clock, caller: Caller) -> None:
    isha = cast.lead()
    first = add_entry(store, cast, isha, raised_at=clock.ago(hours=2))
    second = add_entry(store, cast, cast.lead(), raised_at=clock.ago(hours=1), direction="campaign")

    def ids(**query: object) -> list[int]:
        return [item["id"] for item in caller.items("/missed", **query)]

    assert ids() == [first, second]
    assert ids(direction="campaign") == [second]
    assert ids(lead=isha.id) == [first]
    assert ids(connection="reference") == [first, second]
    assert ids(connection="elsewhere") == []
    assert ids(since=clock.ago(minutes=90).isoformat()) == [second]


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_pages_lose_and_repeat_nothing(
    store: Store, cast: Cast, clock: Clock, caller: Caller, limit: int
) -> None:
    made = [
        add_entry(store, cast, cast.lead(), raised_at=clock.at + timedelta(seconds=number // 2))
        for number in range(5)
    ]
    seen: list[int] = []
    place: dict[str, str] = {}
    while True:
        page = caller.get("/missed", limit=limit, **place).json
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        place = {"cursor": page["next"]}
    assert seen == made


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_open_entries_are_found_by_their_index(store: Store, caller: Caller) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(store.db.engine, "before_cursor_execute", lambda *args: asked.append(args[2:4]))
    caller.items("/missed")
    statement, parameters = next(each for each in asked if "FROM notification" in each[0])
    with store.read() as tx:
        plan = tx.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters).all()
    assert any("ix_notification_open" in str(row) for row in plan), plan
