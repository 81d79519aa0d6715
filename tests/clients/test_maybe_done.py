"""An answer that leaves open whether it was done is no refusal: another provider asked then could ring a second time.

Every vendor is asked here, so that none has a rule of its own.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ingest.client import Answer, Client, DialOrder, Member, Reason, Refused, Unsettled
from ingest.contract import ConnectionInfo
from ingest.vendors import registry

STATUS = "https://calls.example.edu/webhooks/v1/hook-token/status"
ORDER = DialOrder("+919800000001", "+919876543210", "intent-7", callback_url=STATUS)
MEMBER = Member("m-1", "+919876543210", "Asha Rao")

# Secrets and settings with which a call can be asked for, and a list where the vendor takes one.
ACCOUNTS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "exotel": ({"api_key": "k", "api_token": "t"}, {"account_sid": "x1", "caller_id": "08030000882"}),
    "myoperator": ({"secret_token": "s", "x_api_key": "k"}, {"company_id": "c", "public_ivr_id": "i"}),
    "open": ({"dial_key": "k"}, {"dial_url": "https://pbx.example/dial"}),
    "ozonetel": ({"api_key": "k"}, {"username": "institute", "campaign": "Calls"}),
    "plivo": ({"auth_id": "MA1", "auth_token": "t"}, {"caller_id": "+918030000882"}),
    "smartflo": ({"api_token": "t"}, {}),
    "twilio": ({"account_sid": "AC1", "auth_token": "t"}, {"caller_id": "+918030000882"}),
    "vicidial": ({"api_pass": "p"}, {"api_user": "6666", "api_url": "https://dialer.example"}),
}
LISTS = {"exotel": "208287", "ozonetel": "Calls", "smartflo": "64105fa9", "vicidial": "999"}
NOBODY_KNOWS = (408, 502, 504, 520, 522, 524, 530, 599)
BODIES = (b"", b"<html>error</html>", b"{}", b'{"status": 0, "error": "origin web server"}')


class Told:
    """A way out at whose end this answer waits, whatever is asked."""

    def __init__(self, status: int, body: bytes) -> None:
        self.answer = Answer(status, {}, body)
        self.asked = 0

    def ask(self, *_: object, **__: object) -> Answer:
        self.asked += 1
        return self.answer


def client(vendor: str, web: Told) -> Client:
    secrets, settings = ACCOUNTS[vendor]
    return registry.client(ConnectionInfo(1, "main", vendor, secrets=secrets, settings=settings), web)


def asking(vendor: str, status: int, body: bytes) -> Iterator[tuple[Told, Callable[[], object]]]:
    """A call, and a list where the vendor takes one; each with its own way out."""
    for ask in ("dial", "push") if vendor in LISTS else ("dial",):
        web = Told(status, body)
        asked = client(vendor, web)
        if ask == "dial":
            yield web, lambda asked=asked: asked.dial(ORDER)  # type: ignore[misc]
        else:
            yield web, lambda asked=asked: asked.push(LISTS[vendor], [MEMBER])  # type: ignore[misc]


def test_no_vendor_is_left_out() -> None:
    assert {*ACCOUNTS, "mapped"} == {*registry.all_slugs()}  # a mapped one cannot be asked for calls


@pytest.mark.parametrize("status", NOBODY_KNOWS)
@pytest.mark.parametrize("vendor", ACCOUNTS)
def test_a_gateway_that_gave_up_refuses_nothing(vendor: str, status: int) -> None:
    for body in BODIES:
        for web, ask in asking(vendor, status, body):
            with pytest.raises(Unsettled):
                ask()
            assert web.asked == 1


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("vendor", ACCOUNTS)
def test_a_provider_that_says_it_cannot_work_is_down(vendor: str, status: int) -> None:
    for _, ask in asking(vendor, status, b"<html>error</html>"):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.reason is Reason.DOWN


# The same, said in the body of an answer whose status is 200.
SAID: dict[str, Callable[[int, str], dict[str, Any]]] = {
    "exotel": lambda code, words: {"RestException": {"Status": code, "Message": words}},
    "myoperator": lambda code, words: {"status": "error", "code": str(code), "details": f"{words}, token"},
    "open": lambda code, words: {"status": 0, "error": f"{code} {words}"},
    "ozonetel": lambda code, words: {"status": "Fail", "message": words},
}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (504, "gateway time-out"),
        (502, "Bad gateway"),
        (524, "a timeout occurred"),
        (408, "Request timed out"),
    ],
)
@pytest.mark.parametrize("vendor", SAID)
def test_so_does_one_that_is_told_of_in_the_body(vendor: str, code: int, words: str) -> None:
    web = Told(200, json.dumps(SAID[vendor](code, words)).encode())
    with pytest.raises(Unsettled):
        client(vendor, web).dial(ORDER)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("503", Reason.DOWN),
        ("error 500", Reason.DOWN),
        ("Service unavailable", Reason.DOWN),
        ("agent 502 not found", Reason.UNKNOWN_AGENT),
        ("agent 504 is busy", Reason.BUSY_AGENT),
        ("Upstream timed out", None),
        ("503: upstream timeout", None),
        ("502", None),
        ("520", None),
    ],
)
def test_words_of_the_open_protocol(words: str, reason: Reason | None) -> None:
    web = Told(200, json.dumps({"status": 0, "error": words}).encode())
    with pytest.raises(Refused if reason else Unsettled) as raised:
        client("open", web).dial(ORDER)
    assert getattr(raised.value, "reason", None) is reason
