"""Another system that calls the public API, and the bare Flask application it calls."""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from ingest.api import blueprint as api
from ingest.api import health
from models.store import api_keys
from models.store.base import Store


class Caller:
    """Another system: asks with one key, or with none."""

    def __init__(self, app: Flask, key: str | None) -> None:
        self.app = app
        self.client = app.test_client()
        self.key = key

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query or None, headers=self.headers)

    def post(self, path: str, body: Any) -> TestResponse:
        return self.client.post(f"/api/v1{path}", json=body, headers=self.headers)

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json["items"]
        return found


def make_app(store: Store) -> Flask:
    app = Flask("api")
    app.extensions["callboard"] = store
    app.register_blueprint(api.blueprint())
    app.register_blueprint(health.blueprint())
    return app


def key_with(store: Store, scopes: Iterable[str]) -> str:
    """A new key with just these scopes."""
    secret: str = store.write(lambda tx: api_keys.issue(tx, "narrow", scopes, store.now()))
    return secret
