"""The boards' filters, figures and episodes against a recount in plain Python."""

import itertools
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from models.db import Database
from models.store import boards, episode
from models.store.base import Rules
from models.store.boards import Filters
from models.tables.base import metadata
from models.tables.calls import call, notification, notification_for, offer
from models.tables.people import presence
from tests.store import callworld
from tests.store.callworld import (
    ASHA,
    BILAL,
    CHITRA,
    INDORE,
    KOCHI,
    NOW,
    PUNE,
    TEAM_OF,
    ZONE,
    Fact,
    World,
    asha,
    chitra,
    devi,
    farid,
)

RULES = Rules()
DID_ID = {"+912066661840": 1, "+917314440000": 2}
FILTERS = [
    Filters(),
    Filters(teams=frozenset({PUNE})),
    Filters(teams=frozenset({INDORE, KOCHI})),
    Filters(counselors=frozenset({ASHA, CHITRA})),
    Filters(directions=frozenset({"inbound"})),
    Filters(dids=frozenset({1})),
    Filters(connections=frozenset({2})),
    Filters(older_than=3 * 24 * 60),
    Filters(frozenset({PUNE}), frozenset({ASHA, BILAL}), frozenset({"inbound", "campaign"}), older_than=60),
]


@pytest.fixture(params=[("sqlite", 5), ("postgres", 6)], ids=lambda p: p[0])
def scene(request, databases):
    kind, seed = request.param
    with databases.database(kind, empty=True) as url:
        db = Database(url)
        metadata.create_all(db.engine)
        with db.begin() as tx:
            world = callworld.build(tx, seed=seed, size=500, days=9)
        yield db, world
        db.close()


def seen(viewer, fact: Fact) -> bool:
    """May this viewer see the entry of this call?"""
    entry = fact.entry
    if entry is None:
        return False
    if viewer.role == "admin" or entry.everyone:
        return True
    if entry.team_id in viewer.teams:
        return True
    if viewer.role == "counselor":
        return viewer.person_id in entry.people
    return any(TEAM_OF[p] in viewer.teams for p in entry.people)


def kept(filters: Filters, fact: Fact, now: datetime) -> bool:
    entry = fact.entry
    assert entry
    teams = {TEAM_OF[p] for p in entry.people} | {entry.team_id}
    return (
        (not filters.teams or bool(teams & filters.teams))
        and (not filters.counselors or bool(set(entry.people) & filters.counselors))
        and (not filters.directions or fact.direction in filters.directions)
        and (not filters.dids or DID_ID.get(fact.did) in filters.dids)
        and (not filters.connections or fact.connection_id in filters.connections)
        and (not filters.older_than or now - entry.raised_at >= timedelta(minutes=filters.older_than))
    )


VIEWERS = [farid, devi, asha, chitra]


def test_rows_are_what_a_loop_keeps(scene):
    db, world = scene
    with db.read() as tx:
        for viewer, filters, kind in itertools.product(VIEWERS, FILTERS, ("missed", "pending")):
            rows = boards.rows(tx, viewer, kind, filters, now=NOW, rules=RULES)
            expected = [
                fact
                for fact in world.calls
                if fact.entry
                and fact.entry.state == "open"
                and fact.entry.kind == kind
                and seen(viewer, fact)
                and kept(filters, fact, NOW)
            ]
            expected.sort(key=lambda fact: (fact.entry.raised_at, fact.id) if fact.entry else ())
            assert [row["id"] for row in rows] == [fact.id for fact in expected]


def test_figures_are_what_a_loop_counts(scene):
    db, world = scene
    with db.read() as tx:
        for viewer, filters in itertools.product(VIEWERS, FILTERS):
            found = boards.figures(tx, viewer, filters, now=NOW, rules=RULES)
            for kind, waiting in (("missed", found.missed), ("pending", found.pending)):
                ages = [
                    NOW - fact.entry.raised_at
                    for fact in world.calls
                    if fact.entry
                    and (fact.entry.state, fact.entry.kind) == ("open", kind)
                    and seen(viewer, fact)
                    and kept(filters, fact, NOW)
                ]
                assert waiting.count == len(ages)
                assert waiting.late == sum(age >= timedelta(minutes=15) for age in ages)
                assert waiting.soon == sum(
                    timedelta(minutes=10) <= age < timedelta(minutes=15) for age in ages
                )
                assert waiting.oldest_at == (NOW - max(ages) if ages else None)
                assert (waiting.oldest_lead is None) == (not ages)
            lasting = filters.without_age()
            assert found.today == day_so_far(world, viewer, lasting, NOW)
            assert found.week_ago == day_so_far(world, viewer, lasting, NOW - timedelta(days=7))
            assert len(found.open_line) == 8
            if not filters.older_than:
                assert found.open_line[-1] == found.missed.count


def day_so_far(world: World, viewer, filters: Filters, now: datetime) -> boards.Today:
    local = now.astimezone(ZONE)
    counts = {"missed": 0, "recovered": 0, "cleared": 0, "called_back_in_time": 0, "due": 0}
    for fact in world.calls:
        entry = fact.entry
        if not entry or entry.kind != "missed" or entry.state == "withdrawn" or not seen(viewer, fact):
            continue
        if not kept(filters, fact, now) or not entry.raised_at <= now:
            continue
        if entry.raised_at.astimezone(ZONE).date() != local.date():
            continue
        later = [
            c for c in world.calls if c.lead_id == fact.lead_id and entry.raised_at < c.started_at <= now
        ]
        tries = [c.started_at for c in later if c.direction in ("outbound", "campaign")]
        due_at = entry.raised_at + timedelta(minutes=15)
        counts["missed"] += 1
        counts["recovered"] += any(c.outcome == "connected" for c in later)
        counts["cleared"] += entry.state == "cleared" and entry.raised_at + timedelta(minutes=5) <= now
        if fact.direction == "inbound":
            counts["called_back_in_time"] += bool(tries) and min(tries) <= due_at
            counts["due"] += bool(tries) or due_at <= now
    return boards.Today(**counts)


def test_choices_are_ones_own(scene):
    db, _ = scene
    with db.read() as tx:
        whole, some = boards.choices(tx, farid), boards.choices(tx, devi)
    assert [name for _, name in whole.teams] == ["Indore", "Kochi", "Pune"]
    assert [name for _, name in some.teams] == ["Indore", "Pune"]
    assert "Dinesh Pillai" not in [name for _, name in some.counselors]
    assert "Leela Fernandes" not in [name for _, name in whole.counselors]  # she has left
    assert whole.dids == [(2, "Indore admissions"), (1, "Pune admissions")]


@pytest.fixture
def called_twice(databases):
    """One lead calls at 14:10 and 14:22, at 13:00 before that; Asha and Bilal were rung."""
    with databases.database("sqlite", empty=True) as url:
        db = Database(url)
        metadata.create_all(db.engine)
        with db.begin() as tx:
            callworld.build(tx, seed=1, size=30)
            for table in (notification_for, notification, offer, call):
                tx.execute(table.delete())
            for call_id, minutes in ((1, 120), (2, 50), (3, 38)):
                add_missed(tx, call_id, NOW - timedelta(minutes=minutes))
            tx.execute(insert(presence).values(person_id=BILAL, state="break", reason="lunch", from_at=NOW))
        yield db
        db.close()


def add_missed(tx, call_id: int, at: datetime) -> None:
    end = at + timedelta(seconds=40)
    tx.execute(
        insert(call).values(
            id=call_id,
            connection_id=1,
            provider_call_id=f"c-{call_id}",
            direction="inbound",
            lead_id=7,
            did="+912066661840",
            started_at=at,
            ended_at=end,
            over=True,
            outcome="cancelled",
            machine=False,
            words="",
            local_day=1,
            local_hour=1,
            changed_at=at,
        )
    )
    for position, (person_id, reason, start, seconds) in enumerate(
        ((ASHA, "free", 0, 22), (None, None, 22, None))
    ):
        tx.execute(
            insert(offer).values(
                call_id=call_id,
                position=position,
                person_id=person_id,
                seat_ix=b"s" * 32,
                seat_mask="•••77",
                offered_at=at + timedelta(seconds=start),
                ended_at=end,
                ring_seconds=seconds,
                answered=False,
                reason=reason,
            )
        )
    tx.execute(
        insert(notification).values(
            id=call_id,
            call_id=call_id,
            lead_id=7,
            kind="missed",
            direction="inbound",
            reason="caller_left",
            everyone=False,
            state="open",
            raised_at=end,
        )
    )
    tx.execute(
        insert(notification_for),
        [
            {"notification_id": call_id, "person_id": person_id, "team_id": None}
            for person_id in (ASHA, BILAL)
        ],
    )


def test_an_episode_is_the_calls_that_hang_together(called_twice):
    with called_twice.read() as tx:
        found = episode.episode(tx, devi, 3, now=NOW, rules=RULES)
        earlier = episode.episode(tx, devi, 1, now=NOW, rules=RULES)
    assert found
    assert earlier
    assert [each["id"] for each in found["calls"]] == [2, 3]
    assert [each["id"] for each in earlier["calls"]] == [1]
    first = found["calls"][0]
    assert (first["seconds"], first["outcome"], first["did"]) == (40, "cancelled", "Pune admissions")
    assert [(r["name"], r["offset"], r["seconds"], r["reason"]) for r in first["rings"]] == [
        ("Asha Menon", 0, 22, "free"),
        ("•••77", 22, 18, None),
    ]
    assert [(p["name"], p["state"], p["reason"]) for p in found["people"]] == [
        ("Asha Menon", "out", ""),
        ("Bilal Khan", "break", "lunch"),
    ]


def test_an_episode_tells_what_was_tried_since(called_twice):
    with called_twice.begin() as tx:
        tx.execute(
            insert(call).values(
                id=9,
                connection_id=1,
                provider_call_id="c-9",
                direction="outbound",
                lead_id=7,
                person_id=ASHA,
                started_at=NOW - timedelta(minutes=5),
                over=True,
                outcome="busy",
                machine=False,
                words="",
                local_day=1,
                local_hour=1,
                changed_at=NOW,
            )
        )
    with called_twice.read() as tx:
        found = episode.episode(tx, devi, 3, now=NOW, rules=RULES)
    assert found
    assert [(s["person"], s["outcome"]) for s in found["since"]] == [("Asha Menon", "busy")]


def test_another_teams_episode_is_nobodys_business(called_twice):
    with called_twice.read() as tx:
        assert episode.episode(tx, chitra, 3, now=NOW, rules=RULES) is None
        assert episode.episode(tx, farid, 99, now=NOW, rules=RULES) is None
        assert episode.episode(tx, asha, 3, now=NOW, rules=RULES) is not None
