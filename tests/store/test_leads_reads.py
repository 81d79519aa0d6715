"""What a lead's page, the list of leads and the search may show, and to whom."""

from datetime import timedelta
from typing import Any

import pytest

from models.rules.call import Direction, Outcome
from models.store import leads, openings, searching
from models.store.base import Store
from models.store.leads import Profile
from models.store.timeline import CallMoment, ClearedMoment, Moment, OpenedMoment, timeline
from tests.cast import Cast, Lead, Person
from tests.databases import Clock
from tests.telling import ended, rung, tell


def profile(store: Store, person: Person, lead_id: int) -> Profile | None:
    with store.read() as tx:
        return leads.profile(tx, person.viewer, lead_id, now=store.now(), rules=store.rules)


def found(store: Store, person: Person, asked: str) -> list[str]:
    with store.read() as tx:
        return [row.name for row in searching.listed(store, tx, person.viewer, asked, limit=50).rows]


def story(store: Store, person: Person, lead: Lead) -> list[Moment]:
    with store.read() as tx:
        return timeline(store, tx, person.viewer, lead.id).moments


def test_a_profile_is_for_those_whose_work_it_is(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    assert profile(store, cast.chitra, lead.id) is None
    assert profile(store, cast.chitra, lead.id + 1000) is None
    for person in (cast.asha, cast.meera, cast.dev):
        assert profile(store, person, lead.id)


def test_a_call_that_rang_somebody_makes_the_lead_theirs_to_see(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.chitra)
    assert profile(store, cast.asha, lead.id) is None
    tell(store, cast, rung(store, cast.asha, lead, "c1"))
    assert profile(store, cast.asha, lead.id)
    assert found(store, cast.asha, lead.name) == [lead.name]
    assert found(store, cast.ravi, lead.name) == []


def test_a_profile_counts_calls_and_hides_the_number(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    tell(store, cast, ended(store, cast.asha, lead, "old", talk=65, ago=timedelta(days=2)))
    tell(store, cast, ended(store, cast.asha, lead, "new", ago=timedelta(minutes=3)))
    shown = profile(store, cast.asha, lead.id)
    assert shown
    assert (shown.calls, shown.calls_today, shown.talks) == (2, 1, 1)
    assert (shown.last_talk_by, shown.last_talk_seconds) == (cast.asha.name, 65)
    assert shown.is_mine
    assert shown.owner == cast.asha.name
    assert lead.phone not in repr(shown)
    assert lead.phone[3:] not in repr(shown)
    assert shown.masks[0].endswith(lead.phone[-3:])


def test_leads_with_one_number_know_of_each_other_where_the_viewer_does(store: Store, cast: Cast) -> None:
    phone = "+919811122233"
    first = cast.lead(phone, owner=cast.asha)
    second = cast.lead(phone, owner=cast.asha)
    cast.lead(phone, owner=cast.chitra)
    shown = profile(store, cast.asha, first.id)
    assert shown
    assert [(other.name, other.why) for other in shown.also_known] == [(second.name, ["same number"])]


@pytest.mark.parametrize(
    ("asked", "hit"),
    [
        ("Zoya", True),
        ("zoya farooqui", True),
        ("farooqui lucknow", True),
        ("mba zoya", True),
        ("zoya pune", False),
        ("", True),
        ("%", True),  # one letter asks for nothing
        ("zo%a", False),
        ("z_ya", False),
    ],
)
def test_search_wants_every_word_and_takes_them_literally(
    store: Store, cast: Cast, asked: str, hit: bool
) -> None:
    cast.lead(name="Zoya Farooqui", city="Lucknow", programme="MBA", owner=cast.asha)
    assert ("Zoya Farooqui" in found(store, cast.asha, asked)) is hit


def test_search_by_number_wants_the_whole_one(store: Store, cast: Cast) -> None:
    lead = cast.lead("+919811100001", name="Has a number", owner=cast.asha)
    for written in ("+919811100001", "98111 00001", "098111-00001"):
        assert found(store, cast.asha, written) == [lead.name]
        assert found(store, cast.chitra, written) == []
    assert found(store, cast.asha, "9811100") == []


def test_my_leads_are_those_i_own_the_latest_first(store: Store, cast: Cast, clock: Clock) -> None:
    older = cast.lead(owner=cast.asha, worked_at=clock.ago(days=1))
    newer = cast.lead(owner=cast.asha)
    cast.lead(owner=cast.ravi)
    with store.read() as tx:
        page = leads.mine(tx, cast.asha.viewer, limit=1)
        rest = leads.mine(tx, cast.asha.viewer, limit=1, offset=1)
    assert (page.total, [row.name for row in page.rows]) == (2, [newer.name])
    assert [row.name for row in rest.rows] == [older.name]


def test_a_list_says_what_waits(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    tell(store, cast, rung(store, cast.asha, lead, "c1"), ended(store, cast.asha, lead, "c1"))
    with store.read() as tx:
        assert leads.mine(tx, cast.asha.viewer).rows[0].waiting == "missed"


def test_the_story_of_a_missed_call(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    tell(store, cast, *(rung(store, who, lead, "c1") for who in (cast.asha, cast.ravi)))
    clock.advance(seconds=30)
    tell(store, cast, *(ended(store, who, lead, "c1") for who in (cast.asha, cast.ravi)))
    call = story(store, cast.asha, lead)[0]
    assert isinstance(call, CallMoment)
    assert (call.entry, call.entry_state) == ("missed", "open")
    assert [(ring.name, ring.me, ring.answered) for ring in call.rings] == [
        (cast.asha.name, True, False),
        (cast.ravi.name, False, False),
    ]
    clock.advance(minutes=5)
    openings.open_profile(store, cast.ravi.viewer, lead.id, "popup")
    cleared, call = story(store, cast.asha, lead)
    assert isinstance(cleared, ClearedMoment)
    assert isinstance(call, CallMoment)
    assert call.entry_state == "cleared"
    assert (cleared.by, cleared.by_me, cleared.how) == (cast.ravi.name, False, "popup")
    assert (cleared.for_me, cleared.colleagues) == (True, 1)


def test_one_opening_clears_several_calls_in_one_line(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    for call_id in ("c1", "c2"):
        tell(store, cast, rung(store, cast.asha, lead, call_id), ended(store, cast.asha, lead, call_id))
        clock.advance(minutes=1)
    openings.open_profile(store, cast.asha.viewer, lead.id, "queue")
    cleared = [moment for moment in story(store, cast.asha, lead) if isinstance(moment, ClearedMoment)]
    assert [moment.kinds for moment in cleared] == [["missed", "missed"]]
    assert cleared[0].by_me
    assert cleared[0].colleagues == 0


def test_looking_again_and_again_is_one_look(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha)
    for _ in range(3):
        openings.open_profile(store, cast.asha.viewer, lead.id, "search")
        clock.advance(minutes=10)
    clock.advance(hours=2)
    openings.open_profile(store, cast.asha.viewer, lead.id, "link")
    looks = [moment for moment in story(store, cast.asha, lead) if isinstance(moment, OpenedMoment)]
    assert [moment.how for moment in looks] == ["link", "search"]


def test_outbound_calls_and_talks_are_told_by_who_made_them(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    out: dict[str, Any] = {"direction": Direction.OUTBOUND}
    tell(
        store, cast, ended(store, cast.ravi, lead, "o1", outcome=Outcome.BUSY, ago=timedelta(hours=1), **out)
    )
    tell(store, cast, ended(store, cast.ravi, lead, "o2", talk=90, **out))
    talked, busy = story(store, cast.asha, lead)
    assert isinstance(talked, CallMoment)
    assert isinstance(busy, CallMoment)
    assert (talked.by, talked.talk_seconds, talked.entry) == (cast.ravi.name, 90, None)
    assert (busy.outcome, busy.entry) == (Outcome.BUSY, "missed")
