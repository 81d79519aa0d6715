"""Plivo's client against a face of its API."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ingest.client import Client, DialOrder, Reason, Refused, Unsettled
from ingest.contract import ConnectionInfo, Door
from ingest.http import Outbound
from ingest.vendors import registry
from ingest.vendors.plivo import sealing
from models.rules.call import Outcome
from models.rules.lifecycle import fold
from simulator.faces import plivo as face
from simulator.faces.desk import Desk, Fault
from tests.clients.conftest import Faced

ID, TOKEN = "MAXXXXXXXXXXXXXXXXXX", "the auth token"
STATUS = "https://calls.example.edu/webhooks/v1/hook-token/status"
ASHA, LEAD, DID = "+919800000001", "+919876543210", "+918030000882"
ORDER = DialOrder(seat=ASHA, customer=LEAD, reference="i-77", did=DID, callback_url=STATUS)
START = datetime(2026, 9, 16, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = START + timedelta(days=1)


@pytest.fixture
def client(desk: Desk, faced: Faced) -> Client:
    desk.keys.update(auth_id=ID, auth_token=TOKEN)
    return faced("plivo", face.make, secrets={"auth_token": TOKEN}, settings={"auth_id": ID})


def test_a_call_is_placed_agent_first_and_the_answers_id_is_not_the_calls(desk: Desk, client: Client) -> None:
    placed = client.dial(ORDER)
    assert placed.provider_call_id is None
    assert placed.words == "call fired"
    (order,) = desk.orders
    assert (order["from"], order["to"]) == (DID[1:], ASHA[1:])
    answer = urlsplit(order["answer_url"])
    assert answer.path == "/webhooks/v1/hook-token/voice"
    told = parse_qs(answer.query)
    assert told["intent"] == ["i-77"]
    assert sealing.opened(TOKEN, told["dial"][0], "i-77") == LEAD
    assert order["hangup_url"] == order["ring_url"] == f"{STATUS}?intent=i-77"


def test_the_leads_number_is_in_no_address(desk: Desk, client: Client) -> None:
    client.dial(ORDER)
    assert LEAD[3:] not in json.dumps(desk.orders)


@pytest.mark.parametrize(
    ("order", "settings", "missing"),
    [
        (DialOrder(ASHA, LEAD, "i", DID), {}, "status address"),
        (DialOrder(ASHA, LEAD, "i", None, STATUS), {}, "number to show"),
        (ORDER, {"auth_id": ""}, "auth ID"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_asked(
    desk: Desk, faced: Faced, order: DialOrder, settings: dict[str, Any], missing: str
) -> None:
    client = faced("plivo", face.make, secrets={"auth_token": TOKEN}, settings={"auth_id": ID, **settings})
    with pytest.raises(Refused, match=missing) as refused:
        client.dial(order)
    assert refused.value.reason is Reason.NOT_SET_UP
    assert desk.asked == []


def test_a_wrong_token_is_refused(desk: Desk, client: Client) -> None:
    desk.keys["auth_token"] = "another"
    with pytest.raises(Refused) as refused:
        client.dial(ORDER)
    assert refused.value.reason is Reason.CREDENTIALS
    assert desk.orders == []


@pytest.mark.parametrize(
    ("keys", "reason"),
    [({"balance": "0"}, Reason.NO_BALANCE), ({"blocked": ASHA[1:]}, Reason.BAD_NUMBER)],
)
def test_a_refusal_is_told_apart_and_names_no_number(
    desk: Desk, client: Client, keys: dict[str, str], reason: Reason
) -> None:
    desk.keys.update(keys)
    with pytest.raises(Refused) as refused:
        client.dial(ORDER)
    assert refused.value.reason is reason
    assert ASHA[3:] not in str(refused.value)


def test_its_limit_is_told_with_the_wait(desk: Desk, client: Client) -> None:
    desk.per_minute = 1
    client.dial(ORDER)
    with pytest.raises(Refused) as refused:
        client.dial(ORDER)
    assert (refused.value.reason, refused.value.retry_after) == (Reason.TOO_MANY, 2.0)
    assert len(desk.orders) == 1


JSON = "application/json"


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (Fault(500, "oops"), Refused, Reason.DOWN),
        (Fault(503, "", headers={"Retry-After": "9"}), Refused, Reason.DOWN),
        (Fault(403, '{"error": "geo permission denied"}', JSON), Refused, Reason.NOT_SET_UP),
        (Fault(200, '{"error": "insufficient credit"}', JSON), Refused, Reason.NO_BALANCE),
        (Fault(201, '{"message": "call fired"}', JSON), Unsettled, None),
        (Fault(302, headers={"Location": "http://127.0.0.1:1/"}), Refused, Reason.OTHER),
        (Fault(201, "<html>hello</html>"), Unsettled, None),
        (Fault(200, "[" * 100_000, JSON), Unsettled, None),
        (Fault(504, "gateway time-out"), Unsettled, None),
        (Fault(0), Unsettled, None),
    ],
)
def test_a_fault_is_a_refusal_only_where_nothing_can_have_happened(
    desk: Desk, client: Client, fault: Fault, error: type[Exception], reason: Reason | None
) -> None:
    desk.faults.append(fault)
    with pytest.raises(error) as raised:
        client.dial(ORDER)
    assert getattr(raised.value, "reason", None) == reason


# Records


def leg(place: int, began: datetime, *, parent: str | None = None, **changed: Any) -> dict[str, Any]:
    found = {
        "call_uuid": f"c-{place}",
        "parent_call_uuid": parent,
        "call_direction": "inbound",
        "from_number": LEAD,
        "to_number": DID[1:],
        "initiation_time": began.strftime("%Y-%m-%d %H:%M:%S+00:00"),
        "answer_time": began.strftime("%Y-%m-%d %H:%M:%S+00:00"),
        "end_time": (began + timedelta(seconds=90)).strftime("%Y-%m-%d %H:%M:%S+00:00"),
        "call_duration": 90,
        "hangup_cause_name": "Normal Hangup",
    }
    return {**found, **changed}


def everything(client: Client, since: datetime, until: datetime) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        page = client.pull(since, until, NOW, cursor)
        assert all(record.door is Door.PULLED for record in page.records)
        found += [json.loads(record.body) for record in page.records]
        if page.cursor is None:
            return found
        cursor = page.cursor


def test_all_pages_are_read_and_only_what_started_in_the_hour(desk: Desk, client: Client) -> None:
    desk.records += [leg(place, START + timedelta(minutes=place)) for place in range(-30, 120)]
    found = everything(client, START, START + HOUR)
    assert sorted(record["call_uuid"] for record in found) == sorted(f"c-{place}" for place in range(60))


def test_a_dialled_leg_counts_to_the_hour_its_call_began_in(desk: Desk, client: Client) -> None:
    began = START + HOUR - timedelta(seconds=30)
    late = began + timedelta(minutes=2)
    desk.records += [leg(1, began), leg(2, late, parent="c-1", to_number=ASHA[1:])]
    assert {record["call_uuid"] for record in everything(client, START, START + HOUR)} == {"c-1", "c-2"}
    assert everything(client, START + HOUR, START + 2 * HOUR) == []


def test_a_first_leg_on_another_page_is_asked_for(desk: Desk, client: Client) -> None:
    """The newest come first: the dialled leg on one page, its call on a later one."""
    desk.records.append(leg(100, START))
    desk.records += [leg(place, START + timedelta(seconds=place + 1)) for place in range(19)]
    desk.records.append(leg(101, START + timedelta(minutes=1), parent="c-100", to_number=ASHA[1:]))
    (dialled,) = (one for one in everything(client, START, START + HOUR) if one["call_uuid"] == "c-101")
    assert dialled["parent"] == {"call_direction": "inbound", "from_number": LEAD, "to_number": DID[1:]}


def test_a_leg_whose_call_is_gone_is_not_lost(desk: Desk, client: Client) -> None:
    desk.records.append(leg(2, START, parent="gone"))
    (found,) = everything(client, START, START + HOUR)
    assert "parent" not in found


def test_the_records_are_the_call(desk: Desk, client: Client) -> None:
    desk.records += [
        leg(1, START),
        leg(2, START + timedelta(seconds=2), parent="c-1", to_number=ASHA[1:], call_duration=71),
    ]
    vendor = registry.get("plivo")
    page = client.pull(START, START + HOUR, NOW)
    events = [
        event
        for record in page.records
        for event in vendor.parse(record, ConnectionInfo(1, "main", "plivo")).events
    ]
    call = fold(events, NOW)
    assert (call.provider_call_id, call.outcome) == ("c-1", Outcome.CONNECTED)
    assert (call.talked_seat, call.talk_seconds) == (ASHA, 71)


def test_asked_again_a_record_is_the_same_bytes(desk: Desk, client: Client) -> None:
    desk.records += [leg(1, START), leg(2, START, parent="c-1")]
    first, second = (client.pull(START, START + HOUR, NOW).records for _ in range(2))
    assert [record.body for record in first] == [record.body for record in second]


@pytest.mark.parametrize("body", ['{"objects": {}}', '{"meta": {}}', '{"objects": [1], "meta": []}', "{}"])
def test_an_answer_without_records_is_no_answer(desk: Desk, client: Client, body: str) -> None:
    desk.faults.append(Fault(200, body, JSON))
    with pytest.raises(Refused):
        client.pull(START, START + HOUR, NOW)


def test_odd_records_are_handed_on_to_be_seen(desk: Desk, client: Client) -> None:
    odd: list[Mapping[str, Any]] = [{"call_uuid": "a", "initiation_time": "junk"}, {}]
    desk.faults.append(Fault(200, json.dumps({"objects": [*odd, 5, None], "meta": {"next": None}}), JSON))
    assert len(client.pull(START, START + HOUR, NOW).records) == 2


@pytest.mark.parametrize("cursor", ["x", "-5", "9" * 30, "٣"])
def test_a_spoiled_cursor_begins_anew(desk: Desk, client: Client, cursor: str) -> None:
    desk.records.append(leg(1, START))
    assert len(client.pull(START, START + HOUR, NOW, cursor).records) == 1


# Recordings


def test_a_recording_is_fetched_with_credentials_that_go_nowhere_else(desk: Desk, faced: Faced) -> None:
    desk.keys.update(auth_id=ID, auth_token=TOKEN)
    desk.recordings["5a.mp3"] = b"sound"
    client = faced("plivo", face.make, secrets={"auth_token": TOKEN}, settings={"auth_id": ID})
    base = str(client._base)  # type: ignore[attr-defined]
    link = client.recording(f"{base}/v1/Account/{ID}/Recording/5a.mp3")
    web = Outbound(["127.0.0.1"], ["127.0.0.1"])
    with web.stream(link.url, link.headers) as stream:
        assert (stream.status, b"".join(stream.pieces)) == (200, b"sound")
    for said in ("https://media.plivo.com/x.mp3", "https://MEDIA.plivo.com:443/x.mp3"):
        assert client.recording(said).headers == link.headers
    for elsewhere in (
        "https://evil.example/x.mp3",
        "https://media.plivo.com.evil.example/x",
        "https://media.plivo.com:9999/x.mp3",
        "http://media.plivo.com/x.mp3",
        f"{base.rpartition(':')[0]}:9/v1/Account/{ID}/Recording/5a.mp3",
        "x",
        "https://[",
    ):
        with pytest.raises(Refused):
            client.recording(elsewhere)


def test_its_hosts_are_the_apis_and_the_recordings() -> None:
    bare = ConnectionInfo(1, "main", "plivo")
    assert registry.hosts(bare) == {"api.plivo.com", "media.plivo.com"}
    moved = ConnectionInfo(1, "main", "plivo", settings={"api_url": "http://127.0.0.1:9000/"})
    assert registry.hosts(moved) == {"127.0.0.1", "media.plivo.com"}


def test_without_its_keys_it_is_not_asked_for_records_and_recordings_are_tried_without() -> None:
    web = Outbound(())
    secrets, settings = {"auth_token": TOKEN}, {"auth_id": ID}
    bare = ConnectionInfo(1, "main", "plivo")
    whole = ConnectionInfo(1, "main", "plivo", secrets=secrets, settings=settings)
    assert registry.client(bare, web).pull_window_seconds == 0
    assert (
        registry.client(bare, web).recording("https://media.plivo.com/v1/Account/MA1/Recording/a.mp3").headers
        == {}
    )
    assert registry.client(whole, web).pull_window_seconds >= 3600
    web.close()
