"""Twilio's client against a face of its API."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from ingest.client import Client, DialOrder, Reason, Refused, Unsettled
from ingest.contract import ConnectionInfo, Door
from ingest.http import Outbound
from ingest.vendors import registry
from ingest.vendors.twilio import client as twilio
from models.rules.call import Direction, Outcome
from models.rules.lifecycle import fold
from simulator.faces import twilio as face
from simulator.faces.desk import Desk, Fault
from tests.clients.conftest import Faced

SID, TOKEN, NUMBER = "AC00000000000000000000000000000001", "the auth token", "+14158675309"
STATUS = "https://calls.example.edu/webhooks/v1/hook-token/status"
ASHA, LEAD = "client:counsellor_17", "+919876543210"
ORDER = DialOrder(seat=ASHA, customer=LEAD, reference="i-77", did=NUMBER, callback_url=STATUS)
START = datetime(2026, 9, 29, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = START + timedelta(days=1)
JSON = "application/json"


@pytest.fixture
def client(desk: Desk, faced: Faced) -> Client:
    desk.keys.update(account_sid=SID, auth_token=TOKEN, number=NUMBER)
    return faced("twilio", face.make, secrets={"auth_token": TOKEN}, settings={"account_sid": SID})


def test_a_call_is_placed_agent_first_under_the_hooks_id(desk: Desk, client: Client) -> None:
    placed = client.dial(ORDER)
    (order,) = desk.orders
    assert placed.provider_call_id == order["sid"]
    assert placed.words == "queued"
    assert (order["To"], order["From"]) == (ASHA, NUMBER)
    assert order["StatusCallback"] == f"{STATUS}?intent=i-77"
    assert order["Events"] == ["initiated", "ringing", "answered", "completed"]


def test_the_instructions_dial_the_lead_and_have_each_leg_told(desk: Desk, client: Client) -> None:
    client.dial(ORDER)
    (dial,) = ET.fromstring(desk.orders[0]["Twiml"])
    (number,) = dial
    assert (dial.get("callerId"), number.text) == (NUMBER, LEAD)
    assert number.get("statusCallback") == f"{STATUS}?intent=i-77"
    assert number.get("statusCallbackEvent") == "initiated ringing answered completed"


def test_a_hostile_number_stays_a_number(desk: Desk, client: Client) -> None:
    client.dial(DialOrder(ASHA, "</Number><Number>+1900", "i&<'\"", NUMBER, STATUS))
    (dial,) = ET.fromstring(desk.orders[0]["Twiml"])
    assert [noun.text for noun in dial] == ["</Number><Number>+1900"]


@pytest.mark.parametrize(
    ("order", "settings", "missing"),
    [
        (DialOrder(ASHA, LEAD, "i", NUMBER), {}, "status address"),
        (DialOrder(ASHA, LEAD, "i", None, STATUS), {}, "number to show"),
        (ORDER, {"account_sid": ""}, "account SID"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_asked(
    desk: Desk, faced: Faced, order: DialOrder, settings: dict[str, Any], missing: str
) -> None:
    client = faced(
        "twilio", face.make, secrets={"auth_token": TOKEN}, settings={"account_sid": SID, **settings}
    )
    with pytest.raises(Refused, match=missing) as refused:
        client.dial(order)
    assert refused.value.reason is Reason.NOT_SET_UP
    assert desk.asked == []


@pytest.mark.parametrize(
    ("order", "keys", "reason"),
    [
        (ORDER, {"auth_token": "other"}, Reason.CREDENTIALS),
        (ORDER, {"number": "+15550000000"}, Reason.NOT_SET_UP),
        (DialOrder("+1415", LEAD, "i", NUMBER, STATUS), {}, Reason.UNKNOWN_AGENT),
        (DialOrder("1001", LEAD, "i", NUMBER, STATUS), {}, Reason.UNKNOWN_AGENT),
    ],
)
def test_a_refusal_is_told_apart_and_names_no_number(
    desk: Desk, client: Client, order: DialOrder, keys: dict[str, str], reason: Reason
) -> None:
    desk.keys.update(keys)
    with pytest.raises(Refused) as refused:
        client.dial(order)
    assert refused.value.reason is reason
    assert NUMBER[2:] not in str(refused.value)
    assert desk.orders == []


def test_its_limit_is_told_with_the_wait(desk: Desk, client: Client) -> None:
    desk.per_minute = 1
    client.dial(ORDER)
    with pytest.raises(Refused) as refused:
        client.dial(ORDER)
    assert (refused.value.reason, refused.value.retry_after) == (Reason.TOO_MANY, 1.0)
    assert len(desk.orders) == 1


def error(code: int, message: str) -> str:
    return json.dumps({"code": code, "message": message})


@pytest.mark.parametrize(
    ("fault", "raised_as", "reason"),
    [
        (Fault(200, error(21215, "Geo permission"), JSON), Refused, Reason.NOT_SET_UP),
        (Fault(200, error(99999, "insufficient funds"), JSON), Refused, Reason.NO_BALANCE),
        (Fault(403, error(20005, "Account not active"), JSON), Refused, Reason.CREDENTIALS),
        (Fault(400, error(12345, "something new"), JSON), Refused, Reason.OTHER),
        (Fault(400, '{"code": [1], "message": {}}', JSON), Refused, Reason.OTHER),
        (Fault(500, "oops"), Refused, Reason.DOWN),
        (Fault(302, headers={"Location": "http://127.0.0.1:1/"}), Refused, Reason.OTHER),
        (Fault(201, "{}", JSON), Unsettled, None),
        (Fault(201, "<html>hello</html>"), Unsettled, None),
        (Fault(504, ""), Unsettled, None),
        (Fault(0), Unsettled, None),
    ],
)
def test_a_fault_is_a_refusal_only_where_nothing_can_have_happened(
    desk: Desk, client: Client, fault: Fault, raised_as: type[Exception], reason: Reason | None
) -> None:
    desk.faults.append(fault)
    with pytest.raises(raised_as) as raised:
        client.dial(ORDER)
    assert getattr(raised.value, "reason", None) == reason


# Records


def leg(name: str, began: datetime, *, parent: str | None = None, **changed: Any) -> dict[str, Any]:
    return {
        "sid": name,
        "parent_call_sid": parent,
        "direction": "outbound-dial" if parent else "inbound",
        "from": LEAD,
        "to": ASHA if parent else NUMBER,
        "status": "completed",
        "start_time": format_datetime(began),
        "end_time": format_datetime(began + timedelta(seconds=90)),
        "duration": "90",
        **changed,
    }


def everything(client: Client, since: datetime, until: datetime) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        page = client.pull(since, until, NOW, cursor)
        assert all(record.door is Door.PULLED for record in page.records)
        found += [json.loads(record.body) for record in page.records]
        if page.cursor is None:
            return found
        cursor = page.cursor


@pytest.fixture
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio, "_PAGE", 20)


@pytest.mark.usefixtures("_small_pages")
def test_all_pages_are_read_and_only_what_started_in_the_hour(desk: Desk, client: Client) -> None:
    desk.records += [leg(f"CA{place}", START + timedelta(minutes=place)) for place in range(-30, 120)]
    found = everything(client, START, START + HOUR)
    assert sorted(record["sid"] for record in found) == sorted(f"CA{place}" for place in range(60))


def test_a_dialled_leg_counts_to_the_hour_its_call_began_in(desk: Desk, client: Client) -> None:
    midnight = datetime(2026, 9, 30, tzinfo=UTC)
    began = midnight - timedelta(seconds=30)
    desk.records += [leg("CA1", began), leg("CA2", began + timedelta(minutes=2), parent="CA1")]
    assert {one["sid"] for one in everything(client, midnight - HOUR, midnight)} == {"CA1", "CA2"}
    assert everything(client, midnight, midnight + HOUR) == []


@pytest.mark.usefixtures("_small_pages")
def test_a_first_leg_on_another_page_is_asked_for(desk: Desk, client: Client) -> None:
    """The newest come first: the dialled leg on one page, its call on a later one."""
    desk.records.append(leg("CA100", START, direction="outbound-api"))
    desk.records += [leg(f"CA{place}", START + timedelta(seconds=place + 1)) for place in range(19)]
    desk.records.append(leg("CA101", START + timedelta(minutes=1), parent="CA100"))
    (dialled,) = (one for one in everything(client, START, START + HOUR) if one["sid"] == "CA101")
    assert dialled["parent"] == {"direction": "outbound-api"}


def test_a_leg_whose_call_is_gone_is_not_lost(desk: Desk, client: Client) -> None:
    desk.records.append(leg("CA2", START, parent="CA1"))
    (found,) = everything(client, START, START + HOUR)
    assert "parent" not in found


def test_the_records_of_a_call_we_placed_are_that_call(desk: Desk, client: Client) -> None:
    desk.records += [
        leg("CA1", START, direction="outbound-api", **{"from": NUMBER, "to": ASHA}),
        leg("CA2", START + timedelta(seconds=5), parent="CA1", to=LEAD, duration="71"),
    ]
    vendor = registry.get("twilio")
    page = client.pull(START, START + HOUR, NOW)
    connection = ConnectionInfo(1, "main", "twilio")
    events = [event for record in page.records for event in vendor.parse(record, connection).events]
    call = fold(events, NOW)
    assert (call.direction, call.outcome, call.customer) == (Direction.OUTBOUND, Outcome.CONNECTED, LEAD)
    assert (call.talked_seat, call.talk_seconds, call.started_at) == (ASHA, 71, START)


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/2010-04-01/Accounts/x/Calls.json?Page=1",
        "//evil.example/Calls.json?",
        "@evil.example/",
        f"/2010-04-01/Accounts/{SID}/Messages.json?Page=1",
        f"/2010-04-01/Accounts/{SID}/Calls.json?" + "x" * 2000,
    ],
)
def test_a_next_page_elsewhere_is_not_followed(desk: Desk, client: Client, onward: str) -> None:
    told = {"calls": [leg("CA1", START)], "next_page_uri": onward}
    desk.faults.append(Fault(200, json.dumps(told), JSON))
    with pytest.raises(Refused):
        client.pull(START, START + HOUR, NOW)
    with pytest.raises(Refused):
        client.pull(START, START + HOUR, NOW, onward)


@pytest.mark.parametrize("body", ["{}", '{"calls": {}}'])
def test_an_answer_without_records_is_no_answer(desk: Desk, client: Client, body: str) -> None:
    desk.faults.append(Fault(200, body, JSON))
    with pytest.raises(Refused):
        client.pull(START, START + HOUR, NOW)


def test_odd_records_are_handed_on_to_be_seen(desk: Desk, client: Client) -> None:
    told = {"calls": [{"sid": "x", "start_time": "junk"}, {}, 5, None]}
    desk.faults.append(Fault(200, json.dumps(told), JSON))
    assert len(client.pull(START, START + HOUR, NOW).records) == 2


# Recordings


def test_a_recording_is_fetched_as_mp3_with_credentials_that_go_nowhere_else(
    desk: Desk, client: Client
) -> None:
    desk.recordings["RE1.mp3"] = b"sound"
    base = str(client._base)  # type: ignore[attr-defined]
    web = Outbound(["127.0.0.1"], ["127.0.0.1"])
    for ending in ("", ".mp3", ".json"):
        link = client.recording(f"{base}/2010-04-01/Accounts/{SID}/Recordings/RE1{ending}")
        with web.stream(link.url, link.headers) as stream:
            assert (stream.status, b"".join(stream.pieces)) == (200, b"sound")
    for elsewhere in (
        "https://evil.example/RE1",
        "https://api.twilio.com.evil.example/RE1",
        f"{base.rpartition(':')[0]}:9/2010-04-01/Accounts/{SID}/Recordings/RE1",
        base.replace("http://", "https://") + f"/2010-04-01/Accounts/{SID}/Recordings/RE1",
        "RE1",
        "https://[",
    ):
        with pytest.raises(Refused):
            client.recording(elsewhere)


def test_its_host_is_the_apis() -> None:
    assert registry.hosts(ConnectionInfo(1, "main", "twilio")) == {"api.twilio.com"}
    moved = ConnectionInfo(1, "main", "twilio", settings={"api_url": "http://127.0.0.1:9000"})
    assert registry.hosts(moved) == {"127.0.0.1"}


def test_without_its_keys_it_is_not_asked_for_records_and_recordings_are_tried_without() -> None:
    web = Outbound(())
    secrets, settings = {"auth_token": TOKEN}, {"account_sid": SID}
    bare = ConnectionInfo(1, "main", "twilio")
    whole = ConnectionInfo(1, "main", "twilio", secrets=secrets, settings=settings)
    assert registry.client(bare, web).pull_window_seconds == 0
    assert (
        registry.client(bare, web)
        .recording("https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1.mp3")
        .headers
        == {}
    )
    assert registry.client(whole, web).pull_window_seconds >= 3600
    web.close()
