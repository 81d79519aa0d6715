"""Whom a campaign's missed call is for when its lead is nobody's: all who work on that campaign."""

from typing import Any

from models.rules.call import CallEvent, Direction, Kind, Outcome
from models.store import entries, people
from models.store.base import Store
from tests.cast import Cast, Lead, Person
from tests.databases import Clock
from tests.telling import ended, tell


def missed(store: Store, who: Lead, call_id: str, campaign: str | None = "Autumn", **more: Any) -> CallEvent:
    """The campaign called, and the lead did not answer; nobody was rung."""
    return CallEvent(
        provider_call_id=call_id,
        kind=Kind.LOG,
        received_at=store.now(),
        direction=Direction.CAMPAIGN,
        campaign=campaign,
        customer=who.phone,
        started_at=store.now(),
        ended_at=store.now(),
        outcome=Outcome.NO_ANSWER,
        did="+917314000001",
        **more,
    )


def talked(store: Store, cast: Cast, who: Person, call_id: str, campaign: str = "Autumn") -> None:
    tell(
        store,
        cast,
        ended(
            store, who, cast.lead(), call_id, talk=30, direction=Direction.CAMPAIGN, campaign=campaign
        ),
    )  # fmt: skip


def concerned(store: Store, cast: Cast, who: Lead) -> set[str]:
    """Whom the lead's missed call is for: people, or else teams."""
    with store.read() as tx:
        rows = entries.open_for(tx, cast.dev.viewer, now=store.now(), rules=store.rules)
    [row] = [row for row in rows if row["lead_id"] == who.id]
    return {one["name"] for one in row["counselors"] or row["teams"]}


def test_a_lead_of_nobody_is_for_all_agents_of_the_campaign(store: Store, cast: Cast) -> None:
    talked(store, cast, cast.asha, "a1")
    talked(store, cast, cast.chitra, "a2")
    talked(store, cast, cast.ravi, "a3", campaign="Winter")
    ours, owned = cast.lead(), cast.lead(owner=cast.ravi)
    tell(store, cast, missed(store, ours, "m1"), missed(store, owned, "m2"))
    assert concerned(store, cast, ours) == {cast.asha.name, cast.chitra.name}
    assert concerned(store, cast, owned) == {cast.ravi.name}


def test_who_was_rung_and_did_not_answer_works_on_it_too(store: Store, cast: Cast) -> None:
    tell(
        store,
        cast,
        ended(store, cast.ravi, cast.lead(owner=cast.asha), "a1", direction=Direction.CAMPAIGN, campaign="Autumn"),
    )  # fmt: skip
    who = cast.lead()
    tell(store, cast, missed(store, who, "m1"))
    assert concerned(store, cast, who) == {cast.ravi.name}


def test_a_campaign_nobody_has_worked_on_lately_goes_to_the_team(
    store: Store, cast: Cast, clock: Clock
) -> None:
    talked(store, cast, cast.asha, "a1")
    clock.advance(days=8)
    talked(store, cast, cast.ravi, "a2")
    with store.db.begin() as tx:
        people.set_active(tx, cast.ravi.email, active=False)
    old, unnamed = cast.lead(), cast.lead()
    tell(store, cast, missed(store, old, "m1"), missed(store, unnamed, "m2", campaign=None))
    assert concerned(store, cast, old) == concerned(store, cast, unnamed) == {"Indore"}


def test_the_same_name_at_another_connection_is_another_campaign(store: Store, cast: Cast) -> None:
    other = Cast(store, cast.known)
    other.connection = cast.line("two", "open", seats={"chitra": cast.chitra.seat or ""})
    talked(store, other, cast.chitra, "a1")
    who = cast.lead()
    tell(store, cast, missed(store, who, "m1"))
    assert concerned(store, cast, who) == {"Indore"}
