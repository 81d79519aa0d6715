"""Which counselor for this caller."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.routing import (
    ASSIGNED,
    BY_NAME,
    DEFAULT,
    MOST_SEATS,
    POOL,
    SKILL,
    SKILLS,
    STICKY,
    Candidate,
    Choice,
    Strategy,
    Words,
    choose,
    in_order,
    needs,
    spelt,
    words,
)
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
        person(5, on_break=True),
        owner=1,
        sticky=2,
    )
    assert (choice.person_ids, choice.seats, choice.strategy) == ((), (), "fallback")
    assert {(c.person_id, c.strategy, c.why_not) for c in choice.considered} == {
        (1, "assigned", "on a call"),
        (2, "sticky", "not checked in"),
        (1, "pool", "on a call"),
        (2, "pool", "not checked in"),
        (5, "pool", "on a break"),
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
    assert list(BY_NAME) == ["assigned", "sticky", "skill", "pool"]
    assert tuple(BY_NAME.values()) == DEFAULT


HINDI_MBA = words([("language", "Hindi"), ("programme", "MBA")])


def test_skill_most_kinds_first_then_longest_idle_and_only_the_did_s_team() -> None:
    people = (
        person(1, idle=10, skills=words([("language", "Hindi")])),
        person(2, idle=50, skills=words([("language", "Hindi"), ("programme", "mba ")])),
        person(3, idle=5, skills=words([("programme", "MBA")])),
        person(4, idle=0, skills=words([("language", "Tamil"), ("region", "MBA")])),
        person(5, idle=0, team=71, skills=HINDI_MBA),
    )
    asked = {"owner_id": None, "sticky_id": None, "did_team": 70, "now": NOW, "needs": HINDI_MBA}
    choice = choose(people, **asked)  # type: ignore[arg-type]
    assert (choice.strategy, choice.person_ids) == ("skill", (2, 3, 1))
    assert [one.matched for one in choice.steps[-1].wanted] == [
        ("language", "programme"),
        ("programme",),
        ("language",),
    ]
    assert choose(people, **asked | {"did_team": None}).person_ids == (5, 2, 3, 1)  # type: ignore[arg-type]


def test_skill_nobody_fits_is_the_pool() -> None:
    fits_but_talks = person(1, skills=HINDI_MBA, on_call=True)
    choice = choose(
        (fits_but_talks, person(2)), owner_id=None, sticky_id=None, did_team=70, now=NOW, needs=HINDI_MBA
    )
    assert (choice.strategy, choice.person_ids) == ("pool", (2,))
    assert [(step.strategy, [(one.person_id, one.why_not) for one in step.wanted]) for step in choice.steps] == [
        ("assigned", []),
        ("sticky", []),
        ("skill", [(1, "on a call")]),
        ("pool", [(1, "on a call"), (2, None)]),
    ]  # fmt: skip


def test_the_lead_s_own_need_goes_before_the_did_s_kind_by_kind() -> None:
    did = words([("language", "English"), ("language", "Hindi"), ("region", "Malwa")])
    assert needs(words([("language", "Marathi")]), did) == {
        "language": frozenset({"marathi"}),
        "region": frozenset({"malwa"}),
    }
    assert needs({}, did) == did
    assert needs({}, {}) == {}
    assert words([("language", "  ")]) == {}


def test_words_are_compared_without_case_spaces_or_composition() -> None:
    assert spelt("  B.Tech   (CSE) ") == spelt("b.tech (cse)")
    assert spelt("Ma\u0304rathi") == spelt("m\u0101rathi")
    assert spelt("हिन्दी") != spelt("मराठी")


def test_the_explanation_tells_how_long_each_was_idle() -> None:
    told = ask(person(1, idle=600), person(2, idle=None), person(3, idle=99999)).steps[-1].wanted
    assert [(one.person_id, one.idle_seconds) for one in told] == [(2, None), (1, 3000), (3, 0)]


def test_no_more_seats_than_a_caller_waits_for() -> None:
    choice = ask(*(person(number, idle=number) for number in range(1, 40)))
    assert choice.person_ids == tuple(range(1, MOST_SEATS + 1))


def test_strategies_by_name() -> None:
    assert in_order(["pool", "sticky"]) == (POOL, STICKY)
    assert in_order([]) == (ASSIGNED, STICKY, SKILL, POOL)
    for wrong in (["nearest"], ["pool", "pool"]):
        with pytest.raises(ValueError):
            in_order(wrong)


SOME_WORDS: st.SearchStrategy[Words] = st.dictionaries(
    st.sampled_from(SKILLS), st.frozensets(st.sampled_from("abc"), max_size=2), max_size=3
)
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
        on_break=st.booleans(),
        skills=SOME_WORDS,
    ),
    max_size=8,
)
IDS = st.none() | st.integers(1, 6)


def oracle(
    candidates: list[Candidate], owner: int | None, sticky: int | None, team: int | None, asked: Words
) -> dict[str, list[tuple[int, str | None]]]:
    """Whom each strategy rings, said once more and as plainly as can be."""
    able = [
        c for c in candidates if c.active and c.checked_in and not c.on_break and c.seat and not c.on_call
    ]
    ours = [c for c in able if team is None or c.team_id == team]

    def waited(c: Candidate) -> float:
        return float("inf") if c.idle_since is None else max(0.0, (NOW - c.idle_since).total_seconds())

    def fits(c: Candidate) -> int:
        return sum(1 for kind in asked if asked[kind] & c.skills.get(kind, frozenset()))

    pool = sorted(ours, key=lambda c: (-waited(c), c.person_id, c.seat or ""))
    skilled = [c for count in (3, 2, 1) for c in pool if fits(c) == count]
    chosen = {
        "assigned": [c for c in able if c.person_id == owner],
        "sticky": [c for c in able if c.person_id == sticky],
        "skill": skilled,
        "pool": pool,
    }
    return {name: [(c.person_id, c.seat) for c in found] for name, found in chosen.items()}


@given(
    CANDIDATES,
    IDS,
    IDS,
    st.sampled_from([None, 70, 71]),
    SOME_WORDS,
    st.permutations(DEFAULT),
    st.integers(0, 4),
    st.randoms(),
)
@settings(max_examples=800, deadline=None)
def test_it_answers_as_the_oracle_does(
    candidates, owner, sticky, team, asked, permuted, count, random
) -> None:
    strategies = permuted[:count]

    def answer(given_candidates: list[Candidate]) -> Choice:
        return choose(
            given_candidates,
            owner_id=owner,
            sticky_id=sticky,
            did_team=team,
            now=NOW,
            needs=asked,
            strategies=strategies,
        )

    choice = answer(candidates)
    rung = oracle(candidates, owner, sticky, team, asked)
    names = [strategy.name for strategy in strategies if rung[strategy.name]]
    assert choice.strategy == (names[0] if names else "fallback")
    told = list(zip(choice.person_ids, choice.seats, strict=True))
    expected = rung[names[0]] if names else []
    if choice.strategy in {"pool", "skill"}:
        assert told == expected
    assert sorted(told) == sorted(expected)
    # every strategy up to the one that chose is explained, and the explanation is the choice
    tried = [strategy.name for strategy in strategies]
    assert [step.strategy for step in choice.steps] == tried[: tried.index(names[0]) + 1 if names else None]
    free = [one.person_id for step in choice.steps for one in step.wanted if one.why_not is None]
    assert free == list(choice.person_ids)
    # the order in which candidates are handed in says nothing
    again = answer(random.sample(candidates, len(candidates)))
    assert (again.strategy, sorted(again.seats)) == (choice.strategy, sorted(choice.seats))
