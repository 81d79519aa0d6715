"""A provider that wants its own answer gets it once its delivery is on disk."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from ingest.webhooks import doors
from models.store import connections
from models.store.base import Store
from models.tables.telephony import delivery

ANSWERS = [
    {"when": {"field": "challenge", "told": True}, "body": "{challenge}"},
    {
        "when": {"field": "@header.validation-token", "told": True},
        "headers": {"Validation-Token": "{@header.validation-token}"},
    },
    {
        "doors": ["status"],
        "status": 202,
        "content_type": "application/xml",
        "body": "<ok n='{$delivery}'>{$verdict}</ok>",
    },
]
MAPPING = {"version": 1, "fields": {"call_id": "id"}, "rules": [{"kind": "ringing"}], "answers": ANSWERS}


@pytest.fixture
def client(store: Store) -> FlaskClient:
    server = Flask("doors")
    server.register_blueprint(doors.blueprint(store, None))
    return server.test_client()


@pytest.fixture
def address(store: Store) -> str:
    with store.db.begin() as tx:
        new_id = connections.add(
            tx,
            store.vault,
            slug="acme",
            vendor="mapped",
            label="Acme",
            at=store.now(),
            settings={"mapping": MAPPING},
        )
        token = connections.issue_token(tx, new_id, store.now())
    return f"/webhooks/v1/{token}/"


def kept(store: Store) -> int:
    with store.read() as tx:
        return tx.scalar(select(func.count()).select_from(delivery)) or 0


def test_the_mappings_own_words(client: FlaskClient, address: str, store: Store) -> None:
    answer = client.post(address + "status", json={"id": "c1"})
    assert (answer.status_code, answer.content_type) == (202, "application/xml")
    assert answer.text == "<ok n='1'>recorded</ok>"
    answer = client.get(address + "call-log?id=c1&challenge=a%3Cb")
    assert (answer.status_code, answer.text) == (200, "a<b")
    assert answer.content_type.startswith("text/plain")
    answer = client.post(address + "call-log", headers={"Validation-Token": "ab-1"})
    assert (answer.status_code, answer.headers["Validation-Token"], answer.text) == (200, "ab-1", "")
    assert kept(store) == 3


def test_a_routing_answer_repeats_the_question_and_carries_headers(client: FlaskClient, store: Store) -> None:
    said = {"body": "<r c='{id}'/>", "content_type": "text/xml", "headers": {"X-Call": "{id}"}}
    with store.db.begin() as tx:
        new_id = connections.add(
            tx,
            store.vault,
            slug="asks",
            vendor="mapped",
            label="Asks",
            at=store.now(),
            settings={"mapping": MAPPING | {"routing": {"nobody": said}}},
        )
        token = connections.issue_token(tx, new_id, store.now())
    answer = client.get(f"/webhooks/v1/{token}/route?id=abc")
    assert (answer.text, answer.headers["X-Call"]) == ("<r c='abc'/>", "abc")


def test_ours_where_it_says_nothing_and_nothing_is_lost(
    client: FlaskClient, address: str, store: Store
) -> None:
    answer = client.post(address + "call-log", json={"id": "c1"})
    assert answer.json == {"ok": True, "accepted": "recorded", "delivery": 1}
    answer = client.post(address + "call-log", data=b"\xff{")
    assert answer.json is not None
    assert answer.json["accepted"] == "for review"
    assert kept(store) == 2
