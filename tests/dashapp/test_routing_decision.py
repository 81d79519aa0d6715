"""A routing decision as the inspector tells it."""

from datetime import UTC, datetime

from dashapp.components.routing_decision import routing_decision
from models.store.decisions import Decision, Line
from tests.dashapp.drawn import plain, text

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def told(found: Decision | None) -> str:
    return text(plain(routing_decision(found)))


def test_each_strategy_is_a_line_and_one_has_chosen() -> None:
    lines = (
        Line("assigned", ("Asha Kulkarni – on a call",), chosen=False),
        Line("sticky", (), chosen=False),
        Line("pool", ("Ravi Deshmukh, idle 12 min", "2 more"), chosen=True),
    )
    assert told(Decision(AT, "pool", lines, "Ravi Deshmukh", "")) == (
        "Whom to ring We answered: Ravi Deshmukh . "
        "assigned Asha Kulkarni – on a call sticky nobody pool Chosen Ravi Deshmukh, idle 12 min 2 more"
    )


def test_the_fallback_says_why() -> None:
    nobody = Decision(AT, "fallback", (Line("pool", (), chosen=False),), "the fallback", "")
    assert "Nobody could take the call. We answered: the fallback ." in told(nobody)
    late = Decision(AT, "fallback", (), "nobody", "the database did not answer in time")
    said = told(late)
    assert said.endswith(
        "The rules were not asked: the database did not answer in time. We answered: nobody ."
    )


def test_a_delivery_that_asked_nothing_has_no_such_part() -> None:
    assert routing_decision(None) == []
