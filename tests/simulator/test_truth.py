from datetime import timedelta

import pytest

from simulator.api import Look
from simulator.story import Facts
from simulator.truth import expected
from tests.simulator.plots import SEATS, a_call

OWNER = "owner@x.in"
FIRST, SECOND, THIRD = (seat.counselor for seat in SEATS[:3])


def look(
    facts: Facts, second: float, *, email: str = OWNER, after_end: bool = False, sure: bool = True
) -> Look:
    base = facts.ended_at if after_end else facts.started_at
    at = base + timedelta(seconds=second)
    return Look(email, at, at + timedelta(milliseconds=20), sure)


@pytest.mark.parametrize(
    ("name", "kind", "people"),
    [
        ("inbound-answered", "pending", (FIRST,)),
        ("inbound-rerouted", "pending", (SECOND,)),
        ("inbound-missed", "missed", (FIRST, SECOND, THIRD)),
        ("inbound-hangup", "missed", (FIRST,)),
        ("inbound-nobody", "missed", (OWNER,)),
        ("outbound-answered", None, ()),
        ("outbound-no-answer", "missed", (FIRST,)),
        ("outbound-busy", "missed", (FIRST,)),
        ("outbound-rejected", "missed", (FIRST,)),
        ("outbound-failed", "missed", (FIRST,)),
        ("outbound-agent-missed", "missed", (FIRST,)),
        ("campaign-connected", "pending", (FIRST,)),
        ("campaign-no-answer", "missed", (OWNER,)),
        ("campaign-abandoned", "missed", (OWNER,)),
    ],
)
def test_the_table_of_missed_and_pending(name: str, kind: str | None, people: tuple[str, ...]):
    due = expected(a_call(name), OWNER, ())
    assert (due.kind, due.counselors, due.state) == (kind, people, "open" if kind else None)
    assert not due.doubtful


@pytest.mark.parametrize("name", ["inbound-nobody", "campaign-no-answer"])
def test_nobodys_lead_goes_to_whom_the_institution_chooses(name: str):
    assert expected(a_call(name), None, ()).counselors is None


def test_any_opening_since_the_call_began_clears_a_miss():
    facts = a_call("inbound-missed")
    assert expected(facts, OWNER, [look(facts, -3)]).state == "open"
    cleared = expected(facts, OWNER, [look(facts, 900, email="a@x.in"), look(facts, 40, email="b@x.in")])
    assert (cleared.state, cleared.cleared_by, cleared.doubtful) == ("cleared", ("b@x.in",), False)


def test_an_opening_during_the_talk_means_no_pending():
    facts = a_call("inbound-answered")
    assert expected(facts, OWNER, [look(facts, 8)]).kind is None
    assert expected(facts, OWNER, [look(facts, -8)]).state == "open"


def test_an_opening_after_the_talk_clears_the_pending():
    facts = a_call("campaign-connected")
    due = expected(facts, OWNER, [look(facts, 60, after_end=True)])
    assert (due.kind, due.state, due.cleared_by) == ("pending", "cleared", (OWNER,))


def test_an_opening_on_the_edge_is_doubtful():
    facts = a_call("inbound-answered")
    end = look(facts, -0.01, after_end=True)
    assert expected(facts, OWNER, [end]).doubtful
    begin = look(a_call("inbound-missed"), 0.4)
    assert expected(a_call("inbound-missed"), OWNER, [begin]).doubtful


def test_an_opening_that_may_have_got_lost_is_doubtful_unless_another_one_decides():
    facts = a_call("inbound-missed")
    lost = look(facts, 100, sure=False)
    assert expected(facts, OWNER, [lost]).doubtful
    assert not expected(facts, OWNER, [look(facts, 90), lost]).doubtful


def test_of_two_at_once_either_may_be_the_first():
    facts = a_call("inbound-missed")
    both = [look(facts, 100, email="a@x.in"), look(facts, 100.01, email="b@x.in")]
    assert expected(facts, OWNER, both).cleared_by == ("a@x.in", "b@x.in")


def test_a_campaigns_opening_before_the_pop_up_is_doubtful():
    facts = a_call("campaign-connected")
    assert (facts.rings[0].at - facts.started_at).total_seconds() > 3
    assert expected(facts, OWNER, [look(facts, 2)]).doubtful
