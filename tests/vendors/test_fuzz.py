"""Whatever arrives, a parser answers with events or with ``Unreadable``; anything else is a defect."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.contract import ConnectionInfo, Delivery, Door, RouteAnswer, Unreadable
from ingest.vendors import registry
from models.rules.lifecycle import fold
from tests.vendors.library import BASE, HEARD, cases

vendors = pytest.mark.parametrize("slug", registry.all_slugs())
lightly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

TYPES = st.sampled_from(
    [
        "",
        "application/json",
        "application/json; charset=latin-1",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        'multipart/form-data; boundary="',
        "text/plain",
        "é\x00",
    ]
)
FIELDS = sorted({field for case in cases() for field in case.flat() or ()})
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "null", "[x]", "0", "1", "-1", "1e400", "9" * 5000, "completed", "busy", "inbound", "\ud800"]
    ),
    st.sampled_from(
        ["2024-06-20 10:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31 23:59:59", "Tue, 99 Foo"]
    ),
    st.sampled_from(["+919876543210", "client:x", "sip:", "٩٨٧٦٥٤٣٢١٠", "+" * 50]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def deliver(
    slug: str, door: Door, body: bytes, content_type: str, query: bytes = b"", method: str = "POST"
) -> None:
    vendor = registry.get(slug)
    connection = ConnectionInfo(id=1, slug="main", vendor=slug, secrets={"auth_token": "12345"})
    delivery = Delivery(
        door=door,
        method=method,
        url=BASE + door,
        query=query,
        headers={"x-twilio-signature": "x"},
        content_type=content_type,
        body=body,
        received_at=HEARD,
    )
    vendor.verify(delivery, connection)
    try:
        parsed = vendor.parse(delivery, connection)
        vendor.question(delivery, connection)
    except Unreadable:
        return
    for event in parsed.events:
        assert 0 < len(event.provider_call_id) <= 120
        json.dumps(event.extra).encode()
        for text in (event.provider_call_id, event.seat, event.customer, event.words, event.recording):
            assert "\0" not in (text or "")
            (text or "").encode()  # a lone surrogate would fail here
        for at in (event.at, event.started_at, event.answered_at, event.ended_at):
            assert at is None or at.utcoffset() is not None
        fold([event], HEARD)


@vendors
@lightly
@given(
    body=st.binary(max_size=300), content_type=TYPES, query=st.binary(max_size=60), door=st.sampled_from(Door)
)
def test_bytes(slug: str, body: bytes, content_type: str, query: bytes, door: Door) -> None:
    deliver(slug, door, body, content_type, query)


@vendors
@lightly
@given(told=st.dictionaries(st.sampled_from(FIELDS), TEXTS, max_size=14), door=st.sampled_from(Door))
def test_forms_with_real_names(slug: str, told: dict[str, str], door: Door) -> None:
    deliver(slug, door, urlencode(told, errors="surrogatepass").encode(), "application/x-www-form-urlencoded")


@vendors
@lightly
@given(told=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=14), door=st.sampled_from(Door))
def test_json_with_real_names(slug: str, told: dict[str, Any], door: Door) -> None:
    deliver(slug, door, json.dumps(told).encode("utf-8", "surrogatepass"), "application/json")


@vendors
@lightly
@given(told=st.dictionaries(st.sampled_from(FIELDS), TEXTS, max_size=8), cut=st.integers(0, 400))
def test_multipart_cut_short(slug: str, told: dict[str, str], cut: int) -> None:
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in told.items()
    )
    body = (parts + "--x--\r\n").encode("utf-8", "surrogatepass")
    deliver(slug, Door.STATUS, body[: len(body) - cut], "multipart/form-data; boundary=x")


@vendors
@lightly
@given(seats=st.lists(TEXTS, max_size=12), name=st.text(max_size=20), number=st.none() | TEXTS)
def test_routing_answers(slug: str, seats: list[str], name: str, number: str | None) -> None:
    connection = ConnectionInfo(id=1, slug="main", vendor=slug)
    answer = RouteAnswer(seats=seats, strategy="pool", names=[name], from_number=number)
    assert registry.get(slug).answer(answer, connection).status == 200
