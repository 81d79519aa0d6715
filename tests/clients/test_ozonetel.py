"""Ozonetel's client against Ozonetel's face, over real HTTP."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingest.client import Client, DialOrder, Member, Page, Reason, Refused, Unsettled
from ingest.contract import ConnectionInfo
from ingest.reconcile.planning import Askable
from ingest.vendors import registry
from models.rules.call import Outcome
from simulator.faces import ozonetel
from simulator.faces.desk import Desk, Fault

IST = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=IST)
ORDER = DialOrder(seat="asha", customer="+919876543210", reference="intent-7")
Asked = Callable[..., Client]


@pytest.fixture
def asked(desk: Desk, faced: Any) -> Asked:
    desk.keys = {
        "api_key": "KK-ours",
        "username": "institute",
        "campaign": "Manual_Admissions",
        "agents": "asha,ravi",
        "ready": "asha",
    }

    def ask(secrets: dict[str, str] | None = None, **settings: Any) -> Client:
        given = {"username": "institute", "campaign": "Manual_Admissions"} | settings
        key = {"api_key": "KK-ours"} if secrets is None else secrets
        client: Client = faced("ozonetel", ozonetel.make, secrets=key, settings=given)
        return client

    return ask


def row(started: datetime, i: int = 0, **fields: Any) -> dict[str, Any]:
    local = started.astimezone(IST) + timedelta(seconds=i)
    return {
        "CallID": 9000000000000000 + i,
        "UCID": 9000000000000000 + i,
        "CallDate": f"{local:%Y-%m-%d}",
        "StartTime": f"{local:%H:%M:%S}",
        "EndTime": f"{local + timedelta(seconds=90):%H:%M:%S}",
        "Type": "InBound",
        "CallerID": "9876543210",
        "DID": "914460000093",
        "AgentID": "asha",
        "AgentDialStatus": "answered",
        "CustomerDialStatus": "answered",
        "Status": "Answered",
        "TalkTime": "00:01:10",
        "Duration": "00:01:30",
        **fields,
    }


def refused(client: Client, order: DialOrder = ORDER) -> Refused:
    with pytest.raises(Refused) as caught:
        client.dial(order)
    return caught.value


def test_a_call_is_placed_in_the_campaign_with_our_reference(desk: Desk, asked: Asked) -> None:
    placed = asked().dial(ORDER)
    assert placed.provider_call_id is None  # the hooks bring our reference, not this answer's id
    assert placed.words == "queued successfully"
    (order,) = desk.orders
    assert order == {
        "userName": "institute",
        "agentID": "asha",
        "campaignName": "Manual_Admissions",
        "customerNumber": "9876543210",
        "UCID": "true",
        "uui": "intent-7",
    }


@pytest.mark.parametrize(
    ("seat", "settings", "secrets", "reason"),
    [
        ("ravi", {}, None, Reason.BUSY_AGENT),
        ("meera", {}, None, Reason.UNKNOWN_AGENT),
        ("asha", {"campaign": "Other"}, None, Reason.NOT_SET_UP),
        ("asha", {"campaign": ""}, None, Reason.NOT_SET_UP),
        ("asha", {"username": "somebody"}, None, Reason.CREDENTIALS),
        ("asha", {"username": ""}, None, Reason.NOT_SET_UP),
        ("asha", {}, {"api_key": "KK-old"}, Reason.CREDENTIALS),
        ("asha", {}, {}, Reason.NOT_SET_UP),
    ],
)
def test_a_no_that_comes_with_status_200_is_a_refusal(
    desk: Desk, asked: Asked, seat: str, settings: dict[str, Any], secrets: Any, reason: Reason
) -> None:
    found = refused(asked(secrets, **settings), DialOrder(seat, "+919876543210", "intent-7"))
    assert found.reason is reason
    assert desk.orders == []
    assert "9876543210" not in str(found)
    assert "KK-" not in str(found)


def test_an_answer_that_never_came_is_unsettled(desk: Desk, asked: Asked) -> None:
    client = asked()
    desk.faults.append(Fault(status=0))
    with pytest.raises(Unsettled):
        client.dial(ORDER)
    for fault in (
        Fault(504),
        Fault(200, "<html>busy</html>"),
        Fault(200, "{}"),
        Fault(200, '{"status": "Fail", "message": "Time limit exceeded"}'),
        Fault(200, '{"status": "time-limit exceeded"}'),
        Fault(500, '{"message": "time limit exceeded"}'),
    ):
        desk.faults.append(fault)
        with pytest.raises(Unsettled):
            client.dial(ORDER)


def test_a_late_answer_is_unsettled(desk: Desk, asked: Asked) -> None:
    client = asked()
    web = client._web  # type: ignore[attr-defined]
    slow = web.ask
    web.ask = lambda *args, **more: slow(*args, **(more | {"seconds": 0.3}))
    desk.faults.append(Fault(200, '{"status": "queued successfully"}', wait_seconds=1.0))
    with pytest.raises(Unsettled):
        client.dial(ORDER)


@pytest.mark.parametrize(
    ("fault", "reason", "retry_after"),
    [
        (Fault(503, "down"), Reason.DOWN, None),
        (Fault(429, "{}", headers={"Retry-After": "20"}), Reason.TOO_MANY, 20.0),
        (Fault(401, '{"status":"false","message":"Missing userName or apiKey"}'), Reason.CREDENTIALS, None),
        (Fault(200, '{"status":"Fail","message":"invalid number 919876543210"}'), Reason.BAD_NUMBER, None),
        (Fault(200, '{"status":"Fail","message":"moon phase"}'), Reason.OTHER, None),
    ],
)
def test_other_refusals(desk: Desk, asked: Asked, fault: Fault, reason: Reason, retry_after: Any) -> None:
    desk.faults.append(fault)
    found = refused(asked())
    assert (found.reason, found.retry_after) == (reason, retry_after)
    assert "9876543210" not in str(found)


def test_a_provider_that_cannot_be_reached_is_down(asked: Asked) -> None:
    client = asked(api_url="http://127.0.0.1:65531")
    assert refused(client).reason is Reason.DOWN


def member(i: int, phone: str = "+919800000000", **more: Any) -> Member:
    return Member(f"m-{i}", phone, **more)


def test_a_list_goes_into_the_campaign_and_each_number_is_answered_for(desk: Desk, asked: Asked) -> None:
    members = [
        member(1, "+919800000001", name="Asha <b>Rao</b>", fields={"Priority": "2"}),
        member(2, "12", name="Too short"),
        member(3, "+919800000003", fields={"skill": "MBA"}),
        member(4, "+919800000004", fields={"skill": "x" * 2000}),
    ]
    told = asked().push("Admissions_Progressive", members)
    assert [(each.reference, each.accepted) for each in told] == [
        ("m-1", True),
        ("m-2", False),
        ("m-3", True),
        ("m-4", False),
    ]
    assert told[1].words == "Invalid Number"
    assert told[3].words == "longer than 2000 characters"
    assert desk.lists["Admissions_Progressive"] == [
        {"PhoneNumber": "9800000001", "Name": "Asha  b Rao  b", "Priority": "2", "skill": ""},
        {"PhoneNumber": "9800000003", "Name": "", "Priority": "", "skill": "MBA"},
    ]


def test_a_list_of_nothing_that_fits_asks_nobody(desk: Desk, asked: Asked) -> None:
    desk.faults.append(Fault(500))
    (told,) = asked().push("A", [member(1, fields={"skill": "x" * 2000})])
    assert not told.accepted


def test_a_list_that_is_only_queued_is_accepted(desk: Desk, asked: Asked) -> None:
    desk.faults.append(Fault(200, '{"status": "SUCCESS", "message": "data queued"}'))
    assert [each.accepted for each in asked().push("A", [member(1), member(2)])] == [True, True]


def test_a_list_answered_with_a_sentence_alone_is_not_taken_for_accepted(desk: Desk, asked: Asked) -> None:
    desk.faults.append(Fault(200, '{"message": "please provide campaign details"}'))
    with pytest.raises(Refused) as caught:
        asked().push("A", [member(1)])
    assert caught.value.reason is Reason.NOT_SET_UP


def test_lists_over_the_limit_are_refused_for_a_minute(desk: Desk, asked: Asked) -> None:
    desk.per_minute = 5
    client = asked()
    for _ in range(5):
        client.push("A", [member(1)])
    with pytest.raises(Refused) as caught:
        client.push("A", [member(1)])
    assert (caught.value.reason, caught.value.retry_after) == (Reason.TOO_MANY, 60.0)


def test_an_answer_for_fewer_numbers_than_sent_is_unsettled(desk: Desk, asked: Asked) -> None:
    desk.faults.append(Fault(200, json.dumps({"message": [{"Status": "SuccessFully Updated"}]})))
    with pytest.raises(Unsettled):
        asked().push("A", [member(1), member(2)])


def pages(client: Client, since: datetime, until: datetime, now: datetime = NOW) -> list[Page]:
    found = [client.pull(since, until, now)]
    while found[-1].cursor:
        found.append(client.pull(since, until, now, found[-1].cursor))
    return found


def test_a_report_is_read_page_by_page_within_its_limits(desk: Desk, asked: Asked) -> None:
    desk.records = [row(NOON, i) for i in range(1201)]
    read = pages(asked(), NOON, NOON + timedelta(hours=1))
    assert [len(page.records) for page in read] == [500, 500, 201]
    assert [page.wait_seconds for page in read] == [31.0, 31.0, 31.0]
    vendor = registry.get("ozonetel")
    connection = ConnectionInfo(1, "main", "ozonetel")
    events = [
        event for page in read for one in page.records for event in vendor.parse(one, connection).events
    ]
    assert {event.provider_call_id for event in events} == {str(9000000000000000 + i) for i in range(1201)}
    assert {event.outcome for event in events} == {Outcome.CONNECTED}
    assert events[0].started_at == NOON
    assert all(one.received_at == NOW and "?" not in one.url for page in read for one in page.records)


def test_a_window_is_asked_for_by_local_days_and_holds_its_edges(desk: Desk, asked: Asked) -> None:
    since = datetime(2026, 11, 22, 23, 30, tzinfo=IST)
    until = datetime(2026, 11, 23, 0, 30, tzinfo=IST)
    second = timedelta(seconds=1)
    starts = [since - second, since, NOON.replace(hour=0), until - second, until]
    desk.records = [row(at, CallID=i) for i, at in enumerate(starts)]
    read = pages(asked(), since.astimezone(UTC), until.astimezone(UTC))
    assert [json.loads(one.body)["CallID"] for page in read for one in page.records] == [1, 2, 3]
    assert len(read) == 2


def test_a_day_without_calls_is_no_error(asked: Asked) -> None:
    (page,) = pages(asked(), NOON, NOON + timedelta(hours=1))
    assert (page.records, page.cursor) == ([], None)


def test_days_the_provider_has_forgotten_are_refused_rather_than_read_as_empty(asked: Asked) -> None:
    client = asked()
    client.pull(NOON - timedelta(days=14), NOON - timedelta(days=14, hours=-1), NOW)
    with pytest.raises(Refused, match="15 days"):
        client.pull(NOON - timedelta(days=15), NOON - timedelta(days=15, hours=-1), NOW)
    planned = Askable(1, "Line", NOW - timedelta(days=90), client.pull_reach_days).furthest(NOW, IST)
    client.pull(planned, planned + timedelta(hours=1), NOW)
    with pytest.raises(Refused, match="15 days"):
        client.pull(planned - timedelta(hours=1), planned, NOW)


def test_reports_over_the_limit_are_refused_for_a_while(desk: Desk, asked: Asked) -> None:
    desk.per_minute = 2
    client = asked()
    for _ in range(2):
        client.pull(NOON, NOON + timedelta(hours=1), NOW)
    with pytest.raises(Refused) as caught:
        client.pull(NOON, NOON + timedelta(hours=1), NOW)
    assert caught.value.reason is Reason.TOO_MANY
    assert caught.value.retry_after == 60.0


@pytest.mark.parametrize(
    "body",
    [
        '{"status":"success"}',
        '{"status":"success","details":"none"}',
        '{"status":"success","details":[1]}',
        '{"status":"success","details":[],"totalCount":9}',
        "[" * 100_000,
    ],
)
def test_a_report_that_cannot_be_understood_is_not_an_empty_one(desk: Desk, asked: Asked, body: str) -> None:
    desk.faults.append(Fault(200, body))
    with pytest.raises(Unsettled):
        asked().pull(NOON, NOON + timedelta(hours=1), NOW)


def test_a_report_may_be_refused(asked: Asked) -> None:
    with pytest.raises(Refused) as caught:
        asked({"api_key": "KK-old"}).pull(NOON, NOON + timedelta(hours=1), NOW)
    assert caught.value.reason is Reason.CREDENTIALS


@pytest.mark.parametrize(
    ("told", "link"),
    [
        ("http://recordings.kookoo.in/demo/a.mp3", "https://recordings.kookoo.in/demo/a.mp3"),
        (
            "https://s3.ap-southeast-1.amazonaws.com/recordings.kookoo.in/demo/a.mp3",
            "https://s3.ap-southeast-1.amazonaws.com/recordings.kookoo.in/demo/a.mp3",
        ),
        ("https://audio.partner.example/a.mp3", "https://audio.partner.example/a.mp3"),
    ],
)
def test_a_recording_is_where_the_record_says_without_credentials(asked: Asked, told: str, link: str) -> None:
    found = asked(recording_hosts=["audio.partner.example"]).recording(told)
    assert (found.url, dict(found.headers)) == (link, {})


@pytest.mark.parametrize(
    "told",
    [
        "https://s3.ap-southeast-1.amazonaws.com/somebody-elses-bucket/a.mp3",
        "https://recordings.kookoo.in.evil.example/a.mp3",
        "https://recordings.kookoo.in:8443/a.mp3",
        "https://s3.ap-southeast-1.amazonaws.com:8443/recordings.kookoo.in/demo/a.mp3",
        "http://s3.ap-southeast-1.amazonaws.com/recordings.kookoo.in/demo/a.mp3",
        "https://in1-ccaas-api.ozonetel.com:6379/a.mp3",
        "https://audio.partner.example:8443/a.mp3",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "https://[",
        "a.mp3",
    ],
)
def test_a_recording_elsewhere_is_refused(asked: Asked, told: str) -> None:
    with pytest.raises(Refused) as caught:
        asked(recording_hosts=["audio.partner.example"]).recording(told)
    assert caught.value.reason is Reason.OTHER  # whoever plays it takes no other way to this address


def test_a_named_host_may_carry_its_port(asked: Asked) -> None:
    client = asked(recording_hosts=["audio.partner.example:8443"])
    assert client.recording("https://audio.partner.example:8443/a.mp3").url.startswith("https://audio.")
    for elsewhere in ("https://audio.partner.example/a.mp3", "https://audio.partner.example:8444/a.mp3"):
        with pytest.raises(Refused):
            client.recording(elsewhere)


def test_the_setting_names_the_host() -> None:
    connection = ConnectionInfo(1, "main", "ozonetel", settings={"api_url": "https://api.partner.example/x/"})
    assert "api.partner.example" in registry.hosts(connection)
    assert "in1-ccaas-api.ozonetel.com" in registry.hosts(ConnectionInfo(1, "main", "ozonetel"))
