"""Another system that calls the public API, and the bare Flask application it calls."""

import json
from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from ingest.api import views
from models.store import api_keys
from models.store.base import Store

URL = "http://callboard.example:8050"


class Reply:
    """An answer; ``json`` is None for what is no JSON."""

    def __init__(self, got: TestResponse) -> None:
        self.status_code = got.status_code
        self.content_type = got.content_type
        self.headers = got.headers
        self.data = got.data
        self.text = got.text
        self.json: Any = json.loads(got.data) if "json" in (got.content_type or "") else None


class Caller:
    """Another system: asks with one key, or with none."""

    def __init__(self, app: Flask, key: str | None) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def open(self, method: str, path: str, **given: Any) -> Reply:
        """``given`` as Flask's test client takes it."""
        headers = self.headers | given.pop("headers", {})
        return Reply(self.client.open(f"/api/v1{path}", method=method, headers=headers, **given))

    def get(self, path: str, **query: Any) -> Reply:
        return self.open("GET", path, query_string=query or None)

    def post(self, path: str, body: Any) -> Reply:
        return self.send(path, json.dumps(body).encode())

    def send(self, path: str, data: bytes, content_type: str = "application/json") -> Reply:
        """POST exactly these bytes."""
        return self.open("POST", path, data=data, content_type=content_type)

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json["items"]
        return found


def make_app(store: Store) -> Flask:
    app = Flask("api")
    app.extensions["callboard"] = store
    for blueprint in views.blueprints(URL):
        app.register_blueprint(blueprint)
    return app


def key_with(store: Store, scopes: Iterable[str]) -> str:
    """A new key with just these scopes."""
    secret: str = store.write(lambda tx: api_keys.issue(tx, "narrow", scopes, store.now()))
    return secret
