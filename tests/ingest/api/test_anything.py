"""Whatever is sent, the answer is one of the documented ones: never a 5xx, never a number."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.store.base import Store
from tests.cast import Cast
from tests.databases import Clock, Databases
from tests.ingest.api.calling import Caller, make_app
from tests.ingest.api.rows import add_call, add_entry

NUMBER = "+919876543210"
LISTS = ("/calls", "/missed", "/pending", "/leads")
NAMES = (
    "since",
    "until",
    "lead",
    "connection",
    "direction",
    "outcome",
    "provider_call_id",
    "limit",
    "cursor",
    "state",
    "external_id",
    "email",
    "phone",
    "x",
)
NASTY = (
    "",
    "\x00",
    "a\x00b",
    "\ufffe",
    "𝟙",
    "٣",
    "1_0",
    " 7 ",
    "1e3",
    "-1",
    "0",
    "9" * 30,
    "9" * 4400,
    "NaN",
    "Infinity",
    "null",
    "true",
    "[]",
    "%",
    "%00",
    "' OR 1=1 --",
    '"; DROP TABLE call; --',
    "../../etc/passwd",
    "{{7*7}}",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-W10-1",
    "20260302T053000Z",
    "2026-03-02T05:30:00.123456789Z",
    "2026-03-02T05:30:00Z",
    "A" * 32,
    "_" * 32,
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "open",
    "all",
    "inbound",
    "connected",
    "reference",
    "1",
    "500",
    "\u202e\u200b",
)
VALUES = st.sampled_from(NASTY) | st.text(max_size=40) | st.integers().map(str) | st.datetimes().map(str)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(NASTY)
    | st.text(max_size=40)
    | st.just(NUMBER),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "phone",
    "name",
    "email",
    "programme",
    "city",
    "region",
    "language",
    "owner",
    "external_id",
    "stage",
    "source",
    "counselor",
    "how",
    "\x00",
)
BODIES = (
    st.dictionaries(st.sampled_from(FIELDS), JSON | st.just("asha@example.org"), max_size=5).map(
        lambda body: json.dumps(body).encode()
    )
    | JSON.map(lambda body: json.dumps(body).encode())
    | st.binary(max_size=60)
    | st.sampled_from(
        [
            b"",
            b'{"phone":"\\ud800"}',
            b'{"phone":"\xed\xa0\x80"}',
            b'{"name":"\\u0000","phone":"9876543210"}',
            b'{"phone":' + b"9" * 5000 + b"}",
            b"[" * 20_000,
            b'{"phone":' * 3_000,
            b'{"phone":"9876543210","phone":null}',
            b'\xef\xbb\xbf{"phone":"9876543210"}',
            b'{"phone":1e999}',
            b'"' + b"x" * 65_000 + b'"',
        ]
    )
)
UNHURRIED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def busy(
    request: pytest.FixtureRequest, databases: Databases, known_casts: dict[str, Any]
) -> Iterator[Caller]:
    """A store with a little of everything, shared by all examples."""
    clock = Clock()
    with databases.store(request.param, clock) as store:
        cast = Cast(store, known_casts[request.param])
        _fill(store, cast, clock)
        yield Caller(make_app(store), cast.api_key)


def _fill(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(NUMBER, owner=cast.asha)
    add_call(store, cast, "one", clock.at, lead)
    add_entry(store, cast, lead, people=[cast.asha])


def _sane(status: int, text: str) -> None:
    assert status < 500, text
    assert "9876543210" not in text


@UNHURRIED
@given(
    path=st.sampled_from(LISTS),
    query=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4),
)
def test_any_query(busy: Caller, path: str, query: list[tuple[str, str]]) -> None:
    said = [(name, value.encode("utf-8", "surrogatepass")) for name, value in query]
    answer = busy.open("GET", path, query_string=said)
    _sane(answer.status_code, answer.text)
    assert answer.status_code in {200, 422}


@UNHURRIED
@given(path=st.sampled_from(LISTS), raw=st.binary(max_size=40))
def test_any_query_bytes(busy: Caller, path: str, raw: bytes) -> None:
    text = raw.decode("latin-1")
    answer = busy.open("GET", path, query_string=text)
    _sane(answer.status_code, answer.text)


@UNHURRIED
@given(path=st.sampled_from(["/leads", "/leads/search", "/leads/1/openings"]), body=BODIES)
def test_any_body(busy: Caller, path: str, body: bytes) -> None:
    answer = busy.send(path, body)
    _sane(answer.status_code, answer.text)


@UNHURRIED
@given(rest=st.text(max_size=30) | st.sampled_from(NASTY))
def test_any_address(busy: Caller, rest: str) -> None:
    path = quote(rest.encode("utf-8", "surrogatepass"))
    for prefix in ("/leads/", "/"):
        answer = busy.get(prefix + path)
        _sane(answer.status_code, answer.text)


@UNHURRIED
@given(header=st.text(st.characters(max_codepoint=255, blacklist_characters="\r\n"), max_size=40))
def test_any_key(busy: Caller, header: str) -> None:
    for value in (header, f"Bearer {header}"):
        answer = busy.open("GET", "/calls", headers={"Authorization": value})
        assert answer.status_code == 401
