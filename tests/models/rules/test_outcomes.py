"""What a call nobody talked on is called, and why each ring was not answered."""

import pytest

from models.rules.call import CallEvent, Direction, Kind, Outcome
from models.rules.lifecycle import fold
from tests.models.rules.street import MUCH_LATER, connected, event, failed, over, routed

IN, OUT, CAMPAIGN = Direction.INBOUND, Direction.OUTBOUND, Direction.CAMPAIGN


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([routed("x", 0), over(20)], Outcome.AGENT_MISSED),
        ([over(20)], Outcome.NO_ANSWER),
        ([failed(None, 20)], Outcome.NO_ANSWER),
        ([routed("x", 0), over(20, hung_up_by="lead")], Outcome.CANCELLED),
        ([failed("x", 20, hung_up_by="lead")], Outcome.CANCELLED),
        ([failed("x", 20), failed("y", 40, Outcome.CANCELLED)], Outcome.CANCELLED),
        ([failed("x", 20, Outcome.BUSY), failed("y", 40, Outcome.BUSY)], Outcome.BUSY),
        ([failed("x", 20, Outcome.BUSY), failed("y", 40)], Outcome.AGENT_MISSED),
        ([failed("x", 20), failed(None, 40, Outcome.VOICEMAIL, talk=12)], Outcome.VOICEMAIL),
        ([failed("x", 20, Outcome.UNKNOWN, words="gnarl")], Outcome.UNKNOWN),
        ([failed("x", 20, Outcome.UNKNOWN), failed("y", 20, Outcome.FAILED)], Outcome.FAILED),
        ([failed("x", 20, Outcome.UNKNOWN), over(20, outcome=Outcome.CANCELLED)], Outcome.CANCELLED),
        ([failed("x", 20, Outcome.REJECTED), over(20, outcome=Outcome.BUSY)], Outcome.REJECTED),
        ([over(20, outcome=Outcome.BUSY), over(21, outcome=Outcome.UNKNOWN)], Outcome.BUSY),
    ],
)
def test_inbound_outcomes(events: list[CallEvent], outcome: Outcome) -> None:
    assert fold(events, MUCH_LATER).outcome is outcome


def placed(direction: Direction, kind: Kind, at: float, seat: str | None = None, **more: object) -> CallEvent:
    return event(kind, at, seat, direction=direction, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("direction", "events", "outcome", "missed_by"),
    [
        (OUT, [(Kind.LOG, "x", {"outcome": Outcome.NO_ANSWER})], Outcome.NO_ANSWER, ()),
        (OUT, [(Kind.LOG, "x", {"outcome": Outcome.BUSY})], Outcome.BUSY, ()),
        (OUT, [(Kind.LOG, "x", {"outcome": Outcome.AGENT_MISSED})], Outcome.AGENT_MISSED, ("x",)),
        (OUT, [(Kind.MISSED, "x", {}), (Kind.ENDED, None, {})], Outcome.AGENT_MISSED, ("x",)),
        (OUT, [(Kind.MISSED, "x", {"outcome": Outcome.BUSY})], Outcome.AGENT_MISSED, ("x",)),
        (OUT, [(Kind.ANSWERED, "x", {}), (Kind.MISSED, None, {})], Outcome.NO_ANSWER, ()),
        (
            OUT,
            [(Kind.ANSWERED, "x", {}), (Kind.MISSED, None, {"outcome": Outcome.BUSY})],
            Outcome.BUSY,
            (),
        ),
        (OUT, [(Kind.ENDED, "x", {"hung_up_by": "agent"})], Outcome.AGENT_CANCELLED, ("x",)),
        (CAMPAIGN, [(Kind.LOG, None, {})], Outcome.NO_ANSWER, ()),
        (CAMPAIGN, [(Kind.LOG, None, {"outcome": Outcome.ABANDONED})], Outcome.ABANDONED, ()),
        (CAMPAIGN, [(Kind.ANSWERED, None, {}), (Kind.ENDED, None, {})], Outcome.ABANDONED, ()),
        (
            CAMPAIGN,
            [(Kind.ANSWERED, None, {}), (Kind.ROUTED, "x", {}), (Kind.ENDED, None, {})],
            Outcome.ABANDONED,
            ("x",),
        ),
        (CAMPAIGN, [(Kind.LOG, "x", {"outcome": Outcome.NO_ANSWER})], Outcome.NO_ANSWER, ()),
        (None, [(Kind.ROUTED, "x", {}), (Kind.ENDED, None, {})], Outcome.UNKNOWN, ("x",)),
    ],
)
def test_outcomes_of_calls_we_placed(
    direction: Direction,
    events: list[tuple[Kind, str | None, dict[str, object]]],
    outcome: Outcome,
    missed_by: tuple[str, ...],
) -> None:
    call = fold([placed(direction, kind, 10, seat, **more) for kind, seat, more in events], MUCH_LATER)
    assert (call.outcome, call.missed_by) == (outcome, missed_by)


@pytest.mark.parametrize(
    ("events", "reasons"),
    [
        ([routed("x", 0), routed("y", 0), connected("y", 60, 50, answered=8)], {"x": "taken"}),
        ([routed("x", 0), routed("y", 20), connected("y", 60, 30, answered=25)], {"x": "free"}),
        (
            [routed("x", 0), routed("y", 0), failed("x", 9), connected("y", 60, 50, answered=8)],
            {"x": "taken"},
        ),
        (
            [routed("x", 0), routed("y", 20), failed("x", 20), connected("y", 60, 30, answered=22)],
            {"x": "free"},
        ),
        ([routed("x", 0), failed("x", 8, Outcome.REJECTED), connected("y", 60, 30)], {"x": "rejected"}),
        ([routed("x", 0), failed("x", 30, Outcome.CANCELLED)], {"x": "caller_left"}),
        (
            [routed("x", 0), failed("x", 20), routed("y", 20), over(33, hung_up_by="lead")],
            {"x": "free", "y": "caller_left"},
        ),
        ([routed("x", 0), failed("x", 20, Outcome.FAILED)], {"x": "unknown"}),
        ([routed("x", 0), failed("x", 20, Outcome.UNKNOWN)], {"x": "unknown"}),
        ([routed("x", 0), failed("x", 20, Outcome.BUSY), over(20)], {"x": "busy"}),
    ],
)
def test_why_a_ring_was_not_answered(events: list[CallEvent], reasons: dict[str, str]) -> None:
    call = fold(events, MUCH_LATER)
    assert {o.seat: str(o.reason) for o in call.offers if not o.answered} == reasons
    assert call.missed_by == tuple(reasons)
