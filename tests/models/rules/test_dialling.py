"""Which connection gets a click, and what a call's events make of it."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.call import CallEvent, Direction, Kind, Outcome
from models.rules.dialling import FINAL, Line, State, forward, lease, order, progress, says
from models.rules.lifecycle import fold

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)

lines = st.lists(
    st.builds(
        Line,
        connection_id=st.integers(1, 50),
        share=st.integers(0, 20),
        dialled=st.integers(0, 500),
        healthy=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda line: line.connection_id,
)


@given(lines, st.randoms(), st.one_of(st.none(), st.integers(1, 50)))
def test_the_order_of_connections_does_not_depend_on_how_they_came(given_lines, shuffler, last_used) -> None:
    shuffled = list(given_lines)
    shuffler.shuffle(shuffled)
    found = order(shuffled, last_used)
    assert found == order(given_lines, last_used)
    assert sorted(found) == sorted(line.connection_id for line in given_lines if line.share)
    healthy = {line.connection_id for line in given_lines if line.healthy}
    assert [each in healthy for each in found] == sorted((each in healthy for each in found), reverse=True)
    if last_used in healthy & set(found):
        assert found[0] == last_used


@given(st.lists(st.integers(1, 12), min_size=1, max_size=6), st.integers(1, 300))
def test_what_is_dialled_converges_to_the_shares(shares, clicks) -> None:
    dialled: Counter[int] = Counter()
    for _ in range(clicks):
        dialled[order([Line(each, share, dialled[each]) for each, share in enumerate(shares)])[0]] += 1
    for each, share in enumerate(shares):
        assert abs(dialled[each] - clicks * share / sum(shares)) <= len(shares)


def _told(kind: Kind, seconds: float, **more) -> CallEvent:
    at = NOW + timedelta(seconds=seconds)
    return CallEvent(
        provider_call_id="c", kind=kind, received_at=at, at=at, direction=Direction.OUTBOUND, **more
    )


RINGS = _told(Kind.RINGING, 1, seat="s")
ANSWERS = _told(Kind.ANSWERED, 5, seat="s")
LEAD_RINGS = _told(Kind.RINGING, 6, leg="b")
LEAD_ANSWERS = _told(Kind.ANSWERED, 12, leg="b")
ENDS = _told(Kind.ENDED, 60)
RECORD = _told(Kind.LOG, 61, seat="s", outcome=Outcome.CONNECTED, talk_seconds=48)
STORY = (RINGS, ANSWERS, LEAD_RINGS, LEAD_ANSWERS, ENDS, RECORD)


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([RINGS], State.AGENT_RINGING),
        ([ANSWERS], State.LEAD_RINGING),
        ([LEAD_RINGS], State.LEAD_RINGING),
        ([RINGS, ANSWERS, LEAD_ANSWERS], State.TALKING),
        ([RINGS, _told(Kind.BRIDGED, 9)], State.TALKING),
        ([RINGS, ENDS], State.ENDED),
        ([RECORD], State.LOGGED),
        ([_told(Kind.RECORDING, 70, recording="r")], None),
    ],
)
def test_how_far_a_call_has_got(events, state) -> None:
    assert progress(events, fold(events, NOW)).state is state


def test_each_step_has_its_own_moment() -> None:
    since = progress(STORY, fold(STORY, NOW)).since
    assert {state: (at - NOW).total_seconds() for state, at in since.items()} == {
        State.AGENT_RINGING: 1,
        State.LEAD_RINGING: 5,
        State.TALKING: 12,
        State.ENDED: 61,
        State.LOGGED: 61,
    }


@given(st.lists(st.sampled_from(STORY), min_size=1, max_size=8), st.randoms())
def test_progress_is_a_function_of_the_set_and_never_goes_back(heard, shuffler) -> None:
    shuffled = list(heard)
    shuffler.shuffle(shuffled)
    assert progress(shuffled, fold(shuffled, NOW)) == progress(heard, fold(heard, NOW))
    state = State.REQUESTED
    for count in range(1, len(heard) + 1):
        told = progress(heard[:count], fold(heard[:count], NOW)).state
        later = forward(state, told)
        assert list(State).index(later) >= list(State).index(state)
        state = later


def test_final_states_hold_nobody() -> None:
    for state in State:
        assert (lease(state) == timedelta(0)) == (state in FINAL)


def test_the_providers_words_are_shown_where_we_have_none() -> None:
    assert "blue moon" in says("other", "blue moon")
    assert "blue moon" not in says("down", "blue moon")
    assert says(None, "queued") == ""
