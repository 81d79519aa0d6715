"""Claims: one holder at a time, for a while; what an assignment shows to whom."""

import threading
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select, update

from models.rules.access import Viewer
from models.store import choices, claims, entries, feed, openings
from models.store.base import Store
from models.tables.calls import notification
from tests.cast import Cast, Lead
from tests.databases import Clock
from tests.telling import ended, rung, tell


def missed_by_both(
    store: Store, cast: Cast, call_id: str = "c1", lead: Lead | None = None
) -> tuple[Lead, int]:
    """A call that rang Asha and Ravi and nobody took: its lead and its entry."""
    lead = lead or cast.lead(name="Ananya")
    tell(store, cast, *(rung(store, who, lead, call_id) for who in (cast.asha, cast.ravi)))
    tell(store, cast, *(ended(store, who, lead, call_id) for who in (cast.asha, cast.ravi)))
    with store.read() as tx:
        ids = tx.scalars(select(notification.c.id).where(notification.c.lead_id == lead.id)).all()
    return lead, max(ids)


def seen(store: Store, viewer: Viewer) -> dict[int, str | None]:
    """Entry → who has it, as this viewer's screens say."""
    with store.read() as tx:
        rows = entries.open_for(tx, viewer, now=store.now(), rules=store.rules)
    return {row["id"]: row["claimed_by"] for row in rows}


def told(store: Store, viewer: Viewer, after: int) -> list[tuple[int, str, str | None]]:
    """(entry, state, holder) of the feed rows this viewer was sent since then."""
    with store.read() as tx:
        rows = feed.for_viewer(feed.after(tx, after), viewer)
    bodies = [msgspec.json.decode(row.body) for row in rows if row.kind == "entry"]
    return [(body["id"], body["state"], body["claimed_by"]) for body in bodies]


def last(store: Store) -> int:
    with store.read() as tx:
        return feed.last_id(tx)


def test_a_claim_is_seen_by_all_who_see_the_entry(store: Store, cast: Cast) -> None:
    _, entry = missed_by_both(store, cast)
    before = last(store)
    claims.claim(store, cast.asha.viewer, entry)
    for who in (cast.asha, cast.ravi, cast.meera, cast.dev):
        assert seen(store, who.viewer) == {entry: "Asha Kulkarni"}, who.name
        assert told(store, who.viewer, before) == [(entry, "open", "Asha Kulkarni")], who.name
    assert seen(store, cast.chitra.viewer) == {}
    assert told(store, cast.chitra.viewer, before) == []


def test_of_two_who_claim_at_once_one_wins_and_the_other_learns_who(store: Store, cast: Cast) -> None:
    for number in range(12):
        _, entry = missed_by_both(store, cast, f"race-{number}")
        start = threading.Barrier(2)
        ends: dict[str, str] = {}

        def try_it(name: str, entry: int = entry, start: threading.Barrier = start, ends=ends) -> None:
            start.wait()
            try:
                claims.claim(store, cast.viewer(name), entry)
                ends[name] = "won"
            except claims.Taken as taken:
                ends[name] = taken.holder

        threads = [threading.Thread(target=try_it, args=(name,)) for name in ("asha", "ravi")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        winner = next(name for name, end in ends.items() if end == "won")
        loser = {"asha": "ravi", "ravi": "asha"}[winner]
        assert ends == {winner: "won", loser: cast.known.people[winner].name}
        assert seen(store, cast.meera.viewer)[entry] == cast.known.people[winner].name


def test_a_claim_lapses_after_the_institutions_time(store: Store, cast: Cast, clock: Clock) -> None:
    _, entry = missed_by_both(store, cast)
    choices.decide(store, cast.dev.viewer, "claim_minutes", 5)
    claims.claim(store, cast.asha.viewer, entry)
    clock.advance(minutes=4, seconds=59)
    with pytest.raises(claims.Taken) as refused:
        claims.claim(store, cast.ravi.viewer, entry)
    assert refused.value.until == store.now() + timedelta(seconds=1)
    clock.advance(seconds=1)
    assert seen(store, cast.ravi.viewer) == {entry: None}
    claims.claim(store, cast.ravi.viewer, entry)
    assert seen(store, cast.asha.viewer) == {entry: "Ravi Deshmukh"}


def test_all_open_calls_of_the_lead_are_claimed_together(store: Store, cast: Cast) -> None:
    lead, first = missed_by_both(store, cast, "c1")
    _, second = missed_by_both(store, cast, "c2", lead)
    _, other = missed_by_both(store, cast, "c3")
    claims.claim(store, cast.asha.viewer, second)
    assert seen(store, cast.ravi.viewer) == {first: "Asha Kulkarni", second: "Asha Kulkarni", other: None}
    with pytest.raises(claims.Taken):
        claims.claim(store, cast.ravi.viewer, first)


def test_giving_back_is_the_holders_or_the_supervisors(store: Store, cast: Cast) -> None:
    _, entry = missed_by_both(store, cast)
    claims.claim(store, cast.asha.viewer, entry)
    with pytest.raises(claims.Taken):
        claims.release(store, cast.ravi.viewer, entry)
    with pytest.raises(claims.NoSuchEntry):
        claims.release(store, cast.chitra.viewer, entry)
    claims.release(store, cast.asha.viewer, entry)
    assert seen(store, cast.ravi.viewer) == {entry: None}
    claims.claim(store, cast.ravi.viewer, entry)
    claims.release(store, cast.meera.viewer, entry)
    assert seen(store, cast.ravi.viewer) == {entry: None}


def test_who_sees_no_entry_can_claim_none(store: Store, cast: Cast) -> None:
    lead, entry = missed_by_both(store, cast)
    for wrong in (entry, entry + 999):
        with pytest.raises(claims.NoSuchEntry):
            claims.claim(store, cast.chitra.viewer, wrong)
    openings.open_profile(store, cast.ravi.viewer, lead.id, "queue")
    with pytest.raises(claims.NoSuchEntry):
        claims.claim(store, cast.asha.viewer, entry)
    with pytest.raises(claims.NotAllowed):
        claims.claim(store, cast.meera.viewer, entry)


def test_an_assigned_call_appears_on_the_screen_of_who_never_rang(store: Store, cast: Cast) -> None:
    lead = cast.lead(name="Ananya")
    tell(store, cast, rung(store, cast.asha, lead, "c1"))
    tell(store, cast, ended(store, cast.asha, lead, "c1"))
    ((entry, _),) = seen(store, cast.asha.viewer).items()
    assert seen(store, cast.ravi.viewer) == {}
    before = last(store)
    claims.assign(store, cast.meera.viewer, entry, cast.ravi.id)
    assert seen(store, cast.ravi.viewer) == {entry: "Ravi Deshmukh"}
    assert told(store, cast.ravi.viewer, before) == [(entry, "open", "Ravi Deshmukh")]
    with store.read() as tx:
        assert openings.may_open(tx, cast.ravi.viewer, lead.id)
        assert [each["name"] for each in claims.candidates(store, tx, cast.meera.viewer, entry)] == [
            "Asha Kulkarni",
            "Ravi Deshmukh",
        ]
    before = last(store)
    claims.assign(store, cast.meera.viewer, entry, cast.asha.id)
    assert seen(store, cast.ravi.viewer) == {}
    assert told(store, cast.ravi.viewer, before) == [(entry, "withdrawn", "Asha Kulkarni")]
    assert told(store, cast.meera.viewer, before) == [(entry, "open", "Asha Kulkarni")]


def test_only_supervisors_assign_and_only_within_the_team(store: Store, cast: Cast) -> None:
    _, entry = missed_by_both(store, cast)
    with pytest.raises(claims.NotAllowed):
        claims.assign(store, cast.asha.viewer, entry, cast.ravi.id)
    for who in (cast.meera, cast.dev):
        with pytest.raises(claims.NotAllowed):
            claims.assign(store, who.viewer, entry, cast.chitra.id)
    with store.read() as tx:
        assert claims.candidates(store, tx, cast.asha.viewer, entry) == []
        assert claims.candidates(store, tx, cast.meera.viewer, entry + 999) == []
    assert seen(store, cast.meera.viewer) == {entry: None}


def test_what_everybody_sees_is_still_assigned_to_ones_own_counselors(store: Store, cast: Cast) -> None:
    _, entry = missed_by_both(store, cast)
    with store.db.begin() as tx:
        tx.execute(update(notification).where(notification.c.id == entry).values(everyone=True))
    with pytest.raises(claims.NotAllowed):
        claims.assign(store, cast.meera.viewer, entry, cast.chitra.id)
    claims.assign(store, cast.dev.viewer, entry, cast.chitra.id)
    assert seen(store, cast.ravi.viewer) == {entry: "Chitra Nair"}
