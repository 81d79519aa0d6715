from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from simulator.disturb import Knobs, disturb
from simulator.speakers.open import Open
from tests.simulator.plots import a_call
from tests.simulator.test_speakers import RICH

FACTS = a_call("inbound-third")
SAID = list(Open().deliveries(FACTS, RICH))


def test_without_knobs_nothing_changes():
    assert disturb(SAID, Knobs(), Random(1)) == SAID


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_knobs_nothing_is_lost_and_nothing_comes_early(seed: int):
    knobs = Knobs(duplicates=0.4, shuffle=0.8, late=0.5, window=20, late_seconds=300)
    sent = disturb(SAID, knobs, Random(seed))
    due = {item.fact: item.due for item in SAID}
    assert {item.fact for item in sent} == set(due)
    assert all(item.due >= due[item.fact] for item in sent)
    assert sent == sorted(sent, key=lambda item: item.due)
    assert all(item.due <= FACTS.ended_at + timedelta(seconds=300 + 2 * 20) for item in sent)


def test_duplicates_are_exact_copies_that_come_later():
    sent = disturb(SAID, Knobs(duplicates=1.0), Random(1))
    assert set(Counter(item.fact for item in sent).values()) == {2}
    assert {str(item.fields) for item in sent} == {str(item.fields) for item in SAID}


def test_a_shuffled_call_is_told_in_another_order():
    for seed in range(30):
        sent = disturb(SAID, Knobs(shuffle=1.0), Random(seed))
        assert [item.fact for item in sent] != [item.fact for item in SAID]


def test_late_records_leave_the_pop_ups_alone():
    sent = disturb(SAID, Knobs(late=1.0, late_seconds=100), Random(1))
    for item in sent:
        delay = item.due - next(known.due for known in SAID if known.fact == item.fact)
        expected = timedelta(seconds=50) if item.final else timedelta(0)
        assert expected <= delay <= 2 * expected


def test_the_shares_are_what_they_say():
    rng = Random(2)
    single = SAID[:1]
    copies = sum(len(disturb(single, Knobs(duplicates=0.05), rng)) - 1 for _ in range(4000))
    assert copies / 4000 == pytest.approx(0.05, abs=0.015)
