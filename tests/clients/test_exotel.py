"""Exotel's client against a face of its API."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from ingest.client import Client, DialOrder, Member, Reason, RecordingLink, Refused, Unsettled
from ingest.contract import ConnectionInfo, Door
from ingest.http import Outbound
from ingest.vendors import registry
from models.rules.call import Outcome
from models.rules.lifecycle import fold
from simulator.faces import exotel as face
from simulator.faces.desk import Desk, Fault
from tests.clients.conftest import Faced

KEYS = {"api_key": "a-key", "api_token": "a-token"}
SETTINGS = {"account_sid": "example1", "caller_id": "08030000882"}
STATUS = "https://calls.example.edu/webhooks/v1/hook-token/status"
ASHA, LEAD = "+919800000001", "+919876543210"
ORDER = DialOrder(seat=ASHA, customer=LEAD, reference="i-77", callback_url=STATUS)
START = datetime(2026, 9, 16, 8, 30, tzinfo=UTC)  # 14:00 where the account is
HOUR = timedelta(hours=1)
NOW = START + timedelta(days=1)
JSON = "application/json"


@pytest.fixture
def client(desk: Desk, faced: Faced) -> Client:
    desk.keys.update(KEYS, account_sid="example1", exophone="08030000882")
    return faced("exotel", face.make, secrets={**KEYS, "status_url": STATUS}, settings=SETTINGS)


def test_a_call_is_placed_and_the_answers_id_is_the_hooks(desk: Desk, client: Client) -> None:
    placed = client.dial(ORDER)
    (order,) = desk.orders
    assert placed.provider_call_id == order["Sid"]
    assert (order["From"], order["To"], order["CallerId"]) == (ASHA, LEAD, "08030000882")
    assert (order["CustomField"], order["StatusCallback"]) == ("i-77", STATUS)
    assert [order[f"StatusCallbackEvents[{place}]"] for place in (0, 1)] == ["terminal", "answered"]


def test_a_softphone_seat_is_nobody_this_api_can_call(desk: Desk, client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client.dial(DialOrder("sip:agent_001", LEAD, "i"))
    assert refused.value.reason is Reason.UNKNOWN_AGENT
    assert desk.asked == []


@pytest.mark.parametrize(
    ("secrets", "settings", "missing"),
    [
        ({}, SETTINGS, "API key"),
        ({"api_key": "k"}, SETTINGS, "API token"),
        (KEYS, {"caller_id": "1"}, "account SID"),
        (KEYS, {"account_sid": "x"}, "ExoPhone"),
    ],
)
def test_what_is_missing_is_named(
    desk: Desk, faced: Faced, secrets: dict[str, str], settings: dict[str, Any], missing: str
) -> None:
    client = faced("exotel", face.make, secrets=secrets, settings=settings)
    with pytest.raises(Refused, match=missing) as refused:
        client.dial(ORDER)
    assert refused.value.reason is Reason.NOT_SET_UP
    assert desk.asked == []


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"api_token": "other"}, Reason.CREDENTIALS),
        ({"ndnc": LEAD}, Reason.DO_NOT_CALL),
        ({"exophone": "0"}, Reason.NOT_SET_UP),
        ({"account_sid": "other"}, Reason.OTHER),
    ],
)
def test_a_refusal_is_told_apart_and_names_no_number(
    desk: Desk, client: Client, keys: dict[str, str], reason: Reason
) -> None:
    desk.keys.update(keys)
    with pytest.raises(Refused) as refused:
        client.dial(ORDER)
    assert refused.value.reason is reason
    assert LEAD[3:] not in str(refused.value)
    assert desk.orders == []


def test_its_limit_is_told_with_the_wait(desk: Desk, client: Client) -> None:
    desk.per_minute = 1
    client.dial(ORDER)
    with pytest.raises(Refused) as refused:
        client.dial(ORDER)
    assert (refused.value.reason, refused.value.retry_after) == (Reason.TOO_MANY, 3.0)


def exception(status: int, message: str) -> str:
    return json.dumps({"RestException": {"Status": status, "Message": message}})


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (Fault(200, exception(402, "Insufficient balance"), JSON), Refused, Reason.NO_BALANCE),
        (Fault(200, exception(401, "x"), JSON), Refused, Reason.CREDENTIALS),
        (Fault(200, exception(429, "slow"), JSON), Refused, Reason.TOO_MANY),
        (Fault(200, '{"RestException": {}}', JSON), Refused, Reason.OTHER),
        (Fault(400, exception(400, "From is invalid"), JSON), Refused, Reason.UNKNOWN_AGENT),
        (Fault(500, "oops"), Refused, Reason.DOWN),
        (Fault(302, headers={"Location": "http://127.0.0.1:1/"}), Refused, Reason.OTHER),
        (Fault(200, '{"Call": {}}', JSON), Unsettled, None),
        (Fault(200, "<html>hello</html>"), Unsettled, None),
        (Fault(502, "bad gateway"), Unsettled, None),
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


# Lists


def members(count: int) -> list[Member]:
    return [Member(f"m-{place}", f"+9198765{place:05}") for place in range(count)]


def test_a_batch_becomes_a_campaign_of_that_flow(desk: Desk, client: Client) -> None:
    pushed = client.push("208287", members(3))
    assert [(one.reference, one.accepted) for one in pushed] == [(f"m-{n}", True) for n in range(3)]
    ((url, (campaign,)),) = desk.lists.items()
    assert url == "http://my.exotel.com/example1/exoml/start_voice/208287"
    assert campaign["from"] == [member.phone for member in members(3)]
    assert campaign["call_status_callback"] == f"{STATUS}?list=208287"
    assert pushed[0].words == f"campaign {campaign['id']}"


def test_its_calls_come_back_under_the_lists_own_id(desk: Desk, client: Client) -> None:
    client.push("208287", members(1))
    (campaign,) = next(iter(desk.lists.values()))
    query = campaign["call_status_callback"].partition("?")[2]
    assert parse_qs(query) == {"list": ["208287"]}


def test_a_batch_is_as_large_as_the_vendor_takes(desk: Desk, client: Client) -> None:
    assert client.list_batch == 5000
    assert len(client.push("1", members(client.list_batch))) == 5000


def test_two_hundred_may_mean_no(desk: Desk, client: Client) -> None:
    desk.keys["exophone"] = "0"
    with pytest.raises(Refused) as refused:
        client.push("1", members(2))
    assert refused.value.reason is Reason.NOT_SET_UP
    assert desk.lists == {}


def test_a_campaign_nobody_can_name_may_have_begun(desk: Desk, client: Client) -> None:
    desk.faults.append(Fault(200, '{"response": [{"code": 200, "data": {}}]}', JSON))
    with pytest.raises(Unsettled):
        client.push("1", members(2))


# Records


def details(place: int, began: datetime, **changed: Any) -> dict[str, Any]:
    local = (began + timedelta(hours=5, minutes=30)).strftime("%Y-%m-%d %H:%M:%S")
    return {
        "Sid": f"{place:032x}",
        "DateCreated": local,
        "Status": "completed",
        "Direction": "outbound-api",
        "From": "09800000001",
        "To": "09876543210",
        "PhoneNumberSid": "08030000882",
        "StartTime": local,
        "Details": {"ConversationDuration": 44, "Leg1Status": "completed", "Leg2Status": "completed"},
        **changed,
    }


def test_all_pages_are_read_within_the_limit_and_legs_are_asked_for(desk: Desk, client: Client) -> None:
    desk.records += [details(place, START + timedelta(seconds=30 * place)) for place in range(-20, 140)]
    found, cursor, pages = [], None, 0
    while True:
        asked = len(desk.asked)
        page = client.pull(START, START + HOUR, NOW, cursor)
        pages += 1
        assert all(record.door is Door.PULLED for record in page.records)
        found += [json.loads(record.body) for record in page.records]
        if page.cursor is None:
            break
        requests = len(desk.asked) - asked
        assert page.wait_seconds >= requests / 200 * 60 - 0.1
        cursor = page.cursor
    assert (len(found), pages) == (120, 3)
    assert len({record["Sid"] for record in found}) == 120
    assert all(record["Details"]["Leg2Status"] == "completed" for record in found)


def test_hours_do_not_overlap(desk: Desk, client: Client) -> None:
    desk.records += [details(1, START), details(2, START + HOUR)]
    (first,) = client.pull(START, START + HOUR, NOW).records
    (second,) = client.pull(START + HOUR, START + 2 * HOUR, NOW).records
    assert json.loads(first.body)["Sid"] != json.loads(second.body)["Sid"]


def test_the_records_are_the_call(desk: Desk, client: Client) -> None:
    desk.records.append(details(7, START))
    (record,) = client.pull(START, START + HOUR, NOW).records
    events = registry.get("exotel").parse(record, ConnectionInfo(1, "main", "exotel")).events
    call = fold(events, NOW)
    assert (call.provider_call_id, call.started_at) == (f"{7:032x}", START)
    assert (call.outcome, call.talk_seconds, call.talked_seat) == (Outcome.CONNECTED, 44, ASHA)
    assert call.customer == LEAD


def test_a_limit_met_on_the_way_is_told(desk: Desk, client: Client) -> None:
    desk.records += [details(place, START) for place in range(5)]
    desk.per_minute = 3
    with pytest.raises(Refused) as refused:
        client.pull(START, START + HOUR, NOW)
    assert refused.value.reason is Reason.TOO_MANY


@pytest.mark.parametrize("body", ["{}", '{"Calls": {}}', '{"Calls": null}'])
def test_an_answer_without_records_is_no_answer(desk: Desk, client: Client, body: str) -> None:
    desk.faults.append(Fault(200, body, JSON))
    with pytest.raises(Refused):
        client.pull(START, START + HOUR, NOW)


def test_odd_records_and_pages_do_no_harm(desk: Desk, client: Client) -> None:
    odd = {"Metadata": {"NextPageUri": "https://["}, "Calls": [5, None, {}, {"Sid": "x", "Details": None}]}
    desk.faults.append(Fault(200, json.dumps(odd), JSON))
    page = client.pull(START, START + HOUR, NOW)
    assert (len(page.records), page.cursor) == (2, None)


# Recordings

OWN = "https://recordings.exotel.com/exotelrecordings/example1/a.mp3"
BUCKET = "https://s3-ap-southeast-1.amazonaws.com"


def test_credentials_go_to_the_vendors_own_hosts_only(client: Client) -> None:
    own = client.recording(OWN)
    assert own.url == OWN
    assert own.headers["Authorization"].startswith("Basic ")
    in_bucket = f"{BUCKET}/exotelrecordings/example1/a.mp3"
    assert client.recording(in_bucket) == RecordingLink(in_bucket)


@pytest.mark.parametrize(
    "elsewhere",
    [
        f"{BUCKET}/somebody-elses/a.mp3",
        "https://evil.example/exotelrecordings/a.mp3",
        "https://recordings.exotel.com.evil.example/a.mp3",
        "https://recordings.exotel.com:9999/exotelrecordings/a.mp3",
        "http://recordings.exotel.com/exotelrecordings/a.mp3",
        "https://recordings.exotel.com:port/a.mp3",
        "https://[",
        "a.mp3",
    ],
)
def test_nothing_is_fetched_elsewhere(client: Client, elsewhere: str) -> None:
    with pytest.raises(Refused):
        client.recording(elsewhere)


def test_a_link_signed_for_minutes_is_asked_for_anew(desk: Desk, client: Client) -> None:
    fresh = f"{BUCKET}/exotelrecordings/example1/{7:032x}.mp3?X-Amz-Signature=new"
    desk.records.append(details(7, START, PreSignedRecordingUrl=fresh))
    stale = fresh.replace("new", "old")
    assert client.recording(stale) == RecordingLink(fresh)
    for elsewhere in ("https://evil.example/a.mp3", "https://recordings.exotel.com:9999/a.mp3"):
        desk.records[0]["PreSignedRecordingUrl"] = elsewhere
        assert client.recording(stale) == RecordingLink(stale)


def test_its_hosts_are_the_apis_and_the_recordings() -> None:
    recordings = {"recordings.exotel.com", "s3-ap-southeast-1.amazonaws.com"}
    assert registry.hosts(ConnectionInfo(1, "main", "exotel")) == {"api.exotel.com", *recordings}
    mumbai = ConnectionInfo(1, "main", "exotel", settings={"api_url": "https://api.in.exotel.com"})
    assert registry.hosts(mumbai) == {"api.in.exotel.com", *recordings}
    web = Outbound(registry.hosts(mumbai))
    assert not web.may_ask("https://api.exotel.com/")


def test_without_its_keys_it_is_not_asked_for_records_and_recordings_are_tried_without() -> None:
    web = Outbound(())
    secrets, settings = KEYS, SETTINGS
    bare = ConnectionInfo(1, "main", "exotel")
    whole = ConnectionInfo(1, "main", "exotel", secrets=secrets, settings=settings)
    assert registry.client(bare, web).pull_window_seconds == 0
    assert (
        registry.client(bare, web).recording("https://recordings.exotel.com/exotelrecordings/a.mp3").headers
        == {}
    )
    assert registry.client(whole, web).pull_window_seconds >= 3600
    web.close()
