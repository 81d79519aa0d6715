"""What is at no address, what a failing database answers, and the two health checks."""

import logging

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from models.store import api_calls
from models.store.writer import Unavailable
from tests.cast import Cast
from tests.databases import Clock, Databases, close_store, open_store
from tests.ingest.api.calling import Caller, make_app

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@ON_SQLITE
@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nothing", 404, None),
        ("GET", "/", 404, None),
        ("GET", "/calls/", 404, None),
        ("GET", "/calls/1/recording", 404, None),
        ("POST", "/calls", 405, "GET"),
        ("OPTIONS", "/calls", 405, "GET"),
        ("DELETE", "/leads/1", 405, "GET"),
        ("PUT", "/leads", 405, "GET, POST"),
        ("PATCH", "/leads/1/openings", 405, "POST"),
        ("POST", "/openapi.json", 405, "GET"),
    ],
)
def test_wrong_addresses_are_problems_too(
    caller: Caller, method: str, path: str, status: int, allow: str | None
) -> None:
    answer = caller.open(method, path)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.headers.get("Allow") == allow
    assert answer.json["status"] == status


@ON_SQLITE
def test_a_database_that_is_away_is_503(
    caller: Caller, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT secret", {}, Exception("no route to host"))

    monkeypatch.setattr(api_calls, "page", away)
    with caplog.at_level(logging.WARNING):
        answer = caller.get("/calls")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json["type"] == "urn:callboard:problem:unavailable"
    assert "secret" not in answer.text + caplog.text

    def full(*_: object) -> None:
        raise Unavailable("too many requests are waiting to be written")

    monkeypatch.setattr(type(cast.store.writer), "do", full)
    assert caller.post("/leads", {"phone": "9876543210"}).status_code == 503


@ON_SQLITE
def test_a_defect_is_500_without_details(app: Flask, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("number 9876543210")

    monkeypatch.setattr(api_calls, "page", broken)
    answer = caller.get("/calls")
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "9876543210" not in answer.text
    assert "Zero" not in answer.text


def test_alive_and_ready(app: Flask) -> None:
    client = app.test_client()
    for path, word in (("/healthz", "alive"), ("/readyz", "ready")):
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (200, f"{word}\n")
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_not_ready_without_the_schema_or_the_database(
    databases: Databases, clock: Clock, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    with databases.database(kind, empty=True) as url:
        gone = "sqlite:////nowhere/at/all.db" if kind == "sqlite" else url.replace("?", "_gone?")
        for address in (url, gone):
            store = open_store(address, clock)
            client = make_app(store).test_client()
            answer = client.get("/readyz")
            assert (answer.status_code, answer.text) == (503, "not ready\n")
            assert client.get("/healthz").status_code == 200
            refused = Caller(make_app(store), "cb_anything").get("/calls")
            assert refused.status_code in {500, 503}
            close_store(store)
    assert "nowhere" not in caplog.text
