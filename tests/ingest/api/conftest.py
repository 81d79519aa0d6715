"""The public API on a bare Flask application, and a caller with the key of the cast."""

import pytest
from flask import Flask

from models.store.base import Store
from tests.cast import Cast
from tests.ingest.api.calling import Caller, make_app


@pytest.fixture
def app(store: Store) -> Flask:
    return make_app(store)


@pytest.fixture
def caller(app: Flask, cast: Cast) -> Caller:
    return Caller(app, cast.api_key)
