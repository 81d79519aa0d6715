"""One folder a vendor: everything in it, nothing outside it."""

from pathlib import Path

import pytest

from ingest.vendors import registry
from tests.vendors.library import cases

VENDORS = Path(registry.__file__).parent
GUIDE = Path(__file__).parents[2] / "docs" / "vendors.md"
slugs = pytest.mark.parametrize("slug", registry.all_slugs())


def test_every_folder_is_registered() -> None:
    folders = {path.parent.name for path in VENDORS.glob("*/parse.py")}
    assert folders == set(registry.all_slugs())


@slugs
def test_a_vendor_is_called_what_its_folder_is_called_and_loaded_once(slug: str) -> None:
    vendor = registry.get(slug)
    assert vendor.slug == slug
    assert vendor.label
    assert vendor.capabilities
    assert registry.get(slug) is vendor


def test_an_unknown_vendor_is_no_vendor() -> None:
    with pytest.raises(KeyError):
        registry.get("no-such-vendor")


@slugs
def test_the_readme_tells_what_an_administrator_needs(slug: str) -> None:
    readme = (VENDORS / slug / "README.md").read_text("utf-8")
    headings = {line.removeprefix("## ") for line in readme.splitlines() if line.startswith("## ")}
    assert {"Set-up", "Can do", "Oddities", "Not proved"} <= headings
    for capability in registry.get(slug).capabilities:
        assert f"`{capability}`" in readme


@slugs
def test_the_guide_lists_it(slug: str) -> None:
    assert f"ingest/vendors/{slug}/README.md" in GUIDE.read_text("utf-8")


@slugs
def test_it_has_deliveries(slug: str) -> None:
    assert len(cases(slug)) >= 10


@slugs
def test_no_other_room_names_it(slug: str) -> None:
    # "open" and other plain words would be found everywhere; a vendor's import path would not.
    root = VENDORS.parents[1]
    for room in ("dashapp", "ingest", "models", "simulator"):
        for path in (root / room).rglob("*.py"):
            if VENDORS in path.parents:
                continue
            assert f"vendors.{slug}" not in path.read_text("utf-8"), path
