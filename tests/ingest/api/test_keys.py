"""Who may ask: no key, wrong keys, revoked keys, narrow keys."""

from typing import Any

import pytest
from sqlalchemy import select

from ingest.api.keys import POLICY, needs
from ingest.api.openapi import OPERATIONS
from ingest.api.operations import Operation
from models.store import api_keys
from models.store.base import Store
from models.tables.people import api_key
from tests.cast import Cast
from tests.ingest.api.calling import Caller, Reply, key_with, make_app

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def _ask(caller: Caller, operation: Operation) -> Reply:
    body: dict[str, Any] = {"json": {}} if operation.body else {}
    return caller.open(operation.method, operation.path.replace("{lead_id}", "1"), **body)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: op.name)
@ON_SQLITE
def test_every_operation_needs_its_scope(operation: Operation, store: Store) -> None:
    app = make_app(store)
    nobody = _ask(Caller(app, None), operation)
    assert nobody.status_code == 401
    assert nobody.headers["WWW-Authenticate"] == "Bearer"
    others = set(api_keys.SCOPES) - {operation.scope}
    refused = _ask(Caller(app, key_with(store, others)), operation)
    assert refused.status_code == 403
    assert refused.content_type == "application/problem+json"
    assert refused.json["type"] == "urn:callboard:problem:scope"
    assert operation.scope in refused.json["detail"]
    admitted = _ask(Caller(app, key_with(store, {operation.scope})), operation)
    assert admitted.status_code not in {401, 403}


def test_wrong_and_revoked_keys_are_refused(store: Store, cast: Cast) -> None:
    app = make_app(store)
    assert Caller(app, cast.api_key).get("/calls").status_code == 200
    for wrong in (cast.api_key[:-1], cast.api_key + "x", "x" * 100_000, "é", " ", "Bearer"):
        answer = Caller(app, wrong).get("/calls")
        assert (answer.status_code, answer.json["type"]) == (401, "urn:callboard:problem:key")
    with store.read() as tx:
        key_id = tx.execute(select(api_key.c.id)).scalar_one()
    assert store.write(lambda tx: api_keys.revoke(tx, key_id, store.now())) is True
    assert store.write(lambda tx: api_keys.revoke(tx, key_id, store.now())) is False
    assert Caller(app, cast.api_key).get("/calls").status_code == 401


@ON_SQLITE
def test_a_key_counts_only_in_the_bearer_header(store: Store, cast: Cast) -> None:
    client = make_app(store).test_client()
    for headers in (
        {"Authorization": cast.api_key},
        {"Authorization": f"Basic {cast.api_key}"},
        {"X-Api-Key": cast.api_key},
        {"Cookie": f"key={cast.api_key}"},
    ):
        assert client.get("/api/v1/calls", headers=headers).status_code == 401
    assert client.get(f"/api/v1/calls?key={cast.api_key}").status_code == 401
    assert client.get("/api/v1/calls", headers={"Authorization": f"bearer {cast.api_key}"}).status_code == 200


@ON_SQLITE
def test_the_secret_is_not_kept(store: Store) -> None:
    secret = key_with(store, ["calls:read"])
    with store.read() as tx:
        rows = tx.execute(select(api_key)).all()
    assert len(secret) > 40
    assert secret not in repr(rows)
    assert secret.removeprefix(api_keys.PREFIX) not in repr(rows)


@ON_SQLITE
def test_only_scopes_that_something_checks(store: Store) -> None:
    with store.db.begin() as tx, pytest.raises(api_keys.UnknownScope):
        api_keys.issue(tx, "typo", ["calls:raed"], store.now())
    with pytest.raises(ValueError, match="unknown scope"):
        needs("calls:raed")
    checked = {operation.scope for operation in OPERATIONS}
    assert set(api_keys.SCOPES) - checked == {"counselors:seats"}


@ON_SQLITE
def test_every_view_declares_its_policy(store: Store) -> None:
    views = make_app(store).view_functions
    declared = {name: getattr(view, POLICY, None) for name, view in views.items() if name != "static"}
    assert all(declared.values()), declared
    assert declared["api.listCalls"] == "api:calls:read"
    assert {name for name, policy in declared.items() if policy == "public"} == {
        "api.openapi",
        "api.nothing",
        "health.alive",
        "health.ready",
    }
