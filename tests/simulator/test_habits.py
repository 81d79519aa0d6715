from datetime import timedelta
from random import Random

import pytest

from simulator.habits import Diligence, deals_with_it_after, opens_during
from tests.simulator.plots import a_call


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8, 1.0])
def test_profiles_are_opened_in_the_midst_of_the_call_and_as_often_as_said(share: float):
    rng = Random(1)
    opened = 0
    for seed in range(500):
        facts = a_call("inbound-answered", seed=seed, speed=20)
        moment = opens_during(facts, Diligence(share), rng)
        if moment is not None:
            opened += 1
            assert facts.answered_at is not None
            assert facts.answered_at + timedelta(seconds=0.5) <= moment
            assert moment <= facts.ended_at - timedelta(seconds=1.4)
    assert opened / 500 == pytest.approx(share, abs=0.07)


def test_nobody_opens_anything_during_a_call_nobody_talked_on():
    assert opens_during(a_call("inbound-missed"), Diligence(1.0), Random(1)) is None


def test_the_board_hovers_around_its_size():
    """Entries arrive at a steady rate; each waits as the habit says. Count those waiting, over hours."""
    rng = Random(2)
    rate = 0.2 * 0.44
    now = 0.0
    leaving: list[float] = []
    sizes = []
    for _ in range(6000):
        now += rng.expovariate(rate)
        delay = deals_with_it_after(Diligence(0.8), rate, rng)
        assert delay is not None
        leaving = [moment for moment in leaving if moment > now] + [now + delay.total_seconds()]
        sizes.append(len(leaving))
    assert 10 < sum(sizes) / len(sizes) < 20


def test_with_no_diligence_nobody_deals_with_anything():
    assert deals_with_it_after(Diligence(0), 1.0, Random(1)) is None
    assert Diligence(1.0).board < Diligence(0.2).board < Diligence(0.2).limit
