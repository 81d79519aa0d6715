"""``pytest tests/vendors --write-expected`` writes what the parsers say today; review the difference by eye."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-expected", action="store_true", help="rewrite the *.events.json files")
