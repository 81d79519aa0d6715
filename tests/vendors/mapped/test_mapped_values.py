"""What can be said of one value: where it stands, how it is written, what it means."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.rules.call import Direction, Outcome
from tests.vendors.mapped.asking import event, mapping, parsed

TEN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LEGS = {
    "legs": [
        {"type": "lead", "n": "1"},
        {"type": "Agent", "n": "2", "who": {"id": "7"}},
        {"type": "agent", "n": "3"},
    ]
}


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("a", {"a": "x"}, "x"),
        ("a.b[0].c", {"a": {"b": [{"c": "x"}]}}, "x"),
        ("a[-1]", {"a": ["x", "y"]}, "y"),
        ("legs[type=agent].n", LEGS, "2"),
        ("legs[type=agent,who.id=7].n", LEGS, "2"),
        ("legs[type!=agent].n", LEGS, "1"),
        ("legs[1][n]", LEGS, "2"),
        ("legs.n", LEGS, "1"),
        ("legs[*].who.id", LEGS, "7"),
        ("a.b", {"a.b": "x"}, "x"),
        ('"a.b".c', {"a.b": {"c": "x"}}, "x"),
        ("Legs[0][Status]", {"Legs[0][Status]": "x"}, "x"),
        ("call id", {"call id": "x"}, "x"),
        ("key ", {"key ": "x"}, "x"),
        ("key", {"key ": "x"}, "x"),
        ("a.b", {"a": '{"b": "x"}'}, "x"),
        ("a[0].b", {"a": '[{"b": "x"}]'}, "x"),
        ("a[0].b", {"a": {"b": "x"}}, "x"),
        ("calls.*.n", {"calls": {"k1": {"n": "x"}}}, "x"),
        (
            "params[name=caller].value",
            {"params": [{"name": "a", "value": "y"}, {"name": "caller", "value": "x"}]},
            "x",
        ),
        ("/a", {"a": "x"}, "x"),
        ("@door", {}, "call-log"),
        ("@query.k", {}, "q"),
        ("k", {}, "q"),
        ("@header.X-Thing", {}, "h"),
        ("a", {"a": None}, None),
        ("a", {"a": "null"}, None),
        ("a.b.c", {"a": "x"}, None),
        ("a", {"a": {"b": "x"}}, None),
        ("a", {"a": True}, "true"),
        ("a", {"a": 90071992547409931}, "90071992547409931"),
    ],
)
def test_paths(path: str, body: dict[str, Any], told: str | None) -> None:
    found = parsed(mapping({"campaign": path}), {"id": "1"} | body, query=b"k=q", headers={"x-thing": "h"})
    assert found.events[0].campaign == told


def test_names_are_found_in_any_case_if_the_mapping_says_so() -> None:
    assert event({"campaign": "did"}, {"dId": "x"}).campaign is None
    assert event({"campaign": "did"}, {"dId": "x"}, read={"ignore_case": True}).campaign == "x"


@pytest.mark.parametrize(
    ("value", "body", "told"),
    [
        (["a", "b"], {"a": "", "b": "x"}, "x"),
        ({"const": "x"}, {}, "x"),
        ({"template": "{a}-{b.c}"}, {"a": 1, "b": {"c": 2}}, "1-2"),
        ({"template": "{a}-{b}"}, {"a": 1}, None),
        ({"path": "a", "match": r"\((\d+)\)"}, {"a": "x (12)"}, "12"),
        ({"path": "a", "match": "(?P<q>b+)", "group": "q"}, {"a": "abbc"}, "bb"),
        ({"path": "a", "match": "z"}, {"a": "x"}, None),
        ({"path": "a", "replace": {"_": " ", "x": "y"}}, {"a": "x_x"}, "y y"),
        ({"path": "a", "remove_prefix": ["sip:", "s"]}, {"a": "sip:1"}, "1"),
        ({"path": "a", "remove_suffix": ["@h"]}, {"a": "1@h"}, "1"),
        ({"path": "a", "split": "|", "part": -1}, {"a": "x| y "}, "y"),
        ({"path": "a", "split": "|", "part": 5}, {"a": "x|y"}, None),
        ({"path": "a[*].n", "join": ", "}, {"a": [{"n": "x"}, {"n": None}, {"n": "y"}]}, "x, y"),
        ({"path": "a", "case": "lower"}, {"a": "ABC"}, "abc"),
        ({"path": "a", "nothing": ["n.a."]}, {"a": "N.A."}, None),
        ({"path": "a", "decode": ["url"]}, {"a": "x%20y"}, "x y"),
        ({"path": "a", "decode": ["base64"]}, {"a": "eHk="}, "xy"),
        ({"path": "a", "decode": ["base64"], "inside": "b[0]"}, {"a": "eyJiIjogWyJ4Il19"}, "x"),
        ({"path": "a", "encode": "url"}, {"a": "https://x/y z"}, "https%3A%2F%2Fx%2Fy%20z"),
        ({"template": "{a}/{b}", "case": "lower"}, {"a": "X", "b": "Y"}, "x/y"),
        ({"path": "a", "decode": ["hex"]}, {"a": "nothex"}, None),
        ({"path": "a", "when": {"field": "b", "equals": "1"}}, {"a": "x", "b": 1}, "x"),
        ({"path": "a", "when": {"field": "b", "equals": "1"}}, {"a": "x", "b": 2}, None),
        ({"first": [{"when": {"field": "b", "equals": "1"}, "stop": True}, "a"]}, {"a": "x", "b": 1}, None),
        ({"first": [{"when": {"field": "b", "equals": "1"}, "stop": True}, "a"]}, {"a": "x", "b": 2}, "x"),
        ("$extra_name", {"a": "x"}, "x"),
    ],
)
def test_texts(value: Any, body: dict[str, Any], told: str | None) -> None:
    assert event({"campaign": value}, body, let={"extra_name": "a"}).campaign == told


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("t", "2026-11-23 15:30:00"),
        ("t", "2026-11-23T10:00:00Z"),
        ("t", "1795428000"),
        ("t", "1795428000000"),
        ("t", "1795428000000000"),
        ({"path": "t", "format": "epoch_ms"}, "1795428000000"),
        ({"path": "t", "format": "epoch_s"}, "1795428000.0"),
        ({"path": "t", "zone": "UTC"}, "2026-11-23 10:00:00"),
        ({"path": "t", "zone": "+04:00"}, "2026-11-23 14:00:00"),
        ({"path": "t", "zone": "+04:00"}, "2026-11-23T10:00:00Z"),
        ({"path": "t", "zone_from": "z"}, "2026-11-23 11:00:00"),
        ({"path": "t", "format": "%m/%d/%Y %I:%M %p"}, "11/23/2026 03:30 PM"),
        ({"path": "t", "format": ["%d.%m.%Y %H:%M", "%Y%m%dT%H%M%S%z"]}, "20261123T100000+0000"),
        ({"template": "{d} {h}", "format": "%d-%b-%Y %H:%M:%S"}, ""),
        ({"path": "t", "plus": "len"}, "2026-11-23 15:28:30"),
        ({"path": "t", "minus": {"path": "len", "unit": "minutes"}}, "2026-11-23 17:00:00"),
    ],
)
def test_moments(value: Any, text: str) -> None:
    body = {"t": text, "z": "Europe/Paris", "d": "23-Nov-2026", "h": "15:30:00", "len": 90}
    assert event({"started_at": value}, body).started_at == TEN


@pytest.mark.parametrize("text", ["0", "0000-00-00 00:00:00", "1970-01-01 05:30:00", "", "null", "00:00:00"])
def test_moments_not_told(text: str) -> None:
    for told in ("t", {"path": "t", "format": ["%Y-%m-%d %H:%M:%S", "epoch_s"]}):
        found = parsed(mapping({"started_at": told}), {"id": "1", "t": text})
        assert (found.events[0].started_at, found.unknown_words) == (None, ())


@pytest.mark.parametrize(
    ("unit", "text", "told"),
    [
        ("auto", "84", 84),
        ("auto", "01:24", 84),
        ("auto", "1m 24s", 84),
        ("auto", "PT1M24S", 84),
        ("text", "1 hour, 2 minutes", 3720),
        ("s", "84.9", 84),
        ("ms", "84900", 84),
        ("us", "84900000", 84),
        ("minutes", "1.5", 90),
        ("hours", "0.5", 1800),
        ("HH:MM", "01:30", 5400),
        ("MM:SS", "90:01", 5401),
        ("HH:MM:SS", "01:00:01", 3601),
        ("s", "-1", None),
        ("s", "nan", None),
        ("text", "long", None),
    ],
)
def test_durations(unit: str, text: str, told: int | None) -> None:
    assert event({"talk_seconds": {"path": "d", "unit": unit}}, {"d": text}).talk_seconds == told


def test_durations_are_worked_out_of_others_whatever_their_unit() -> None:
    told = {
        "total_seconds": {"path": "total", "unit": "ms"},
        "talk_seconds": "talk",
        "ring_seconds": {"path": "total", "unit": "ms", "minus": "$talk_seconds"},
        "started_at": "start",
        "ended_at": {"path": "$started_at", "plus": "$total_seconds"},
    }
    found = event(told, {"total": 90_000, "talk": "01:00", "start": "2026-11-23 15:28:30"})
    assert (found.total_seconds, found.talk_seconds, found.ring_seconds, found.ended_at) == (90, 60, 30, TEN)
    assert event(told, {"total": 30_000, "talk": "01:00"}).ring_seconds is None


@pytest.mark.parametrize(
    ("value", "text", "told"),
    [
        ("n", "09876543210", "+919876543210"),
        ({"path": "n", "country": "US"}, "(415) 555-2671", "+14155552671"),
        ({"path": "n", "international": True}, "14155552671", "+14155552671"),
        ({"path": "n", "international": True}, "0014155552671", "+14155552671"),
        ({"path": "n", "remove_prefix": ["9,"]}, "9,09876543210", "+919876543210"),
        ({"template": "+91{n}"}, "9876543210", "+919876543210"),
        ({"path": "n", "match": "<(.*)>"}, '"A" <9876543210>', "+919876543210"),
        ("n", "98XXXXXX10", None),
        ("n", "anonymous", None),
    ],
)
def test_numbers(value: Any, text: str, told: str | None) -> None:
    assert event({"customer": value}, {"n": text}).customer == told


def test_seats() -> None:
    assert event({"seat": "s"}, {"s": "Asha@Example.edu"}).seat == "asha@example.edu"
    assert event({"seat": {"path": "s", "as_is": True}}, {"s": "9876543210"}).seat == "9876543210"
    assert event({"seat": {"path": "s", "as_is": True}}, {"s": "Asha@Example.edu"}).seat == "asha@example.edu"


SIDES = {"path": "d", "words": {"In Bound": "inbound", "out*": "outbound", "test": None}}


@pytest.mark.parametrize(
    ("word", "direction", "unknown"),
    [
        ("IN-BOUND", Direction.INBOUND, ()),
        ("outgoing", Direction.OUTBOUND, ()),
        ("test", None, ()),
        ("sideways 123456", None, (("d", "sideways …"),)),
    ],
)
def test_words(word: str, direction: Direction | None, unknown: Any) -> None:
    found = parsed(mapping({"direction": SIDES}), {"id": "1", "d": word})
    assert (found.events[0].direction, found.unknown_words) == (direction, unknown)


def test_numbers_swap_with_the_direction_and_an_unknown_one_picks_none() -> None:
    told = {
        "direction": SIDES,
        "customer": {"by_direction": {"inbound": "a", "outbound": "b"}},
        "did": {"by_direction": {"inbound": "b", "outbound": "a"}},
    }
    body = {"a": "9876543210", "b": "8030000882"}
    found = [event(told, body | {"d": word}) for word in ("in bound", "out", "sideways")]
    assert [one.customer for one in found] == ["+919876543210", "+918030000882", None]
    assert [one.did for one in found] == ["+918030000882", "+919876543210", None]


def test_an_outcome_is_decided_by_several_fields_in_order() -> None:
    told = {
        "talk_seconds": "talk",
        "outcome": {
            "first": [
                {
                    "when": {
                        "all": [{"field": "$talk_seconds", "above": 0}, {"field": "s", "equals": "done"}]
                    },
                    "const": "connected",
                },
                {"when": {"field": "by", "equals": "caller"}, "const": "cancelled"},
                {"path": "s", "words": "ends"},
            ]
        },
    }
    tables = {"ends": {"busy": "busy"}}
    said = [
        event(told, body, words=tables).outcome
        for body in (
            {"talk": 5, "s": "Done"},
            {"by": "Caller", "s": "done"},
            {"s": "BUSY"},
            {"s": "flurb"},
            {},
        )
    ]
    assert said == [Outcome.CONNECTED, Outcome.CANCELLED, Outcome.BUSY, Outcome.UNKNOWN, None]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"field": "a", "equals": "X"}, True),
        ({"field": "a", "one_of": ["y", "x"]}, True),
        ({"field": "a", "told": True}, True),
        ({"field": "z", "told": False}, True),
        ({"field": "blank", "told": True}, False),
        ({"field": "blank", "present": True}, True),
        ({"field": "z", "present": True}, False),
        ({"field": "list", "told": True}, False),
        ({"field": "n", "above": 9.5}, True),
        ({"field": "n", "below": 10}, False),
        ({"field": "t", "above": 60}, True),
        ({"field": "t", "below": 60, "told": True}, False),
        ({"field": "a", "contains": "x", "starts": "x", "ends": "X"}, True),
        ({"field": "n", "matches": r"^\d{2}$"}, True),
        ({"field": "a", "same_as": "also"}, True),
        ({"field": "num", "number_in": ["+91 80 3000 0882"]}, True),
        ({"field": "num", "number_in": "ours"}, True),
        ({"field": "a", "number_in": "ours"}, False),
        ({"field": "a", "one_of": "letters"}, True),
        ({"field": "legs[*].type", "equals": "agent"}, True),
        ({"no": {"field": "legs[*].type", "equals": "robot"}}, True),
        ({"any": [{"field": "a", "equals": "q"}, {"field": "n", "equals": 10}]}, True),
        ({"all": [{"field": "a", "equals": "q"}, {"field": "n", "equals": 10}]}, False),
        ({"field": "yes", "equals": True}, True),
        ({"field": "@door", "equals": "call-log"}, True),
    ],
)
def test_conditions(condition: Any, holds: bool) -> None:
    body = {
        "id": "1",
        "a": "x",
        "also": "X",
        "n": 10,
        "t": "00:01:24",
        "blank": "",
        "list": [],
        "yes": True,
        "num": "08030000882",
    } | LEGS
    lists = {"ours": ["8030000882", "8030000883"], "letters": ["X", "y"]}
    found = parsed(mapping(rules=[{"when": condition, "kind": "log"}, {"ignore": "else"}], lists=lists), body)
    assert bool(found.events) is holds


def test_a_value_that_needs_itself_tells_nothing() -> None:
    told = {"talk_seconds": {"path": "$ring_seconds"}, "ring_seconds": {"path": "$talk_seconds"}}
    assert event(told, {}).talk_seconds is None


def test_durations_of_several_items_together() -> None:
    legs = [
        {"t": "agent", "talk": "10"},
        {"t": "lead", "talk": "99"},
        {"t": "agent", "talk": "00:00:05"},
        {"t": "agent"},
    ]
    told = {"talk_seconds": {"sum": "legs[t=agent].talk"}}
    assert event(told, {"legs": legs}).talk_seconds == 15
    assert event(told, {"legs": []}).talk_seconds is None
    assert (
        event(
            {"talk_seconds": {"sum": "legs[*].talk", "unit": "ms"}},
            {"legs": [{"talk": 1500}, {"talk": 2500}]},
        ).talk_seconds
        == 3
    )
    (one,) = parsed(mapping(told), {"id": "1", "legs": [legs[0], {"t": "agent", "talk": "long"}]}).events
    assert one.talk_seconds is None
    assert (
        event(
            {"talk_seconds": {"sum": "legs[*].talk", "when": {"field": "x", "told": True}}}, {"legs": legs}
        ).talk_seconds
        is None
    )
