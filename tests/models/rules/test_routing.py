"""Which counselor for this caller."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.routing import ASSIGNED, BY_NAME, DEFAULT, POOL, STICKY, Candidate, Choice, Strategy, choose
from tests.models.rules.street import t

NOW = t(3600)
FREE = Candidate(1, 70, "101", checked_in=True, on_call=False, idle_since=t(0))


def person(person_id: int, *, idle: float | None = 0, team: int | None = 70, **more: object) -> Candidate:
    since = None if idle is None else t(idle)
    return replace(FREE, person_id=person_id, team_id=team, seat=f"s{person_id}", idle_since=since, **more)  # type: ignore[arg-type]


def ask(
    *candidates: Candidate, owner: int | None = None, sticky: int | None = None, team: int | None = 70
) -> Choice:
    return choose(candidates, owner_id=owner, sticky_id=sticky, did_team=team, now=NOW)


def test_assigned_then_sticky_then_the_pool_longest_idle_first() -> None:
    one, two, three = person(1, idle=50), person(2, idle=10), person(3, idle=30)
    assert ask(one, two, three, owner=3, sticky=1).seats == ("s3",)
    assert ask(one, two, three, owner=3, sticky=1).strategy == "assigned"
    assert ask(one, two, replace(three, on_call=True), owner=3, sticky=1).strategy == "sticky"
    pool = ask(one, two, three)
    assert (pool.strategy, pool.person_ids, pool.seats) == ("pool", (2, 3, 1), ("s2", "s3", "s1"))


def test_the_pool_is_the_did_s_team_and_without_a_team_everybody() -> None:
    here, there = person(1), person(2, team=71, idle=10)
    assert ask(here, there, team=71).person_ids == (2,)
    assert ask(here, there, team=None).person_ids == (1, 2)


def test_the_lead_s_own_counselor_is_asked_whatever_her_team() -> None:
    assert ask(person(2, team=71), owner=2, team=70).person_ids == (2,)


def test_idle_time_not_known_comes_first_and_a_clock_ahead_last() -> None:
    assert ask(person(1, idle=5), person(2, idle=None), person(3, idle=99999), person(4, idle=3600)).person_ids == (
        2, 1, 3, 4,
    )  # fmt: skip


def test_nobody_free_is_the_fallback_and_says_why() -> None:
    choice = ask(
        person(1, on_call=True),
        person(2, checked_in=False),
        replace(person(3), seat=None),
        person(4, active=False),
        owner=1,
        sticky=2,
    )
    assert (choice.person_ids, choice.seats, choice.strategy) == ((), (), "fallback")
    assert {(c.person_id, c.strategy, c.why_not) for c in choice.considered} == {
        (1, "assigned", "on a call"),
        (2, "sticky", "not checked in"),
        (1, "pool", "on a call"),
        (2, "pool", "not checked in"),
        (3, "pool", "no seat at this connection"),
        (4, "pool", "not active"),
    }
    assert ask().strategy == "fallback"


def test_the_order_of_strategies_is_the_did_s() -> None:
    people = (person(1), person(2))
    asked = {"owner_id": 1, "sticky_id": 2, "did_team": 70, "now": NOW}
    assert choose(people, strategies=(STICKY, ASSIGNED), **asked).person_ids == (2,)  # type: ignore[arg-type]
    assert choose(people, strategies=(), **asked).strategy == "fallback"  # type: ignore[arg-type]
    last = Strategy("last", lambda candidates, caller: candidates[-1:])
    assert choose(people, strategies=(last, POOL), **asked).strategy == "last"  # type: ignore[arg-type]
    assert list(BY_NAME) == ["assigned", "sticky", "pool"]
    assert tuple(BY_NAME.values()) == DEFAULT


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        person_id=st.integers(1, 6),
        team_id=st.sampled_from([None, 70, 71]),
        seat=st.sampled_from([None, "", "a", "b"]),
        checked_in=st.booleans(),
        on_call=st.booleans(),
        idle_since=st.none() | st.integers(0, 7200).map(t),
        active=st.booleans(),
    ),
    max_size=8,
)
IDS = st.none() | st.integers(1, 6)


@given(CANDIDATES, IDS, IDS, st.sampled_from([None, 70, 71]), st.permutations(DEFAULT), st.randoms())
@settings(max_examples=600, deadline=None)
def test_only_those_who_can_take_it_are_ever_rung(
    candidates, owner, sticky, team, strategies, random
) -> None:
    choice = choose(
        candidates, owner_id=owner, sticky_id=sticky, did_team=team, now=NOW, strategies=strategies
    )
    can = [c for c in candidates if c.active and c.checked_in and c.seat and not c.on_call]
    assert len(choice.person_ids) == len(choice.seats)
    for rung in zip(choice.person_ids, choice.seats, strict=True):
        assert rung in {(c.person_id, c.seat) for c in can}
    wanted = {
        "assigned": [c for c in can if c.person_id == owner],
        "sticky": [c for c in can if c.person_id == sticky],
        "pool": [c for c in can if team is None or c.team_id == team],
    }
    names = [s.name for s in strategies if wanted[s.name]]
    assert choice.strategy == (names[0] if names else "fallback")
    if names:
        assert len(choice.seats) == len(wanted[names[0]])
    idle = (
        [c.idle_since for c in sorted(can, key=lambda c: choice.person_ids.index(c.person_id))]
        if (choice.strategy == "pool" and len({c.person_id for c in can}) == len(can) == len(choice.seats))
        else []
    )
    known = [min(since, NOW) for since in idle if since is not None]
    assert known == sorted(known)
    assert idle[: len(idle) - len(known)] == [None] * (len(idle) - len(known))
    # the order in which candidates are handed in says nothing
    shuffled = random.sample(candidates, len(candidates))
    again = choose(
        shuffled,
        owner_id=owner,
        sticky_id=sticky,
        did_team=team,
        now=NOW + timedelta(0),
        strategies=strategies,
    )
    assert (again.strategy, sorted(again.person_ids)) == (choice.strategy, sorted(choice.person_ids))
