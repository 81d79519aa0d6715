"""Which body means what, legs, lists of calls, bodies in every dress, and what is kept besides."""

import gzip
import json
from typing import Any

import pytest

from ingest.contract import Door, Unreadable
from models.rules.call import Kind, Outcome
from models.rules.lifecycle import fold
from tests.vendors.library import HEARD
from tests.vendors.mapped.asking import event, mapping, parsed


def kinds(document: Any, body: Any, **heard: Any) -> list[str]:
    return [str(one.kind) for one in parsed(document, body, **heard).events]


def test_the_first_rule_that_fits_decides_unless_it_says_go_on() -> None:
    rules: list[dict[str, Any]] = [
        {"when": {"field": "e", "equals": "ring"}, "kind": "routed"},
        {"when": {"field": "e", "starts": "ri"}, "kind": "ringing"},
        {"doors": ["popup"], "kind": "answered"},
        {"when": {"field": "e", "equals": "ping"}, "ignore": "a ping"},
        {
            "when": {"field": "e", "equals": "end"},
            "events": [{"kind": "ended"}, {"kind": "recording", "fields": {"recording": "rec"}}],
        },
    ]
    document = mapping(rules=rules)
    assert kinds(document, {"id": "1", "e": "ring"}) == ["routed"]
    assert kinds(document, {"id": "1"}, door=Door.POPUP) == ["answered"]
    assert parsed(document, {"id": "1", "e": "ping"}).note == "a ping"
    assert kinds(document, {"id": "1", "e": "end", "rec": "r.mp3"}) == ["ended", "recording"]
    assert kinds(document, {"id": "1", "e": "end"}) == ["ended"]
    go_on = [rules[0] | {"go_on": True}, *rules[1:]]
    assert kinds(mapping(rules=go_on), {"id": "1", "e": "ring"}) == ["routed", "ringing"]


def test_what_no_rule_fits_waits_for_review() -> None:
    rules = [{"when": {"field": "e", "equals": "ring"}, "kind": "routed"}]
    with pytest.raises(Unreadable, match="No rule"):
        parsed(mapping(rules=rules), {"id": "1"})
    assert parsed(mapping(rules=rules, otherwise="ignore"), {"id": "1"}).events == ()


def test_a_kind_nobody_mapped_waits_for_review_and_is_counted() -> None:
    rules = [{"kind": {"path": "e", "words": {"ring": "routed", "menu": None}}}]
    assert kinds(mapping(rules=rules), {"id": "1", "e": "RING"}) == ["routed"]
    assert kinds(mapping(rules=rules), {"id": "1", "e": "menu"}) == []
    with pytest.raises(Unreadable, match="“flurb”") as unreadable:
        parsed(mapping(rules=rules), {"id": "1", "e": "flurb"})
    assert unreadable.value.unknown_words == (("e", "flurb"),)
    with pytest.raises(Unreadable, match="not told"):
        parsed(mapping(rules=rules), {"id": "1"})


def test_an_events_own_fields_go_over_the_rules_and_the_documents() -> None:
    document = mapping(
        {"campaign": {"const": "document"}, "intent": {"const": "document"}, "seat": {"const": "1"}},
        rules=[
            {
                "fields": {"campaign": {"const": "rule"}, "seat": None},
                "events": [{"kind": "log", "fields": {"campaign": {"const": "event"}}}, {"kind": "log"}],
            }
        ],
    )
    told = [(one.campaign, one.intent, one.seat) for one in parsed(document, {"id": "1"}).events]
    assert told == [("event", "document", None), ("rule", "document", None)]


LEGS = {
    "id": "c1",
    "dir": "in",
    "cause": "x",
    "legs": [
        {"t": "agent", "n": "1001", "s": "busy", "at": 1795428000, "end": 1795428010},
        {
            "t": "agent",
            "n": "1002",
            "s": "ok",
            "at": 1795428010,
            "up": 1795428015,
            "end": 1795428075,
            "talk": 60,
        },
        {"t": "lead", "n": "9876543210"},
    ],
}
OF_LEGS = mapping(
    {"direction": {"path": "dir", "words": {"in": "inbound"}}, "customer": "legs[t=lead].n"},
    rules=[
        {
            "kind": "log",
            "legs": {
                "each": "legs[t=agent]",
                "seat": "n",
                "at": "at",
                "answered": {"field": "s", "equals": "ok"},
                "answered_at": "up",
                "ended_at": "end",
                "talk_seconds": "talk",
                "reason": {"path": "s", "words": {"busy": "busy"}},
            },
        }
    ],
)


def test_legs_become_offers_with_the_reason_each_was_not_answered() -> None:
    call = fold(parsed(OF_LEGS, LEGS).events, HEARD)
    assert (call.outcome, call.talked_seat, call.talk_seconds) == (Outcome.CONNECTED, "1002", 60)
    assert [(offer.seat, offer.answered, offer.reason) for offer in call.offers] == [
        ("1001", False, "busy"),
        ("1002", True, None),
    ]
    assert call.customer == "+919876543210"


def test_legs_as_text_as_one_object_and_missing() -> None:
    as_text = LEGS | {"legs": json.dumps(LEGS["legs"])}
    assert parsed(OF_LEGS, as_text).events == parsed(OF_LEGS, LEGS).events
    one = LEGS | {"legs": LEGS["legs"][0]}
    assert [event.seat for event in parsed(OF_LEGS, one).events if event.kind is Kind.MISSED] == ["1001"]
    assert kinds(OF_LEGS, {"id": "c1", "legs": ""}) == ["log"]


def test_one_event_of_every_item_reads_the_item_and_the_call_above_it() -> None:
    document = mapping(
        {"campaign": "list"},
        rules=[
            {
                "events": [
                    {
                        "kind": {"path": "s", "words": {"up": "answered", "no": "missed"}},
                        "each": "who",
                        "fields": {"seat": "n", "intent": "../ref", "leg": "@index", "disposition": "/ref"},
                    }
                ]
            }
        ],
    )
    found = parsed(
        document, {"id": "1", "list": "L", "ref": "R", "who": [{"n": "1", "s": "no"}, {"n": "2", "s": "up"}]}
    )
    assert [(e.kind, e.seat, e.campaign, e.intent, e.leg, e.disposition) for e in found.events] == [
        ("missed", "1", "L", "R", "0", "R"),
        ("answered", "2", "L", "R", "1", "R"),
    ]


def test_items_that_are_plain_texts() -> None:
    event = {"kind": "routed", "each": "who", "fields": {"seat": "."}}
    for who in (["1001", "1002"], '["1001","1002"]'):
        found = parsed(mapping(rules=[{"events": [event]}]), {"id": "1", "who": who})
        assert [one.seat for one in found.events] == ["1001", "1002"]
    split = mapping(rules=[{"events": [event | {"split": ","}]}])
    assert [one.seat for one in parsed(split, {"id": "1", "who": "1001, 1002,"}).events] == ["1001", "1002"]
    by_key = event | {"each": "who.*", "fields": {"seat": "@key", "intent": "."}}
    found = parsed(mapping(rules=[{"events": [by_key]}]), {"id": "1", "who": {"1001": "up", "1002": "no"}})
    assert [(one.seat, one.intent) for one in found.events] == [("1001", "up"), ("1002", "no")]
    legs = {"each": "who", "split": ";", "seat": ".", "answered": {"field": "/up", "same_as": "."}}
    found = parsed(mapping(rules=[{"legs": legs}]), {"id": "1", "who": "1001;1002", "up": "1002"})
    assert [(one.kind, one.seat) for one in found.events] == [
        ("routed", "1001"), ("missed", "1001"), ("routed", "1002"), ("answered", "1002"),
    ]  # fmt: skip


def test_a_body_of_many_calls() -> None:
    rules = [
        {
            "each": "data.rows",
            "rules": [{"when": {"field": "skip", "told": True}, "ignore": "x"}, {"kind": "log"}],
        }
    ]
    body = {"data": {"rows": [{"id": 1}, {"id": 2, "skip": 1}, {"id": 3}]}}
    assert [one.provider_call_id for one in parsed(mapping(rules=rules), body).events] == ["1", "3"]
    listed = mapping(rules=[{"each": "[*]", "kind": "log"}])
    assert len(parsed(listed, [{"id": 1}, {"id": 2}]).events) == 2
    by_key = mapping({"call_id": "@key"}, rules=[{"each": "calls.*", "kind": "log"}])
    assert [
        one.provider_call_id for one in parsed(by_key, {"calls": {"k1": {"a": "1"}, "k2": {"a": "2"}}}).events
    ] == ["k1", "k2"]
    with pytest.raises(Unreadable, match="more than"):
        parsed(listed, [{"id": i} for i in range(600)])


def test_lists_inside_each_other_are_bounded() -> None:
    rule: dict[str, Any] = {"when": {"field": "never", "told": True}, "kind": "log"}
    for _ in range(6):
        rule = {"each": "/rows", "rules": [rule]}
    with pytest.raises(Unreadable, match="too much"):
        parsed(mapping(rules=[rule]), {"rows": [{"a": i} for i in range(100)]})


@pytest.mark.parametrize(
    ("body", "content_type", "form"),
    [
        (b'{"id":"c1","a":{"b":["x"]}}', "", "auto"),
        (b"id=c1&a%5Bb%5D%5B0%5D=x", "", "auto"),
        (b"id=c1&a%5Bb%5D%5B%5D=x", "", "auto"),
        (b'id=c1&a={"b":["x"]}', "", "auto"),
        (b"id=c1&a%5Bb%5D=x", "application/json", "auto"),
        (b"<call><id>c1</id><a><b>x</b></a></call>", "text/xml", "auto"),
        (gzip.compress(b'{"id":"c1","a":{"b":"x"}}', mtime=0), "", "auto"),
        (
            b'--q\r\nContent-Disposition: form-data; name="id"\r\n\r\nc1\r\n--q\r\nContent-Disposition: form-data; name="a[b]"\r\n\r\nx\r\n--q--\r\n',
            "multipart/form-data; boundary=q",
            "auto",
        ),
        (b'data: {"id":"c1","a":{"b":"x"}}\n\n', "text/event-stream", "auto"),
        (b'id: c1\na: {"b": "x"}\n', "text/plain", "lines"),
    ],
)
def test_every_dress(body: bytes, content_type: str, form: str) -> None:
    root = "call." if body.startswith(b"<") else ""
    document = mapping({"call_id": f"{root}id", "campaign": f"{root}a.b"}, read={"format": form})
    (found,) = parsed(document, body, content_type=content_type).events
    assert (found.provider_call_id, found.campaign) == ("c1", "x")


def test_a_body_inside_a_field() -> None:
    document = mapping(read={"inside": "payload", "decode": ["base64"]}, fields={"campaign": "@outer.kind"})
    (found,) = parsed(document, {"kind": "k", "payload": "eyJpZCI6ImMxIn0="}).events
    assert (found.provider_call_id, found.campaign) == ("c1", "k")
    with pytest.raises(Unreadable, match="payload"):
        parsed(document, {"kind": "k"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"hello",
        b"<a><b></a>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"<a>" * 200 + b"</a>" * 200,
        b'{"a":' * 200 + b"1" + b"}" * 200,
        b"[" * 100_000,
        gzip.compress(b"a" * 5_000_000),
        b"\x1f\x8bjunk",
        b"[" + b"1," * 30_000 + b"1]",
    ],
)
def test_what_cannot_be_opened_says_so(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parsed(mapping(), body, content_type="")


def test_what_no_field_reads_is_kept_without_secrets() -> None:
    found = event(
        {"customer": ["a", "b"], "extra": {"colour": "x.c"}},
        {"a": "9876543210", "b": "9876543211", "x": {"c": "red", "d": "blue"}, "api_key": "k"},
    )
    assert found.extra == {"x[d]": "blue", "colour": "red"}


def test_without_a_call_id_one_is_built_and_says_so() -> None:
    document = {"version": 1, "fields": {"customer": "n", "started_at": "t"}, "rules": [{"kind": "log"}]}
    (found,) = parsed(document, {"n": "9876543210", "t": "1795428000"}).events
    assert found.provider_call_id.startswith("guess-20261123T1000-")
    assert found.extra["low_confidence"] == "1"
    with pytest.raises(Unreadable, match="call id"):
        parsed(document, {"x": "1"})


def test_a_rule_without_doors_leaves_routing_questions_alone() -> None:
    body = {"id": "1"}
    assert parsed(mapping(), body, door=Door.ROUTE).note == "A routing question."
    assert kinds(mapping(rules=[{"doors": ["route"], "kind": "ringing"}]), body, door=Door.ROUTE) == [
        "ringing"
    ]
