import copy
import json
from pathlib import Path
from typing import Any

import pytest

from simulator.api import Api
from simulator.check import NoLedger, check
from simulator.compare import compare
from tests.simulator.fake import Fake, as_api


def a_row(place: int, **different: Any) -> dict[str, Any]:
    row = {
        "connection": "open-one",
        "provider_call_id": f"sim-r-{place}",
        "direction": "inbound",
        "lead_id": place,
        "offered": [{"counselor": "a@x.in", "at": "2026-11-23T06:30:00Z", "answered": False}],
        "outcome": "no_answer",
        "outcomes_told": ["agent_missed", "no_answer"],
        "counselor": None,
        "talk_seconds": 0,
        "started_at": "2026-11-23T06:30:00Z",
        "ended_at": "2026-11-23T06:31:00Z",
        "expect": {
            "kind": "missed",
            "direction": "inbound",
            "counselors": ["a@x.in"],
            "state": "open",
            "cleared_by": [],
            "doubtful": False,
        },
        "acknowledged": True,
        "complete": True,
        "settles_at": None,
        "looking": False,
        "remarks": [],
    }
    return {**row, **different}


def a_ledger() -> dict[str, Any]:
    nothing: dict[str, Any] = {
        "kind": None,
        "direction": "inbound",
        "counselors": [],
        "state": None,
        "cleared_by": [],
    }
    talked = {
        "outcome": "connected",
        "outcomes_told": ["connected"],
        "counselor": "a@x.in",
        "talk_seconds": 40,
        "offered": [{"counselor": "a@x.in", "at": None, "answered": True}],
    }
    cleared = a_row(3)["expect"] | {"state": "cleared", "cleared_by": ["b@x.in"]}
    return {
        "run": "r",
        "started_at": "2026-11-23T06:00:00Z",
        "at": "2026-11-23T07:00:00Z",
        "calls": [
            a_row(1),
            a_row(2, **talked, expect=nothing | {"doubtful": False}),
            a_row(3, expect=cleared),
            a_row(4, direction="outbound", expect=a_row(4)["expect"] | {"direction": "outbound"}),
            a_row(5),
        ],
    }


def differences(ledger: dict[str, Any], told: dict[str, list[dict[str, Any]]]) -> list[tuple[str, str]]:
    found = compare(ledger, told["calls"], told["missed"] + told["pending"])
    return [(call_id, what) for (_, call_id), what in found.differences]


def test_a_faultless_server_has_no_differences():
    ledger = a_ledger()
    assert differences(ledger, as_api(ledger)) == []
    assert compare(ledger, as_api(ledger)["calls"], as_api(ledger)["missed"]).compared == 5


def plant(where: str, place: int, fault: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    told = as_api(a_ledger())
    told[where][place].update(copy.deepcopy(fault))
    return told


@pytest.mark.parametrize(
    ("where", "place", "fault", "found"),
    [
        ("calls", 0, {"direction": "campaign"}, "direction campaign, truly inbound"),
        ("calls", 0, {"outcome": "connected"}, "outcome connected, truly no_answer"),
        ("calls", 1, {"outcome": None}, "outcome None, truly connected"),
        ("calls", 1, {"counselor": "b@x.in"}, "counselor b@x.in, truly a@x.in"),
        ("calls", 1, {"talk_seconds": 90}, "talk 90 s, truly 40 s"),
        ("calls", 1, {"talk_seconds": None}, "talk 0 s, truly 40 s"),
        ("calls", 0, {"lead": None}, "no lead"),
        ("calls", 0, {"lead": {"id": 55}}, "lead 55, truly 1"),
        ("calls", 0, {"offered": []}, "offered to nobody, truly a@x.in (not)"),
        ("calls", 0, {"ended_at": None}, "ended_at None, truly 2026-11-23T06:31:00Z"),
        (
            "calls",
            0,
            {"started_at": "2026-11-23T12:00:00Z"},
            "started_at 2026-11-23T12:00:00Z, truly 2026-11-23T06:30:00Z",
        ),
        ("missed", 0, {"kind": "pending"}, "entry pending inbound, truly missed inbound"),
        ("missed", 0, {"direction": "campaign"}, "entry missed campaign, truly missed inbound"),
        ("missed", 0, {"counselors": ["a@x.in", "c@x.in"]}, "entry for a@x.in, c@x.in, truly a@x.in"),
        ("missed", 0, {"state": "cleared", "cleared_how": "api"}, "missed is cleared, truly open"),
        ("missed", 0, {"state": "withdrawn"}, "no entry, truly missed inbound (open)"),
        ("missed", 1, {"state": "open"}, "missed is open, truly cleared"),
        ("missed", 1, {"cleared_by": "c@x.in"}, "cleared by c@x.in, truly b@x.in"),
    ],
)
def test_a_planted_fault_is_found(where: str, place: int, fault: dict[str, Any], found: str):
    assert [what for _, what in differences(a_ledger(), plant(where, place, fault))] == [found]


def test_a_lost_call_a_doubled_call_and_an_invented_one_are_found():
    told = as_api(a_ledger())
    told["calls"].append(told["calls"][0] | {"id": 900})
    lost = told["calls"].pop(2)
    told["missed"] = [entry for entry in told["missed"] if entry["call_id"] != lost["id"]]
    told["calls"].append(told["calls"][0] | {"id": 901, "provider_call_id": "sim-r-77"})
    assert differences(a_ledger(), told) == [
        ("sim-r-1", "the API has this call 2 times"),
        ("sim-r-3", "the API does not know this call"),
        ("sim-r-77", "the API has a call that never was"),
    ]


def test_an_entry_too_many_is_found():
    told = as_api(a_ledger())
    told["pending"].append(told["missed"][0] | {"call_id": told["calls"][1]["id"], "kind": "pending"})
    assert differences(a_ledger(), told) == [("sim-r-2", "a pending entry (open), truly none")]
    told = as_api(a_ledger())
    told["missed"].append(told["missed"][0])
    assert differences(a_ledger(), told) == [("sim-r-1", "2 entries for one call")]


def test_calls_of_others_are_nobodys_fault():
    told = as_api(a_ledger())
    told["calls"].append(told["calls"][0] | {"id": 901, "provider_call_id": "9f8e7d"})
    told["missed"].append(told["missed"][0] | {"call_id": 901})
    assert differences(a_ledger(), told) == []


def test_a_person_at_a_screen_is_no_fault_but_a_note():
    told = plant("missed", 0, {"state": "cleared", "cleared_how": "board", "cleared_by": "z@x.in"})
    found = compare(a_ledger(), told["calls"], told["missed"])
    assert found.differences == []
    assert found.notes == ["sim-r-1: dealt with on a screen (board)"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"complete": False}, "still going on"),
        ({"acknowledged": False}, "not acknowledged"),
        ({"settles_at": "2026-11-23T07:00:01Z"}, "not settled"),
    ],
)
def test_what_proves_nothing_is_left_out_and_counted(change: dict[str, Any], reason: str):
    ledger = a_ledger()
    ledger["calls"][0].update(change)
    told = as_api(ledger)
    told["calls"][0]["outcome"] = "busy"
    found = compare(ledger, told["calls"], told["missed"])
    assert (found.differences, found.skipped, found.compared) == ([], {reason: 1}, 4)


def test_a_doubtful_entry_and_a_guessed_end_are_not_held_against_the_server():
    ledger = a_ledger()
    told = as_api(ledger)
    ledger["calls"][0]["expect"]["doubtful"] = True
    ledger["calls"][2]["settles_at"] = "2026-11-23T06:40:00Z"
    told["missed"].pop(0)
    told["calls"][2]["ended_at"] = "2026-11-23T06:35:00Z"
    assert differences(ledger, told) == []


def test_what_was_taken_for_review_is_a_difference():
    ledger = a_ledger()
    ledger["calls"][0]["remarks"] = ["log 0: taken for review, not understood"]
    assert differences(ledger, as_api(ledger)) == [
        ("sim-r-1", "taken for review: log 0: taken for review, not understood")
    ]


def test_the_check_reads_page_by_page_and_counts(fake: Fake, tmp_path: Path):
    ledger = a_ledger()
    fake.rows = as_api(ledger)
    where = tmp_path / "ledger.json"
    where.write_text(json.dumps(ledger))
    api = Api(fake.url, "key")
    said: list[str] = []
    assert check(api, str(where), 0, said.append)
    assert said == ["5 calls compared, 0 differences in 0 calls"]
    assert fake.asked["/api/v1/calls"] == 2
    fake.rows["calls"][0]["talk_seconds"] = 9
    fake.rows["calls"][4]["lead"] = None
    said.clear()
    assert not check(api, str(where), 0, said.append)
    assert said == [
        "open-one sim-r-1: talk 9 s, truly 0 s",
        "open-one sim-r-5: no lead",
        "5 calls compared, 2 differences in 2 calls",
    ]
    api.close()


def test_a_call_whose_profile_is_being_opened_is_left_for_later(fake: Fake, tmp_path: Path):
    ledger = a_ledger()
    fake.rows = as_api(ledger)
    ledger["calls"][0]["looking"] = True
    where = tmp_path / "ledger.json"
    where.write_text(json.dumps(ledger))
    api = Api(fake.url, "key")
    said: list[str] = []
    assert check(api, str(where), 0, said.append)
    assert said == ["4 calls compared, 0 differences in 0 calls, 1 still going on"]
    api.close()


def test_without_a_ledger_it_says_so(fake: Fake, tmp_path: Path):
    api = Api(fake.url, "key")
    with pytest.raises(NoLedger, match="FileNotFoundError"):
        check(api, str(tmp_path / "none.json"), 0, print)
    with pytest.raises(NoLedger, match="HTTPStatusError"):
        check(api, f"{fake.url}/ledger", 0, print)
    api.close()
