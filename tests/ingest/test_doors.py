"""The doors over HTTP: who gets in, what is kept, what is answered."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from ingest import intake
from ingest.webhooks import doors
from models.store import entries, presence
from models.store.base import Store
from models.tables.telephony import delivery
from tests.cast import Cast


@pytest.fixture
def client(store: Store) -> FlaskClient:
    server = Flask("doors")
    server.config["MAX_CONTENT_LENGTH"] = 64_000
    server.register_blueprint(doors.blueprint(store, None))
    return server.test_client()


def at(cast: Cast, word: str) -> str:
    return f"/webhooks/v1/{cast.connection.token}/{word}"


def popup(cast: Cast, number: str = "9876500321", call_id: str = "call-1") -> dict[str, Any]:
    return {
        "call_id": call_id,
        "agent_no": cast.asha.seat,
        "applicant_no": number,
        "did_no": "07314000001",
        "call_type": "inbound",
    }


def call_log(cast: Cast, status: int, call_id: str = "call-1") -> dict[str, Any]:
    return popup(cast, call_id=call_id) | {
        "start_time": "2026-11-20 10:00:00",
        "end_time": "2026-11-20 10:01:30",
        "call_duration": "60" if status else "0",
        "status": str(status),
        "resource_url": "",
    }


@pytest.mark.parametrize("word", ["ivrCallNotification", "popup"])
@pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
def test_a_popup_is_kept_before_it_is_answered(
    client: FlaskClient, cast: Cast, store: Store, word: str, form: bool
) -> None:
    sent: dict[str, Any] = {"data": popup(cast)} if form else {"json": popup(cast)}
    answer = client.post(at(cast, word), **sent)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["accepted"] == "recorded"
    with store.read() as tx:
        kept = tx.execute(select(delivery)).one()
    assert (kept.id, kept.door) == (answer.json["delivery"], "popup")
    assert b"9876500321" not in kept.raw_ct
    assert cast.connection.token.encode() not in store.vault.open(kept.raw_ct, intake.RAW)


def test_a_missed_call_from_door_to_board(client: FlaskClient, cast: Cast, store: Store) -> None:
    client.post(at(cast, "popup"), json=popup(cast))
    client.post(at(cast, "ivrCallBackDetails"), json=call_log(cast, 0))
    with store.read() as tx:
        [row] = entries.open_for(tx, cast.asha.viewer, now=store.now(), rules=store.rules)
    assert (row["kind"], row["direction"]) == ("missed", "inbound")


@pytest.mark.parametrize("token", ["", "wrong", "x" * 5000, "%00", "..%2f"])
def test_a_wrong_token_opens_nothing(client: FlaskClient, cast: Cast, store: Store, token: str) -> None:
    answer = client.post(f"/webhooks/v1/{token or '-'}/popup", json=popup(cast))
    assert answer.status_code in (308, 401, 404)
    with store.read() as tx:
        assert tx.execute(select(delivery.c.id)).all() == []


def test_an_unreadable_body_is_kept_for_review(client: FlaskClient, cast: Cast, store: Store) -> None:
    answer = client.post(at(cast, "call-log"), data=b"\xff\xfe{[", content_type="application/json")
    assert (answer.status_code, answer.json and answer.json["accepted"]) == (200, "for review")
    assert answer.json is not None
    assert intake.replay(store, cast.dev.viewer, answer.json["delivery"]) == "for review"
    with pytest.raises(LookupError):
        intake.replay(store, cast.meera.viewer, answer.json["delivery"])


def test_too_large_is_413(client: FlaskClient, cast: Cast) -> None:
    assert client.post(at(cast, "popup"), data=b"x" * 65_000).status_code == 413


def test_a_database_that_is_away_is_503_with_retry_after(
    client: FlaskClient, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(at(cast, "popup"), json=popup(cast))

    def away() -> Any:
        raise OperationalError("BEGIN", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(store.db, "begin", away)
        answer = client.post(at(cast, "popup"), json=popup(cast, call_id="call-2"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert client.post(at(cast, "popup"), json=popup(cast, call_id="call-2")).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_assigned_counselor_is_the_answer(
    client: FlaskClient, cast: Cast, store: Store, method: str
) -> None:
    who = cast.lead(owner=cast.ravi)
    for person in (cast.asha, cast.ravi):
        presence.set_state(store, person.viewer, "in")
    asked = {"applicant_no": who.phone[3:], "did_no": "07314000001"}
    sent: dict[str, Any] = {"query_string": asked} if method == "GET" else {"json": asked}
    answer = client.open(at(cast, "getCounsellor"), method=method, **sent)
    assert answer.json is not None
    assert answer.json["status"] == 1
    assert answer.json["strategy"] == "assigned"
    assert answer.json["data"][0]["agent_number"] == cast.ravi.seat


def test_nobody_free_is_status_0_and_never_an_error(
    client: FlaskClient, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = client.get(at(cast, "route"), query_string={"applicant_no": "9876500321"}).json
    assert free is not None
    assert (free["status"], free["data"]) == (0, [])

    def broken(*_: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr("ingest.webhooks.routing.answer", broken)
    answer = client.get(at(cast, "route"), query_string={"applicant_no": "9876500321"})
    assert answer.status_code == 200
    assert json.loads(answer.data)["status"] == 0


def test_a_counselor_on_a_call_is_not_offered(client: FlaskClient, cast: Cast, store: Store) -> None:
    for person in (cast.asha, cast.ravi):
        presence.set_state(store, person.viewer, "in")
    client.post(at(cast, "popup"), json=popup(cast))
    answer = client.get(
        at(cast, "route"), query_string={"applicant_no": "9811122233", "did_no": "07314000001"}
    )
    assert answer.json is not None
    assert [seat["agent_number"] for seat in answer.json["data"]] == [cast.ravi.seat]
