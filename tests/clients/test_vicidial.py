"""Vicidial's client, over HTTP, against its face in the street."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.client import Answer, Client, DialOrder, Member, Reason, Refused, Unsettled
from ingest.contract import ConnectionInfo, Delivery, Door
from ingest.http import Outbound
from ingest.vendors import registry
from simulator.faces import vicidial
from simulator.faces.desk import Desk, Fault, served
from tests.clients.conftest import Faced

ORDER = DialOrder(seat="1000", customer="+919876543210", reference="intent-7")
LEAD = Member("m-1", "+919876543210", "Asha Rao", {"city": "Pune", "Program": "MBA"})
PASSWORD = "s3cret-99"
NOW = datetime(2024, 1, 16, tzinfo=UTC)


@pytest.fixture
def desk() -> Desk:
    return Desk(
        keys={"user": "6666", "pass": PASSWORD, "users": "1000,1001", "agents": "1000", "dnc": "9876500000"}
    )


@pytest.fixture
def client(faced: Faced) -> Client:
    return make(faced)


def make(faced: Faced, password: str = PASSWORD, **settings: Any) -> Client:
    return faced(
        "vicidial",
        vicidial.make,
        secrets={"api_pass": password},
        settings={"api_user": "6666", **settings},
    )


def refused(asked: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        asked()
    for hidden in ("9876543210", "9876500000", PASSWORD, "wrong-pass"):
        assert hidden not in str(caught.value)
    return caught.value


def test_a_number_is_dialled_on_the_agents_screen(client: Client, desk: Desk) -> None:
    placed = client.dial(ORDER)
    assert placed.provider_call_id is None
    assert placed.words == "SUCCESS: external_dial function set"
    assert desk.orders == [
        {
            "agent_user": "1000",
            "phone_code": "91",
            "value": "9876543210",
            "search": "YES",
            "preview": "NO",
            "focus": "NO",
            "vendor_id": "intent-7",
            "in_address": "",
        }
    ]


def test_a_reference_that_is_too_long_is_left_out(client: Client, desk: Desk) -> None:
    client.dial(replace(ORDER, reference="x" * 21))
    assert "vendor_id" not in desk.orders[0]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (replace(ORDER, seat="1001"), Reason.UNKNOWN_AGENT),
        (replace(ORDER, seat="7777"), Reason.UNKNOWN_AGENT),
        (replace(ORDER, customer="12"), Reason.BAD_NUMBER),
        (replace(ORDER, customer="sip:x"), Reason.BAD_NUMBER),
    ],
)
def test_error_with_200_is_a_refusal(client: Client, desk: Desk, order: DialOrder, reason: Reason) -> None:
    assert refused(lambda: client.dial(order)).reason is reason
    assert desk.orders == []


def test_the_same_number_twice_is_refused_by_the_dialer(client: Client, desk: Desk) -> None:
    client.dial(ORDER)
    assert refused(lambda: client.dial(ORDER)).reason is Reason.BUSY_AGENT
    assert len(desk.orders) == 1


def test_a_wrong_password_is_told_without_telling_it(faced: Faced) -> None:
    error = refused(lambda: make(faced, "wrong-pass").dial(ORDER))
    assert error.reason is Reason.CREDENTIALS
    assert "Invalid Username" in str(error)


def test_without_its_address_nothing_is_asked() -> None:
    connection = ConnectionInfo(1, "m", "vicidial", secrets={"api_pass": "x"}, settings={"api_user": "6666"})
    assert registry.hosts(connection) == frozenset()
    client = registry.client(connection, Outbound([]))
    assert refused(lambda: client.dial(ORDER)).reason is Reason.NOT_SET_UP


def test_an_address_without_https_is_told(faced: Faced) -> None:
    error = refused(lambda: make(faced, api_url="dialer.example.edu").dial(ORDER))
    assert (error.reason, "https://" in str(error)) == (Reason.NOT_SET_UP, True)


class Hurried(Outbound):
    """Waits half a second for any answer."""

    def ask(self, method: str, url: str, **what: Any) -> Answer:
        return super().ask(method, url, **what | {"seconds": 0.5})


def test_a_time_out_is_unsettled_though_the_number_may_have_been_dialled(desk: Desk) -> None:
    desk.faults.append(Fault(200, "SUCCESS: external_dial function set - x", wait_seconds=1.5))
    with served(vicidial.make, desk) as url:
        settings = {"api_url": url, "api_user": "6666"}
        connection = ConnectionInfo(1, "m", "vicidial", secrets={"api_pass": PASSWORD}, settings=settings)
        web = Hurried(registry.hosts(connection), private_hosts=["127.0.0.1"])
        with pytest.raises(Unsettled):
            registry.client(connection, web).dial(ORDER)
        web.close()
    assert len(desk.faults) == 0


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(500, "oops"), Reason.DOWN),
        (Fault(404, "not here"), Reason.NOT_SET_UP),
        (Fault(302, "", headers={"Location": "http://127.0.0.1/"}), Reason.NOT_SET_UP),
        (Fault(403, "no"), Reason.CREDENTIALS),
        (Fault(200, f"Login incorrect, please try again: |6666|{PASSWORD}|"), Reason.CREDENTIALS),
        (Fault(200, "ERROR: agent_user is not allowed to place manual dial calls - 6666"), Reason.OTHER),
        (Fault(200, "ERROR: something new 9876543210 - 6666"), Reason.OTHER),
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
        Fault(200, ""),
        Fault(200, "<html>welcome</html>"),
        Fault(200, "NOTICE: x"),
    ],
)
def test_what_nobody_can_know_is_unsettled(client: Client, desk: Desk, fault: Fault) -> None:
    for ask in (lambda: client.dial(ORDER), lambda: client.push("999", [LEAD])):
        desk.faults.append(fault)
        with pytest.raises(Unsettled):
            ask()


def test_a_lead_goes_on_a_list(client: Client, desk: Desk) -> None:
    (pushed,) = client.push("999", [LEAD])
    assert (pushed.reference, pushed.accepted) == ("m-1", True)
    assert pushed.words == "SUCCESS: add_lead LEAD HAS BEEN ADDED"
    assert desk.lists["999"] == [
        {
            "list_id": "999",
            "phone_code": "91",
            "phone_number": "9876543210",
            "duplicate_check": "DUPLIST",
            "dnc_check": "Y",
            "first_name": "Asha Rao",
            "city": "Pune",
            "program": "MBA",
            "custom_fields": "Y",
            "vendor_lead_code": "m-1",
        }
    ]


def test_a_leads_fields_cannot_speak_for_us(client: Client, desk: Desk) -> None:
    told = {
        "list_id": "1",
        "Pass": "x",
        "function": "update_lead",
        "dnc_check": "N",
        "x y": "1",
        "state": "MHH",
    }
    client.push("999", [replace(LEAD, fields=told)])
    (lead,) = desk.lists["999"]
    assert (lead["list_id"], lead["dnc_check"], lead["state"]) == ("999", "Y", "MH")
    assert "x y" not in lead


def test_what_is_wrong_with_a_lead_is_told_of_the_lead(client: Client, desk: Desk) -> None:
    assert client.list_batch == 1
    client.push("999", [LEAD])
    answers = [
        client.push("999", [lead])[0]
        for lead in (LEAD, replace(LEAD, phone="+919876500000"), replace(LEAD, phone="12"))
    ]
    assert [answer.accepted for answer in answers] == [False, False, False]
    assert "DUPLICATE PHONE NUMBER" in answers[0].words
    assert "DNC" in answers[1].words
    assert len(desk.lists["999"]) == 1


def test_the_institution_may_push_without_the_dialers_list_of_numbers(faced: Faced, desk: Desk) -> None:
    (pushed,) = make(faced, dnc_check="N").push("999", [replace(LEAD, phone="+919876500000")])
    assert pushed.accepted


def test_what_is_wrong_with_the_account_is_no_leads_fault(client: Client, desk: Desk) -> None:
    desk.keys["level"] = "7"
    assert refused(lambda: client.push("999", [LEAD])).reason is Reason.CREDENTIALS
    assert refused(lambda: client.push("9/../1", [LEAD])).reason is Reason.NOT_SET_UP


def told_recording() -> str:
    delivery = Delivery(
        door=Door.LOG,
        method="GET",
        url="",
        query=b"lead_id=321452&uniqueid=1705312800.42&call_id=V1&dispo=NI&talk_time=9&user=1000"
        b"&recording_filename=20240115-153000_9876543211&recording_id=534820",
        headers={},
        content_type="",
        body=b"",
        received_at=NOW,
    )
    (event,) = registry.get("vicidial").parse(delivery, ConnectionInfo(1, "m", "vicidial")).events
    assert event.recording is not None
    return event.recording


def recordings(desk: Desk, host: str = "127.0.0.1") -> None:
    for number in (534819, 534820):
        desk.records.append(
            {
                "start_time": "2024-01-15 15:30:00",
                "user": "1000",
                "recording_id": number,
                "lead_id": 321452,
                "uniqueid": "1705312800.42",
                "location": f"http://{host}/RECORDINGS/MP3/{number}-all.mp3",
            }
        )


def test_a_recording_is_looked_up_by_what_the_hook_told(client: Client, desk: Desk) -> None:
    recordings(desk)
    link = client.recording(told_recording())
    assert link.url == "http://127.0.0.1/RECORDINGS/MP3/534820-all.mp3"
    assert link.headers == {}


def test_a_recording_on_a_host_nobody_named_is_not_fetched(faced: Faced, desk: Desk) -> None:
    recordings(desk, "files.example")
    assert refused(lambda: make(faced).recording(told_recording())).reason is Reason.NOT_SET_UP
    named = make(faced, recording_hosts=["files.example"])
    assert named.recording(told_recording()).url.startswith("http://files.example/")


@pytest.mark.parametrize("host", ["127.0.0.1:6379", "files.example:9"])
def test_a_recording_at_another_port_is_at_another_place(faced: Faced, desk: Desk, host: str) -> None:
    recordings(desk, host)
    client = make(faced, recording_hosts=["files.example"])
    assert refused(lambda: client.recording(told_recording())).reason is Reason.NOT_SET_UP


def test_a_recording_lies_at_the_apis_own_port_or_one_that_was_named(faced: Faced, desk: Desk) -> None:
    client = make(faced, recording_hosts=["files.example:8080"])
    own = client._connection.settings["api_url"].removeprefix("http://")  # type: ignore[attr-defined]
    recordings(desk, own)
    assert client.recording(told_recording()).url.startswith(f"http://{own}/")
    desk.records.clear()
    recordings(desk, "files.example:8080")
    assert client.recording(told_recording()).url.startswith("http://files.example:8080/")


def test_a_recording_that_is_not_there_is_none_of_another_call(client: Client, desk: Desk) -> None:
    assert refused(lambda: client.recording(told_recording())).reason is Reason.OTHER
    recordings(desk)
    del desk.records[1]
    assert refused(lambda: client.recording(told_recording())).reason is Reason.OTHER
    assert refused(lambda: client.recording("nonsense")).reason is Reason.OTHER


def test_call_records_cannot_be_asked_for(client: Client) -> None:
    assert client.pull_window_seconds == 0
    assert refused(lambda: client.pull(NOW, NOW, NOW)).reason is Reason.NOT_SET_UP
