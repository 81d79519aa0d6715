"""Plivo: its two signatures, what it is answered, and the sealed number of a call we placed."""

import hashlib
import hmac
import json
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest

from ingest.contract import ConnectionInfo, Delivery, Door, RouteAnswer, Unreadable
from ingest.vendors import registry
from ingest.vendors.plivo import sealing, signing
from models.rules.call import Direction, Outcome
from models.rules.lifecycle import fold
from tests.vendors.library import BASE, HEARD, cases
from tests.vendors.test_orders import AS_OF, told

VECTOR = json.loads((Path(__file__).parent / "plivo" / "signature-vector-1.json").read_text())
PLIVO = registry.get("plivo")
TOKEN, NONCE = "my_auth_token", "05429567804466091622"
STATUS = "https://calls.example.edu/webhooks/v1/t/status"


def hmac_of(text: str) -> str:
    return b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha256).digest()).decode()


def test_the_published_v2_signature_is_computed() -> None:
    assert signing.v2(VECTOR["auth_token"], VECTOR["url"], VECTOR["nonce"]) == VECTOR["X-Plivo-Signature-V2"]


@pytest.mark.parametrize(
    ("method", "url", "params", "text"),
    [
        ("GET", "https://a.example/x", [], "https://a.example/x"),
        ("GET", "https://a.example/x?b=2&a=1&a=0", [], "https://a.example/x?a=0&a=1&b=2"),
        ("GET", "https://a.example/x?b=%2B1+2", [("ignored", "1")], "https://a.example/x?b=+1 2"),
        ("POST", "https://a.example/x", [], "https://a.example/x"),
        ("POST", "https://a.example/x", [("To", "2"), ("From", "1")], "https://a.example/x?From1To2"),
        ("POST", "https://a.example/x?b=2&a=", [], "https://a.example/x?a=&b=2"),
        (
            "POST",
            "https://a.example/x?b=2&a=1",
            [("To", "z"), ("To", "a"), ("E", "")],
            "https://a.example/x?a=1&b=2.EToaToz",
        ),
    ],
)
def test_v3_signs_the_text_the_document_describes(
    method: str, url: str, params: list[tuple[str, str]], text: str
) -> None:
    """There is no published vector: the signed text is spelled out here by hand."""
    assert signing.v3(TOKEN, method, url, NONCE, params) == hmac_of(f"{text}.{NONCE}")


def signed(url: str, *, seen_as: str | None = None, **changed: object) -> Delivery:
    """A form Plivo signed for ``url`` and we were reached at by ``seen_as``."""
    pairs = [("CallUUID", "c-1"), ("CallStatus", "completed")]
    return replace(
        Delivery(
            door=Door.STATUS,
            method="POST",
            url=seen_as or url,
            query=urlsplit(url).query.encode(),
            headers={
                "x-plivo-signature-v3": signing.v3(TOKEN, "POST", url, NONCE, pairs),
                "x-plivo-signature-v3-nonce": NONCE,
            },
            content_type="application/x-www-form-urlencoded",
            body=b"CallUUID=c-1&CallStatus=completed",
            received_at=HEARD,
        ),
        **changed,  # type: ignore[arg-type]
    )


def lets_in(delivery: Delivery, **settings: object) -> bool:
    return PLIVO.verify(
        delivery, ConnectionInfo(1, "main", "plivo", secrets={"auth_token": TOKEN}, settings=settings)
    )


@pytest.mark.parametrize(
    ("url", "seen_as"),
    [
        (STATUS, STATUS.replace(".edu", ".edu:443")),
        (STATUS.replace(".edu", ".edu:443"), STATUS),
        (STATUS, STATUS.replace(".edu", ".edu:8443")),
        (STATUS + "?b=2&a=1", STATUS + "?a=1&b=2"),
        (STATUS + "?a=1%20x", STATUS + "?a=1+x"),
    ],
)
def test_proxies_may_hide_or_show_a_port_and_sort_the_query(url: str, seen_as: str) -> None:
    assert lets_in(signed(url, seen_as=seen_as))


@pytest.mark.parametrize(
    "seen_as",
    [
        STATUS.replace("https", "http"),
        STATUS.replace(".edu", ".org"),
        STATUS + "/",
        STATUS.replace("status", "voice"),
        STATUS + "?a=1",
        STATUS.upper(),
    ],
)
def test_any_other_address_is_another_one(seen_as: str) -> None:
    assert not lets_in(signed(STATUS, seen_as=seen_as))


def test_one_good_signature_among_several_is_enough() -> None:
    delivery = signed(STATUS)
    good = delivery.headers["x-plivo-signature-v3"]
    for several in (f"{good},bm8=", f"bm8=, {good}"):
        assert lets_in(replace(delivery, headers={**delivery.headers, "x-plivo-signature-v3": several}))
    of_the_main_account = {
        "x-plivo-signature-v3": "bm8=",
        "x-plivo-signature-ma-v3": good,
        "x-plivo-signature-v3-nonce": NONCE,
    }
    assert lets_in(replace(delivery, headers=of_the_main_account))


def v2_only() -> Delivery:
    return signed(
        STATUS,
        headers={
            "x-plivo-signature-v2": signing.v2(TOKEN, STATUS, NONCE),
            "x-plivo-signature-v2-nonce": NONCE,
        },
    )


def test_v2_proves_no_field_and_is_refused_unless_it_was_allowed() -> None:
    assert not lets_in(v2_only())
    assert lets_in(v2_only(), allow_v2=True)
    assert not lets_in(replace(v2_only(), url=STATUS + "x"), allow_v2=True)


def test_a_bad_v3_is_not_made_good_by_v2() -> None:
    delivery = signed(STATUS, body=b"CallUUID=c-1&CallStatus=forged")
    both = {**v2_only().headers, **delivery.headers}
    assert not lets_in(replace(delivery, headers=both), allow_v2=True)


def test_a_get_with_a_body_is_refused() -> None:
    url = STATUS + "?CallUUID=c-1"
    headers = {
        "x-plivo-signature-v3": signing.v3(TOKEN, "GET", url, NONCE),
        "x-plivo-signature-v3-nonce": NONCE,
    }
    plain = signed(url, method="GET", headers=headers, body=b"", content_type="")
    assert lets_in(plain)
    assert not lets_in(replace(plain, body=b"CallUUID=c-2"))


# What it is answered


def connection(**settings: object) -> ConnectionInfo:
    return ConnectionInfo(
        1, "main", "plivo", secrets={"auth_token": TOKEN, "status_url": STATUS}, settings=settings
    )


def test_all_seats_ring_and_each_leg_is_told() -> None:
    mixed = RouteAnswer(
        seats=("sip:asha7@phone.plivo.com", "+919800000002", "1001"),
        strategy="pool",
        from_number="+918030000882",
    )
    response = ET.fromstring(PLIVO.answer(mixed, connection(record=True, ring_seconds=40)).body)
    record, dial = response
    assert record.get("callbackUrl") == STATUS
    assert [(noun.tag, noun.text) for noun in dial] == [
        ("User", "sip:asha7@phone.plivo.com"),
        ("Number", "919800000002"),
    ]
    assert dial.attrib == {
        "timeout": "40",
        "callerId": "918030000882",
        "callbackUrl": STATUS,
        "action": STATUS,
        "redirect": "false",
    }


def test_only_the_first_may_ring() -> None:
    said = RouteAnswer(seats=("+919800000001", "+919800000002"), strategy="pool")
    (dial,) = ET.fromstring(PLIVO.answer(said, connection(ring="first")).body)
    assert [noun.text for noun in dial] == ["919800000001"]


def test_with_nobody_there_a_sentence_is_said_or_the_fallback_rings() -> None:
    nobody = RouteAnswer(seats=(), strategy="fallback", found=False)
    (speak,) = ET.fromstring(PLIVO.answer(nobody, connection(busy_message="Later <b> & on")).body)
    assert (speak.tag, speak.text) == ("Speak", "Later <b> & on")
    (dial,) = ET.fromstring(PLIVO.answer(replace(nobody, fallback=("+919800000009",)), connection()).body)
    assert [noun.text for noun in dial] == ["919800000009"]


# A call we placed


def test_when_the_agent_picks_up_the_lead_is_dialled() -> None:
    case = next(case for case in cases("plivo") if case.name == "voice-our-call-agent-picked-up")
    reply = PLIVO.question(case.delivery, connection()).reply
    assert reply is not None
    (dial,) = ET.fromstring(reply.body)
    assert [(noun.tag, noun.text) for noun in dial] == [("Number", "919876543210")]
    assert parse_qs(urlsplit(dial.get("callbackUrl") or "").query) == {"intent": ["i-77"]}
    assert dial.get("callerId") == "918030000882"


def test_the_sealed_number_opens_for_its_own_call_and_key_only() -> None:
    sealed = sealing.sealed(TOKEN, "+919876543210", "i-77")
    assert "9876543210" not in sealed
    assert sealing.opened(TOKEN, sealed, "i-77") == "+919876543210"
    assert sealing.opened(TOKEN, sealed, "i-78") is None
    assert sealing.opened("other", sealed, "i-77") is None
    assert sealing.opened("", sealed, "i-77") is None
    for touched in (sealed[:-2], sealed[2:], "", "é", "A" * 60, sealed.swapcase()):
        assert sealing.opened(TOKEN, touched, "i-77") is None


def test_the_number_still_opens_while_the_token_is_rotated() -> None:
    case = next(case for case in cases("plivo") if case.name == "voice-our-call-agent-picked-up")
    during = replace(
        connection(), secrets={"auth_token": "new", "status_url": STATUS}, retired={"auth_token": [TOKEN]}
    )
    assert PLIVO.question(case.delivery, during).reply is not None
    with pytest.raises(Unreadable):
        PLIVO.question(case.delivery, replace(during, retired={}))


# Whole calls


def test_one_agent_misses_and_another_talks() -> None:
    call = fold(
        told(
            "plivo",
            "voice-incoming",
            "dial-over-ring-timeout",
            "dial-answered",
            "dial-connected",
            "dial-over-talked",
            "dial-ended-completed",
            "hangup-incoming-completed",
            "recording-ready",
        ),
        AS_OF,
    )
    assert (call.direction, call.outcome, call.talked_seat) == (
        Direction.INBOUND,
        Outcome.CONNECTED,
        "+919800000001",
    )
    assert (call.talk_seconds, call.missed_by) == (81, ("+919800000002",))
    assert call.recording is not None


def test_records_alone_tell_the_same_call() -> None:
    hooks = fold(
        told(
            "plivo",
            "voice-incoming",
            "dial-over-ring-timeout",
            "dial-over-talked",
            "hangup-incoming-completed",
        ),
        AS_OF,
    )
    records = fold(
        told("plivo", "pulled-incoming", "pulled-agents-leg-talked", "pulled-agents-leg-missed"), AS_OF
    )
    for field in (
        "provider_call_id",
        "direction",
        "customer",
        "did",
        "outcome",
        "talked_seat",
        "talk_seconds",
    ):
        assert getattr(records, field) == getattr(hooks, field), field
    assert records.missed_by == hooks.missed_by


@pytest.mark.parametrize(
    "names",
    [
        (
            "ring-our-call",
            "voice-our-call-agent-picked-up",
            "dial-our-call-lead-answered",
            "dial-our-call-over-talked",
            "hangup-our-call-agent-picked-up",
        ),
        ("pulled-our-call-agents-leg", "pulled-our-call-leads-leg"),
    ],
    ids=["hooks", "records"],
)
def test_a_call_we_placed_is_the_agents_talk_with_the_lead(names: tuple[str, ...]) -> None:
    call = fold(told("plivo", *names), AS_OF)
    assert (call.direction, call.outcome, call.talked_seat) == (
        Direction.OUTBOUND,
        Outcome.CONNECTED,
        "+919800000001",
    )
    assert (call.customer, call.talk_seconds) == ("+919876543210", 52)


def test_an_incoming_call_nobody_took_is_missed() -> None:
    call = fold(told("plivo", "dial-over-busy", "dial-ended-no-answer"), AS_OF)
    assert (call.over, call.outcome, call.missed_by) == (True, Outcome.AGENT_MISSED, ("+919800000002",))


def test_the_addresses_of_deliveries_are_ours() -> None:
    assert all(case.delivery.url.startswith(BASE) for case in cases("plivo"))
