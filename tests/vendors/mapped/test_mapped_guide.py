"""The guide's examples become what the guide says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.vendors.library import _event
from tests.vendors.mapped.asking import parsed

GUIDE = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text("utf-8")
EXAMPLES = {
    section.split("\n", 1)[0]: re.findall(r"```\w+\n(.*?)```", section, re.S)
    for section in GUIDE.split("\n## Example: ")[1:]
}


def test_there_are_three() -> None:
    assert [len(blocks) for blocks in EXAMPLES.values()] == [3, 3, 3]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_becomes_what_the_guide_says(name: str) -> None:
    document, body, expected = EXAMPLES[name]
    found = [
        _event(one) for one in parsed(json.loads(document), body.strip().encode(), content_type="").events
    ]
    told: list[dict[str, Any]] = json.loads(expected)
    assert len(found) == len(told)
    for event, wanted in zip(found, told, strict=True):
        assert wanted.items() <= event.items()
