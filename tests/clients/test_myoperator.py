"""MyOperator's client against MyOperator's face, over real HTTP."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.client import Client, DialOrder, Member, Page, Reason, Refused, Unsettled
from ingest.contract import ConnectionInfo
from ingest.vendors import registry
from models.rules.call import Outcome
from simulator.faces import myoperator
from simulator.faces.desk import Desk, Fault

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
ASHA, RAVI = "+919800000001", "+919800000002"
ORDER = DialOrder(seat=ASHA, customer="+919876543210", reference="intent-7")
KEYS = {"x_api_key": "key-of-ours", "secret_token": "5ec7e7", "logs_token": "10650650"}
SETTINGS = {
    "company_id": "0123456789abcdef",
    "public_ivr_id": "604c773",
    "users": [f"{ASHA}=6836cad947bcc605"],
}
Asked = Callable[..., Client]


@pytest.fixture
def asked(desk: Desk, faced: Any) -> Asked:
    desk.keys = {
        **KEYS,
        "company_id": "0123456789abcdef",
        "public_ivr_id": "604c773",
        "users": "6836cad947bcc605",
        "anonymous": "1",
    }

    def ask(secrets: dict[str, str] | None = None, **settings: Any) -> Client:
        given = KEYS if secrets is None else secrets
        client: Client = faced("myoperator", myoperator.make, secrets=given, settings=SETTINGS | settings)
        return client

    return ask


def row(started: datetime, i: int, **fields: Any) -> dict[str, Any]:
    at = int(started.timestamp())
    return {
        "caller_number": "+919876543210",
        "start_time": at,
        "end_time": at + 60,
        "duration": "00:01:00",
        "event": 1,
        "status": 1,
        "filename": "a.mp3",
        "additional_parameters": [{"ky": "ui", "vl": f"s4.{at}.{i}"}],
        "log_details": [
            {
                "_ds": "ANSWER",
                "action": "received",
                "duration": "00:00:40",
                "received_by": [{"name": "Asha", "extension": "10"}],
            }
        ],
        **fields,
    }


def refused(client: Client, order: DialOrder = ORDER) -> Refused:
    with pytest.raises(Refused) as caught:
        client.dial(order)
    return caught.value


def test_a_call_is_placed_for_the_user_behind_the_seat(desk: Desk, asked: Asked) -> None:
    placed = asked().dial(ORDER)
    assert (placed.provider_call_id, placed.words) == (None, "Request accepted successfully")
    assert desk.orders == [
        {
            "company_id": "0123456789abcdef",
            "secret_token": "5ec7e7",
            "type": "1",
            "number": "+919876543210",
            "public_ivr_id": "604c773",
            "reference_id": "intent-7",
            "user_id": "6836cad947bcc605",
        }
    ]


def test_a_seat_without_a_user_id_is_dialled_by_its_number(desk: Desk, asked: Asked) -> None:
    asked().dial(DialOrder(RAVI, "+919876543210", "intent-8"))
    assert desk.orders[0]["number_2"] == RAVI
    assert "user_id" not in desk.orders[0]


def test_a_seat_that_is_neither_asks_nobody(desk: Desk, asked: Asked) -> None:
    assert refused(asked(), DialOrder("15", "+919876543210", "r")).reason is Reason.UNKNOWN_AGENT
    assert desk.asked == []


@pytest.mark.parametrize(
    ("changed", "secrets", "settings", "reason"),
    [
        ({}, {"x_api_key": "old"}, {}, Reason.CREDENTIALS),
        ({}, {"secret_token": "old"}, {}, Reason.CREDENTIALS),
        ({}, {"x_api_key": ""}, {}, Reason.NOT_SET_UP),
        ({}, {}, {"company_id": ""}, Reason.NOT_SET_UP),
        ({}, {}, {"public_ivr_id": "other"}, Reason.NOT_SET_UP),
        ({}, {}, {"users": [f"{ASHA}=nobody"]}, Reason.UNKNOWN_AGENT),
        ({"customer": "9876543210"}, {}, {}, Reason.BAD_NUMBER),
    ],
)
def test_what_is_refused_and_why(
    desk: Desk, asked: Asked, changed: Any, secrets: Any, settings: Any, reason: Reason
) -> None:
    told = {"seat": ASHA, "customer": "+919876543210", "reference": "intent-7"} | changed
    found = refused(asked(KEYS | secrets, **settings), DialOrder(**told))
    assert found.reason is reason
    assert desk.orders == []
    for hidden in ("9876543210", "5ec7e7", "key-of-ours"):
        assert hidden not in str(found)


def test_an_account_without_the_anonymous_dialler_says_so(desk: Desk, asked: Asked) -> None:
    client = asked()
    desk.keys["anonymous"] = "0"
    found = refused(client, DialOrder(RAVI, "+919876543210", "intent-9"))
    assert found.reason is Reason.NOT_SET_UP
    assert "anonymous" in str(found)


def test_a_reference_is_good_for_one_call(asked: Asked) -> None:
    client = asked()
    client.dial(ORDER)
    found = refused(client)
    assert (found.reason, "reference_id" in str(found)) == (Reason.OTHER, True)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(500, "oops"), Reason.DOWN),
        (Fault(429, "{}"), Reason.TOO_MANY),
        (
            Fault(200, '{"status":"error","code":"403","details":"invalid number +919876543210"}'),
            Reason.BAD_NUMBER,
        ),
        (
            Fault(200, '{"status":"success","code":"403","details":"secret_token 0123456789abcdef01"}'),
            Reason.CREDENTIALS,
        ),
        (Fault(200, '{"status":"error","message":"moon phase"}'), Reason.OTHER),
        (Fault(401, "<html>"), Reason.CREDENTIALS),
        (Fault(418, "{}"), Reason.OTHER),
    ],
)
def test_other_refusals(desk: Desk, asked: Asked, fault: Fault, reason: Reason) -> None:
    desk.faults.append(fault)
    found = refused(asked())
    assert found.reason is reason
    assert "9876543210" not in str(found)
    assert "0123456789abcdef" not in str(found)


@pytest.mark.parametrize(
    "fault", [Fault(0), Fault(504), Fault(200, "<html>"), Fault(200, "{}"), Fault(200, "[]")]
)
def test_an_answer_that_says_nothing_is_unsettled(desk: Desk, asked: Asked, fault: Fault) -> None:
    desk.faults.append(fault)
    with pytest.raises(Unsettled):
        asked().dial(ORDER)


def test_a_late_answer_is_unsettled(desk: Desk, asked: Asked) -> None:
    client = asked()
    web = client._web  # type: ignore[attr-defined]
    slow = web.ask
    web.ask = lambda *args, **more: slow(*args, **(more | {"seconds": 0.3}))
    desk.faults.append(Fault(200, '{"status": "success"}', wait_seconds=1.0))
    with pytest.raises(Unsettled):
        client.dial(ORDER)


def test_a_provider_that_cannot_be_reached_is_down(asked: Asked) -> None:
    assert refused(asked(api_url="http://127.0.0.1:65531")).reason is Reason.DOWN


def pages(client: Client, since: datetime, until: datetime) -> list[Page]:
    found = [client.pull(since, until, NOW)]
    while found[-1].cursor:
        found.append(client.pull(since, until, NOW, found[-1].cursor))
    return found


def test_the_log_is_read_page_by_page_by_the_webhooks_ids(desk: Desk, asked: Asked) -> None:
    desk.records = [row(NOON + timedelta(seconds=i), i) for i in range(250)]
    read = pages(asked(), NOON, NOON + timedelta(hours=1))
    assert [(len(page.records), page.wait_seconds) for page in read] == [(100, 3.0), (100, 3.0), (50, 3.0)]
    vendor = registry.get("myoperator")
    connection = ConnectionInfo(1, "main", "myoperator", settings={"extensions": [f"10={ASHA}"]})
    events = [
        event for page in read for one in page.records for event in vendor.parse(one, connection).events
    ]
    start = int(NOON.timestamp())
    assert {event.provider_call_id for event in events} == {f"s4.{start + i}.{i}" for i in range(250)}
    assert {(event.seat, event.outcome) for event in events} == {
        (None, Outcome.CONNECTED),
        (ASHA, Outcome.CONNECTED),
    }
    assert all(one.received_at == NOW and "?" not in one.url for page in read for one in page.records)


def test_a_window_holds_its_first_second_and_not_its_last(desk: Desk, asked: Asked) -> None:
    until = NOON + timedelta(hours=1)
    second = timedelta(seconds=1)
    desk.records = [row(at, i) for i, at in enumerate((NOON - second, NOON, until - second, until))]
    (page,) = pages(asked(), NOON, until)
    assert [json.loads(one.body)["start_time"] for one in page.records] == [
        int(NOON.timestamp()),
        int(until.timestamp()) - 1,
    ]


def test_an_hour_without_calls_is_no_error(asked: Asked) -> None:
    (page,) = pages(asked(), NOON, NOON + timedelta(hours=1))
    assert (page.records, page.cursor) == ([], None)


def test_a_bad_token_is_refused(asked: Asked) -> None:
    with pytest.raises(Refused) as caught:
        asked({"logs_token": "old"}).pull(NOON, NOON + timedelta(hours=1), NOW)
    assert caught.value.reason is Reason.CREDENTIALS
    with pytest.raises(Refused) as caught:
        asked({}).pull(NOON, NOON + timedelta(hours=1), NOW)
    assert caught.value.reason is Reason.NOT_SET_UP


def test_a_limit_told_with_status_200_is_a_limit(desk: Desk, asked: Asked) -> None:
    desk.per_minute = 1
    client = asked()
    client.pull(NOON, NOON + timedelta(hours=1), NOW)
    with pytest.raises(Refused) as caught:
        client.pull(NOON, NOON + timedelta(hours=1), NOW)
    assert caught.value.reason is Reason.TOO_MANY


@pytest.mark.parametrize(
    "body",
    [
        '{"status":"success"}',
        '{"status":"success","data":{"hits":"none"}}',
        '{"status":"success","data":{"hits":[1]}}',
        '{"status":"success","data":{"hits":[{"_source":7}]}}',
        '{"status":"success","data":{"hits":[],"total":9}}',
    ],
)
def test_a_log_that_cannot_be_understood_is_not_an_empty_one(desk: Desk, asked: Asked, body: str) -> None:
    desk.faults.append(Fault(200, body))
    with pytest.raises(Unsettled):
        asked().pull(NOON, NOON + timedelta(hours=1), NOW)


def test_a_recording_has_a_link_without_our_keys(desk: Desk, asked: Asked) -> None:
    desk.recordings["7b8aff-v2.mp3"] = b"ID3"
    link = asked().recording("7b8aff-v2.mp3")
    assert link.url.endswith("/audio/7b8aff-v2.mp3?expires=86400")
    assert KEYS["logs_token"] not in link.url
    assert dict(link.headers) == {}


def test_a_link_to_another_host_needs_a_setting(desk: Desk, asked: Asked) -> None:
    desk.recordings["a.mp3"] = b"ID3"
    client = asked()
    desk.keys["recordings_at"] = "https://bucket.example/x"
    with pytest.raises(Refused, match=r"bucket\.example") as caught:
        client.recording("a.mp3")
    assert caught.value.reason is Reason.NOT_SET_UP
    assert (
        asked(recording_hosts="a.example, Bucket.example")
        .recording("a.mp3")
        .url.startswith("https://bucket.example/")
    )
    desk.keys["recordings_at"] = "https://files.myoperator.co"
    assert asked().recording("a.mp3").url.startswith("https://files.myoperator.co/")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://files.myoperator.co:8443",
        "https://bucket.example:8443",
        "https://bucket.example.evil.example",
        "https://myoperator.co.evil.example",
    ],
)
def test_a_link_to_another_port_is_another_place(desk: Desk, asked: Asked, elsewhere: str) -> None:
    desk.recordings["a.mp3"] = b"ID3"
    client = asked(recording_hosts="bucket.example, ports.example:8443")
    desk.keys["recordings_at"] = elsewhere
    with pytest.raises(Refused) as caught:
        client.recording("a.mp3")
    assert caught.value.reason is Reason.NOT_SET_UP
    desk.keys["recordings_at"] = "https://ports.example:8443"
    assert client.recording("a.mp3").url.startswith("https://ports.example:8443/")


@pytest.mark.parametrize("name", ["", "../secret", "http://169.254.169.254/", "a\\b"])
def test_what_is_no_recordings_name_asks_nobody(desk: Desk, asked: Asked, name: str) -> None:
    desk.faults.append(Fault(500))
    with pytest.raises(Refused) as caught:
        asked().recording(name)
    assert caught.value.reason is Reason.OTHER


@pytest.mark.parametrize(
    "body", ['{"status":"success"}', '{"status":"success","url":7}', '{"status":"success","url":"https://["}']
)
def test_an_answer_without_a_link_is_unsettled(desk: Desk, asked: Asked, body: str) -> None:
    desk.faults.append(Fault(200, body))
    with pytest.raises(Unsettled):
        asked().recording("a.mp3")


def test_a_recording_that_is_gone_is_refused(asked: Asked) -> None:
    with pytest.raises(Refused):
        asked().recording("gone.mp3")


def test_lists_are_not_among_its_abilities(asked: Asked) -> None:
    with pytest.raises(Refused) as caught:
        asked().push("list", [Member("m", "+919876543210")])
    assert caught.value.reason is Reason.NOT_SET_UP


def test_the_setting_names_the_host() -> None:
    named = registry.hosts(
        ConnectionInfo(1, "main", "myoperator", settings={"api_url": "https://api.example/"})
    )
    assert "api.example" in named
    own = registry.hosts(ConnectionInfo(1, "main", "myoperator"))
    assert {"obd-api.myoperator.co", "developers.myoperator.co"} <= own
