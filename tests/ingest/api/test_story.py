"""What a provider says at the doors is what another system reads from the API."""

from typing import Any

import pytest

from ingest.webhooks import doors
from models.store.base import Store
from tests.cast import INDORE_DID, Cast
from tests.databases import Clock
from tests.ingest.api.calling import Caller, make_app


@pytest.fixture
def street(store: Store, cast: Cast) -> Caller:
    app = make_app(store)
    app.register_blueprint(doors.blueprint(store, None))
    return Caller(app, cast.api_key)


def _hook(street: Caller, cast: Cast, word: str, **said: str) -> dict[str, Any]:
    answer = street.client.post(f"/webhooks/v1/{cast.connection.token}/{word}", json=said)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_missed_call_is_read_and_cleared(street: Caller, cast: Cast, clock: Clock) -> None:
    lead = street.post("/leads", {"phone": "9876543210", "name": "Isha", "owner": "asha@example.org"}).json
    assert cast.asha.seat
    said = {
        "call_id": "call-1",
        "applicant_no": "09876543210",
        "agent_no": cast.asha.seat,
        "did_no": INDORE_DID,
        "call_type": "inbound",
    }
    _hook(street, cast, "ivrCallNotification", **said)
    (live,) = street.items("/calls")
    assert (live["outcome"], live["lead"]["id"], live["offered"][0]["counselor"]) == (
        None,
        lead["id"],
        "asha@example.org",
    )
    clock.advance(seconds=40)
    times = {"start_time": "2026-03-02 11:00:00", "end_time": "2026-03-02 11:00:30", "call_duration": "30"}
    log = {**said, **times, "status": "0"}
    assert _hook(street, cast, "ivrCallBackDetails", **log)["accepted"] == "recorded"
    assert _hook(street, cast, "call-log", **log)["accepted"] == "nothing new"
    (call,) = street.items("/calls", lead=lead["id"])
    assert call["outcome"] not in {None, "connected", "unknown"}
    assert call["started_at"] == "2026-03-02T05:30:00Z"
    (entry,) = street.items("/missed", direction="inbound")
    assert (entry["call_id"], entry["counselors"], entry["did"]) == (
        call["id"],
        ["asha@example.org"],
        INDORE_DID,
    )
    clock.advance(minutes=1)
    opened = street.post(f"/leads/{lead['id']}/openings", {"counselor": "asha@example.org"})
    assert opened.json == {"cleared": [entry["id"]]}
    assert street.items("/missed") == []
    (kept,) = street.items("/missed", state="all")
    assert (kept["cleared_by"], kept["cleared_how"]) == ("asha@example.org", "api")


def test_a_talk_nobody_looked_up_is_pending(street: Caller, cast: Cast) -> None:
    assert cast.ravi.seat
    _hook(
        street,
        cast,
        "call-log",
        call_id="call-2",
        applicant_no="9876543210",
        agent_no=cast.ravi.seat,
        did_no=INDORE_DID,
        call_type="inbound",
        start_time="2026-03-02 10:50:00",
        end_time="2026-03-02 10:52:00",
        call_duration="120",
        status="1",
        resource_url="https://provider.example/9876543210.mp3",
    )
    answer = street.get("/calls", provider_call_id="call-2", connection="reference")
    (call,) = answer.json["items"]
    assert (call["outcome"], call["counselor"], call["recording"]) == ("connected", "ravi@example.org", True)
    assert b"9876543210" not in answer.data
    (entry,) = street.items("/pending")
    assert (entry["kind"], entry["reason"], entry["counselors"]) == (
        "pending",
        "not_opened",
        ["ravi@example.org"],
    )
    assert entry["lead"]["phone_masked"] == "+91 ••••• ••210"
    assert street.items("/missed", state="all") == []
