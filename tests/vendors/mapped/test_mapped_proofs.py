"""Proofs of origin a mapping may ask for, forged in every way; and what the provider is answered."""

import base64
import hashlib
import hmac
import json
import math
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from ingest.contract import ConnectionInfo, Delivery, Door, RouteAnswer
from ingest.vendors.mapped.parse import VENDOR
from tests.vendors.mapped.asking import connection, delivery, mapping

KEY = "composed-key"
BODY = b'{"id":"1","t":"tok"}'
STAMP = "1795428000"


def lets_in(proof: Any, heard: Delivery, **known: Any) -> bool:
    entry = (
        proof
        if isinstance(proof, dict) and ("proof" in proof or "any_proof" in proof)
        else {"proof": [proof]}
    )
    return VENDOR.verify(heard, connection(mapping(**entry), **({"secrets": {"key": KEY}} | known)))


def mac(parts: bytes, algorithm: str = "sha256", key: bytes = KEY.encode()) -> bytes:
    return hmac.new(key, parts, algorithm).digest()


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def token(claims: dict[str, Any], key: str = KEY, alg: str = "HS256") -> str:
    def part(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    signed = part(json.dumps({"alg": alg}).encode()) + "." + part(json.dumps(claims).encode())
    return f"{signed}.{part(mac(signed.encode(), key=key.encode()))}"


HASHED = {"payload_hash": hashlib.sha256(BODY).hexdigest(), "iat": int(STAMP)}
CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"kind": "header", "header": "X-Key", "secret": "key"}, {"headers": {"x-key": KEY}}),
    ({"kind": "field", "path": "@query.k", "secret": "key"}, {"query": f"k={KEY}".encode()}),
    ({"kind": "bearer", "secret": "key"}, {"headers": {"authorization": f"Bearer {KEY}"}}),
    (
        {"kind": "basic", "user": "us", "secret": "key"},
        {"headers": {"authorization": "Basic " + b64(f"us:{KEY}".encode())}},
    ),
    ({"kind": "hmac", "header": "X-Sig", "secret": "key"}, {"headers": {"x-sig": mac(BODY).hex()}}),
    (
        {"kind": "hmac", "header": "X-Sig", "secret": "key", "algorithm": "sha1", "encoding": "base64"},
        {"headers": {"x-sig": b64(mac(BODY, "sha1"))}},
    ),
    (
        {"kind": "hmac", "header": "X-Sig", "secret": "key", "algorithm": "sha512", "prefix": "sha512="},
        {"headers": {"x-sig": "sha512=" + mac(BODY, "sha512").hex()}},
    ),
    (
        {
            "kind": "hmac",
            "header": "X-Sig",
            "secret": "key",
            "match": "v1=([0-9a-f]+)",
            "over": "{@header.x-at}.{@body}",
            "timestamp": "@header.x-at",
        },
        {"headers": {"x-at": STAMP, "x-sig": f"t={STAMP},v1=" + mac(STAMP.encode() + b"." + BODY).hex()}},
    ),
    (
        {"kind": "hmac", "path": "@query.sig", "secret": "key", "over": "{id}|{t}"},
        {"query": b"sig=" + mac(b"1|tok").hex().encode()},
    ),
    (
        {"kind": "digest", "header": "X-Sig", "secret": "key", "algorithm": "md5", "over": "{id}{@secret}"},
        {"headers": {"x-sig": hashlib.md5(b"1" + KEY.encode()).hexdigest()}},
    ),
    (
        {"kind": "jwt", "secret": "key", "body_hash": "payload_hash"},
        {"headers": {"authorization": "Bearer " + token(HASHED)}},
    ),
    (
        {"kind": "jwt", "secret": "key", "header": "X-Jwt", "prefix": ""},
        {"headers": {"x-jwt": token({"exp": int(STAMP) + 10})}},
    ),
]
every = pytest.mark.parametrize(
    ("proof", "shown"), CASES, ids=lambda one: one.get("kind", "") if isinstance(one, dict) else ""
)


@every
def test_what_is_proved_is_let_in(proof: dict[str, Any], shown: dict[str, Any]) -> None:
    assert lets_in(proof, delivery(BODY, **shown))


@every
def test_an_older_secret_is_accepted_until_its_rotation_ends(
    proof: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert lets_in(proof, delivery(BODY, **shown), secrets={"key": "new"}, retired={"key": [KEY]})


@every
def test_another_secret_none_and_nothing_shown_are_refused(
    proof: dict[str, Any], shown: dict[str, Any]
) -> None:
    heard = delivery(BODY, **shown)
    assert not lets_in(proof, heard, secrets={"key": KEY + "x"})
    assert not lets_in(proof, heard, secrets={})
    assert not lets_in(proof, heard, secrets={"key": ""})
    assert not lets_in(proof, delivery(BODY))
    for junk in ("", "é", "\ud800", "=", "Bearer ", "Basic é", "a.b.c", "x" * 5000):
        headers = dict.fromkeys(shown.get("headers", {}), junk)
        assert not lets_in(proof, delivery(BODY, headers=headers, query=b"k=z&sig=z"))


@pytest.mark.parametrize("place", [4, 5, 6, 7, 10])
def test_a_changed_body_is_refused(place: int) -> None:
    proof, shown = CASES[place]
    assert not lets_in(proof, delivery(BODY + b" ", **shown))


def test_an_old_or_future_signature_is_refused() -> None:
    proof = CASES[7][0]
    for stamp in ("1795427000", "1795429000", "", "now"):
        shown = {"x-at": stamp, "x-sig": "v1=" + mac(stamp.encode() + b"." + BODY).hex()}
        assert not lets_in(proof, delivery(BODY, headers=shown))


def test_a_token_that_is_old_of_another_body_or_unsigned_is_refused() -> None:
    proof = CASES[10][0]
    for bad in (
        token(HASHED | {"exp": 1}),
        token(HASHED | {"iat": int(STAMP) + 9999}),
        token(HASHED | {"payload_hash": "0" * 64}),
        token({}),
        token(HASHED, alg="none"),
        token(HASHED).rpartition(".")[0] + ".",
    ):
        assert not lets_in(proof, delivery(BODY, headers={"authorization": f"Bearer {bad}"}))


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize(
    "at", [10**400, -(10**400), math.nan, math.inf, -math.inf, "NaN", "1e999", "soon", [], None]
)
def test_a_token_whose_times_are_no_times_is_refused(claim: str, at: Any) -> None:
    proof = {"kind": "jwt", "secret": "key"}
    shown = {"authorization": f"Bearer {token({claim: at})}"}
    assert not lets_in(proof, delivery(BODY, headers=shown))


def test_a_token_times_may_be_texts_and_fractions() -> None:
    shown = {"authorization": f"Bearer {token({'exp': STAMP, 'nbf': float(STAMP) - 0.5})}"}
    assert lets_in({"kind": "jwt", "secret": "key"}, delivery(BODY, headers=shown))


@pytest.mark.parametrize(
    ("written", "secret"), [("base64", "!!!!"), ("base64", "="), ("hex", " "), ("hex", "xx")]
)
def test_a_secret_that_holds_no_key_proves_nothing(written: str, secret: str) -> None:
    proof = {"kind": "hmac", "header": "X-Sig", "secret": "key", "key": written}
    shown = {"x-sig": mac(BODY, key=b"").hex()}
    assert not lets_in(proof, delivery(BODY, headers=shown), secrets={"key": secret})


@pytest.mark.parametrize(
    ("written", "secret"), [("base64", b64(KEY.encode()) + "\n"), ("hex", KEY.encode().hex())]
)
def test_a_secret_that_is_written_in_an_encoding_is_decoded(written: str, secret: str) -> None:
    proof = {"kind": "hmac", "header": "X-Sig", "secret": "key", "key": written}
    shown = {"x-sig": mac(BODY).hex()}
    assert lets_in(proof, delivery(BODY, headers=shown), secrets={"key": secret})


@pytest.mark.parametrize("over", [None, "{@body}", "{id}.{@body}"])
def test_a_digest_of_nothing_secret_is_no_proof(over: str | None) -> None:
    proof = {"kind": "digest", "header": "X-Sig", "secret": "key"} | ({"over": over} if over else {})
    (told,) = VENDOR.problems(mapping(proof=[proof]))
    assert "digest needs {@secret} in over" in told


def test_signed_with_the_providers_own_key() -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    public = b64(private.public_key().public_bytes_raw())
    proof = {
        "kind": "ed25519",
        "header": "X-Sig",
        "secret": "key",
        "encoding": "base64",
        "over": "{@header.x-at}|{@body}",
        "timestamp": "@header.x-at",
    }
    headers = {"x-at": STAMP, "x-sig": b64(private.sign(STAMP.encode() + b"|" + BODY))}
    assert lets_in(proof, delivery(BODY, headers=headers), secrets={"key": public})
    assert not lets_in(proof, delivery(BODY + b" ", headers=headers), secrets={"key": public})
    for junk in ("", "é", "AAAA", public):
        assert not lets_in(proof, delivery(BODY, headers=headers | {"x-sig": junk}), secrets={"key": public})
    for junk in ("", "é", "AAAA", "!"):
        assert not lets_in(proof, delivery(BODY, headers=headers), secrets={"key": junk})


def test_a_question_in_an_address_has_no_body_to_hash() -> None:
    proof = CASES[10][0]
    fresh, old = (token({"iat": int(STAMP) - age}) for age in (10, 4000))
    assert lets_in(proof, delivery(b"", query=b"from=1", headers={"authorization": f"Bearer {fresh}"}))
    assert not lets_in(proof, delivery(b"", query=b"from=1", headers={"authorization": f"Bearer {old}"}))
    assert not lets_in(proof, delivery(BODY, headers={"authorization": f"Bearer {fresh}"}))


def test_parts_are_signed_as_the_provider_writes_them() -> None:
    told = {
        "proof": [{"kind": "hmac", "header": "X-Sig", "secret": "key", "over": "{@secret}|{$hook}|{type}"}],
        "let": {"hook": {"path": "hook", "encode": "url"}},
    }
    body = {"id": "1", "hook": "https://us/x?y", "type": "call.completed"}
    shown = mac(f"{KEY}|https%3A%2F%2Fus%2Fx%3Fy|call.completed".encode()).hex()
    assert lets_in(told, delivery(body, headers={"x-sig": shown}))


def test_all_of_some_and_any_of_others() -> None:
    addresses = {"kind": "ip", "allow": ["203.0.113.0/24"]}
    key = {"kind": "header", "header": "X-Key", "secret": "key"}
    shown = delivery(BODY, headers={"x-key": KEY})
    assert lets_in({"proof": [addresses, key]}, shown)
    assert not lets_in(
        {"proof": [addresses, key]}, delivery(BODY, headers={"x-key": KEY}, remote="198.51.100.1")
    )
    assert lets_in({"any_proof": [addresses, key]}, delivery(BODY))
    assert not lets_in({"any_proof": [addresses, key]}, delivery(BODY, remote="198.51.100.1"))


def test_a_field_of_a_body_nobody_can_read_proves_nothing() -> None:
    assert not lets_in({"kind": "field", "path": "t", "secret": "key"}, delivery(b"{"))


ASHA, RAVI = "+919800000001", "+919800000002"
FOUND = RouteAnswer(
    seats=(ASHA, RAVI),
    strategy="pool",
    names=("Asha <&\"'>", "Ravi"),
    from_number="+918030000882",
    provider_call_id="c-1",
)
NOBODY = RouteAnswer(seats=(), strategy="fallback", found=False)


def answer(said: RouteAnswer, **routing: Any) -> Any:
    return VENDOR.answer(said, connection(mapping(routing=routing)))


def test_a_routing_answer_as_json_with_an_item_a_seat() -> None:
    told = {
        "value": {
            "id": "{$call_id}",
            "to": [{"$each": {"n": "{$seat}", "name": "{$name}", "no": "{$seat_number}"}}],
            "x": 1,
        }
    }
    reply = answer(FOUND, found=told, seats="digits")
    assert json.loads(reply.body) == {
        "id": "c-1",
        "to": [
            {"n": "919800000001", "name": "Asha <&\"'>", "no": "1"},
            {"n": "919800000002", "name": "Ravi", "no": "2"},
        ],
        "x": 1,
    }
    assert reply.content_type == "application/json"


def test_a_routing_answer_as_xml_is_escaped() -> None:
    told = {"content_type": "text/xml", "body": '<r name="{$name}" did="{$did}">{$seats}</r>'}
    reply = answer(FOUND, found=told, each_seat="<n>{$seat}</n>", separator="", seats="national")
    root = ET.fromstring(reply.body)
    assert root.get("name") == "Asha <&\"'>"
    assert [one.text for one in root] == ["9800000001", "9800000002"]


def test_a_routing_answer_as_text_and_for_nobody() -> None:
    plain = {"found": {"body": "{$seats}"}, "nobody": {"body": "HANGUP", "status": 200}, "at_most": 1}
    assert answer(FOUND, **plain).body == ASHA
    assert answer(NOBODY, **plain).body == "HANGUP"
    group = RouteAnswer(seats=(), strategy="fallback", found=False, fallback=("+918030000999",))
    assert answer(group, **plain).body == "+918030000999"
    assert answer(group, **plain, fallback={"body": "queue {$seat}"}).body == "queue +918030000999"


def test_a_mapping_that_says_nothing_of_routing_still_answers() -> None:
    for document in (mapping(), None, {"junk": 1}):
        reply = VENDOR.answer(NOBODY, connection(document))
        assert json.loads(reply.body)["data"] == []


def acknowledged(answers: list[dict[str, Any]], heard: Delivery) -> Any:
    return VENDOR.acknowledge(heard, connection(mapping(answers=answers)), 7, "new")


def test_the_provider_is_answered_in_its_own_words() -> None:
    said = acknowledged(
        [{"body": '{"ok":true,"id":"{id}","n":{$delivery}}', "content_type": "application/json"}],
        delivery({"id": 'q"<'}),
    )
    assert json.loads(said.body) == {"ok": True, "id": 'q"<', "n": 7}
    said = acknowledged(
        [{"doors": ["popup"], "status": 204}, {"body": "OK {$verdict}"}], delivery({"id": "1"})
    )
    assert (said.status, said.body, said.content_type) == (200, "OK new", "text/plain; charset=utf-8")
    assert acknowledged([{"doors": ["popup"]}], delivery({"id": "1"}, door=Door.LOG)) is None
    xml = acknowledged([{"body": "<r>{id}</r>", "content_type": "application/xml"}], delivery({"id": "<&>"}))
    assert ET.fromstring(xml.body).text == "<&>"
    assert acknowledged([{"body": "{challenge}"}], delivery(b"")).body == ""


def test_without_a_mapping_the_token_in_the_address_is_the_proof_and_nothing_is_read() -> None:
    bare = ConnectionInfo(1, "main", "mapped")
    assert VENDOR.verify(delivery(BODY), bare)
    assert VENDOR.acknowledge(delivery(BODY), bare, 1, "new") is None
