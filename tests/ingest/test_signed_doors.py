"""Signed deliveries over HTTP, with a proxy between the provider and us: what was signed is the public address."""

from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from ingest.signatures import url_form_signature
from ingest.vendors.plivo import sealing, signing
from ingest.webhooks import doors
from models.store.base import Store
from models.tables.telephony import delivery
from tests.cast import Cast, Line

PUBLIC = "https://calls.example.edu"
TOKEN = "0123456789abcdef"
NONCE = "12345"
TWILIO = {"CallSid": "CA1", "CallStatus": "ringing", "Direction": "inbound"}
PLIVO = {"CallUUID": "c-1", "CallStatus": "ringing", "Direction": "inbound", "Event": "StartApp"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(params=["twilio", "plivo"])
def line(request: pytest.FixtureRequest, cast: Cast) -> Line:
    return cast.line("signed", request.param, secrets={"auth_token": TOKEN})


def headers(vendor: str, url: str, form: dict[str, str]) -> dict[str, str]:
    """The proof the vendor sends with ``form`` when ``url`` is the address it was given."""
    if vendor == "twilio":
        return {"X-Twilio-Signature": url_form_signature(TOKEN, url, form.items())}
    signature = signing.v3(TOKEN, "POST", url, NONCE, form.items())
    return {"X-Plivo-Signature-V3": signature, "X-Plivo-Signature-V3-Nonce": NONCE}


def knock(
    store: Store,
    line: Line,
    given: str,
    *,
    public_url: str | None = PUBLIC,
    host: str = "10.0.0.7:8050",
    scheme: str = "http",
    query: str = "",
    word: str = "status",
    form: dict[str, str] | None = None,
) -> TestResponse:
    """The vendor calls ``given`` (base and query of the address it was told); the proxy passes it on to
    ``host`` by ``scheme``."""
    form = form or (TWILIO if line.vendor == "twilio" else PLIVO)
    base, _, told = given.partition("?")
    path = f"/webhooks/v1/{line.token}/{word}"
    url = base + path + ("?" + told if told else "")
    server = Flask("doors")
    server.register_blueprint(doors.blueprint(store, public_url))
    return server.test_client().post(
        path + ("?" + (query or told) if told else ""),
        data=urlencode(form),
        content_type=FORM,
        base_url=f"{scheme}://{host}",
        headers=headers(line.vendor, url, form),
    )


@pytest.mark.parametrize(
    "given",
    [PUBLIC, PUBLIC + ":443", PUBLIC + "?a=1&b=2", PUBLIC + "?b=2&a=%2B1+x"],
    ids=["bare", "with its port", "with a query", "with an escaped query"],
)
def test_what_was_signed_is_the_public_address(store: Store, line: Line, given: str) -> None:
    answer = knock(store, line, given)
    assert answer.status_code == 200, answer.text
    with store.read() as tx:
        assert tx.scalar(select(delivery.c.connection_id)) == line.id


def test_a_public_url_may_end_in_a_slash_or_name_its_port(store: Store, line: Line) -> None:
    assert knock(store, line, PUBLIC, public_url=PUBLIC + "/").status_code == 200
    assert knock(store, line, PUBLIC, public_url=PUBLIC + ":443").status_code == 200
    assert knock(store, line, PUBLIC + ":8443", public_url=PUBLIC + ":8443").status_code == 200
    assert knock(store, line, PUBLIC, public_url=PUBLIC + ":8443").status_code == 200


def test_without_a_public_url_the_address_we_were_reached_at_counts(store: Store, line: Line) -> None:
    host = "calls.example.edu"
    assert knock(store, line, PUBLIC, public_url=None, host=host, scheme="https").status_code == 200
    assert knock(store, line, PUBLIC, public_url=None, host=host, scheme="http").status_code == 401
    assert knock(store, line, PUBLIC, public_url=None).status_code == 401


@pytest.mark.parametrize(
    "given",
    ["http://calls.example.edu", "https://other.example.edu", "https://calls.example.edu.evil.example"],
)
def test_another_address_was_not_signed(store: Store, line: Line, given: str) -> None:
    assert knock(store, line, given).status_code == 401


def test_the_order_of_a_query_counts_where_the_vendor_says_so(store: Store, line: Line) -> None:
    sorted_on_the_way = knock(store, line, PUBLIC + "?b=2&a=1", query="a=1&b=2")
    assert sorted_on_the_way.status_code == (200 if line.vendor == "plivo" else 401)


def test_a_pulled_record_cannot_be_handed_in_from_outside(store: Store, line: Line) -> None:
    assert knock(store, line, PUBLIC, word="pulled").status_code == 404


def test_an_agent_we_called_is_connected_with_the_lead(store: Store, cast: Cast) -> None:
    """The lead's number comes back sealed in the address; nobody is routed."""
    status = f"{PUBLIC}/webhooks/v1/t/status"
    line = cast.line("ours", "plivo", secrets={"auth_token": TOKEN, "status_url": status})
    sealed = sealing.sealed(TOKEN, "+919876543210", "i-1")
    form: dict[str, Any] = PLIVO | {"CallUUID": "c-9", "CallStatus": "in-progress", "Direction": "outbound"}
    form |= {"From": "918030000882", "To": "919800000001"}
    answer = knock(
        store, line, f"{PUBLIC}?{urlencode({'intent': 'i-1', 'dial': sealed})}", word="voice", form=form
    )
    assert answer.status_code == 200
    (dial,) = ET.fromstring(answer.text)
    assert [(noun.tag, noun.text) for noun in dial] == [("Number", "919876543210")]
    touched = knock(
        store, line, f"{PUBLIC}?{urlencode({'intent': 'i-2', 'dial': sealed})}", word="voice", form=form
    )
    assert "919876543210" not in touched.text
