"""Routing answers, each in its vendor's own shape."""

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from ingest.contract import ConnectionInfo, RouteAnswer, RouteReply
from ingest.vendors import registry

ASHA, RAVI = "+919800000001", "+919800000002"
FOUND = RouteAnswer(seats=(ASHA, RAVI), strategy="assigned", names=("Asha",), from_number="+918030000882")
NOBODY = RouteAnswer(seats=(), strategy="fallback", found=False)
GROUP = RouteAnswer(seats=(), strategy="fallback", found=False, fallback=("+917314000099",))


def answer(slug: str, said: RouteAnswer, **settings: Any) -> RouteReply:
    return registry.get(slug).answer(said, ConnectionInfo(1, "main", slug, settings=settings))


def twiml(said: RouteAnswer, **settings: Any) -> ET.Element:
    reply = answer("twilio", said, **settings)
    assert reply.content_type == "text/xml"
    return ET.fromstring(reply.body)


def test_open_lists_the_seats_in_order() -> None:
    assert json.loads(answer("open", FOUND).body) == {
        "status": 1,
        "data": [{"agent_number": ASHA, "name": "Asha"}, {"agent_number": RAVI, "name": ""}],
        "strategy": "assigned",
    }


def test_open_says_status_0_when_nobody_was_found() -> None:
    assert json.loads(answer("open", NOBODY).body) == {"status": 0, "data": [], "strategy": "fallback"}


def test_open_offers_the_fallback_under_status_0() -> None:
    said = json.loads(answer("open", GROUP).body)
    assert said["status"] == 0
    assert said["data"] == [{"agent_number": "+917314000099", "name": ""}]


@pytest.mark.parametrize(
    ("said", "text"), [(FOUND, f"{ASHA},{RAVI}"), (GROUP, "+917314000099"), (NOBODY, "")]
)
def test_open_may_answer_in_plain_text(said: RouteAnswer, text: str) -> None:
    reply = answer("open", said, route_format="text")
    assert (reply.body, reply.content_type, reply.status) == (text, "text/plain; charset=utf-8", 200)


def test_who_was_found_is_rung_and_not_the_fallback() -> None:
    both = RouteAnswer(seats=(ASHA,), strategy="pool", fallback=("+917314000099",))
    assert both.to_ring == (ASHA,)


def test_exotel_is_told_whom_to_dial() -> None:
    said = json.loads(answer("exotel", FOUND, ring_seconds=45).body)
    assert said["destination"] == {"numbers": [ASHA, RAVI]}
    assert said["outgoing_phone_number"] == "+918030000882"
    assert said["max_ringing_duration"] == 45
    assert said["fetch_after_attempt"] is False


@pytest.mark.parametrize("said", [NOBODY, RouteAnswer(seats=("sip:asha", "1001"), strategy="pool")])
def test_exotel_dials_nobody_when_there_is_no_telephone(said: RouteAnswer) -> None:
    assert json.loads(answer("exotel", said).body)["destination"] == {"numbers": []}


def test_exotel_and_twilio_ring_the_fallback_when_nobody_was_found() -> None:
    assert json.loads(answer("exotel", GROUP).body)["destination"] == {"numbers": ["+917314000099"]}
    assert [(noun.tag, noun.text) for noun in twiml(GROUP)[0]] == [("Number", "+917314000099")]


def test_twilio_rings_all_seats_and_asks_to_be_told_of_each_leg() -> None:
    mixed = RouteAnswer(seats=("client:asha_7", "sip:ravi@pbx.example.edu", ASHA, "1001"), strategy="pool")
    told_at = "https://calls.example.edu/webhooks/v1/t/status?a=1&b=2"
    connection = ConnectionInfo(
        1, "main", "twilio", secrets={"status_url": told_at}, settings={"record": True}
    )
    dial = ET.fromstring(registry.get("twilio").answer(mixed, connection).body)[0]
    assert [(noun.tag, noun.text) for noun in dial] == [
        ("Client", "asha_7"),
        ("Sip", "sip:ravi@pbx.example.edu"),
        ("Number", ASHA),
    ]
    assert {noun.get("statusCallback") for noun in dial} == {told_at}
    assert dial.get("record") == "record-from-answer-dual"


def test_twilio_may_ring_only_the_first() -> None:
    assert [noun.text for noun in twiml(FOUND, ring="first")[0]] == [ASHA]


def test_twilio_never_dials_more_than_it_may() -> None:
    many = RouteAnswer(seats=tuple(f"+9198000000{i:02}" for i in range(30)), strategy="pool")
    assert len(twiml(many)[0]) == 10


def test_twilio_says_a_sentence_when_nobody_is_there() -> None:
    assert [(verb.tag, verb.text) for verb in twiml(NOBODY, busy_message="Later <b> & on")] == [
        ("Say", "Later <b> & on")
    ]


def test_twilio_shows_the_number_that_was_dialled() -> None:
    assert twiml(FOUND)[0].get("callerId") == "+918030000882"
