"""The productivity report against a recount in plain Python, for every role and filter."""

from collections import defaultdict
from datetime import timedelta

import pytest

from models.db import Database
from models.rules.access import Viewer
from models.rules.metrics import CATALOGUE
from models.rules.tally import Tally
from models.rules.windows import Window
from models.store import productivity
from models.store.base import Rules
from models.store.callsbehind import OPENABLE, behind
from models.tables.base import metadata
from tests.store import callworld
from tests.store.callworld import (
    ASHA,
    CHITRA,
    INDORE,
    KOCHI,
    NOW,
    PUNE,
    TEAM_OF,
    TODAY,
    Fact,
    World,
    asha,
    chitra,
    devi,
    farid,
)

RULES = Rules()
PART = (
    "outbound",
    "campaign",
    "inbound",
    "connected",
    "network_answered",
    "human_connected",
    "talk_time",
    "inbound_offered",
    "inbound_answered",
    "missed",
    "missed_open",
    "pending",
    "pending_open",
)


@pytest.fixture(params=[("sqlite", 1), ("sqlite", 2), ("postgres", 3)], ids=lambda p: f"{p[0]}-{p[1]}")
def scene(request, databases):
    kind, seed = request.param
    with databases.database(kind, empty=True) as url:
        db = Database(url)
        metadata.create_all(db.engine)
        with db.begin() as tx:
            world = callworld.build(tx, seed=seed)
        yield db, world
        db.close()


WINDOWS = [
    Window(TODAY, TODAY),
    Window(TODAY - 1, TODAY - 1),
    Window(TODAY - 6, TODAY),
    Window(TODAY - 4, TODAY - 2),
]
ASKERS = [
    (farid, frozenset()),
    (farid, frozenset({PUNE})),
    (farid, frozenset({INDORE, KOCHI})),
    (devi, frozenset()),
    (devi, frozenset({INDORE})),
    (devi, frozenset({KOCHI})),  # not hers: must be empty
    (asha, frozenset()),
    (chitra, frozenset({PUNE})),  # a filter cannot widen what a counselor sees
]


class Recount:
    """Who may count what, said again in loops."""

    def __init__(self, world: World, viewer: Viewer, teams: frozenset[int]) -> None:
        self.world, self.viewer, self.filter = world, viewer, teams
        if viewer.role == "admin":
            self.teams = teams or None
        else:
            self.teams = (viewer.teams & teams) if teams else viewer.teams

    def member(self, person_id: int | None) -> bool:
        if self.viewer.role == "counselor":
            return person_id == self.viewer.person_id
        if self.teams is None:
            return True
        return person_id is not None and TEAM_OF[person_id] in self.teams

    def counts_call(self, fact: Fact) -> bool:
        if fact.direction is None:
            return False
        if self.member(fact.person_id):
            return True
        if self.viewer.role == "counselor" or fact.person_id is not None:
            return False
        owner = self.world.owners[fact.lead_id]
        return (owner is not None and self.member(owner)) or any(
            r.person_id is not None and self.member(r.person_id) for r in fact.rings
        )

    def addressed(self, fact: Fact) -> list[int]:
        """Persons (0: a pool or everybody) for whom the entry of this call is counted."""
        entry = fact.entry
        if entry is None or entry.state == "withdrawn":
            return []
        found = [p for p in entry.people if self.member(p)]
        if self.viewer.role == "counselor":
            return found
        if entry.team_id and (self.teams is None or entry.team_id in self.teams):
            found.append(0)
        if entry.everyone and not self.filter:
            found.append(0)
        return found

    def tallies(self, window: Window, until=None) -> tuple[dict[int, Tally], Tally]:
        rows: dict[int, Tally] = defaultdict(Tally)
        total = Tally()
        for fact in self.world.calls:
            if not window.first <= fact.day <= window.last or (until and fact.started_at > until):
                continue
            one: dict[int, Tally] = defaultdict(Tally)
            if self.counts_call(fact):
                self._call(fact, one[fact.person_id or 0])
            if fact.direction == "inbound":
                for ring in fact.rings:
                    if self.member(ring.person_id):
                        one[ring.person_id or 0].inbound_offered += 1
                        one[ring.person_id or 0].inbound_answered += ring.answered
            theirs, entry = self.addressed(fact), fact.entry
            for person_id in theirs:
                assert entry
                kind, opened = entry.kind, entry.state == "open"
                setattr(one[person_id], kind, getattr(one[person_id], kind) + 1)
                setattr(one[person_id], f"{kind}_open", getattr(one[person_id], f"{kind}_open") + opened)
            for person_id, tally in one.items():
                rows[person_id].add(tally)
                total.add(tally)
            if theirs and entry:
                name = f"{entry.kind}_calls"
                setattr(total, name, getattr(total, name) + 1)
                total.still_open += entry.kind == "missed" and entry.state == "open"
        return rows, total

    def _call(self, fact: Fact, tally: Tally) -> None:
        assert fact.direction
        setattr(tally, fact.direction, getattr(tally, fact.direction) + 1)
        dialled = fact.direction in ("outbound", "campaign")
        if fact.outcome == "connected":
            tally.connected += 1
            tally.talk_time += fact.talk or 0
            tally.human_connected += dialled and (fact.talk or 0) >= 10 and not fact.machine
        tally.network_answered += dialled and fact.outcome in ("connected", "voicemail", "abandoned")


@pytest.mark.parametrize(("viewer", "teams"), ASKERS, ids=lambda x: getattr(x, "name", None) or str(set(x)))
def test_every_number_equals_the_recount(scene, viewer, teams):
    db, world = scene
    recount = Recount(world, viewer, teams)
    with db.read() as tx:
        for window in WINDOWS:
            report = productivity.report(tx, viewer, window, now=NOW, rules=RULES, teams=teams)
            rows, total = recount.tallies(window)
            assert {r.person_id: r.tally for r in report.rows if not r.tally.empty} == {
                p: t for p, t in rows.items() if not t.empty
            }
            assert report.total == total
            cutoff = NOW - timedelta(days=window.days) if window.last == TODAY else None
            assert report.previous == recount.tallies(window.previous(), cutoff)[1]
            for day in range(window.first, window.last + 1):
                assert report.days.get(day, Tally()) == recount.tallies(Window(day, day))[1]


def test_the_total_is_the_sum_of_the_rows(scene):
    db, _ = scene
    with db.read() as tx:
        report = productivity.report(tx, farid, Window(TODAY - 6, TODAY), now=NOW, rules=RULES)
    for name in PART:
        assert sum(row.tally.value(name) or 0 for row in report.rows) == report.total.value(name)


def test_a_list_recounted_gives_its_number(scene):
    db, _ = scene
    window = Window(TODAY - 6, TODAY)
    for viewer, teams in ASKERS:
        with db.read() as tx:
            report = productivity.report(tx, viewer, window, now=NOW, rules=RULES, teams=teams)
            for who, tally in [(None, report.total), *((r.person_id, r.tally) for r in report.rows)]:
                for metric in OPENABLE:
                    if who is not None and metric in ("missed_calls", "still_open", "pending_calls"):
                        continue
                    found = behind(tx, viewer, metric, window, rules=RULES, who=who, teams=teams, limit=None)
                    assert found.count == len(found.rows)
                    assert recounted(metric, found.rows) == pytest.approx(tally.value(metric)), (metric, who)


def recounted(metric, rows):
    if metric in ("connect_rate", "answer_rate"):
        return sum(row["counted"] for row in rows) / len(rows) if rows else None
    if metric == "talk_time":
        return sum(row["seconds"] for row in rows)
    if metric == "avg_talk":
        return sum(row["seconds"] or 0 for row in rows) / len(rows) if rows else None
    return len(rows)


def test_another_teams_counselor_opens_nothing(scene):
    db, _ = scene
    window = Window(TODAY - 11, TODAY)
    with db.read() as tx:
        for metric in OPENABLE:
            assert behind(tx, chitra, metric, window, rules=RULES, who=ASHA, limit=None).count == 0
            assert behind(tx, devi, metric, window, rules=RULES, who=4, limit=None).count == 0
        own = behind(tx, chitra, "attempts", window, rules=RULES, limit=None)
    assert {row["counselor"] for row in own.rows} <= {"Chitra Rao"}


def test_a_limit_shows_the_newest_and_tells_the_whole_count(scene):
    db, _ = scene
    with db.read() as tx:
        whole = behind(tx, farid, "calls", Window(TODAY - 11, TODAY), rules=RULES, limit=None)
        some = behind(tx, farid, "calls", Window(TODAY - 11, TODAY), rules=RULES, limit=7)
    assert some.count == whole.count == len(whole.rows)
    assert some.rows == whole.rows[:7]


def test_a_counselor_without_calls_keeps_her_row(scene):
    db, _ = scene
    with db.read() as tx:
        report = productivity.report(tx, farid, Window(TODAY - 400, TODAY - 380), now=NOW, rules=RULES)
    assert [row.name for row in report.rows] == ["Asha Menon", "Bilal Khan", "Chitra Rao", "Dinesh Pillai"]
    assert all(row.tally.empty and row.tally.connect_rate is None for row in report.rows)


def test_hours_add_up_to_the_day(scene):
    db, world = scene
    with db.read() as tx:
        hours = productivity.by_hour(tx, farid, TODAY)
    expected: dict[tuple[int, str], int] = defaultdict(int)
    for fact in world.calls:
        if fact.day == TODAY and fact.direction:
            expected[fact.started_at.astimezone(callworld.ZONE).hour, fact.direction] += 1
    assert hours == expected


def test_who_may_choose_which_team(scene):
    db, _ = scene
    with db.read() as tx:
        assert [t["name"] for t in productivity.teams_for(tx, farid)] == ["Indore", "Kochi", "Pune"]
        assert [t["name"] for t in productivity.teams_for(tx, devi)] == ["Indore", "Pune"]


def test_windows():
    week = Window(TODAY - 6, TODAY)
    assert week.days == 7
    assert week.previous() == Window(TODAY - 13, TODAY - 7)
    with pytest.raises(ValueError, match="first before last"):
        Window(5, 4)


def test_every_openable_number_is_in_the_catalogue():
    assert set(CATALOGUE) >= OPENABLE
    assert CHITRA in TEAM_OF
