"""A missed caller nobody knows: to the pool, or to the next counselor in turn, as the DID says."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, update

from models.rules.call import CallEvent, Direction, Kind, Outcome
from models.store import dids, entries, journal, people
from models.store.base import Store
from models.store.events import seal
from models.store.journal import Item
from models.tables.leads import lead, turn
from tests.cast import INDORE_DID, PUNE_DID, Cast, Person
from tests.databases import Clock


@pytest.fixture(autouse=True)
def _in_turn(store: Store) -> None:
    with store.db.begin() as tx:
        dids.change(tx, INDORE_DID, unknown_rule="next")


def number(one: int) -> str:
    return f"+91970000{one:04}"


def missed(store: Store, one: int, *, did: str | None = INDORE_DID, **more: Any) -> CallEvent:
    """The call of unknown caller ``one``: it rang nobody, and they hung up."""
    said: dict[str, Any] = {
        "provider_call_id": f"call-{one}",
        "kind": Kind.LOG,
        "received_at": store.now(),
        "direction": Direction.INBOUND,
        "customer": number(one),
        "did": did,
        "started_at": store.now(),
        "ended_at": store.now(),
        "outcome": Outcome.CANCELLED,
    }
    return CallEvent(**said | more)


def tell(store: Store, cast: Cast, *events: CallEvent) -> None:
    """Each event a delivery of its own, all in one batch."""
    items = [
        Item(cast.connection.id, "call-log", store.now(), b"sealed elsewhere", seal(store.vault, [event]))
        for event in events
    ]
    store.write(lambda tx: journal.write_batch(store)(tx, items))


def owner(cast: Cast, one: int) -> int | None:
    with cast.store.read() as tx:
        [lead_id] = cast.find_by_number(tx, number(one))
        found: int | None = tx.scalar(select(lead.c.owner_id).where(lead.c.id == lead_id))
    return found


def owners(cast: Cast, *ones: int) -> list[int | None]:
    return [owner(cast, one) for one in ones]


def waiting(store: Store, who: Person) -> int:
    """How many open entries this person sees."""
    with store.read() as tx:
        return len(entries.open_for(tx, who.viewer, now=store.now(), rules=store.rules))


def test_each_gets_the_next_and_the_entry_is_theirs_alone(store: Store, cast: Cast) -> None:
    for one in (1, 2, 3):
        tell(store, cast, missed(store, one))
    assert owners(cast, 1, 2, 3) == [cast.asha.id, cast.ravi.id, cast.asha.id]
    assert [waiting(store, who) for who in (cast.asha, cast.ravi, cast.chitra, cast.meera, cast.dev)] == [
        2, 1, 0, 3, 3,
    ]  # fmt: skip


def test_several_in_one_batch_and_the_same_call_told_again(store: Store, cast: Cast) -> None:
    tell(store, cast, *(missed(store, one) for one in range(1, 6)))
    given = owners(cast, 1, 2, 3, 4, 5)
    assert given == [cast.asha.id, cast.ravi.id, cast.asha.id, cast.ravi.id, cast.asha.id]
    tell(store, cast, *(missed(store, one) for one in range(1, 6)))
    tell(store, cast, missed(store, 3, disposition="Callback"))
    again = missed(store, 1, provider_call_id="call-1-again")
    tell(store, cast, again)
    assert owners(cast, 1, 2, 3, 4, 5) == given
    with store.read() as tx:
        assert len(tx.execute(select(turn)).all()) == 5
    tell(store, cast, missed(store, 6))
    assert owner(cast, 6) == cast.ravi.id


def test_two_calls_of_one_caller_in_a_batch_take_one_turn(store: Store, cast: Cast) -> None:
    tell(store, cast, missed(store, 1), missed(store, 1, provider_call_id="second"), missed(store, 2))
    assert owners(cast, 1, 2) == [cast.asha.id, cast.ravi.id]


@pytest.mark.parametrize(
    "more",
    [
        {"did": PUNE_DID},  # whose rule is the pool
        {"did": None},
        {"direction": Direction.OUTBOUND},
        {"direction": Direction.CAMPAIGN},
        {"direction": None},
    ],
)
def test_who_is_not_given(store: Store, cast: Cast, more: dict[str, Any]) -> None:
    tell(store, cast, missed(store, 1, **more))
    assert owner(cast, 1) is None


def test_only_callers_nobody_knows_are_given(store: Store, cast: Cast) -> None:
    cast.lead(number(1))  # from the website: nobody's, but known
    cast.lead(number(2), owner=cast.chitra)
    tell(store, cast, missed(store, 1), missed(store, 2))
    assert owners(cast, 1, 2) == [None, cast.chitra.id]


def test_with_the_pool_the_whole_team_is_told(store: Store, cast: Cast) -> None:
    with store.db.begin() as tx:
        dids.change(tx, INDORE_DID, unknown_rule="pool")
    tell(store, cast, missed(store, 1))
    assert owner(cast, 1) is None
    assert [waiting(store, who) for who in (cast.asha, cast.ravi, cast.chitra)] == [1, 1, 0]


def test_who_is_shut_out_gets_no_turn_and_a_team_of_nobody_stays_a_pool(store: Store, cast: Cast) -> None:
    with store.db.begin() as tx:
        people.set_active(tx, cast.asha.email, active=False)
    tell(store, cast, missed(store, 1), missed(store, 2))
    assert owners(cast, 1, 2) == [cast.ravi.id, cast.ravi.id]
    with store.db.begin() as tx:
        people.set_active(tx, cast.ravi.email, active=False)
    tell(store, cast, missed(store, 3))
    assert owner(cast, 3) is None
    with store.db.begin() as tx:
        people.set_active(tx, cast.asha.email, active=True)
        people.set_active(tx, cast.ravi.email, active=True)
    tell(store, cast, missed(store, 4))
    assert owner(cast, 4) == cast.asha.id  # who never had a turn


def test_a_did_without_a_team_takes_the_connection_s(store: Store, cast: Cast) -> None:
    line = cast.line("pune", "open", team="Pune")
    with store.db.begin() as tx:
        dids.change(tx, INDORE_DID, team_id=None)
    item = Item(line.id, "call-log", store.now(), b"-", seal(store.vault, [missed(store, 1)]))
    store.write(lambda tx: journal.write_batch(store)(tx, [item]))
    assert owner(cast, 1) == cast.chitra.id


def test_who_was_rung_keeps_the_entry_and_the_lead_is_given(store: Store, cast: Cast) -> None:
    tell(store, cast, missed(store, 1, seat=cast.ravi.seat, outcome=Outcome.AGENT_MISSED))
    assert owner(cast, 1) == cast.asha.id
    assert [waiting(store, who) for who in (cast.asha, cast.ravi)] == [0, 1]


def answered(store: Store, one: int, by: Person) -> CallEvent:
    return missed(
        store, one, seat=by.seat, outcome=Outcome.CONNECTED, talk_seconds=60, answered_at=store.now()
    )


def test_a_call_that_was_answered_after_all_is_whose_who_answered(
    store: Store, cast: Cast, clock: Clock
) -> None:
    tell(store, cast, missed(store, 1, did=INDORE_DID, seat=cast.asha.seat, outcome=Outcome.AGENT_MISSED))
    assert owner(cast, 1) == cast.asha.id
    clock.advance(seconds=5)
    tell(store, cast, answered(store, 1, cast.ravi))
    assert owner(cast, 1) == cast.ravi.id
    tell(store, cast, missed(store, 2))
    assert owner(cast, 2) == cast.asha.id  # her turn came back
    # told in the other order it ends the same
    tell(store, cast, answered(store, 3, cast.ravi))
    tell(store, cast, missed(store, 3, seat=cast.asha.seat, outcome=Outcome.AGENT_MISSED))
    assert owner(cast, 3) == cast.ravi.id


def test_who_was_made_the_counselor_since_stays_it(store: Store, cast: Cast) -> None:
    tell(store, cast, missed(store, 1, seat=cast.asha.seat, outcome=Outcome.AGENT_MISSED))
    with store.db.begin() as tx:
        tx.execute(update(lead).values(owner_id=cast.chitra.id))
    tell(store, cast, answered(store, 1, cast.ravi))
    assert owner(cast, 1) == cast.chitra.id


def test_a_lead_taken_from_its_counselor_is_not_given_again_for_the_same_call(
    store: Store, cast: Cast
) -> None:
    tell(store, cast, missed(store, 1))
    with store.db.begin() as tx:
        tx.execute(update(lead).values(owner_id=None))
    tell(store, cast, missed(store, 1, disposition="Callback"))
    assert owner(cast, 1) is None
    tell(store, cast, missed(store, 1, provider_call_id="later"))
    assert owner(cast, 1) == cast.ravi.id


def test_nobody_gets_two_more_than_another(store: Store, cast: Cast) -> None:
    with store.db.begin() as tx:
        people.set_team(tx, cast.chitra.email, cast.teams["Indore"])
    ones = iter(range(1, 200))
    counts: Counter[int | None] = Counter()
    for size in (1, 2, 5, 1, 7, 4, 3, 1, 1, 2):
        batch = [next(ones) for _ in range(size)]
        tell(store, cast, *(missed(store, one) for one in batch))
        counts.update(owners(cast, *batch))
        three = [counts[who.id] for who in (cast.asha, cast.ravi, cast.chitra)]
        assert max(three) - min(three) <= 1
        assert sum(three) == counts.total()
