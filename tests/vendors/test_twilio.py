"""Twilio: calls we placed, and records that tell what the hooks told."""

import pytest

from models.rules.call import Direction, Outcome
from models.rules.lifecycle import fold
from tests.vendors.test_orders import AS_OF, told

HOOKS = (
    "our-call-agent-rings",
    "our-call-agent-picked-up",
    "our-call-lead-rings",
    "our-call-lead-talked",
    "our-call-agent-leg-over",
)
RECORDS = ("pulled-our-call-agents-leg", "pulled-our-call-leads-leg")


@pytest.mark.parametrize("names", [HOOKS, RECORDS, HOOKS + RECORDS], ids=["hooks", "records", "both"])
def test_a_call_we_placed_is_the_agents_talk_with_the_lead(names: tuple[str, ...]) -> None:
    call = fold(told("twilio", *names), AS_OF)
    assert (call.direction, call.outcome, call.talked_seat) == (
        Direction.OUTBOUND,
        Outcome.CONNECTED,
        "client:counsellor_17",
    )
    assert (call.customer, call.talk_seconds) == ("+919876543210", 58)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("our-call-agent-did-not-answer", Outcome.AGENT_MISSED),
        ("our-call-agent-declined", Outcome.AGENT_MISSED),
        ("our-call-lead-did-not-answer", Outcome.NO_ANSWER),
        ("our-call-agent-gave-up", Outcome.AGENT_CANCELLED),
    ],
)
def test_how_a_call_we_placed_came_to_nothing(name: str, outcome: Outcome) -> None:
    call = fold(told("twilio", name), AS_OF)
    assert (call.over, call.outcome, call.intent) == (True, outcome, "i-77")


def test_records_tell_of_an_incoming_call_what_the_hooks_told() -> None:
    hooks = fold(
        told(
            "twilio", "voice-incoming-of-the-child-leg", "status-child-completed", "status-parent-completed"
        ),
        AS_OF,
    )
    records = fold(told("twilio", "pulled-incoming", "pulled-agents-leg-talked"), AS_OF)
    for field in ("provider_call_id", "direction", "customer", "outcome", "talked_seat", "talk_seconds"):
        assert getattr(records, field) == getattr(hooks, field), field


def test_a_call_of_which_only_the_end_is_told_began_as_long_before_as_it_lasted() -> None:
    call = fold(told("twilio", "status-callback-completed"), AS_OF)
    assert call.ended_at is not None
    assert (call.ended_at - call.started_at).total_seconds() == 49
