"""Proofs of origin, against the vectors their vendors publish."""

import json
from pathlib import Path

import pytest

from ingest.signatures import comes_from, same, url_form_signature, url_form_signed

VECTOR = json.loads((Path(__file__).parent / "twilio" / "signature-vector-1.json").read_text())
TOKEN, URL, PARAMS = VECTOR["auth_token"], VECTOR["url"], list(VECTOR["params"].items())
HTTP = URL.replace("https://", "http://")
BODY, HASH = VECTOR["json_body"]["body"].encode(), VECTOR["json_body"]["bodySHA256"]


@pytest.mark.parametrize(
    ("url", "vector"),
    [
        (URL, "X-Twilio-Signature"),
        (URL.replace(".com", ".com:443"), "same_request_signed_with_explicit_port_443"),
        (HTTP.replace(".com", ".com:1234"), "http_url_with_port_1234"),
        (HTTP.replace(".com", ".com:80"), "http_url_with_port_80"),
    ],
)
def test_the_published_signatures_are_computed(url: str, vector: str) -> None:
    assert url_form_signature(TOKEN, url, PARAMS) == VECTOR[vector]


@pytest.mark.parametrize(
    ("url", "vector"),
    [
        (URL, "X-Twilio-Signature"),
        (URL.replace(".com", ".com:443"), "X-Twilio-Signature"),
        (URL.replace(".com", ".com:1234"), "X-Twilio-Signature"),
        (URL, "same_request_signed_with_explicit_port_443"),
        (HTTP, "http_url_with_port_80"),
        (HTTP.replace(".com", ".com:1234"), "http_url_with_port_1234"),
    ],
)
def test_a_port_may_be_hidden_or_shown(url: str, vector: str) -> None:
    assert url_form_signed(TOKEN, url, VECTOR[vector], params=PARAMS, body=b"x")


def test_duplicate_parameters_count_once_and_sorted() -> None:
    pairs = [(name, value) for name, value in VECTOR["duplicate_params"]["pairs"]]
    expected = VECTOR["duplicate_params"]["signature"]
    assert url_form_signature(TOKEN, URL, pairs) == expected
    assert url_form_signature(TOKEN, URL, [*reversed(pairs), pairs[2]]) == expected


def test_a_json_body_is_signed_by_its_hash() -> None:
    url, signature = f"{URL}&bodySHA256={HASH}", VECTOR["json_body"]["signature"]
    assert url_form_signed(TOKEN, url, signature, body=BODY)
    assert not url_form_signed(TOKEN, url, signature, body=BODY + b" ")
    assert not url_form_signed(TOKEN, url.replace(HASH, "0" * 64), signature, body=BODY)
    assert not url_form_signed(TOKEN, URL, signature, body=BODY)


def test_a_body_nobody_signed_proves_nothing() -> None:
    signature = url_form_signature(TOKEN, URL)
    assert url_form_signed(TOKEN, URL, signature)
    assert not url_form_signed(TOKEN, URL, signature, body=BODY)


@pytest.mark.parametrize(
    "url", ["https://[", "https://[::1]:443/x", "https://host:port/x", "", "https://u:p@h:443/"]
)
def test_odd_addresses_do_no_harm(url: str) -> None:
    assert not url_form_signed(TOKEN, url, "x")


def test_an_empty_secret_is_no_secret() -> None:
    assert not url_form_signed("", URL, url_form_signature("", URL, PARAMS), params=PARAMS)
    assert not same("", "")
    assert same("é", "é")
    assert not same("é", "e")


@pytest.mark.parametrize(
    ("remote", "allowed", "expected"),
    [
        ("203.0.113.9", ["203.0.113.9"], True),
        ("203.0.113.9", ["203.0.113.0/24"], True),
        ("203.0.113.9", ["203.0.113.8/24"], True),
        ("::ffff:203.0.113.9", ["203.0.113.9"], True),
        ("2001:db8::1", ["2001:db8::/32", "junk"], True),
        ("203.0.113.9", [], False),
        ("203.0.113.9", ["2001:db8::/32"], False),
        ("junk", ["0.0.0.0/0"], False),
        ("", ["0.0.0.0/0"], False),
    ],
)
def test_addresses(remote: str, allowed: list[str], expected: bool) -> None:
    assert comes_from(remote, allowed) is expected
