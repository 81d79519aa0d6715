"""What providers get back: handshakes with computed values and headers, and routing answers that repeat the question."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from ingest import trying
from ingest.contract import ConnectionInfo, Door, RouteAnswer, RouteReply
from ingest.vendors.mapped.problems import Problem
from ingest.vendors.mapped.program import Program
from tests.vendors.mapped.asking import VENDOR, connection, delivery, mapping

ZOOM = {
    "when": {"field": "event", "equals": "endpoint.url_validation"},
    "compute": {"encrypted": {"kind": "hmac", "secret": "zoom_token", "over": "{payload.plainToken}"}},
    "value": {"plainToken": "{payload.plainToken}", "encryptedToken": "{$encrypted}"},
}
RING = {
    "when": {"field": "@header.validation-token", "told": True},
    "headers": {"Validation-Token": "{@header.validation-token}"},
}


def acknowledged(answers: list[Any], body: Any, headers: dict[str, str] | None = None, **known: Any) -> Any:
    document = mapping(answers=answers)
    told = connection(document, **known)
    return VENDOR.acknowledge(delivery(body, headers=headers), told, 7, "new")  # type: ignore[attr-defined]


def test_a_word_signed_with_a_secret_goes_back() -> None:
    said = acknowledged(
        [ZOOM],
        {"event": "endpoint.url_validation", "payload": {"plainToken": 'q"9'}},
        secrets={"zoom_token": "s3"},
    )
    made = hmac.new(b"s3", b'q"9', "sha256").hexdigest()
    assert json.loads(said.body) == {"plainToken": 'q"9', "encryptedToken": made}
    assert Program(mapping(answers=[ZOOM])).secrets == ("zoom_token",)


def test_a_digest_of_word_and_secret() -> None:
    one = {
        "compute": {"made": {"kind": "digest", "secret": "k", "over": "{c}{@secret}", "algorithm": "sha1"}},
        "body": "{$made}",
    }
    said = acknowledged([one], {"c": "w"}, secrets={"k": "s3"})
    assert said.body == hashlib.sha1(b"ws3", usedforsecurity=False).hexdigest()


def test_without_its_secret_nothing_is_computed() -> None:
    said = acknowledged([ZOOM], {"event": "endpoint.url_validation", "payload": {"plainToken": "q"}})
    assert json.loads(said.body)["encryptedToken"] == ""


def test_a_received_header_goes_back_as_a_header() -> None:
    said = acknowledged([RING], b"", {"validation-token": "ab-1"})
    assert said == RouteReply("", "text/plain; charset=utf-8", 200, {"Validation-Token": "ab-1"})


@pytest.mark.parametrize("token", ["a\r\nSet-Cookie: x=1", "a\nb", "ü", "x" * 501, "a\x00"])
def test_a_header_that_could_break_the_answer_is_left_out(token: str) -> None:
    one = {"headers": {"X-Echo": "{c}"}}
    said = acknowledged([one], {"c": token})
    assert not any(sign in value for value in said.headers.values() for sign in "\r\n\x00ü")
    assert all(len(value) <= 500 for value in said.headers.values())


@pytest.mark.parametrize(
    "name",
    ["Set-Cookie", "connection", "Transfer-Encoding", "Content-Length", "Location", "X Y", "a:b", "a\r\nb",
     "ACCESS-CONTROL-Allow-Origin", "Proxy-Authenticate", "a\n", ""],
)  # fmt: skip
def test_headers_that_steer_anything_are_refused(name: str) -> None:
    with pytest.raises(Problem, match="cannot be set"):
        Program(mapping(answers=[{"headers": {name: "x"}}]))


@pytest.mark.parametrize(
    ("compute", "why"),
    [
        ({"kind": "hmac", "over": "{c}"}, "needs secret"),
        ({"kind": "digest", "over": "{@secret}"}, "needs secret"),
        ({"kind": "hmac", "secret": "k"}, "this is needed"),
    ],
)
def test_what_cannot_be_computed_is_refused(compute: dict[str, Any], why: str) -> None:
    with pytest.raises(Problem, match=why):
        Program(mapping(answers=[{"compute": {"made": compute}, "body": "{$made}"}]))


def test_a_computed_value_is_known_in_its_own_answer_only() -> None:
    with pytest.raises(Problem, match=r"no value \$encrypted"):
        Program(mapping(answers=[ZOOM, {"body": "{$encrypted}"}]))


@pytest.mark.parametrize(("query", "body", "expected"), [(b"id=a%22bc", b"", "a&quot;bc"), (b"", b'{"id":"j1"}', "j1")])  # fmt: skip
def test_a_routing_answer_repeats_the_question(query: bytes, body: bytes, expected: str) -> None:
    routing = {"nobody": {"content_type": "text/xml", "body": '<r none="1" c="{id}"/>'}}
    asked = delivery(body, door=Door.ROUTE, query=query, content_type="application/json" if body else "")
    said = VENDOR.answer(RouteAnswer((), "fallback", asked=asked), connection(mapping(routing=routing)))
    assert said.body == f'<r none="1" c="{expected}"/>'


def test_each_seat_of_a_routing_answer_knows_the_question_and_the_call() -> None:
    routing = {
        "found": {
            "compute": {"sig": {"kind": "digest", "over": "{id}"}},
            "value": {
                "seats": {"$each": "{$seat}/{id}/{$call_id}/{$sig}"},
                "all": "{$seats}",
                "let": "{$word}",
            },
        },
        "each_seat": "{$seat_number}{$call_id}{id}",
    }
    asked = delivery({"id": "j1"}, door=Door.ROUTE)
    answer = RouteAnswer(("1001", "1002"), "owner", provider_call_id="c9", asked=asked)
    said = VENDOR.answer(answer, connection(mapping(routing=routing, let={"word": "id"})))
    sig = hashlib.sha256(b"j1").hexdigest()
    assert json.loads(said.body) == {
        "seats": [f"1001/j1/c9/{sig}", f"1002/j1/c9/{sig}"],
        "all": "1c9j1,2c9j1",
        "let": "j1",
    }


def test_without_a_readable_question_the_answer_still_stands() -> None:
    routing = {"nobody": {"body": "none {id}"}}
    told = connection(mapping(routing=routing))
    broken = delivery(b"{", door=Door.ROUTE)
    for asked in (None, broken):
        assert VENDOR.answer(RouteAnswer((), "fallback", asked=asked), told).body == "none "


def test_a_trial_masks_numbers_and_leaves_moments() -> None:
    said = {
        "at": "23/11/2026 03:30:00 PM",
        "epoch": "1795428000",
        "ms": "1795428000123",
        "rang": "98111 00001",
        "other": "9811100001",
    }
    fields = {"call_id": "id", "extra": {name: name for name in said}}
    told = connection(mapping(fields))
    (one,) = trying.attempt(VENDOR, told, delivery({"id": "c1"} | said)).told()["events"]
    shown = one["extra"]
    assert (shown["at"], shown["ms"]) == (said["at"], said["ms"])
    assert shown["epoch"] == "••••• ••000"  # 01795 is an Indian area code, too
    assert shown["rang"] == shown["other"] == "••••• ••001"
    german = ConnectionInfo(1, "main", "mapped", country="DE", settings=told.settings)
    (one,) = trying.attempt(VENDOR, german, delivery({"id": "c1", "epoch": "1701234567"})).told()["events"]
    assert one["extra"]["epoch"] == "••••• ••567"
