"""The boards as the server draws them: who sees which entry, filters in the address, the file."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashapp.components import boards_strip, csv_export, filters
from dashapp.components.boards_query import BoardQuery
from dashapp.components.spark import spark
from models.rules.call import Direction, Outcome
from models.store.base import Rules, Store
from models.store.boards import Choices, Figures, Filters, Today, Waiting
from tests.cast import Cast, Lead, Person
from tests.dashapp.drawn import attributes, nodes, plain, text
from tests.databases import Clock
from tests.telling import ended, rung, tell
from tests.webapp import Visitor

on_sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]

FIGURES = "..boards-figures.children...kind-missed-count.children...kind-pending-count.children.."


@pytest.fixture
def office(store: Store, cast: Cast, clock: Clock) -> dict[str, Lead]:
    """Indore missed Tanvi 40 minutes ago and Joseph just now, talked with Zoya unseen; Pune missed Firoz."""
    leads = {name: cast.lead(name=name, owner=cast.asha) for name in ("Tanvi", "Joseph", "Zoya")}
    leads["Firoz"] = cast.lead(name="Firoz", owner=cast.chitra)
    tell(
        store,
        cast,
        rung(store, cast.asha, leads["Tanvi"], "c1"),
        rung(store, cast.ravi, leads["Tanvi"], "c1"),
    )
    tell(
        store,
        cast,
        ended(store, cast.asha, leads["Tanvi"], "c1"),
        ended(store, cast.ravi, leads["Tanvi"], "c1"),
    )
    tell(store, cast, ended(store, cast.chitra, leads["Firoz"], "c2"))
    clock.advance(minutes=40)
    outbound: dict[str, Any] = {"direction": Direction.OUTBOUND, "outcome": Outcome.NO_ANSWER}
    tell(store, cast, ended(store, cast.ravi, leads["Joseph"], "c3", **outbound))
    tell(store, cast, ended(store, cast.asha, leads["Zoya"], "c4", talk=60))
    return leads


def rows(answer: Any) -> list[dict[str, Any]]:
    """The grid's rows in a page or in the answer of a callback."""
    found = [props["rowData"] for props in nodes(answer) if props.get("id") == "boards-grid"]
    return found[0] if found else answer["response"]["boards-grid"]["rowData"]


def names(answer: Any) -> list[str]:
    return [row["lead"] for row in rows(answer)]


@on_sqlite
def test_a_supervisor_sees_the_teams_entries_oldest_first(
    visit: Visit, cast: Cast, office: dict[str, Lead]
) -> None:
    page = visit(cast.meera).page("/boards").get_json()
    assert names(page) == ["Tanvi", "Joseph"]
    assert {who["name"] for who in rows(page)[0]["counselors"]} == {cast.asha.name, cast.ravi.name}
    assert "Missed 2" in text(page)
    assert "Pending 1" in text(page)
    assert names(visit(cast.dev).page("/boards").get_json()) == ["Tanvi", "Firoz", "Joseph"]
    assert names(visit(cast.meera).page("/boards", "?kind=pending").get_json()) == ["Zoya"]


@on_sqlite
def test_counselors_have_no_board(visit: Visit, cast: Cast, office: dict[str, Lead]) -> None:
    for person in (cast.asha, cast.chitra):
        assert "Nothing for you at this address" in text(visit(person).page("/boards").get_json())
        for output in ("boards-grid.rowData", FIGURES, "boards-episode.data", "boards-file.data"):
            assert visit(person).callback(output, {"boards-query.data": {}}).status_code == 403


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("?direction=outbound", ["Joseph"]),
        ("?direction=inbound,outbound", ["Tanvi", "Joseph"]),
        ("?age=15", ["Tanvi"]),
        ("?age=60", []),
        ("?counselor={ravi}&direction=inbound", ["Tanvi"]),
        ("?team={indore}", ["Tanvi", "Joseph"]),
        ("?team={pune}", []),
        ("?team=x&age=17&direction=sideways&kind=odd&did=-1&open=zz", ["Tanvi", "Joseph"]),
        ("?nobody=asked", ["Tanvi", "Joseph"]),
    ],
)
@on_sqlite
def test_the_address_narrows_the_board(
    visit: Visit, cast: Cast, office: dict[str, Lead], search: str, expected: list[str]
) -> None:
    ids = {"ravi": cast.ravi.id, "indore": cast.teams["Indore"], "pune": cast.teams["Pune"]}
    visitor = visit(cast.meera)
    page = visitor.page("/boards", search.format(**ids)).get_json()
    assert names(page) == expected
    stored = next(props["data"] for props in nodes(page) if props.get("id") == "boards-query")
    again = visitor.callback("boards-grid.rowData", {"boards-query.data": {**stored, "at": 1}}).get_json()
    assert names(again) == expected


@on_sqlite
def test_figures_follow(visit: Visit, cast: Cast, office: dict[str, Lead], clock: Clock) -> None:
    answer = visit(cast.meera).callback(FIGURES, {"boards-query.data": {}}).get_json()["response"]
    said = text(answer["boards-figures"])
    assert answer["kind-missed-count"]["children"] == "2"
    assert "Open now 2 1 late" in said
    assert "Oldest 40 min Tanvi, 25 min late" in said
    assert "Within SLA today 0.0 % 0 of 1 called back in time" in said
    assert "Recovered today 0 of 2" in said
    assert "Pending 1 Oldest just now, Zoya" in said
    assert len(attributes(answer["boards-figures"], "data-tip")) == 5


@on_sqlite
def test_an_episode_opens_for_those_who_see_it(visit: Visit, cast: Cast, office: dict[str, Lead]) -> None:
    entry = rows(visit(cast.meera).page("/boards").get_json())[0]["id"]
    found = visit(cast.meera).callback("boards-episode.data", {"boards-open.data": {"id": entry}}).get_json()
    data = found["response"]["boards-episode"]["data"]
    assert [ring["name"] for ring in data["calls"][0]["rings"]] == [cast.asha.name, cast.ravi.name]
    assert {who["name"] for who in data["people"]} == {cast.asha.name, cast.ravi.name}
    foreign = next(r["id"] for r in rows(visit(cast.dev).page("/boards").get_json()) if r["lead"] == "Firoz")
    for given in ({"id": foreign}, {"id": 10**9}):
        refused = visit(cast.meera).callback("boards-episode.data", {"boards-open.data": given}).get_json()
        assert refused["response"]["boards-episode"]["data"] == {"id": given["id"], "gone": True}
    for odd in ({"id": "1 or 1"}, {}, None):
        empty = visit(cast.meera).callback("boards-episode.data", {"boards-open.data": odd}).get_json()
        assert empty["response"]["boards-episode"]["data"] == {"id": None}


@on_sqlite
def test_the_file_has_all_rows_and_says_what_it_is(visit: Visit, cast: Cast, store: Store) -> None:
    evil = cast.lead(name='=HYPERLINK("x")', owner=cast.asha, city="@cmd", programme="-1+1")
    tell(store, cast, ended(store, cast.asha, evil, "c1"))
    query = {"team": str(cast.teams["Indore"])}
    answer = visit(cast.meera).callback("boards-file.data", {"boards-query.data": query}).get_json()
    sent = answer["response"]["boards-file"]["data"]
    lines = list(csv.reader(io.StringIO(sent["content"].removeprefix(csv_export.BOM))))
    assert lines[0][0].startswith(
        "# Callboard: missed calls still open, 1 row, as of Mon 2 Mar 2026, 11:00:00 IST"
    )
    assert lines[1] == ["# Times in Asia/Kolkata. Team: Indore"]
    row = dict(zip(lines[2], lines[3], strict=True))
    assert len(lines) == 4
    assert row["Lead"] == '\'=HYPERLINK("x")'
    assert row["City"] == "'@cmd"
    assert row["Programme"] == "'-1+1"
    assert row["Number (masked)"].startswith("'+91 •")
    assert row["Raised at (Asia/Kolkata)"] == "2026-03-02 11:00:00"
    assert sent["filename"] == "missed-Team-Indore-2026-03-02-1100-IST.csv"
    assert evil.phone[3:] not in sent["content"]


def test_what_a_query_stores_reads_back() -> None:
    asked = BoardQuery(
        "pending", Filters(frozenset({3, 1}), frozenset({7}), frozenset({"inbound"}), older_than=60)
    )
    assert asked.stored() == {
        "kind": "pending", "team": "1,3", "counselor": "7", "direction": "inbound", "age": "60",
    }  # fmt: skip
    assert BoardQuery.read(asked.stored()) == asked
    choices = Choices([(1, "Pune"), (3, "Indore")], [], [], [])
    assert asked.said(choices) == [
        "Team: Pune, Indore", "Counselor: no. 7", "Direction: Inbound", "Older than: 1 hour",
    ]  # fmt: skip


def test_nothing_waiting_is_said_without_a_zero_percent() -> None:
    none, today = Waiting(0, 0, 0), Today(0, 0, 0, 0, 0)
    now = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
    said = text(plain(boards_strip.strip(Figures(none, none, today, today, [0] * 8), now, Rules())))
    assert "Oldest – Nothing is waiting" in said
    assert "Within SLA today – No call back was due yet" in said
    assert "%" not in said


def test_more_or_fewer_than_last_week() -> None:
    now = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
    none = Waiting(0, 0, 0)
    waiting = Waiting(1, 1, 0, now - timedelta(minutes=15), "Tanvi", 1)
    figures = Figures(waiting, none, Today(10, 6, 7, 3, 4), Today(9, 8, 8, 1, 2), [1, 2])
    said = text(plain(boards_strip.strip(figures, now, Rules())))
    assert "2 fewer than last Monday" in said
    assert "75.0 % 3 of 4 called back in time" in said
    assert "Tanvi, late now" in said


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("=1+1", "'=1+1"), ("+91 98", "'+91 98"), ("-x", "'-x"), ("@x", "'@x"), ("\tx", "'\tx"), (" =1", "' =1"),
        ("＝1", "'＝1"), ("plain", "plain"), ("", ""), (None, ""), (-5, -5), (1.5, 1.5), (True, "yes"), (False, "no"),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(value: Any, safe: Any) -> None:
    assert csv_export.cell(value) == safe


def test_parameters_typed_by_people() -> None:
    assert filters.ids("1,2,x,,-3,٣,99999999999999999999") == {1, 2}
    assert filters.ids(None) == frozenset()
    assert (
        csv_export.file_name("missed", "Team: Pune / Indore", "../etc") == "missed-Team-Pune-Indore-etc.csv"
    )


def test_a_spark_needs_two_points() -> None:
    assert spark([1.0]) is None
    assert spark([None, 2.0, None]) is None
    drawn = plain(spark([3.0, None, 3.0], "three"))
    assert drawn["props"]["aria-label"] == "three"
    assert "polyline" in drawn["props"]["style"]["maskImage"]
