"""The open protocol's client against a provider that serves its call records."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.client import Client, DialOrder, Reason, Refused, Unsettled
from ingest.contract import ConnectionInfo, Delivery, Door
from ingest.http import Outbound
from ingest.vendors import registry
from simulator.faces import open as face
from simulator.faces.desk import Desk, Fault, served

START = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@contextmanager
def _faced(desk: Desk, **settings: Any) -> Iterator[Client]:
    with served(face.make, desk) as url:
        connection = ConnectionInfo(
            id=1,
            slug="main",
            vendor="open",
            secrets={"records_key": "a key", "dial_key": "another key"},
            settings={"records_url": f"{url}/records", "dial_url": f"{url}/dial", **settings},
        )
        web = Outbound(registry.hosts(connection), private_hosts=["127.0.0.1"])
        try:
            yield registry.client(connection, web)
        finally:
            web.close()


@pytest.fixture
def client(desk: Desk) -> Iterator[Client]:
    desk.keys.update(records_key="a key", dial_key="another key")
    with _faced(desk) as made:
        yield made


def _records(desk: Desk, calls: int) -> None:
    desk.records += [
        {
            "call_id": f"c-{place}",
            "agent_no": "+919000000101",
            "applicant_no": "+919811100001",
            "start_time": "2026-03-02 16:00:00",
            "status": 0,
            "call_started": (START + timedelta(seconds=20 * place)).isoformat(),
        }
        for place in range(calls)
    ]


def test_records_come_page_by_page_and_read_as_logs(desk: Desk, client: Client) -> None:
    _records(desk, 150)
    first = client.pull(START, START + HOUR, START)
    second = client.pull(START, START + HOUR, START, first.cursor)
    assert [len(first.records), len(second.records), second.cursor] == [100, 50, None]
    vendor = registry.get("open")
    record = first.records[0]
    assert record.door is Door.PULLED
    (event,) = vendor.parse(record, ConnectionInfo(id=1, slug="main", vendor="open")).events
    assert (event.provider_call_id, event.kind, event.started_at) == ("c-0", "log", START)


def test_only_calls_that_began_in_the_time_asked_for(desk: Desk, client: Client) -> None:
    _records(desk, 10)
    assert len(client.pull(START + timedelta(seconds=60), START + timedelta(seconds=120), START).records) == 3


def test_the_limit_is_told_with_its_wait(desk: Desk, client: Client) -> None:
    desk.per_minute = 1
    client.pull(START, START + HOUR, START)
    with pytest.raises(Refused) as refused:
        client.pull(START, START + HOUR, START)
    assert (refused.value.reason, refused.value.retry_after) == (Reason.TOO_MANY, 1.0)


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (Fault(401), Refused, Reason.CREDENTIALS),
        (Fault(503), Refused, Reason.DOWN),
        (Fault(404), Refused, Reason.OTHER),
        (Fault(302, headers={"Location": "http://127.0.0.1:1/"}), Refused, Reason.OTHER),
        (Fault(200, "<html>Welcome</html>", "text/html"), Unsettled, None),
        (Fault(200, "[" * 100_000, "application/json"), Unsettled, None),
        (Fault(200, '{"error": "no such account"}', "application/json"), Refused, Reason.OTHER),
        (Fault(200, "[1, 2]", "application/json"), Refused, Reason.OTHER),
        (Fault(200, '{"records": [], "next": {}}', "application/json"), Refused, Reason.OTHER),
        (Fault(0), Unsettled, None),
    ],
)
def test_every_kind_of_no_is_said_in_words(
    desk: Desk, client: Client, fault: Fault, error: type[Exception], reason: Reason | None
) -> None:
    desk.faults.append(fault)
    with pytest.raises(error) as raised:
        client.pull(START, START + HOUR, START)
    assert getattr(raised.value, "reason", None) == reason
    assert "+91" not in str(raised.value)


def test_a_wrong_key_is_refused(desk: Desk) -> None:
    desk.keys["records_key"] = "another key"
    with _faced(desk) as client, pytest.raises(Refused) as refused:
        client.pull(START, START + HOUR, START)
    assert refused.value.reason is Reason.CREDENTIALS


def test_records_that_are_no_objects_are_kept_for_review_not_lost(desk: Desk, client: Client) -> None:
    desk.faults.append(Fault(200, '{"records": [1, null, "x"], "next": null}', "application/json"))
    assert [record.body for record in client.pull(START, START + HOUR, START).records] == [
        b"1",
        b"null",
        b'"x"',
    ]


def test_without_an_address_nothing_is_asked_and_no_host_is_ours() -> None:
    connection = ConnectionInfo(id=1, slug="main", vendor="open")
    assert registry.hosts(connection) == frozenset()
    web = Outbound(())
    client = registry.client(connection, web)
    assert client.pull_window_seconds == 0
    for ask in (
        lambda: client.pull(START, START + HOUR, START),
        lambda: client.dial(DialOrder("1001", "+919811100001", "r")),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.reason is Reason.NOT_SET_UP
    web.close()


def test_hosts_of_recordings_are_those_the_admin_named() -> None:
    settings = {"records_url": "https://pbx.example/cdr", "recording_hosts": ["rec.example", "*.cdn.example"]}
    connection = ConnectionInfo(id=1, slug="main", vendor="open", settings=settings)
    assert registry.hosts(connection) == {"pbx.example", "rec.example", "*.cdn.example"}


def test_the_host_that_places_calls_is_ours_too() -> None:
    settings = {"records_url": "https://pbx.example/cdr", "dial_url": "https://dial.example/"}
    connection = ConnectionInfo(id=1, slug="main", vendor="open", settings=settings)
    assert registry.hosts(connection) == {"pbx.example", "dial.example"}


# Calls

ORDER = DialOrder("1001", "+919811100001", "i-77", "07314000001", "https://calls.example.edu/hook/status")


def test_a_call_is_posted_under_the_names_of_the_doors(desk: Desk, client: Client) -> None:
    placed = client.dial(ORDER)
    assert (placed.provider_call_id, placed.words) == ("o-1", "call placed")
    assert desk.orders == [
        {
            "agent_no": "1001",
            "applicant_no": "+919811100001",
            "did_no": "07314000001",
            "call_type": "click2call",
            "reference": "i-77",
            "callback_url": "https://calls.example.edu/hook/status",
        }
    ]


def test_what_is_posted_is_what_our_own_doors_read(desk: Desk, client: Client) -> None:
    """A provider may hand the order back as its log."""
    client.dial(ORDER)
    body = json.dumps(desk.orders[0] | {"call_id": "o-1", "status": 1, "call_duration": 40}).encode()
    log = Delivery(Door.LOG, "POST", "", b"", {}, "application/json", body, START)
    (event,) = registry.get("open").parse(log, ConnectionInfo(1, "main", "open")).events
    assert (event.seat, event.customer, event.did) == ("1001", "+919811100001", "+917314000001")
    assert (event.intent, event.direction) == ("i-77", "outbound")


def test_an_agent_the_provider_does_not_know(desk: Desk, client: Client) -> None:
    desk.keys["agents"] = "1002"
    with pytest.raises(Refused) as refused:
        client.dial(ORDER)
    assert refused.value.reason is Reason.UNKNOWN_AGENT


def test_the_number_of_the_connection_is_shown_where_a_call_names_none(desk: Desk) -> None:
    with _faced(desk, caller_id="07314000009") as client:
        client.dial(DialOrder("1001", "+919811100001", "r"))
    assert desk.orders[0]["did_no"] == "07314000009"
    assert "callback_url" not in desk.orders[0]


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (Fault(401), Refused, Reason.CREDENTIALS),
        (Fault(500), Refused, Reason.DOWN),
        (Fault(429, headers={"Retry-After": "4"}), Refused, Reason.TOO_MANY),
        (Fault(302, headers={"Location": "http://127.0.0.1:1/"}), Refused, Reason.OTHER),
        (Fault(200, '{"status": 0, "Error": "503"}', "application/json"), Refused, Reason.DOWN),
        (Fault(200, '{"status": "failed", "error": "Agent is busy"}'), Refused, Reason.BUSY_AGENT),
        (Fault(200, '{"status": 0}'), Refused, Reason.OTHER),
        (Fault(200, '{"error": "number 9811100001 is on DND"}'), Refused, Reason.DO_NOT_CALL),
        (Fault(200, "{}"), Unsettled, None),
        (Fault(200, '{"status": "perhaps"}'), Unsettled, None),
        (Fault(200, "<html>Welcome</html>", "text/html"), Unsettled, None),
        (Fault(504), Unsettled, None),
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
    assert "9811100001" not in str(raised.value)
