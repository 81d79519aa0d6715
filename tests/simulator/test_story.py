from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from simulator.callers import BY_NAME, SCRIPTS, hunt_order, next_pause, next_script
from simulator.story import Ending, Tempo, cut, talk_length
from tests.simulator.plots import NOON, SEATS, a_call

NAMES = sorted(BY_NAME)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("speed", [1.0, 7.0, 60.0])
def test_every_story_is_told_in_whole_seconds_and_in_order(name: str, speed: float):
    for seed in range(20):
        facts = a_call(name, seed=seed, speed=speed)
        moments = [facts.started_at, facts.ended_at, facts.answered_at or facts.started_at]
        moments += [moment for ring in facts.rings for moment in (ring.at, ring.until)]
        assert all(moment.microsecond == 0 for moment in moments)
        assert facts.started_at == NOON
        assert all(NOON <= moment <= facts.ended_at for moment in moments)
        assert all(ring.until > ring.at for ring in facts.rings)
        for earlier, later in zip(facts.rings, facts.rings[1:], strict=False):
            assert earlier.until <= later.at
        assert (facts.outcome == "connected") == (facts.answered_at is not None) == (facts.talker is not None)
        assert (facts.talk_seconds >= 3) == (facts.outcome == "connected")
        assert sum(ring.answered for ring in facts.rings) <= 1


@pytest.mark.parametrize(
    ("name", "outcome", "rings", "talker"),
    [
        ("inbound-answered", "connected", 1, 0),
        ("inbound-rerouted", "connected", 2, 1),
        ("inbound-third", "connected", 3, 2),
        ("inbound-missed", "no_answer", 3, None),
        ("inbound-hangup", "cancelled", 1, None),
        ("inbound-hangup-rerouted", "cancelled", 2, None),
        ("inbound-nobody", "cancelled", 0, None),
        ("outbound-answered", "connected", 1, 0),
        ("outbound-no-answer", "no_answer", 1, None),
        ("outbound-busy", "busy", 1, None),
        ("outbound-rejected", "rejected", 1, None),
        ("outbound-failed", "failed", 1, None),
        ("outbound-agent-missed", "agent_missed", 1, None),
        ("campaign-connected", "connected", 1, 0),
        ("campaign-no-answer", "no_answer", 0, None),
        ("campaign-busy", "busy", 0, None),
        ("campaign-abandoned", "abandoned", 0, None),
    ],
)
def test_a_story_goes_as_its_script_says(name: str, outcome: str, rings: int, talker: int | None):
    facts = a_call(name)
    assert (facts.outcome, len(facts.rings)) == (outcome, rings)
    assert facts.talker == (None if talker is None else SEATS[talker])


def test_with_fewer_counselors_the_last_one_answers():
    facts = a_call("inbound-third", seats=SEATS[:2])
    assert facts.talker == SEATS[1]


@pytest.mark.parametrize("name", ["inbound-answered", "inbound-missed"])
def test_without_a_free_counselor_the_caller_gives_up(name: str):
    facts = a_call(name, seats=())
    assert (facts.outcome, facts.rings) == ("cancelled", ())


def test_a_campaign_without_a_free_agent_is_abandoned():
    assert a_call("campaign-connected", seats=()).outcome == "abandoned"


def test_a_dialling_counselor_picks_up_unless_the_script_says_otherwise():
    for name in NAMES:
        if BY_NAME[name].direction == "outbound":
            facts = a_call(name)
            assert facts.dialer == SEATS[0]
            assert facts.rings[0].answered == (BY_NAME[name].ending is not Ending.AGENT_MISSED)


def test_lengths_are_believable_and_scale():
    lengths = sorted(talk_length(Random(seed)) for seed in range(2000))
    assert 55 < lengths[1000] < 85
    assert lengths[0] >= 12
    assert lengths[-1] <= 420
    assert Tempo(10).talk(100) == timedelta(seconds=10)
    assert Tempo(1000).talk(100) == timedelta(seconds=3)
    assert Tempo(1000).ring(20) == timedelta(seconds=1)
    assert Tempo(10, fixed_ring=4, fixed_talk=9).ring(100) == timedelta(seconds=4)


@pytest.mark.parametrize("name", NAMES)
def test_a_call_can_be_cut_at_any_second(name: str):
    facts = a_call(name)
    for second in range(-1, facts.total_seconds + 2):
        now = facts.started_at + timedelta(seconds=second, milliseconds=300)
        short = cut(facts, now)
        if now >= facts.ended_at:
            assert short == facts
            continue
        assert short.ended_at <= max(now, facts.started_at)
        assert all(ring.until <= short.ended_at for ring in short.rings)
        assert short.rings == tuple(ring for ring in short.rings if ring.at <= short.ended_at)
        connected = short.outcome == "connected"
        assert connected == (short.answered_at is not None) == (short.talker is not None)
        assert connected == (facts.answered_at is not None and facts.answered_at < short.ended_at)
        if connected:
            assert short.talk_seconds > 0
        elif facts.direction == "inbound":
            assert short.outcome == "cancelled"


def test_the_same_dice_tell_the_same_story():
    assert a_call("inbound-third", seed=9) == a_call("inbound-third", seed=9)
    assert a_call("inbound-third", seed=9) != a_call("inbound-third", seed=10)


def test_a_day_is_mixed_as_the_weights_say():
    rng = Random(4)
    names = [next_script(rng).name for _ in range(20_000)]
    total = sum(script.weight for script in SCRIPTS)
    for script in SCRIPTS:
        assert names.count(script.name) / 20_000 == pytest.approx(script.weight / total, abs=0.012)
    assert all(next_script(rng, ("outbound",)).direction == "outbound" for _ in range(50))


def test_calls_come_at_the_wanted_rate():
    rng = Random(5)
    pauses = [next_pause(rng, 720, 1) for _ in range(20_000)]
    assert sum(pauses) / len(pauses) == pytest.approx(5, rel=0.05)
    assert max(pauses) <= 30


def test_the_hunt_follows_the_answer_and_then_tries_others():
    assert hunt_order(["b", "x", "b"], ["a", "b", "c"], Random(1))[0] == "b"
    assert sorted(hunt_order(["b"], ["a", "b", "c"], Random(1))) == ["a", "b", "c"]
    assert hunt_order(["a"], [], Random(1)) == []


def test_the_cut_does_not_touch_what_is_over():
    facts = a_call("inbound-answered")
    assert cut(facts, facts.ended_at) is facts
    assert replace(facts) == facts
