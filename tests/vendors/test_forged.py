"""Deliveries from somebody else: whatever a vendor can prove, a changed delivery fails."""

from dataclasses import replace

import pytest

from ingest.contract import Capability, Door
from tests.vendors.library import Case, cases, name

signed = pytest.mark.parametrize(
    "case",
    [
        case
        for case in cases()
        if Capability.SIGNED in case.parser.capabilities and case.delivery.door is not Door.PULLED
    ],
    ids=name,
)


def verified(case: Case, **changed: object) -> bool:
    return case.parser.verify(replace(case.delivery, **changed), case.connection)  # type: ignore[arg-type]


@signed
def test_the_wrong_secret_is_refused(case: Case) -> None:
    other = replace(case.connection, secrets={"auth_token": case.connection.secrets["auth_token"] + "x"})
    assert not case.parser.verify(case.delivery, other)


@signed
@pytest.mark.parametrize("secrets", [{}, {"auth_token": ""}], ids=["none", "empty"])
def test_without_a_secret_nothing_is_let_in(case: Case, secrets: dict[str, str]) -> None:
    assert not case.parser.verify(case.delivery, replace(case.connection, secrets=secrets))


@signed
def test_a_damaged_signature_is_refused(case: Case) -> None:
    told = case.delivery.headers
    (header,) = (each for each in told if "signature" in each and "nonce" not in each)
    signature = told[header]
    for damaged in ("", signature[:-1], signature[1:], signature + "=", signature.swapcase(), "é", "\ud800"):
        assert not verified(case, headers={**told, header: damaged})
    assert not verified(case, headers={})


@signed
def test_a_changed_or_missing_nonce_is_refused(case: Case) -> None:
    told = case.delivery.headers
    for nonce in (each for each in told if "nonce" in each):
        assert not verified(case, headers={**told, nonce: told[nonce] + "1"})
        assert not verified(case, headers={each: text for each, text in told.items() if each != nonce})


@signed
def test_while_the_secret_is_rotated_both_are_good_and_afterwards_one(case: Case) -> None:
    old = case.connection.secrets["auth_token"]
    during = replace(case.connection, secrets={"auth_token": "new"}, retired={"auth_token": (old, "older")})
    assert case.parser.verify(case.delivery, during)
    not_that_one = replace(during, retired={"auth_token": ("older",), "other": (old,)})
    assert not case.parser.verify(case.delivery, not_that_one)


@signed
def test_a_changed_body_is_refused(case: Case) -> None:
    assert not verified(case, body=case.delivery.body + b"&CallStatus=flurb")
    assert case.delivery.method == "GET" or not verified(case, body=b"")


@signed
def test_a_body_nobody_signed_is_refused_under_any_label(case: Case) -> None:
    forged = b'{"CallSid":"CA1","CallStatus":"completed"}'
    for method in ("GET", "POST"):
        for content_type in ("application/json", "application/x-www-form-urlencoded", "text/plain", ""):
            assert not verified(case, method=method, content_type=content_type, body=forged)


@signed
def test_another_address_is_refused(case: Case) -> None:
    assert not verified(case, url=case.delivery.url + "x")
    assert not verified(case, url=case.delivery.url.replace("https://", "http://"))
    assert not verified(case, url="https://[")


def test_exotel_may_be_held_to_a_list_of_addresses() -> None:
    case = next(case for case in cases("exotel") if case.name == "status-callback-allowed-address")
    assert verified(case, remote="198.51.100.7")
    assert verified(case, remote="::ffff:203.0.113.9")
    for stranger in ("203.0.113.16", "198.51.100.70", "2001:db8::1", "", "localhost"):
        assert not verified(case, remote=stranger)


def test_a_list_of_addresses_nobody_can_read_lets_nobody_in() -> None:
    case = next(case for case in cases("exotel") if case.name == "status-callback-allowed-address")
    typo = replace(case.connection, settings={"allow_ips": ["203.0.113"]})
    assert not case.parser.verify(case.delivery, typo)
