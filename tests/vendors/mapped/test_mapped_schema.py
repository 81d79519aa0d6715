"""The published schema and the program accept the same documents."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from ingest.vendors.mapped.problems import Problem
from ingest.vendors.mapped.program import Program
from tests.vendors.library import cases
from tests.vendors.mapped.asking import mapping

DOCS = Path(__file__).parents[3] / "docs"
SCHEMA = Draft202012Validator(json.loads((DOCS / "mapping.schema.json").read_text("utf-8")))
GUIDE = [
    document
    for block in re.findall(r"```json\n(.*?)```", (DOCS / "mapping.md").read_text("utf-8"), re.S)
    if isinstance(document := json.loads(block), dict) and "version" in document
]
DELIVERED = [case.told["settings"]["mapping"] for case in cases("mapped") if case.told["settings"]]
LEG = {"each": "legs", "seat": "s", "answered": {"field": "a", "told": True}}


def both(document: Any) -> tuple[bool, bool]:
    """What the schema says, and the program."""
    try:
        Program(copy.deepcopy(document))
    except Problem:
        return SCHEMA.is_valid(document), False
    return SCHEMA.is_valid(document), True


def test_the_guide_has_documents() -> None:
    assert len(GUIDE) >= 3
    assert len(DELIVERED) > 15


SHORT = [
    mapping(rules=[{"legs": LEG}]),
    mapping(rules=[{"legs": [LEG]}]),
    mapping({"customer": ["a", {"path": "b"}], "outcome": "connected"}),
    mapping({"customer": {"path": "a", "remove_prefix": "00", "remove_suffix": "x", "nothing": "none"}}),
    mapping({"outcome": {"first": [{"when": {"field": "a", "told": True}, "stop": True}, "b"]}}),
    mapping({"outcome": {"const": None}, "seat": None}),
    mapping({"at": {"path": "a", "format": ["epoch_ms", "%d/%m/%Y %H:%M"]}}),
    mapping({"at": {"path": "a", "format": None}}),
    mapping(rules=[{"events": [{"kind": {"path": "k", "words": {"x": None}}}]}]),
    mapping(answers=[{"value": None}, {"body": None, "value": 1}, {"headers": {"Validation-Token": "{a}"}}]),
    mapping(proof=[{"kind": "digest", "secret": "k", "header": "x", "over": "{@body}{@secret}"}]),
]


@pytest.mark.parametrize("document", [*GUIDE, *SHORT])
def test_both_accept(document: Any) -> None:
    assert both(document) == (True, True), next(SCHEMA.iter_errors(document), None)


@pytest.mark.parametrize("document", DELIVERED)
def test_deliveries_are_read_alike(document: Any) -> None:
    told, ready = both(document)
    assert told is ready


BROKEN: list[Any] = [
    [],
    {},
    {"version": 2, "rules": [{"kind": "log"}]},
    {"version": 1, "rules": []},
    mapping(rulez=[]),
    mapping(rules=[{}]),
    mapping(rules=[{"kind": "lgo"}]),
    mapping(rules=[{"kind": "log", "ignore": "x"}]),
    mapping(rules=[{"kind": "log", "events": [{"kind": "log"}]}]),
    mapping(rules=[{"rules": [{"kind": "log"}], "legs": LEG}]),
    mapping(rules=[{"events": [{"kind": None}]}]),
    mapping(rules=[{"legs": {"each": "a", "seat": "b"}}]),
    mapping(rules=[{"legs": "legs"}]),
    mapping({"customer": {"paht": "x"}}),
    mapping({"customer": {"path": "x", "const": "y"}}),
    mapping({"customer": {}}),
    mapping({"customer": ""}),
    mapping({"customer": {"path": "x", "remove_prefix": 1}}),
    mapping({"at": {"path": "a", "format": "epoch"}}),
    mapping({"at": {"path": "a", "format": ["auto", "YYYY"]}}),
    mapping({"at": {"path": "a", "format": "%Q"}}),
    mapping({"talk_seconds": {"path": "a", "unit": "weeks"}}),
    mapping({"talk_seconds": {"between": ["a"]}}),
    mapping({"outcome": {"path": "a", "words": {"x": "conected"}}}),
    mapping({"extra": {"Not A Name": "x"}}),
    mapping({"customer": {"by_direction": {"sideways": "x"}}}),
    mapping(let={"Bad": "x"}),
    mapping(rules=[{"when": {"field": "a"}, "kind": "log"}]),
    mapping(rules=[{"when": {}, "kind": "log"}]),
    mapping(rules=[{"when": {"equals": "x"}, "kind": "log"}]),
    mapping(proof=[{"kind": "hmac", "secret": "k"}]),
    mapping(proof=[{"kind": "hmac", "secret": "k", "header": "x", "path": "y"}]),
    mapping(proof=[{"kind": "header", "header": "x"}]),
    mapping(proof=[{"kind": "field", "secret": "x"}]),
    mapping(proof=[{"kind": "ip"}]),
    mapping(proof=[{"kind": "basic", "secret": "k"}]),
    mapping(proof=[{"kind": "digest", "secret": "k", "header": "x"}]),
    mapping(proof=[{"kind": "digest", "secret": "k", "header": "x", "over": "{@body}"}]),
    mapping(answers=[{"body": "a", "value": 1}]),
    mapping(answers=[{"status": 302}]),
    mapping(answers=[{"headers": {"set-cookie": "a"}}]),
    mapping(answers=[{"headers": {"Proxy-Anything": "a"}}]),
    mapping(answers=[{"compute": {"m": {"kind": "hmac", "over": "a"}}, "body": "{$m}"}]),
    mapping(answers=[{"compute": {"m": {"kind": "digest", "over": "{@secret}"}}, "body": "{$m}"}]),
]


@pytest.mark.parametrize("document", BROKEN)
def test_both_refuse(document: Any) -> None:
    assert both(document) == (False, False)
