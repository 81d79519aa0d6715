"""The whole application in the test process, and people of the cast who use it without a browser.

Dash registers pages and callbacks globally, so there is one application a process; each test puts its own
store behind it.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from dash import Dash
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashapp import auth, config, live
from dashapp.app import create_app
from models.store import sessions
from models.store.base import Store
from tests.cast import Person

SETTINGS: dict[str, Any] = {
    "SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "DATA_KEY": "22" * 32,
    "SECURE_COOKIES": False,
    "INSTITUTION_NAME": "Test University",
    "SCHEDULER": False,
}


class StoreOfTheTest:
    """Stands where a ``Store`` stands and passes everything on to the one of the test that runs now."""

    def __init__(self) -> None:
        self.current: Store | None = None

    def __getattr__(self, name: str) -> Any:
        if self.current is None:
            raise AttributeError(name)
        return getattr(self.current, name)


class Web:
    """The application and its parts, with the running test's store behind it."""

    def __init__(self, data: Path) -> None:
        self.settings = config.load(CALLBOARD_DATA=data, **SETTINGS)
        self.hub = live.Hub()
        self._store = StoreOfTheTest()
        self._data = data
        self.dash: Dash | None = None

    def use(self, store: Store) -> Dash:
        """Put ``store`` behind the application, which is built when first used; forget failed sign-ins."""
        self._store.current = store
        if self.dash is None:
            self.dash = create_app(self.settings, self._store, self.hub)  # type: ignore[arg-type]
        self.dash.server.extensions["callboard.limiter"] = auth.Limiter()
        return self.dash


class Visitor:
    """A browser without a screen: its cookies, its CSRF header, and whose they are (None: nobody's)."""

    def __init__(self, app: Dash, store: Store, person: Person | None) -> None:
        self.app = app
        self.person = person
        self.client: FlaskClient = app.server.test_client()
        self.csrf = ""
        if person is not None:
            secret, self.csrf = sessions.start(store, person.id, timedelta(hours=12))
            self.client.set_cookie(auth.SESSION_COOKIE, secret)
            self.client.set_cookie(auth.CSRF_COOKIE, self.csrf)

    def get(self, path: str, **given: Any) -> TestResponse:
        return self.client.get(path, **given)

    def post(self, path: str, body: Any = None, **given: Any) -> TestResponse:
        """Post JSON the way our own pages do."""
        headers = {auth.CSRF_HEADER: self.csrf, **given.pop("headers", {})}
        return self.client.post(path, json=body, headers=headers, **given)

    def callback(
        self, output: str, values: Mapping[str, Any] | None = None, changed: str | None = None
    ) -> TestResponse:
        """Call the server callback with this ``output`` key of ``app.callback_map``.

        ``values`` gives inputs and states by ``"id.property"``; what is not given is null. ``changed`` is the
        input that triggered it (the first one, unless given).
        """
        entry = self.app.callback_map[output]
        values = dict(values or {})
        inputs, state = entry["inputs"], entry["state"]
        body = {
            "output": output,
            "outputs": outputs_of(output),
            "inputs": [_given(one, values) for one in inputs],
            "state": [_given(one, values) for one in state],
            "changedPropIds": [changed] if changed else [_name(one) for one in inputs[:1]],
        }
        return self.post("/_dash-update-component", body)

    def page(self, path: str, search: str = "") -> TestResponse:
        """What the page at ``path`` shows: its layout, as JSON."""
        output = next(key for key in self.app.callback_map if auth.PAGES_CALLBACK in key)
        location = {"_pages_location.pathname": path, "_pages_location.search": search}
        return self.callback(output, location, "_pages_location.pathname")


def outputs_of(output: str) -> Any:
    """The ``outputs`` field that the renderer sends along with an output key."""
    if output.startswith("..") and output.endswith(".."):
        return [_split(one) for one in output[2:-2].split("...")]
    return _split(output)


def _split(key: str) -> dict[str, Any]:
    name, _, prop = key.rpartition(".")
    return {"id": json.loads(name) if name.startswith("{") else name, "property": prop}


def _name(one: Mapping[str, Any]) -> str:
    return f"{one['id']}.{one['property']}"


def _given(one: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    name = one["id"]
    found = {"id": json.loads(name) if name.startswith("{") else name, "property": one["property"]}
    return {**found, "value": values.get(_name(one))}
