"""The OpenAPI document: valid, complete, and true of what the API answers."""

from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from ingest.api.doors import DOORS
from ingest.api.openapi import OPERATIONS, document
from ingest.vendors.open.words import canonical
from ingest.webhooks import doors as webhooks
from models.store.api_keys import SCOPES
from models.store.base import Store
from tests.cast import Cast
from tests.databases import Clock
from tests.ingest.api.calling import URL, Caller, make_app
from tests.ingest.api.rows import add_call, add_entry

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return document(URL)


def _faults(spec: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    checker = OAS31Validator({**schema, "components": spec["components"]})
    return [str(error) for error in checker.iter_errors(value)]


def _contents(spec: dict[str, Any]):
    for path, item in spec["paths"].items():
        for method in ("get", "post"):
            said = item.get(method)
            if said is None:
                continue
            for status, answer in said["responses"].items():
                for kind, content in answer.get("content", {}).items():
                    yield f"{method} {path} {status} {kind}", content
            for kind, content in said.get("requestBody", {}).get("content", {}).items():
                yield f"{method} {path} body {kind}", content


def test_it_is_openapi_3_1(spec: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(spec).validate()
    assert spec["openapi"].startswith("3.1")


@ON_SQLITE
def test_it_is_served_to_anybody(store: Store, spec: dict[str, Any]) -> None:
    answer = Caller(make_app(store), None).get("/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.json == spec
    assert answer.json["servers"] == [{"url": URL}]


@ON_SQLITE
def test_every_route_is_in_it(store: Store, spec: dict[str, Any]) -> None:
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in make_app(store).url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint not in {"api.openapi", "api.nothing"}
        for method in rule.methods or ()
        if method != "HEAD"
    }
    described = {(path, method) for path, item in spec["paths"].items() for method in item}
    assert routes == {(path, method) for path, method in described if path.startswith("/api/")}
    assert {path for path, _ in described if not path.startswith("/api/")} == {
        f"/webhooks/v1/{{token}}/{word}" for door in DOORS for word in door.words
    }


def test_every_example_fits_its_schema(spec: dict[str, Any]) -> None:
    seen = 0
    for where, content in _contents(spec):
        if "example" in content:
            assert _faults(spec, content["schema"], content["example"]) == [], where
            seen += 1
        elif "problem" not in where and "401" not in where and "503" not in where:
            raise AssertionError(f"{where} has no example")
    assert seen > 20


def test_operations_have_distinct_names_and_say_their_scope(spec: dict[str, Any]) -> None:
    said = [item[m] for item in spec["paths"].values() for m in ("get", "post") if m in item]
    assert len({each["operationId"] for each in said}) == len(said)
    for operation in OPERATIONS:
        text = spec["paths"]["/api/v1" + operation.path][operation.method.lower()]["description"]
        assert f"`{operation.scope}`" in text


def test_the_doors_are_those_that_exist_and_take_what_is_said_of_them() -> None:
    for door in DOORS:
        kinds = {webhooks.DOORS[word] for word in door.words}
        assert len(kinds) == 1
        for name in door.says.model_fields:
            assert canonical(name) is not None, name
        assert set(door.example) <= set(door.says.model_fields)


def test_answers_are_what_it_says(
    store: Store, cast: Cast, clock: Clock, caller: Caller, spec: dict[str, Any]
) -> None:
    lead = cast.lead("+919876543210", owner=cast.asha, external_id="X", last_talk_at=clock.at)
    add_call(store, cast, "done", clock.at, lead, [{"person_id": None, "reason": "free"}], talk_seconds=9)
    add_call(store, cast, "live", clock.at, None, over=False, outcome=None, direction=None)
    for kind in ("missed", "pending"):
        add_entry(store, cast, lead, people=[cast.asha], kind=kind)
    asked = [
        ("get", "/calls", "/calls", None),
        ("get", "/calls", "/calls?limit=1", None),
        ("get", "/calls", "/calls?limit=0", None),
        ("get", "/missed", "/missed", None),
        ("get", "/pending", "/pending?state=all", None),
        ("get", "/leads/{lead_id}", f"/leads/{lead.id}", None),
        ("get", "/leads/{lead_id}", "/leads/999", None),
        ("get", "/leads", "/leads?external_id=X", None),
        ("post", "/leads/search", "/leads/search", {"phone": "9876543210"}),
        ("post", "/leads", "/leads", {"phone": "9876543210", "external_id": "Y"}),
        ("post", "/leads", "/leads", {"external_id": "Y"}),
        ("post", "/leads", "/leads", {"phone": "?"}),
        ("get", "/counselors", "/counselors", None),
        (
            "post",
            "/leads/{lead_id}/openings",
            f"/leads/{lead.id}/openings",
            {"counselor": "asha@example.org"},
        ),
    ]
    for method, path, address, body in asked:
        answer = caller.get(address) if method == "get" else caller.post(address, body)
        described = spec["paths"]["/api/v1" + path][method]["responses"][str(answer.status_code)]
        content = described["content"][answer.content_type]
        assert _faults(spec, content["schema"], answer.json) == [], address
        assert b"9876543210" not in answer.data


def test_the_page_about_the_api_names_every_operation_and_scope() -> None:
    page = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    for operation in OPERATIONS:
        assert f"| `{operation.method} /api/v1{operation.path}` | `{operation.scope}` |" in page
    for scope in SCOPES:
        assert f"| `{scope}` |" in page
