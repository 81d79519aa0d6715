"""What Smartflo's messages make together, who may send them, and what it is answered."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.contract import ConnectionInfo, RouteAnswer
from ingest.vendors import registry
from models.rules.call import Call, CallEvent, Direction, Outcome
from models.rules.lifecycle import fold
from tests.vendors.library import HEARD, Case, cases

ASHA, RAVI = "+919800000001", "+919800000002"


def case(name: str) -> Case:
    return next(case for case in cases("smartflo") if case.name == name)


def told(*names: str) -> Call:
    events: list[CallEvent] = [event for name in names for event in case(name).parse().events]
    return fold(events, HEARD + timedelta(days=1))


def test_the_first_agent_misses_and_the_second_talks() -> None:
    call = told("dialed-on-agent", "dialed-on-second-agent", "hangup-answered-second-agent")
    assert (call.outcome, call.talked_seat, call.talk_seconds) == (Outcome.CONNECTED, RAVI, 104)
    assert call.missed_by == (ASHA,)
    assert call.customer == "+919876543210"


def test_a_missed_call_is_everybodys_who_was_tried_and_its_recording_is_no_talk() -> None:
    call = told("hangup-missed")
    assert (call.over, call.outcome, call.talk_seconds) == (True, Outcome.CANCELLED, None)
    assert call.missed_by == (ASHA, RAVI)
    assert call.recording is not None


def test_nobody_hung_up_first_and_nobody_picked_up() -> None:
    assert told("hangup-missed-agents-rang-out").outcome is Outcome.AGENT_MISSED
    assert told("hangup-missed-nobody-tried").outcome is Outcome.NO_ANSWER


def test_an_agent_waiting_for_the_customer_is_no_talk() -> None:
    call = told("answered-by-agent-c2c-of-missed", "hangup-c2c-missed-by-customer")
    assert (call.outcome, call.talk_seconds, call.direction) == (
        Outcome.NO_ANSWER,
        None,
        Direction.OUTBOUND,
    )
    assert [offer.seat for offer in call.offers] == [ASHA]
    assert call.missed_by == ()


def test_a_click_to_call_talk_begins_when_the_customer_picks_up() -> None:
    call = told("hangup-c2c-answered", "pulled-c2c")
    assert (call.outcome, call.talk_seconds, call.talked_seat) == (Outcome.CONNECTED, 7, ASHA)
    assert call.answered_at == datetime(2026, 4, 12, 4, 20, 52, tzinfo=UTC)
    assert call.intent == "a0hc619uq1"


@pytest.mark.parametrize(
    ("hook", "record"),
    [
        ("hangup-answered", "pulled-answered"),
        ("hangup-missed", "pulled-missed"),
        ("hangup-c2c-answered", "pulled-c2c"),
        ("servetel-hangup-answered", "keyed-by-uuid"),
    ],
)
def test_a_call_record_is_of_the_call_its_hooks_told(hook: str, record: str) -> None:
    assert {event.provider_call_id for name in (hook, record) for event in case(name).parse().events} == {
        case(hook).parse().events[0].provider_call_id
    }
    alone, both = told(hook), told(hook, record)
    assert (both.outcome, both.talk_seconds, both.customer) == (
        alone.outcome,
        alone.talk_seconds,
        alone.customer,
    )


def test_both_talkers_of_a_transferred_call_are_known() -> None:
    call = told("hangup-answered-transferred")
    assert call.talked_seat == "0602000000002"
    assert {offer.seat for offer in call.offers if offer.answered} == {"0602000000001", "0602000000002"}


def test_a_dialers_lead_who_is_not_there_is_nobodys_miss_and_agents_who_are_not_are() -> None:
    call = told("hangup-dialer-outbound-missed")
    assert (call.direction, call.outcome, call.missed_by) == (Direction.CAMPAIGN, Outcome.NO_ANSWER, ())
    call = told("hangup-broadcast-agents-missed")
    assert (call.direction, call.outcome) == (Direction.CAMPAIGN, Outcome.AGENT_MISSED)


def test_a_disposition_joins_its_call() -> None:
    call = told("connected-to-agent-dialer", "hangup-dialer-outbound-answered", "disposition-updated")
    assert call.disposition == "Call <b>later</b> / Fees"


def test_an_end_that_does_not_say_how_is_unknown() -> None:
    assert told("servetel-dtmf", "servetel-hangup").outcome is Outcome.UNKNOWN
    assert told("hangup-unknown-status").outcome is Outcome.UNKNOWN


def test_an_extension_and_a_telephone_of_one_agent_are_one_seat_in_json_text_too() -> None:
    flat = case("hangup-c2c-missed-by-customer").flat() or {}
    text = {
        name: value for name, value in flat.items() if not name.startswith(("answered_agent[", "call_flow["))
    }
    text["answered_agent"] = json.dumps({"id": 5072, "number": "0607297260058"})
    text["call_flow"] = json.dumps([{"type": "Agent", "id": 5072, "num": "9800000001"}])
    (event,) = case("hangup-c2c-missed-by-customer").telling(text).parse().events
    assert event.seat == ASHA


@pytest.mark.parametrize("junk", ["[[[", "[" * 3000, '{"id": {}}', "[1, null]", '[{"id": null}]', "{}"])
def test_a_list_of_agents_that_is_no_list_costs_nothing_else(junk: str) -> None:
    flat = {k: v for k, v in (case("hangup-missed").flat() or {}).items() if not k.startswith("missed_agent")}
    (event,) = case("hangup-missed").telling(flat | {"missed_agent": junk}).parse().events
    assert event.customer == "+919876543210"


PROVED = "withheld-token"


def test_the_second_proof_may_be_a_header_a_bearer_or_a_field_and_rotates() -> None:
    known = case(PROVED)
    connection = replace(
        known.connection, secrets={"hook_token": "t-new"}, retired={"hook_token": ("t-old",)}
    )
    verify = known.parser.verify
    assert verify(known.delivery, connection)
    bare = replace(known.delivery, query=b"")
    assert not verify(bare, connection)
    assert verify(replace(bare, headers={"x-hook-token": "t-new"}), connection)
    assert verify(replace(bare, headers={"authorization": "Bearer t-old"}), connection)
    assert verify(replace(bare, body=b"hook_token=t-new"), connection)
    for wrong in ("t-ne", "t-newer", "", "\ud800"):
        assert not verify(replace(bare, headers={"x-hook-token": wrong}), connection)
    assert not verify(replace(bare, body=b"\xff{"), connection)
    assert not verify(known.delivery, replace(connection, retired={}))


def test_strangers_addresses_are_refused() -> None:
    known = case(PROVED)
    assert not known.parser.verify(replace(known.delivery, remote="198.51.100.7"), known.connection)


def test_a_list_of_addresses_may_be_text_with_commas() -> None:
    known = case(PROVED)
    text = replace(known.connection, settings={"allow_ips": "198.51.100.7, 203.0.113.9"})
    assert known.parser.verify(known.delivery, text)
    assert not known.parser.verify(replace(known.delivery, remote="198.51.100.8"), text)


def test_the_second_proof_is_not_kept_with_the_call() -> None:
    assert "t-old" not in str(case(PROVED).parse())


def answered(answer: RouteAnswer, country: str = "IN") -> object:
    reply = registry.get("smartflo").answer(answer, ConnectionInfo(1, "main", "smartflo", country=country))
    assert reply.content_type == "application/json"
    return json.loads(reply.body)


def test_the_dial_plan_transfers_to_one_telephone() -> None:
    found = RouteAnswer(seats=("0602000000001", ASHA, RAVI), strategy="assigned")
    assert answered(found) == [{"transfer": {"type": "number", "data": ["9800000001"]}}]
    assert answered(found, "US") == [{"transfer": {"type": "number", "data": ["919800000001"]}}]


def test_the_dial_plan_rings_the_fallback_or_leaves_the_platform_to_its_own() -> None:
    nobody = RouteAnswer(seats=(), strategy="fallback", found=False)
    assert answered(replace(nobody, fallback=(RAVI,))) == [
        {"transfer": {"type": "number", "data": ["9800000002"]}}
    ]
    assert answered(nobody) == []
    assert answered(RouteAnswer(seats=("0602000000001",), strategy="pool")) == []
