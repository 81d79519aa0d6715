"""What only Ozonetel does: JSON hidden in forms, two sides of an answer, reports beside callbacks, KooKoo."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus
from xml.etree import ElementTree as ET

import pytest

from ingest.contract import CallEvent, ConnectionInfo, RouteAnswer, Unreadable
from ingest.vendors import registry
from models.rules.call import Call, MissReason, Outcome
from models.rules.lifecycle import fold
from tests.vendors.library import HEARD, Case, cases

VENDOR = registry.get("ozonetel")
AS_OF = HEARD + timedelta(days=1)


def case(name: str) -> Case:
    return next(one for one in cases("ozonetel") if one.name == name)


def told(*names: str) -> list[CallEvent]:
    return [event for name in names for event in case(name).parse().events]


def call(*names: str) -> Call:
    return fold(told(*names), AS_OF)


def outcome(**fields: str) -> Outcome | None:
    """The outcome of a summary with these fields, and nothing else told of the two sides."""
    body = {"monitorUCID": "1", "Type": "inbound", "AgentID": "asha", "StartTime": "2026-11-23 10:00:00"}
    one = case("summary-manual-connected")
    said = replace(one, delivery=replace(one.delivery, body=json.dumps(body | fields).encode()))
    return said.parse().events[0].outcome


def test_a_summary_longer_than_any_column_is_read_whole() -> None:
    one = case("summary-inbound-connected")
    body = json.dumps({"Comments": "x" * 9000, "monitorUCID": "7", "Status": "Answered", "Type": "inbound"})
    packed = replace(one, delivery=replace(one.delivery, body=b"data=" + quote_plus(body).encode()))
    (event,) = packed.parse().events
    assert event.provider_call_id == "7"
    assert len(event.extra["Comments"]) == 200


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"AgentStatus": "answered", "CustomerStatus": "answered"}, Outcome.CONNECTED),
        ({"AgentStatus": "answered"}, Outcome.CONNECTED),
        ({"AgentStatus": "not_answered", "CustomerStatus": "answered"}, Outcome.AGENT_MISSED),
        ({"AgentStatus": "NotDialed", "CustomerStatus": "answered"}, Outcome.NO_ANSWER),
        ({"AgentStatus": "NotDialed", "DialStatus": "answered", "Status": "Answered"}, Outcome.NO_ANSWER),
        ({"DialStatus": "answered"}, Outcome.CONNECTED),
        ({"DialStatus": "not_answered"}, Outcome.AGENT_MISSED),
        ({"Status": "NotAnswered"}, Outcome.AGENT_MISSED),
        ({"Status": "NotAnswered", "AgentID": ""}, Outcome.NO_ANSWER),
        ({"Status": "Answered"}, Outcome.UNKNOWN),
        ({"Status": "Answered", "TalkTime": "00:00:09"}, Outcome.CONNECTED),
        ({"Status": "flurb"}, Outcome.UNKNOWN),
        ({}, None),
        ({"Type": "manual", "AgentStatus": "answered", "CustomerStatus": "ring"}, Outcome.NO_ANSWER),
        (
            {"Type": "manual", "AgentStatus": "not_answered", "CustomerStatus": "Dialing"},
            Outcome.AGENT_MISSED,
        ),
        ({"Type": "manual", "AgentStatus": "answered", "Status": "Answered"}, Outcome.UNKNOWN),
        ({"Type": "manual", "AgentStatus": "NotDialed"}, None),
        ({"Type": "Preview", "DialStatus": "invalid_number"}, Outcome.FAILED),
        ({"Type": "Predictive", "CustomerStatus": "answered", "AgentStatus": "NotDialed"}, Outcome.ABANDONED),
        (
            {"Type": "Predictive", "CustomerStatus": "answered", "AgentStatus": "user_disconnected"},
            Outcome.ABANDONED,
        ),
        ({"Type": "", "AgentStatus": "answered", "CustomerStatus": "answered"}, Outcome.CONNECTED),
        ({"Type": "", "AgentStatus": "answered"}, Outcome.UNKNOWN),
    ],
)
def test_one_sides_answer_is_no_talk(fields: dict[str, str], expected: Outcome | None) -> None:
    assert outcome(**fields) is expected


def test_the_report_knows_the_callbacks_call_by_the_same_id_and_adds_its_first_agent() -> None:
    both = call("summary-inbound-connected", "pulled-inbound-connected", "pulled-agent-missed")
    assert (both.outcome, both.talked_seat, both.talk_seconds) == (Outcome.CONNECTED, "agent1_demo", 23)
    assert both.missed_by == ("agent2_demo",)
    assert both.disposition == "Admission enquiry"
    assert both == call("pulled-agent-missed", "pulled-inbound-connected", "summary-inbound-connected")


def test_the_events_of_an_incoming_call_end_it() -> None:
    talked = call("event-calling", "event-answered", "event-disconnect")
    assert (talked.over, talked.outcome, talked.talked_seat) == (True, Outcome.CONNECTED, "hari")
    missed = call("event-calling", "event-disconnect")
    assert (missed.over, missed.outcome, missed.missed_by) == (True, Outcome.AGENT_MISSED, ("hari",))


def test_a_caller_who_hung_up_first_is_told_from_an_agent_who_did_not_pick_up() -> None:
    left = call("summary-inbound-caller-left")
    assert (left.outcome, left.offers[0].reason) == (Outcome.CANCELLED, MissReason.CALLER_LEFT)
    assert call("summary-inbound-agent-missed").offers[0].reason is MissReason.FREE


def test_nobody_is_blamed_for_a_lead_who_did_not_answer() -> None:
    assert call("summary-manual-busy").missed_by == ()
    assert call("summary-campaign-no-answer").missed_by == ()
    assert call("summary-campaign-agent-missed").missed_by == ("agent1_demo",)


def test_the_key_in_a_summary_may_be_checked_and_replaced() -> None:
    one = case("summary-with-the-key")
    other = {"api_key": "k-of-today"}
    assert not VENDOR.verify(one.delivery, replace(one.connection, secrets=other))
    overlap = replace(one.connection, secrets=other, retired={"api_key": ["k-of-ours"]})
    assert VENDOR.verify(one.delivery, overlap)
    assert not VENDOR.verify(one.delivery, replace(one.connection, secrets={}))
    without = replace(one.delivery, body=b'{"monitorUCID": "1", "Status": "Answered"}')
    assert not VENDOR.verify(without, one.connection)


@pytest.mark.parametrize(
    "name", ["event-calling", "event-agent", "route-new-call", "unreadable-broken-json-in-the-form"]
)
def test_what_never_carries_the_key_needs_none(name: str) -> None:
    one = case(name)
    checked = replace(one.connection, settings={"check_api_key": True}, secrets={"api_key": "k"})
    assert VENDOR.verify(one.delivery, checked)


def test_the_key_is_not_kept() -> None:
    assert "k-of-ours" not in str(case("summary-with-the-key").parse())
    assert "k-of-ours" not in str(case("summary-query-other-spellings").parse())


def test_it_may_be_held_to_a_list_of_addresses() -> None:
    one = case("summary-allowed-address")
    assert VENDOR.verify(one.delivery, one.connection)
    assert not VENDOR.verify(replace(one.delivery, remote="203.0.113.77"), one.connection)


def xml(answer: RouteAnswer, **settings: Any) -> ET.Element:
    reply = VENDOR.answer(answer, ConnectionInfo(1, "main", "ozonetel", settings=settings))
    assert reply.content_type == "text/xml"
    (step,) = ET.fromstring(reply.body)
    return step


ASHA = RouteAnswer(seats=("agent1", "+919800000001"), strategy="assigned", provider_call_id="2127")
NOBODY = RouteAnswer(seats=(), strategy="fallback", found=False)


def test_the_first_telephone_is_dialled_as_the_guide_writes_numbers() -> None:
    dial = xml(ASHA, ring_seconds=45)
    assert (dial.tag, dial.text, dial.get("timeout"), dial.get("record")) == (
        "dial",
        "9800000001",
        "45",
        "true",
    )
    abroad = RouteAnswer(seats=("+442079460000",), strategy="pool")
    assert xml(abroad, record=False).text == "442079460000"


def test_an_agent_without_a_telephone_is_reached_through_the_skill() -> None:
    transfer = xml(RouteAnswer(seats=("agent1",), strategy="pool"), skill="Admissions & more")
    assert (transfer.tag, transfer.text, transfer.get("ringType")) == (
        "cctransfer",
        "Admissions & more",
        "ring",
    )
    assert xml(RouteAnswer(seats=("agent1",), strategy="pool")).tag == "hangup"


def test_with_nobody_found_the_fallback_rings_then_the_skill_then_nothing() -> None:
    assert xml(replace(NOBODY, fallback=("skill:night",)), skill="day").text == "night"
    assert xml(replace(NOBODY, fallback=("+919800000009",)), skill="day").text == "9800000009"
    assert xml(NOBODY, skill="day").text == "day"
    assert xml(NOBODY).tag == "hangup"


@pytest.mark.parametrize(
    ("query", "tag"),
    [
        ("event=Dial&status=answered", "hangup"),
        ("event=Dial&status=not_answered", "cctransfer"),
        ("event=Dial", "hangup"),
        ("event=Hangup&status=not_answered", "hangup"),
        ("event=Disconnect", "hangup"),
        ("event=Record&data=x", "hangup"),
    ],
)
def test_after_a_dialling_nobody_is_chosen_again(query: str, tag: str) -> None:
    one = case("route-new-call")
    asked = VENDOR.question(
        replace(one.delivery, query=f"sid=2127&{query}".encode()),
        replace(one.connection, settings={"skill": "day"}),
    )
    assert asked.reply is not None
    assert ET.fromstring(asked.reply.body)[0].tag == tag


def test_without_a_skill_an_unanswered_caller_is_hung_up() -> None:
    one = case("route-after-a-dialling")
    asked = VENDOR.question(
        replace(one.delivery, query=b"event=Dial&sid=1&status=not_answered"), one.connection
    )
    assert asked.reply is not None
    assert ET.fromstring(asked.reply.body)[0].tag == "hangup"


def test_a_new_call_is_for_the_rules_to_decide() -> None:
    assert VENDOR.question(case("route-new-call").delivery, case("route-new-call").connection).reply is None


def test_the_sample_is_harmless() -> None:
    word, content_type, body = VENDOR.set_up.sample or ("", "", "")
    filled = body.replace("{call}", "test-1").replace("{now}", "2026-11-23 15:00:00")
    one = case("event-calling")
    delivery = replace(one.delivery, content_type=content_type, body=filled.encode())
    assert (word, len(json.loads(filled))) == ("status", 3)
    (event,) = VENDOR.parse(delivery, one.connection).events
    assert (event.provider_call_id, event.customer, event.seat) == ("test-1", None, None)
    assert not fold([event], AS_OF).over


def test_broken_json_in_the_form_is_kept_for_review() -> None:
    with pytest.raises(Unreadable):
        case("unreadable-broken-json-in-the-form").parse()
