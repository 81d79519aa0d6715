"""Mapping documents: every mistake is told by its place, none is an exception; and the published schema."""

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.contract import Door, Unreadable
from ingest.vendors.mapped import patterns, publishing, schema, shapes, telling, words
from ingest.vendors.mapped.problems import Problem
from ingest.vendors.mapped.program import Program
from tests.vendors.library import cases
from tests.vendors.mapped.asking import VENDOR, connection, delivery, mapping

PUBLISHED = Path(__file__).parents[3] / "docs" / "mapping.schema.json"
lightly = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_the_published_schema_is_this_one(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--write-expected", default=False):
        PUBLISHED.write_text(publishing.published(), "utf-8")
    assert PUBLISHED.read_text("utf-8") == publishing.published()


def test_every_field_is_described() -> None:
    models = [
        one
        for module in (shapes, words, telling, schema)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, shapes.Strict)
    ]
    missing = [
        f"{model.__name__}.{name}"
        for model in models
        for name, field in model.model_fields.items()
        if not field.description and not (model is words.Word and name == "words")
    ]
    assert not missing


def problems(document: Any) -> list[str]:
    with pytest.raises(Problem) as found:
        Program(document)
    return found.value.lines


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ([], "$: a mapping is a JSON object"),
        ({}, "$.version: this is needed"),
        ({"version": 2, "rules": [{"kind": "log"}]}, "$.version: Input should be 1"),
        ({"version": 1, "rules": []}, "$.rules: "),
        (mapping(rulez=[]), "$.rulez: there is no such entry"),
        (mapping(rules=[{}]), "$.rules[0]: a rule needs one of"),
        (mapping(rules=[{"kind": "lgo"}]), "$.rules[0].kind"),
        (mapping({"customer": {"paht": "x"}}), "$.fields.customer.paht: there is no such entry"),
        (mapping({"customer": {"path": "x", "const": "y"}}), "$.fields.customer: only one of path, const"),
        (mapping({"customer": "a[b"}), "$.fields.customer.path: a [ is not closed"),
        (mapping({"customer": "$nobody"}), "$.fields.customer.path: there is no value $nobody"),
        (
            mapping({"customer": {"path": "a", "match": "(a+)+"}}),
            "$.fields.customer.match: a repetition inside",
        ),
        (mapping({"outcome": {"path": "a", "words": {"x": "conected"}}}), "$.fields.outcome.words.x: "),
        (
            mapping({"outcome": {"path": "a", "words": "nowhere"}}),
            "$.fields.outcome.words: there is no table",
        ),
        (
            mapping({"outcome": {"path": "a", "words": "t"}}, words={"t": {"x": "inbound"}}),
            "$.fields.outcome.words: 'x' stands for",
        ),
        (mapping({"at": {"path": "a", "zone": "Mars"}}), "$.fields.at.zone: "),
        (mapping({"at": {"path": "a", "format": "YYYY"}}), "$.fields.at.format: "),
        (mapping(rules=[{"when": {"field": "a"}, "kind": "log"}]), "$.rules[0].when: nothing is asked of a"),
        (mapping(rules=[{"when": {}, "kind": "log"}]), "$.rules[0].when: this condition tests nothing"),
        (mapping(rules=[{"when": {"equals": "x"}, "kind": "log"}]), "$.rules[0].when: equals needs field"),
        (mapping(proof=[{"kind": "hmac", "secret": "k"}]), "$.proof[0]: hmac needs either header or path"),
        (mapping(proof=[{"kind": "header", "header": "x"}]), "$.proof[0]: header needs secret"),
        (
            mapping(rules=[{"when": {"field": "a", "one_of": "nowhere"}, "kind": "log"}]),
            "$.rules[0].when.one_of: there is no list",
        ),
        (mapping(zone="Mars/Base"), "$.zone: "),
        (mapping({"customer": "@header.authorization"}), "$.fields.customer.path: credentials"),
        (mapping(let={"seat": "x"}), "$.let.seat: this is the name of a field"),
    ],
)
def test_a_mistake_is_told_by_its_place(document: Any, line: str) -> None:
    assert any(one.startswith(line) for one in problems(document)), problems(document)


def test_all_mistakes_are_told_at_once() -> None:
    assert len(problems(mapping({"customer": "a[", "did": "b[", "at": {"path": "x", "zone": "Mars"}}))) == 3


def test_bounds() -> None:
    assert "larger than" in problems(mapping(notes="x" * 300_000))[0]
    deep: Any = {"field": "a", "told": True}
    for _ in range(60):
        deep = {"no": deep}
    assert "nested deeper" in problems(mapping(rules=[{"when": deep, "kind": "log"}]))[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
DOCUMENTS = [case.told["settings"]["mapping"] for case in cases("mapped") if case.told["settings"]]
NAMES = sorted(
    {
        name
        for model in vars(shapes).values()
        if isinstance(model, type) and issubclass(model, shapes.Strict)
        for name in model.model_fields
    }
    | set(schema.Mapping.model_fields)
    | set(telling.Rule.model_fields)
)


@lightly
@given(document=JSON | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6))
def test_junk_is_a_clear_error(document: Any) -> None:
    lines = ["$"]
    try:
        Program(document)
    except Problem as problem:
        lines = problem.lines
    assert lines
    assert all(line.startswith("$") for line in lines)


@lightly
@given(data=st.data())
def test_a_spoiled_document_is_a_clear_error_or_still_works(data: st.DataObject) -> None:
    document = json.loads(json.dumps(data.draw(st.sampled_from(DOCUMENTS))))
    node: Any = document
    for _ in range(data.draw(st.integers(1, 8))):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.booleans()) or not isinstance(node[key], dict | list):
            node[key] = data.draw(
                JSON
                | st.sampled_from([{"path": "a", "match": "(x*)*"}, "$kind", "@body", "a[*]", {"first": []}])
            )
            break
        node = node[key]
    told = connection(document)
    heard = delivery({"id": "1", "status": "x", "event": "y", "data": {"id": 1}})
    VENDOR.verify(heard, told)
    VENDOR.acknowledge(heard, told, 1, "new")  # type: ignore[attr-defined]
    with suppress(Unreadable):
        VENDOR.parse(heard, told)


@lightly
@given(
    body=st.binary(max_size=300) | JSON.map(lambda told: json.dumps(told).encode("utf-8", "surrogatepass")),
    document=st.sampled_from(DOCUMENTS),
    door=st.sampled_from(Door),
)
def test_junk_bodies_are_unreadable_at_worst(body: bytes, document: Any, door: Door) -> None:
    heard, told = delivery(body, door=door, content_type=""), connection(document)
    VENDOR.verify(heard, told)
    VENDOR.acknowledge(heard, told, 1, "new")  # type: ignore[attr-defined]
    with suppress(Unreadable):
        VENDOR.parse(heard, told)
        VENDOR.question(heard, told)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|aa)*b",
        r"(\d*)*x",
        "a*a*a*a*b",
        r"(?=a)b",
        r"(a)\1",
        "[",
        "(a{1,200}){1,200}",
        "^.*?.*?.*?.{0,6}?x",
    ],
)
def test_patterns_that_could_take_long_are_refused(pattern: str) -> None:
    with pytest.raises(patterns.BadPattern):
        patterns.compiled(pattern)


@pytest.mark.parametrize(
    "pattern", [r"^PJSIP/(\w+)-", r"(\d+)", "v1=([0-9a-f]+)", "^(.*)@(.*)$", "a*a*b", "(?:ab){2}|cd?"]
)
def test_other_patterns_are_quick_on_any_text(pattern: str) -> None:
    ready = patterns.compiled(pattern)
    for text in ("a" * 5000, "1" * 5000, "@" * 5000, "ab" * 5000):
        begun = time.perf_counter()
        patterns.search(ready, text)
        assert time.perf_counter() - begun < 0.5


def test_a_changed_document_is_read_anew_and_the_same_one_once() -> None:
    first, second = mapping({"campaign": "a"}), mapping({"campaign": "b"})
    heard = delivery({"id": "1", "a": "x", "b": "y"})
    told = [
        VENDOR.parse(heard, connection(one)).events[0].campaign
        for one in (first, second, json.loads(json.dumps(first)))
    ]
    assert told == ["x", "y", "x"]
