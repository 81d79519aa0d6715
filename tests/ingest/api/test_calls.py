"""GET /calls: the shape, every filter, and pages that keep their place."""

from datetime import timedelta
from typing import Any

import pytest

from models.store.base import Store
from tests.cast import Cast
from tests.databases import Clock
from tests.ingest.api.calling import Caller
from tests.ingest.api.rows import add_call


def _ids(items) -> list[str]:
    return [item["provider_call_id"] for item in items]


def test_the_shape_of_a_call(store: Store, cast: Cast, clock: Clock, caller: Caller) -> None:
    lead = cast.lead("+919876543210", name="Isha Verma")
    start = clock.ago(minutes=10)
    call_id = add_call(
        store,
        cast,
        "call-123",
        start,
        lead,
        [
            {
                "person_id": cast.ravi.id,
                "offered_at": start + timedelta(seconds=2),
                "reason": "free",
            },
            {"person_id": None, "offered_at": None, "reason": "unknown"},
            {"person_id": cast.asha.id, "offered_at": start + timedelta(seconds=20), "answered": True},
        ],
        person_id=cast.asha.id,
        answered_at=start + timedelta(seconds=25),
        ended_at=start + timedelta(seconds=90),
        talk_seconds=65,
        ring_seconds=25,
        campaign="June",
        recording_ct=store.vault.seal(b"https://vendor.example/secret.mp3", b"call.recording"),
    )
    answer = caller.get("/calls")
    assert answer.json == {
        "items": [
            {
                "id": call_id,
                "connection": "reference",
                "provider_call_id": "call-123",
                "direction": "inbound",
                "outcome": "connected",
                "lead": {"id": lead.id, "name": "Isha Verma", "phone_masked": "+91 ••••• ••210"},
                "counselor": "asha@example.org",
                "offered": [
                    {
                        "counselor": "ravi@example.org",
                        "at": "2026-03-02T05:20:02Z",
                        "answered": False,
                        "reason": "free",
                    },
                    {"counselor": None, "at": None, "answered": False, "reason": "unknown"},
                    {
                        "counselor": "asha@example.org",
                        "at": "2026-03-02T05:20:20Z",
                        "answered": True,
                        "reason": None,
                    },
                ],
                "started_at": "2026-03-02T05:20:00Z",
                "answered_at": "2026-03-02T05:20:25Z",
                "ended_at": "2026-03-02T05:21:30Z",
                "talk_seconds": 65,
                "ring_seconds": 25,
                "recording": True,
                "campaign": "June",
            }
        ],
        "next": None,
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"9876543210" not in answer.data
    assert b"vendor.example" not in answer.data


def test_a_running_call_has_no_outcome_and_may_have_no_lead(
    store: Store, cast: Cast, clock: Clock, caller: Caller
) -> None:
    add_call(store, cast, "live", clock.at, None, over=False, outcome="connected", direction=None)
    (item,) = caller.items("/calls")
    assert (item["outcome"], item["lead"], item["direction"]) == (None, None, None)
    assert caller.items("/calls", outcome="connected") == []


def test_filters(store: Store, cast: Cast, clock: Clock, caller: Caller) -> None:
    isha, omar = cast.lead(), cast.lead()
    other = cast.line("second", "open")
    at = clock.at
    add_call(store, cast, "a", at, isha)
    add_call(store, cast, "b", at + timedelta(minutes=1), omar, direction="outbound", outcome="busy")
    add_call(store, cast, "c", at + timedelta(minutes=2), isha, connection_id=other.id, outcome="busy")
    add_call(store, cast, "a", at + timedelta(minutes=3), None, connection_id=other.id)
    assert _ids(caller.items("/calls")) == ["a", "b", "c", "a"]
    assert _ids(caller.items("/calls", lead=isha.id)) == ["a", "c"]
    assert _ids(caller.items("/calls", connection="second")) == ["c", "a"]
    assert _ids(caller.items("/calls", connection="nowhere")) == []
    assert _ids(caller.items("/calls", direction="outbound")) == ["b"]
    assert _ids(caller.items("/calls", outcome="busy")) == ["b", "c"]
    assert [item["connection"] for item in caller.items("/calls", provider_call_id="a")] == [
        "reference",
        "second",
    ]
    assert len(caller.items("/calls", provider_call_id="a", connection="second")) == 1
    assert _ids(caller.items("/calls", provider_call_id="zz")) == []
    assert _ids(caller.items("/calls", lead=2**62)) == []
    assert _ids(caller.items("/calls", since="2026-03-02T05:31:00Z")) == ["b", "c", "a"]
    assert _ids(caller.items("/calls", until="2026-03-02T11:01:00+05:30")) == ["a"]
    assert _ids(caller.items("/calls", since="2026-03-02", until="2026-03-03")) == ["a", "b", "c", "a"]
    assert _ids(caller.items("/calls", since="2026-03-03")) == []


def test_an_unescaped_plus_is_understood(store: Store, cast: Cast, clock: Clock, caller: Caller) -> None:
    add_call(store, cast, "a", clock.at, None)
    answer = caller.get("/calls?since=2026-03-02T11:00:00+05:30")
    assert len(answer.json["items"]) == 1
    answer = caller.get("/calls?since=2026-03-02T11:00:01+05:30")
    assert answer.json["items"] == []


def test_a_bare_date_is_midnight_where_the_institution_is(
    store: Store, cast: Cast, clock: Clock, caller: Caller
) -> None:
    # Both fall on 1 March in UTC; in India the later one is already on the 2nd.
    add_call(store, cast, "before", clock.at.replace(day=1, hour=18, minute=29), None)
    add_call(store, cast, "after", clock.at.replace(day=1, hour=18, minute=31), None)
    assert _ids(caller.items("/calls", since="2026-03-02")) == ["after"]
    assert _ids(caller.items("/calls", until="2026-03-02")) == ["before"]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
@pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)
def test_pages_lose_and_repeat_nothing(
    store: Store, cast: Cast, clock: Clock, caller: Caller, limit: int
) -> None:
    for number in range(7):  # several calls in one moment: only the id orders them
        add_call(store, cast, f"c{number}", clock.at + timedelta(seconds=number // 3), None)
    seen: list[str] = []
    place: dict[str, str] = {}
    for _ in range(8):
        page = caller.get("/calls", direction="inbound", limit=limit, **place).json
        assert len(page["items"]) <= limit
        seen += _ids(page["items"])
        if len(seen) == limit:  # what arrives behind the reader is not shown, what arrives ahead is
            add_call(store, cast, "behind", clock.ago(hours=1), None)
            add_call(store, cast, "ahead", clock.at + timedelta(hours=1), None)
        if page["next"] is None:
            break
        place = {"cursor": page["next"]}
    assert seen == ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "ahead"]


def test_a_cursor_belongs_to_its_filters(store: Store, cast: Cast, clock: Clock, caller: Caller) -> None:
    for number in range(3):
        add_call(store, cast, f"c{number}", clock.at, None)
    cursor = caller.get("/calls", limit=1, direction="inbound").json["next"]
    assert caller.get("/calls", limit=2, direction="inbound", cursor=cursor).status_code == 200
    others: list[dict[str, Any]] = [{}, {"direction": "outbound"}, {"direction": "inbound", "lead": 1}]
    for query in others:
        answer = caller.get("/calls", cursor=cursor, **query)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "cursor")
    assert caller.get("/missed", direction="inbound", cursor=cursor).status_code == 422


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"sinse": "2026-01-01"}, "sinse"),
        ({"limit": 501}, "limit"),
        ({"limit": 0}, "limit"),
        ({"limit": "9" * 5000}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-03-02T10:00:00"}, "since"),
        ({"since": ""}, "since"),
        ({"lead": 0}, "lead"),
        ({"lead": 2**63}, "lead"),
        ({"direction": "sideways"}, "direction"),
        ({"outcome": "fine"}, "outcome"),
        ({"connection": "a\x00b"}, "connection"),
        ({"connection": " "}, "connection"),
        ({"provider_call_id": "x" * 121}, "provider_call_id"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": ""}, "cursor"),
        ({"cursor": "_" * 32}, "cursor"),
        ({"lead": ["1", "2"]}, "lead"),
    ],
)
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_cannot_be_used_is_named(caller: Caller, query: dict[str, object], field: str) -> None:
    answer = caller.get("/calls", **query)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"] == "urn:callboard:problem:invalid"
    assert [error["field"] for error in answer.json["errors"]] == [field]
