"""What Vicidial's addresses tell together, and who may call them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.contract import ConnectionInfo, RouteAnswer, Unreadable
from ingest.vendors import registry
from ingest.vendors.vicidial.words import STATUSES
from models.rules.call import Call, CallEvent, Direction, Outcome
from models.rules.lifecycle import fold
from tests.vendors.library import HEARD, Case, cases


def case(name: str) -> Case:
    return next(case for case in cases("vicidial") if case.name == name)


def told(*names: str) -> Call:
    events: list[CallEvent] = [event for name in names for event in case(name).parse().events]
    return fold(events, HEARD + timedelta(days=1))


def test_a_dialers_call_from_the_pop_up_to_the_disposition() -> None:
    ringing = told("start-campaign")
    assert (ringing.over, ringing.direction, ringing.campaign) == (False, Direction.CAMPAIGN, "ADMIT01")
    call = told("start-campaign", "dispo-campaign-not-interested")
    assert (call.over, call.outcome, call.talked_seat, call.talk_seconds) == (
        True,
        Outcome.CONNECTED,
        "6666",
        214,
    )
    assert (call.disposition, call.intent) == ("NI", "lead-1001")
    assert call.started_at == datetime(2024, 1, 15, 10, 0, tzinfo=UTC)


def test_an_incoming_call_in_the_queue_then_with_an_agent_then_filed() -> None:
    waiting = told("add-lead-inbound")
    assert (waiting.over, waiting.offers, waiting.did) == (False, (), "+918030000882")
    call = told("add-lead-inbound", "start-inbound", "dispo-inbound")
    assert (call.outcome, call.direction, call.customer) == (
        Outcome.CONNECTED,
        Direction.INBOUND,
        "+919876543212",
    )


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("no-agent-drop-campaign", Outcome.ABANDONED),
        ("no-agent-no-answer", Outcome.NO_ANSWER),
        ("no-agent-busy", Outcome.BUSY),
        ("no-agent-disconnected", Outcome.FAILED),
        ("no-agent-inbound-drop", Outcome.NO_ANSWER),
        ("no-agent-after-hours", Outcome.NO_ANSWER),
    ],
)
def test_a_call_no_agent_had_is_over_and_nobodys_offer(name: str, outcome: Outcome) -> None:
    call = told(name)
    assert (call.over, call.outcome, call.offers, call.disposition) == (True, outcome, (), None)


@pytest.mark.parametrize(
    ("name", "outcome", "talk"),
    [
        ("dispo-own-status", Outcome.CONNECTED, 214),
        ("dispo-own-status-no-talk", Outcome.UNKNOWN, None),
        ("dispo-own-status-explained", Outcome.NO_ANSWER, None),
        ("dispo-agent-closed-browser", Outcome.CONNECTED, 65),
        ("dispo-campaign-machine", Outcome.VOICEMAIL, None),
        ("dispo-manual-no-answer", Outcome.NO_ANSWER, None),
        ("dispo-sale-without-talk", Outcome.UNKNOWN, None),
    ],
)
def test_the_status_decides_and_the_talk_time_where_none_does(
    name: str, outcome: Outcome, talk: int | None
) -> None:
    call = told(name)
    assert (call.over, call.outcome, call.talk_seconds) == (True, outcome, talk)


@pytest.mark.parametrize("code", STATUSES)
def test_every_status_of_its_own_is_known_in_any_case(code: str) -> None:
    known = case("dispo-sale")
    flat = known.flat() or {}
    for spelled in (code, code.lower()):
        assert known.telling(flat | {"dispo": spelled}).parse().unknown_words == ()


def test_an_explanation_nobody_understands_explains_nothing() -> None:
    known = case("dispo-own-status-explained")
    flat = known.flat() or {}
    assert known.telling(flat | {"dispo": "ODD"}).parse().unknown_words == (("dispo", "ODD"),)


def test_a_list_in_the_settings_may_be_text_with_commas() -> None:
    known = case("dispo-own-status-explained")
    settings = {"statuses": "A=busy, hungup = no_answer", "allow_ips": "198.51.100.7, 203.0.113.0/28"}
    own = replace(known, connection=replace(known.connection, settings=settings))
    assert own.parse() == known.parse()
    assert own.parser.verify(own.delivery, own.connection)
    assert not own.parser.verify(replace(own.delivery, remote="198.51.100.8"), own.connection)


def test_a_site_may_explain_vicidials_own_statuses_otherwise() -> None:
    known = case("dispo-manual-busy")
    own = replace(known, connection=replace(known.connection, settings={"statuses": ["b=rejected"]}))
    (event,) = own.parse().events
    assert event.outcome is Outcome.REJECTED


PROVED = "with-second-proof"


def test_the_second_proof_rotates_and_is_not_kept() -> None:
    known = case(PROVED)
    verify = known.parser.verify
    rotated = replace(known.connection, secrets={"hook_token": "t-new"}, retired={"hook_token": ("t-old",)})
    assert verify(known.delivery, rotated)
    assert not verify(known.delivery, replace(rotated, retired={}))
    for query in (b"hook_token=", b"hook_token=t-ol", b"call_id=1", b""):
        assert not verify(replace(known.delivery, query=query), rotated)
    assert "t-old" not in str(known.parse())


def test_strangers_addresses_are_refused() -> None:
    known = case(PROVED)
    assert not known.parser.verify(replace(known.delivery, remote="198.51.100.7"), known.connection)


def test_it_asks_no_routing_questions() -> None:
    vendor, connection = registry.get("vicidial"), ConnectionInfo(1, "main", "vicidial")
    with pytest.raises(Unreadable):
        vendor.question(case("start-inbound").delivery, connection)
    assert vendor.answer(RouteAnswer(seats=("6666",), strategy="pool"), connection).body == ""
