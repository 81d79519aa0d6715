"""The best moment to call, read from calls as they were told."""

from datetime import timedelta
from typing import Any

from models.rules.call import Direction, Outcome
from models.rules.moment import Basis, Best, Tried
from models.store import habits
from models.store.base import Store
from tests.cast import Cast, Lead
from tests.databases import Clock
from tests.telling import ended, tell


def dialled(store: Store, cast: Cast, lead: Lead, call: str, outcome: Outcome) -> None:
    talk = 60 if outcome is Outcome.CONNECTED else 0
    more: dict[str, Any] = {} if talk else {"outcome": outcome}
    tell(store, cast, ended(store, cast.asha, lead, call, talk=talk, direction=Direction.OUTBOUND, **more))


def test_hours_are_the_institutions_and_inbound_calls_do_not_count(
    store: Store, cast: Cast, clock: Clock
) -> None:
    clock.advance(minutes=30)
    lead = cast.lead(owner=cast.asha)
    hour = store.now().astimezone(store.rules.zone).hour
    for number, outcome in enumerate((Outcome.CONNECTED, Outcome.NO_ANSWER, Outcome.CONNECTED)):
        clock.advance(days=1)
        dialled(store, cast, lead, f"c{number}", outcome)
    tell(store, cast, ended(store, cast.asha, lead, "inbound", talk=60))
    with store.read() as tx:
        assert habits.of_lead(tx, lead.id, now=store.now()).best == Best(hour, hour, Tried(2, 3), Basis.LEAD)
        later = store.now() + timedelta(days=200)
        assert habits.of_lead(tx, lead.id, now=later).best is None


def test_similar_leads_are_of_the_same_programme(store: Store, cast: Cast) -> None:
    lead = cast.lead(programme="MBA")
    for number in range(3):
        dialled(store, cast, cast.lead(programme="B.Tech"), f"b{number}", Outcome.CONNECTED)
    with store.read() as tx:
        assert habits.of_lead(tx, lead.id, now=store.now()).best is None
    for number in range(4):
        outcome = Outcome.BUSY if number == 3 else Outcome.CONNECTED
        dialled(store, cast, cast.lead(programme="MBA"), f"m{number}", outcome)
    with store.read() as tx:
        best = habits.of_lead(tx, lead.id, now=store.now()).best
    assert best is not None
    assert (best.tried, best.basis) == (Tried(3, 4), Basis.SIMILAR)
