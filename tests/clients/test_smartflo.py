"""Smartflo's client, over HTTP, against its face in the street."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from ingest.client import Answer, Client, DialOrder, Member, Reason, Refused, Unsettled
from ingest.contract import ConnectionInfo, Delivery, Door
from ingest.http import Outbound
from ingest.vendors import registry
from simulator.faces import smartflo
from simulator.faces.desk import Desk, Fault, served
from tests.clients.conftest import Faced

ORDER = DialOrder(seat="+919800000001", customer="+919876543210", reference="intent-7", did="+918030000882")
LEAD = Member("m-1", "+919876543210", "Asha Rao", {"program": "MBA", "city": "Pune"})
DAY = datetime(2025, 2, 10, 18, 30, tzinfo=UTC)  # midnight of the 11th in India
NOON = datetime(2025, 2, 12, 6, 30, tzinfo=UTC)


@pytest.fixture
def desk() -> Desk:
    return Desk(
        keys={
            "token": "t-1",
            "agents": "919800000001,919800000003,0602000000001",
            "dnd": "919876500000",
            "offline": "919800000003",
        },
        lists={"64105fa9": []},
    )


@pytest.fixture
def client(faced: Faced) -> Client:
    return make(faced)


def make(faced: Faced, token: str = "t-1", **settings: Any) -> Client:
    return faced("smartflo", smartflo.make, secrets={"api_token": token}, settings=settings)


def refused(asked: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        asked()
    assert not any(len(part) > 6 for part in str(caught.value).split() if part.isdigit())
    return caught.value


def test_a_call_is_placed_agent_first_and_never_in_sync(client: Client, desk: Desk) -> None:
    placed = client.dial(ORDER)
    assert (placed.provider_call_id, placed.words) == ("1739257917.1", "Originate successfully queued")
    assert desk.orders == [
        {
            "agent_number": "919800000001",
            "destination_number": "919876543210",
            "caller_id": "918030000882",
            "async": 1,
            "get_call_id": 1,
            "custom_identifier": "intent-7",
        }
    ]


def test_an_extension_is_said_as_it_is(client: Client, desk: Desk) -> None:
    client.dial(replace(ORDER, seat="0602000000001", did=None))
    assert desk.orders[0]["agent_number"] == "0602000000001"
    assert "caller_id" not in desk.orders[0]


def test_a_ref_id_is_no_call_id(client: Client, desk: Desk) -> None:
    desk.keys["silent"] = "yes"
    assert client.dial(ORDER).provider_call_id is None


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (replace(ORDER, seat="+919800000002"), Reason.UNKNOWN_AGENT),
        (replace(ORDER, seat="+919800000003"), Reason.BUSY_AGENT),
        (replace(ORDER, customer="+919876500000"), Reason.DO_NOT_CALL),
        (replace(ORDER, customer="12"), Reason.BAD_NUMBER),
    ],
)
def test_no_is_no_also_in_a_200(client: Client, desk: Desk, order: DialOrder, reason: Reason) -> None:
    error = refused(lambda: client.dial(order))
    assert error.reason is reason
    assert not error.reason.elsewhere
    assert "919876500000" not in str(error)
    assert "0602000000009" not in str(error)
    assert desk.orders == []


def test_a_wrong_token_is_told_and_a_missing_one_never_sent(faced: Faced, desk: Desk) -> None:
    assert refused(lambda: make(faced, "other").dial(ORDER)).reason is Reason.CREDENTIALS
    asked = len(desk.asked)
    assert refused(lambda: make(faced, "").dial(ORDER)).reason is Reason.NOT_SET_UP
    assert len(desk.asked) == asked


def test_its_limit_says_when_to_come_again(client: Client, desk: Desk) -> None:
    desk.per_minute = 1
    client.dial(ORDER)
    error = refused(lambda: client.dial(ORDER))
    assert (error.reason, error.retry_after) == (Reason.TOO_MANY, 30)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(500, "oops"), Reason.DOWN),
        (Fault(503, '{"message": "maintenance"}', "application/json"), Reason.DOWN),
        (Fault(200, '{"success": false, "message": "Insufficient balance"}'), Reason.NO_BALANCE),
        (Fault(200, '{"success": "false", "message": "Token has expired"}'), Reason.CREDENTIALS),
        (Fault(200, '{"success": false, "message": "Please provide a valid caller id"}'), Reason.NOT_SET_UP),
        (Fault(400, '{"success": false, "message": "Unable to process this request"}'), Reason.OTHER),
    ],
)
def test_a_refusal_has_its_reason(client: Client, desk: Desk, fault: Fault, reason: Reason) -> None:
    desk.faults.append(fault)
    assert refused(lambda: client.dial(ORDER)).reason is reason


@pytest.mark.parametrize(
    "fault",
    [
        Fault(0),
        Fault(504, "gateway time-out"),
        Fault(502, "<html>bad gateway</html>"),
        Fault(200, ""),
        Fault(200, "<html>welcome</html>"),
        Fault(200, "[true]"),
        Fault(200, '{"message": "ok"}'),
    ],
)
def test_what_nobody_can_know_is_unsettled(client: Client, desk: Desk, fault: Fault) -> None:
    desk.faults.append(fault)
    with pytest.raises(Unsettled):
        client.dial(ORDER)


class Hurried(Outbound):
    """Waits half a second for any answer."""

    def ask(self, method: str, url: str, **what: Any) -> Answer:
        return super().ask(method, url, **what | {"seconds": 0.5})


def test_a_time_out_is_unsettled_though_the_call_may_have_been_placed(desk: Desk) -> None:
    desk.faults.append(Fault(200, '{"success": true}', "application/json", wait_seconds=1.5))
    with served(smartflo.make, desk) as url:
        connection = ConnectionInfo(
            1, "main", "smartflo", secrets={"api_token": "t-1"}, settings={"api_url": url}
        )
        web = Hurried(registry.hosts(connection), private_hosts=["127.0.0.1"])
        client = registry.client(connection, web)
        with pytest.raises(Unsettled):
            client.dial(ORDER)
        web.close()
    assert (len(desk.faults), len(desk.asked)) == (0, 1)


def test_a_service_nobody_knows_is_not_asked_anywhere() -> None:
    secrets = {"api_token": "t-1"}
    for settings in ({"brand": "flurb"}, {"api_url": "api.example.in"}):
        connection = ConnectionInfo(1, "main", "smartflo", secrets=secrets, settings=settings)
        client = registry.client(connection, Outbound(registry.hosts(connection)))
        assert registry.hosts(connection) <= {"cloudphone.tatateleservices.com"}
        assert refused(lambda asked=client: asked.dial(ORDER)).reason is Reason.NOT_SET_UP


def test_a_lead_goes_on_a_list_with_the_fields_the_institution_chose(faced: Faced, desk: Desk) -> None:
    client = make(faced, lead_fields=["city", "program", "unknown"])
    (pushed,) = client.push("64105fa9", [LEAD])
    assert (pushed.reference, pushed.accepted) == ("m-1", True)
    assert desk.lists["64105fa9"] == [
        {
            "field_0": "919876543210",
            "field_1": "Asha Rao",
            "field_2": "Pune",
            "field_3": "MBA",
            "field_4": "",
            "duplicate_option": "skip",
        }
    ]


def test_a_number_that_is_there_already_and_one_that_is_none_are_refused_by_themselves(
    client: Client, desk: Desk
) -> None:
    assert client.list_batch == 1
    client.push("64105fa9", [LEAD])
    (again,) = client.push("64105fa9", [LEAD])
    (bad,) = client.push("64105fa9", [replace(LEAD, phone="12")])
    assert [again.accepted, bad.accepted] == [False, False]
    assert "Duplicate" in again.words
    assert len(desk.lists["64105fa9"]) == 1


def test_a_list_that_is_not_there_is_no_members_fault(client: Client) -> None:
    assert refused(lambda: client.push("nowhere/../64105fa9", [LEAD])).reason is Reason.NOT_SET_UP


def test_a_push_that_got_no_answer_is_unsettled(client: Client, desk: Desk) -> None:
    desk.faults.append(Fault(0))
    with pytest.raises(Unsettled):
        client.push("64105fa9", [LEAD])


def record(number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "call_id": f"1739257917.{number}",
        "uuid": f"u{number}",
        "direction": "inbound",
        "status": "missed",
        "date": "2025-02-11",
        "time": f"{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}",
        "end_stamp": "2025-02-11 23:59:59",
        "client_number": "+919876543210",
        "did_number": "+918030000882",
        "missed_agents": [],
    }


def test_call_records_come_page_by_page_in_the_connections_zone(client: Client, desk: Desk) -> None:
    desk.records = [record(number) for number in range(230)]
    desk.records.append(record(1) | {"id": "next day", "date": "2025-02-12", "time": "00:00:00"})
    cursor: str | None = None
    heard: list[Delivery] = []
    for _ in range(9):
        page = client.pull(DAY, DAY + timedelta(days=1), NOON, cursor)
        heard.extend(page.records)
        cursor = page.cursor
        if cursor is None:
            break
        assert page.wait_seconds > 0
    assert cursor is None
    vendor = registry.get("smartflo")
    connection = ConnectionInfo(1, "main", "smartflo")
    events = [event for each in heard for event in vendor.parse(each, connection).events]
    assert [event.provider_call_id for event in events] == [f"1739257917.{n}" for n in range(230)]
    assert {each.door for each in heard} == {Door.PULLED}
    assert {each.received_at for each in heard} == {NOON}
    assert events[0].started_at == DAY


def test_an_empty_window_is_one_empty_page(client: Client) -> None:
    page = client.pull(DAY, DAY + timedelta(hours=1), NOON)
    assert (page.records, page.cursor) == ([], None)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(401, "{}"), Refused),
        (Fault(200, '{"success": false, "message": "Something went wrong"}'), Refused),
        (Fault(200, '{"results": null}'), Unsettled),
        (Fault(0), Unsettled),
    ],
)
def test_call_records_that_cannot_be_had_are_an_error_and_no_empty_page(
    client: Client, desk: Desk, fault: Fault, expected: type[Exception]
) -> None:
    desk.faults.append(fault)
    with pytest.raises(expected):
        client.pull(DAY, DAY + timedelta(hours=1), NOON)


@pytest.mark.parametrize(("sent", "more"), [(100, True), (99, False), (0, False)])
def test_where_the_count_is_not_told_a_full_page_is_not_the_last(
    client: Client, desk: Desk, sent: int, more: bool
) -> None:
    for told in ({}, {"count": None}, {"count": "many"}):
        page = {"limit": 100, "results": [record(number) for number in range(sent)], **told}
        desk.faults.append(Fault(200, json.dumps(page)))
        found = client.pull(DAY, DAY + timedelta(hours=1), NOON, "3")
        assert (len(found.records), found.cursor) == (sent, "4" if more else None)


@pytest.mark.parametrize(("page", "count", "sent"), [(1, 40, 3), (1, "250", 99), (3, 250, 49), (2, 150, 0)])
def test_fewer_records_than_announced_are_not_taken_for_all(
    client: Client, desk: Desk, page: int, count: object, sent: int
) -> None:
    told = {"count": count, "limit": 100, "results": [record(number) for number in range(sent)]}
    desk.faults.append(Fault(200, json.dumps(told)))
    with pytest.raises(Unsettled, match="fewer"):
        client.pull(DAY, DAY + timedelta(hours=1), NOON, str(page))


def linked(url: str, **settings: Any) -> Any:
    connection = ConnectionInfo(1, "m", "smartflo", secrets={"api_token": "t-1"}, settings=settings)
    return registry.client(connection, Outbound([])).recording(url)


def test_the_token_goes_to_the_vendors_own_hosts_only() -> None:
    own = "https://cloudphone.tatateleservices.com/file/recording?callId=1&type=rec&token=x"
    assert linked(own).headers["Authorization"] == "Bearer t-1"
    assert linked(own).url == own
    assert linked("https://s3.example.com/a.mp3", recording_hosts=["s3.example.com"]).headers == {}
    assert linked(own.replace("https", "http")).headers == {}
    for port in ("9999", "port"):
        elsewhere = own.replace(".com/", f".com:{port}/")
        assert refused(partial(linked, elsewhere)).reason is Reason.NOT_SET_UP


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x.mp3",
        "https://cloudphone.tatateleservices.com:8443/x",
        "https://named.example:8443/x",
        "https://cloudphone.tatateleservices.com.evil.example/x",
        "https://evil.example/?h=cloudphone.tatateleservices.com",
        "https://cloudphone.tatateleservices.com@evil.example/x",
        "not an address",
    ],
)
def test_a_recording_elsewhere_is_not_fetched(url: str) -> None:
    assert refused(lambda: linked(url, recording_hosts=["named.example"])).reason is Reason.NOT_SET_UP


def test_a_recording_is_fetched_with_the_token(faced: Faced, desk: Desk) -> None:
    desk.recordings["1739257917.1"] = b"sound"
    client = make(faced)
    base = client._base  # type: ignore[attr-defined]
    link = client.recording(f"{base}/file/recording?callId=1739257917.1")
    web = Outbound(["127.0.0.1"], ["127.0.0.1"])
    assert web.ask("GET", link.url, headers=link.headers).body == b"sound"


def test_servetel_is_the_same_with_calls_only(faced: Faced, desk: Desk) -> None:
    client = make(faced, brand="servetel")
    assert client.dial(ORDER).provider_call_id == "1739257917.1"
    assert (client.list_batch, client.pull_window_seconds) == (0, 0)
    assert refused(lambda: client.push("64105fa9", [LEAD])).reason is Reason.NOT_SET_UP
    assert refused(lambda: client.pull(DAY, NOON, NOON)).reason is Reason.NOT_SET_UP


def test_each_service_has_its_hosts() -> None:
    def of(**settings: Any) -> set[str]:
        return set(registry.hosts(ConnectionInfo(1, "m", "smartflo", settings=settings)))

    assert of() == {"api-smartflo.tatateleservices.com", "cloudphone.tatateleservices.com"}
    assert of(brand="servetel", recording_hosts=["rec.example"]) == {"api.servetel.in", "rec.example"}
    assert {"api.example.in", "a.example", "b.example"} <= of(
        api_url="https://api.example.in/", recording_hosts="a.example, b.example"
    )
