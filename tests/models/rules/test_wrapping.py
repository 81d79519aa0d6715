"""Wrap-ups of one person follow each other, whatever they saved when."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.rules.call import Outcome
from models.rules.wrapping import End, Span, end_of, interval

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
seconds = st.integers(0, 900)


@st.composite
def calls(draw: st.DrawFn) -> list[Span]:
    """Calls of one person; they may touch or overlap, as on two lines."""
    spans = draw(st.lists(st.tuples(seconds, seconds), max_size=6))
    return [
        Span(NOON + timedelta(seconds=start + length), at, NOON + timedelta(seconds=start))
        for at, (start, length) in enumerate(spans)
    ]


@given(calls(), st.lists(st.integers(-60, 2000), min_size=6, max_size=6), st.integers(0, 300))
def test_wrap_ups_never_overlap(made: list[Span], saved: list[int], lasts: int) -> None:
    found = []
    for span in made:
        at = NOON + timedelta(seconds=saved[span.id])
        others = [other for other in made if other.id != span.id]
        began, ended = interval(span, at, lasts, others)
        assert began == span.ended_at
        assert began <= ended <= began + timedelta(seconds=lasts)
        assert ended <= max(began, at)
        found.append((span, began, ended))
    for (_, _, ended), (_, began, _) in pairwise(sorted(found)):
        assert ended <= began


@given(calls())
def test_others_are_a_set(made: list[Span]) -> None:
    if made:
        first, *others = made
        late = NOON + timedelta(hours=2)
        assert interval(first, late, 60, others) == interval(first, late, 60, others[::-1] + others)


def test_what_a_result_can_be_said_of() -> None:
    assert end_of(Outcome.CONNECTED, over=True) is End.TALKED
    assert end_of(Outcome.CONNECTED, over=False) is None
    assert end_of(Outcome.UNKNOWN, over=True) is None
    assert end_of(None, over=True) is None
    for outcome in set(Outcome) - {Outcome.CONNECTED, Outcome.UNKNOWN}:
        assert end_of(outcome, over=True) is End.UNANSWERED
