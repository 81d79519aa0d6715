"""Productivity as the server draws it: whose numbers, which days, and the calls behind each."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from dashapp.components import csv_export, numbers, productivity_chart
from dashapp.components.productivity_drawer import Drill
from dashapp.components.productivity_query import ProductivityQuery, span
from models.rules.call import Direction, Outcome
from models.rules.tally import Tally
from models.rules.windows import Window, day_number
from models.store.base import Store
from tests.cast import Cast, Lead, Person
from tests.dashapp.drawn import attributes, nodes, text
from tests.databases import Clock
from tests.telling import ended, rung, tell
from tests.webapp import Visitor

on_sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]

TODAY = date(2026, 3, 2)
DRAWER = "productivity-drawer-body.children"


@pytest.fixture
def worked(store: Store, cast: Cast, clock: Clock) -> Lead:
    """Asha dialled twice (once talked 60 s) and missed a ring that Ravi answered; Chitra talked for 30 s."""
    lead = cast.lead(name="Tanvi", owner=cast.asha)
    outbound: dict[str, Any] = {"direction": Direction.OUTBOUND}
    tell(store, cast, ended(store, cast.asha, lead, "o1", talk=60, **outbound))
    tell(store, cast, ended(store, cast.asha, lead, "o2", outcome=Outcome.NO_ANSWER, **outbound))
    tell(store, cast, rung(store, cast.asha, lead, "i1"), rung(store, cast.ravi, lead, "i1"))
    tell(store, cast, ended(store, cast.ravi, lead, "i1", talk=90))
    tell(store, cast, ended(store, cast.chitra, cast.lead(owner=cast.chitra), "p1", talk=30, **outbound))
    clock.advance(minutes=5)
    return lead


def grid(page: Any) -> dict[str, Any]:
    """The table: its rows by name, and what is pinned below."""
    props = next(props for props in nodes(page) if props.get("id") == "productivity-grid")
    return {row["name"]: row for row in props["rowData"]} | {
        "pinned": props["dashGridOptions"]["pinnedBottomRowData"]
    }


@on_sqlite
def test_a_supervisors_table(visit: Visit, cast: Cast, worked: Lead) -> None:
    table = grid(visit(cast.meera).page("/productivity").get_json())
    assert set(table) == {cast.asha.name, cast.ravi.name, "pinned"}
    asha, ravi, total = table[cast.asha.name], table[cast.ravi.name], table["pinned"][-1]
    assert (asha["attempts"], asha["outbound"], asha["connect_rate"], asha["talk_time"]) == (2, 2, 0.5, 60)
    assert asha["text"]["inbound_answered"] == "0 / 1"
    assert (ravi["inbound_answered"], ravi["inbound_offered"], ravi["attempts"]) == (1, 1, 0)
    assert ravi["connect_rate"] is None
    assert ravi["text"]["connect_rate"] == "–"
    assert total["talk_time"] == 150
    assert total["name"] == "2 counselors"
    for name in ("outbound", "connected", "talk_time", "missed", "pending", "inbound_offered"):
        assert total[name] == sum(row[name] or 0 for key, row in table.items() if key != "pinned")


@on_sqlite
def test_a_counselor_sees_her_own_row_only(visit: Visit, cast: Cast, worked: Lead) -> None:
    page = visit(cast.asha).page("/productivity", f"?team={cast.teams['Pune']}")
    assert set(grid(page.get_json())) == {cast.asha.name, "pinned"}
    assert cast.ravi.name not in page.text
    assert cast.chitra.name not in page.text
    assert "filter-team" not in page.text.split("productivity-cards")[0] or "Pune" not in page.text


@on_sqlite
def test_no_data_is_a_dash(visit: Visit, cast: Cast) -> None:
    page = visit(cast.dev).page("/productivity").get_json()
    table = grid(page)
    assert table[cast.asha.name]["attempts"] is None
    assert set(table[cast.asha.name]["text"].values()) == {"–"}
    assert "0.0 %" not in text(page)
    assert "Attempts – " in text(page)


@on_sqlite
def test_a_number_opens_its_calls(visit: Visit, cast: Cast, worked: Lead) -> None:
    def opened(person: Person, **drill: Any) -> str:
        values = {"productivity-drill.data": drill, "productivity-query.data": {}}
        answer = visit(person).callback(DRAWER, values, "productivity-drill.data").get_json()
        return text(answer["response"]["productivity-drawer-body"])

    def called(person: Person) -> list[str]:
        values = {"productivity-drill.data": {"metric": "calls"}, "productivity-query.data": {}}
        return attributes(
            visit(person).callback(DRAWER, values, "productivity-drill.data").get_json(), "data-call-lead"
        )

    asha = str(cast.asha.id)
    assert str(worked.id) in called(cast.asha)
    assert called(cast.meera) == [], "she has no seat"
    said = opened(cast.meera, metric="connect_rate", who=asha)
    assert f"Productivity / Human connect rate / {cast.asha.name}" in said
    assert "Human connect rate, 50.0 %" in said
    assert "1 of 2 attempts reached a person, 24 Feb – 2 Mar" in said
    assert said.count("Tanvi") == 2
    assert "Answered" in opened(cast.meera, metric="inbound_answered", who=str(cast.ravi.id))
    assert "Calls, 3" in opened(cast.meera, metric="calls")
    assert "Calls, 4" in opened(cast.dev, metric="calls", on="2026-03-02")
    assert "No call stands behind this number" in opened(cast.meera, metric="calls", who=str(cast.chitra.id))
    assert "No call stands behind this number" in opened(cast.chitra, metric="calls", who=asha)
    assert opened(cast.meera, metric="checked_in") == ""
    assert opened(cast.meera) == ""


@on_sqlite
def test_the_files(visit: Visit, cast: Cast, worked: Lead) -> None:
    visitor = visit(cast.meera)
    whole = visitor.callback("productivity-file.data", {"productivity-query.data": {}}).get_json()
    sent = whole["response"]["productivity-file"]["data"]
    lines = list(csv.reader(io.StringIO(sent["content"].removeprefix(csv_export.BOM))))
    head, *rest = [line for line in lines if not line[0].startswith("#")]
    assert lines[0][0].startswith("# Callboard: productivity, 2026-02-24 to 2026-03-02")
    assert "Asia/Kolkata" in lines[1][0]
    assert [line[0] for line in rest] == [cast.asha.name, cast.ravi.name, "Total"]
    asha = dict(zip(head, rest[0], strict=True))
    assert (asha["Talk time (s)"], asha["Human connect rate"], asha["Inbound rung"]) == ("60", "0.5", "1")
    assert dict(zip(head, rest[1], strict=True))["Human connect rate"] == ""
    output = next(key for key in visitor.app.callback_map if key.startswith("productivity-file.data@"))
    values = {
        "productivity-drawer-export.n_clicks": 1,
        "productivity-drill.data": {"metric": "outbound"},
        "productivity-query.data": {},
    }
    calls = visitor.callback(output, values).get_json()["response"]
    (found,) = calls.values()
    assert found["data"]["content"].count("Tanvi") == 2
    assert found["data"]["filename"] == "outbound-2026-02-24-to-2026-03-02-IST.csv"


@on_sqlite
def test_the_page_says_with_what_it_compares(visit: Visit, cast: Cast) -> None:
    said = text(visit(cast.meera).page("/productivity", "?from=2026-02-10&to=2026-02-12").get_json())
    assert "10 – 12 Feb" in said
    assert "against 7 – 9 Feb" in said
    assert "to this time of day" not in said
    assert "Calls by hour" in text(visit(cast.meera).page("/productivity", "?range=today").get_json())
    weeks = visit(cast.meera).page("/productivity", "?from=2025-11-01&to=2026-03-01").get_json()
    assert "Calls by week" in text(weeks)


@pytest.mark.parametrize(
    ("given", "first", "last", "preset"),
    [
        ({}, TODAY - timedelta(days=6), TODAY, "7d"),
        ({"range": "today"}, TODAY, TODAY, "today"),
        ({"range": "yesterday"}, date(2026, 3, 1), date(2026, 3, 1), "yesterday"),
        ({"range": "30d"}, date(2026, 2, 1), TODAY, "30d"),
        ({"range": "month"}, date(2026, 3, 1), TODAY, "month"),
        ({"range": "aeon"}, TODAY - timedelta(days=6), TODAY, "7d"),
        ({"from": "2026-02-03", "to": "2026-02-09"}, date(2026, 2, 3), date(2026, 2, 9), ""),
        ({"from": "2026-02-03", "to": "2030-01-01"}, date(2026, 2, 3), TODAY, ""),
        ({"from": "2026-02-03"}, date(2026, 2, 3), date(2026, 2, 3), ""),
        ({"from": "2026-02-09", "to": "2026-02-03"}, TODAY - timedelta(days=6), TODAY, "7d"),
        ({"from": "1970-01-01", "to": "2026-02-03"}, TODAY - timedelta(days=6), TODAY, "7d"),
        ({"from": "soon"}, TODAY - timedelta(days=6), TODAY, "7d"),
        ({"from": "2027-01-01"}, TODAY - timedelta(days=6), TODAY, "7d"),
    ],
)
def test_days_of_an_address(given: dict[str, str], first: date, last: date, preset: str) -> None:
    asked = ProductivityQuery.read(given, TODAY)
    assert (asked.first, asked.last, asked.preset) == (first, last, preset)
    assert ProductivityQuery.read(asked.stored(), TODAY) == asked


def test_days_in_words() -> None:
    assert span(TODAY, TODAY, TODAY) == "Mon 2 Mar"
    assert span(date(2026, 2, 24), TODAY, TODAY) == "24 Feb – 2 Mar"
    assert span(date(2026, 3, 1), TODAY, TODAY) == "1 – 2 Mar"
    assert span(date(2025, 12, 30), date(2026, 1, 2), TODAY) == "30 Dec 2025 – 2 Jan 2026"


@pytest.mark.parametrize(
    ("metric", "value", "before", "expected"),
    [
        ("attempts", 106, 100, ("6.0 %", True, "neither")),
        ("connect_rate", 0.402, 0.383, ("1.9 points", True, "better")),
        ("connect_rate", 0.36, 0.383, ("2.3 points", False, "worse")),
        ("missed_calls", 90, 100, ("10.0 %", False, "better")),
        ("still_open", 9, 0, ("9 more", True, "worse")),
        ("still_open", 3, 5, ("2 fewer", False, "better")),
        ("talk_time", 1600, 100, ("16 times", True, "neither")),
        ("attempts", 5, 5, ("no change", False, "neither")),
        ("talk_time", 5, 0, None),
        ("connect_rate", None, 0.5, None),
        ("connect_rate", 0.5, None, None),
    ],
)
def test_changes_in_words(metric: str, value: float | None, before: float | None, expected: Any) -> None:
    assert numbers.moved(metric, value, before) == expected


def test_numbers_in_words() -> None:
    assert str(numbers.shown("attempts", 5683)) == "5,683"
    assert str(numbers.shown("connect_rate", 0.3834)) == "38.3 %"
    assert str(numbers.shown("talk_time", 385380)) == "107h 03m"
    assert str(numbers.shown("avg_talk", 177.4)) == "2m 57s"
    assert str(numbers.shown("answer_rate", None)) == "–"


def test_a_chart_adds_up() -> None:
    first = day_number(date(2026, 2, 24))
    days = {
        first - 7: Tally(outbound=3),
        first: Tally(outbound=5, campaign=2, inbound=4),
        first + 6: Tally(inbound=1),
    }
    drawn = productivity_chart.by_day(Window(first, first + 6), days)
    assert [bar.total for bar in drawn.bars] == [11, 0, 0, 0, 0, 0, 1]
    assert [bar.before for bar in drawn.bars] == [3, 0, 0, 0, 0, 0, 0]
    chart = productivity_chart.chart(drawn)
    stacked = [trace for trace in chart["data"] if trace["type"] == "bar"]
    assert [trace["name"] for trace in stacked] == ["Outbound", "Campaign", "Inbound"]
    assert [sum(column) for column in zip(*(trace["y"] for trace in stacked), strict=True)] == [
        11,
        0,
        0,
        0,
        0,
        0,
        1,
    ]
    assert stacked[0]["customdata"][0] == ["2026-02-24"]
    assert len(chart["layout"]["shapes"]) == 1
    weeks = productivity_chart.by_day(Window(first, first + 69), days)
    assert [bar.total for bar in weeks.bars] == [12] + [0] * 9
    hours = productivity_chart.by_hour({(10, "inbound"): 2}, {(12, "outbound"): 1}, first)
    assert [bar.total for bar in hours.bars] == [2, 0, 0]
    assert [bar.before for bar in hours.bars] == [0, 0, 1]


def test_an_address_asks_only_for_numbers_that_open() -> None:
    assert Drill.read({"metric": "missed", "who": "12", "on": "2026-02-03"}) == Drill(
        "missed", 12, date(2026, 2, 3)
    )
    assert Drill.read({"metric": "missed", "who": "0"}) == Drill("missed", 0, None)
    assert Drill.read({"metric": "missed", "who": "x", "on": "then"}) == Drill("missed", None, None)
    assert Drill.read({"metric": "drop table"}) is None
    assert Drill.read(None) is None


@on_sqlite
def test_every_card_has_its_formula_and_its_calls(visit: Visit, cast: Cast, worked: Lead) -> None:
    page = visit(cast.meera).page("/productivity").get_json()
    assert len(attributes(page, "data-drill")) == 6
    assert all("{" not in tip for tip in attributes(page, "data-tip"))
