"""What the tests of access share: a house with calls in it, and everybody who might look.

SQLite is enough here: who may see what is decided above the database, and ``tests/house/test_access.py`` asks both.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from dash import Dash

from models.store.base import Store
from tests.access.house import House
from tests.cast import Cast, Person
from tests.telephone import Telephone
from tests.webapp import Visitor


@pytest.fixture
def telephone(visit: Callable[[Person | None], Visitor], cast: Cast, store: Store) -> Telephone:
    """The connection "open", spoken to through the application's own doors."""
    provider = visit(None)

    def post(door: str, body: Mapping[str, Any]) -> str:
        answer = provider.client.post(f"/webhooks/v1/{cast.connection.token}/{door}", json=body)
        assert answer.status_code == 200, answer.text
        return str((answer.json or {})["accepted"])

    return Telephone(post, store.now)


@pytest.fixture
def house(
    app: Dash, store: Store, cast: Cast, visit: Callable[[Person | None], Visitor], telephone: Telephone
) -> House:
    return House(app, store, cast, visit, telephone)
