"""The deliveries of one call, in any order and any number of times, tell of the same call."""

from collections import defaultdict
from datetime import timedelta
from itertools import islice, permutations
from random import Random

import pytest

from ingest.contract import CallEvent, Unreadable
from models.rules.call import Direction, Outcome
from models.rules.lifecycle import fold
from tests.vendors.library import HEARD, cases

AS_OF = HEARD + timedelta(days=1)


def calls() -> dict[tuple[str, str], list[CallEvent]]:
    """All events the library tells of one call, by vendor and the provider's id."""
    found: dict[tuple[str, str], list[CallEvent]] = defaultdict(list)
    for case in cases():
        try:
            parsed = case.parse()
        except Unreadable:
            continue
        for event in parsed.events:
            found[case.vendor, event.provider_call_id].append(event)
    return found


CALLS = calls()


@pytest.mark.parametrize("key", CALLS, ids="/".join)
def test_order_and_repetition_change_nothing(key: tuple[str, str]) -> None:
    events = CALLS[key]
    expected = fold(events, AS_OF)
    orders: list[list[CallEvent]] = [list(order) for order in islice(permutations(events), 120)]
    random = Random(7)
    orders += [random.sample(events, len(events)) for _ in range(30)]
    for order in orders:
        assert fold(order, AS_OF) == expected
        assert fold([*order, random.choice(order)], AS_OF) == expected


def told(vendor: str, *names: str) -> list[CallEvent]:
    return [event for case in cases(vendor) if case.name in names for event in case.parse().events]


def test_open_two_counselors_rung_and_the_second_talks() -> None:
    call = fold(told("open", "log-failed-inbound", "popup-json", "log-success"), AS_OF)
    assert (call.over, call.outcome, call.direction) == (True, Outcome.CONNECTED, Direction.INBOUND)


def test_exotel_first_agent_misses_and_second_talks() -> None:
    call = fold(
        told("exotel", "popup-dial", "passthru-after-connect", "popup-second-agent", "passthru-connected"),
        AS_OF,
    )
    assert call.outcome is Outcome.CONNECTED
    assert call.talked_seat == "+919800000002"
    assert call.missed_by == ("+919800000001",)
    assert call.talk_seconds == 84


def test_exotel_nobody_answers() -> None:
    call = fold(told("exotel", "popup-dial", "passthru-after-connect"), AS_OF)
    assert (call.over, call.outcome) == (True, Outcome.AGENT_MISSED)
    assert call.missed_by == ("+919800000001",)


def test_exotel_a_bridged_call_of_two_numbers_ends_connected() -> None:
    call = fold(told("exotel", "status-callback-answered", "status-callback-terminal"), AS_OF)
    assert (call.outcome, call.talk_seconds, call.intent) == (Outcome.CONNECTED, 84, "lead-1001")
    assert call.answered_at is not None


def test_exotel_a_campaign_call_the_lead_answered_and_no_agent_took_is_abandoned() -> None:
    call = fold(told("exotel", "campaign-call-status"), AS_OF)
    assert (call.direction, call.outcome) == (Direction.CAMPAIGN, Outcome.ABANDONED)


def test_twilio_the_parents_completed_is_not_a_talk() -> None:
    rung = told(
        "twilio", "voice-incoming-of-the-child-leg", "status-child-no-answer", "status-parent-completed"
    )
    call = fold(rung, AS_OF)
    assert (call.over, call.outcome) == (True, Outcome.AGENT_MISSED)
    assert call.missed_by == ("+919800000002",)


def test_twilio_a_dialled_legs_completed_is() -> None:
    rung = told(
        "twilio",
        "voice-incoming-of-the-child-leg",
        "status-child-initiated",
        "status-child-no-answer",
        "status-callback-child-leg",
        "status-child-completed",
        "status-parent-completed",
        "recording-completed",
    )
    call = fold(rung, AS_OF)
    assert (call.outcome, call.talked_seat, call.talk_seconds) == (
        Outcome.CONNECTED,
        "client:counsellor_17",
        76,
    )
    assert call.missed_by == ("+919800000002",)
    assert call.recording is not None


def test_twilio_an_outgoing_call_of_one_leg_is_not_guessed() -> None:
    call = fold(told("twilio", "status-outgoing-answered", "status-callback-completed"), AS_OF)
    assert (call.over, call.outcome) == (True, Outcome.UNKNOWN)
