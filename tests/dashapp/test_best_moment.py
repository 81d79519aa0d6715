"""The best moment to call at the top of a lead's rail."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from models.rules.call import Direction
from models.store.base import Store
from tests.cast import Cast, Person
from tests.dashapp.drawn import text
from tests.databases import Clock
from tests.telling import ended, tell
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def test_it_is_claimed_from_the_third_call_on(
    visit: Callable[[Person | None], Visitor], store: Store, cast: Cast, clock: Clock
) -> None:
    lead = cast.lead(owner=cast.asha)
    clock.advance(hours=6)  # 17:00 in the institution's zone
    for number in range(3):
        said = text(visit(cast.asha).page(f"/lead/{lead.id}").json)
        assert "Not enough calls yet" in said, number
        clock.advance(days=1, minutes=10 if not number else 0)
        call = ended(store, cast.asha, lead, f"c{number}", talk=60, direction=Direction.OUTBOUND)
        tell(store, cast, call)
    clock.advance(seconds=timedelta(hours=1).seconds)
    said = text(visit(cast.asha).page(f"/lead/{lead.id}").json)
    assert "17:00 – 18:00" in said
    assert "picked up 3 of 3 times" in said
