"""When to call: what the calls say, and that nothing is said from fewer than three."""

from hypothesis import given
from hypothesis import strategies as st

from models.rules.call import Outcome
from models.rules.moment import FIRST_HOUR, LAST_HOUR, LEAST, Basis, Best, Tried, habit, hours

TRIED = st.builds(lambda of, part: Tried(round(of * part), of), st.integers(1, 40), st.floats(0, 1))
HOURS = st.dictionaries(st.integers(0, 23), TRIED)


def test_the_hours_in_which_the_lead_picks_up() -> None:
    own = {10: Tried(0, 3), 11: Tried(0, 2), 17: Tried(2, 2), 18: Tried(1, 1), 19: Tried(0, 1)}
    assert habit(own, {}).best == Best(17, 18, Tried(3, 3), Basis.LEAD)


def test_two_calls_claim_nothing_and_three_do() -> None:
    assert habit({17: Tried(2, 2)}, {}).best is None
    assert habit({17: Tried(2, 3)}, {}).best == Best(17, 17, Tried(2, 3), Basis.LEAD)


def test_a_lead_who_never_picked_up_has_no_best_moment_of_their_own() -> None:
    assert habit({10: Tried(0, 9)}, {}).best is None
    similar = {18: Tried(8, 10), 10: Tried(1, 10)}
    assert habit({10: Tried(0, 9)}, similar).best == Best(18, 18, Tried(8, 10), Basis.SIMILAR)


def test_the_leads_own_calls_weigh_more_than_the_others() -> None:
    similar = {10: Tried(90, 100), 18: Tried(10, 100)}
    found = habit({10: Tried(0, 12), 18: Tried(11, 12)}, similar)
    assert found.best == Best(18, 18, Tried(11, 12), Basis.LEAD)
    assert found.likely[10 - FIRST_HOUR] == (0 + 4 * 0.9) / 16


def test_only_ends_that_tell_of_the_lead_count() -> None:
    ends = [(10, end.value, 1) for end in Outcome] + [(10, None, 5), (11, Outcome.BUSY.value, 2)]
    assert hours(ends) == {10: Tried(2, 6), 11: Tried(0, 2)}


def test_calls_at_night_are_no_advice() -> None:
    assert habit({23: Tried(5, 5), 2: Tried(5, 5)}, {}).best is None


@given(HOURS, HOURS)
def test_what_is_claimed_was_counted(own: dict[int, Tried], similar: dict[int, Tried]) -> None:
    found = habit(own, similar)
    assert len(found.likely) == LAST_HOUR - FIRST_HOUR + 1
    assert all(share is None or 0 <= share <= 1 for share in found.likely)
    if found.best is None:
        return
    whose = own if found.best.basis is Basis.LEAD else similar
    span = range(found.best.first, found.best.last + 1)
    assert FIRST_HOUR <= found.best.first <= found.best.last <= LAST_HOUR
    assert found.best.tried == sum((whose.get(hour, Tried()) for hour in span), Tried())
    assert found.best.tried.of >= LEAST
