"""The vendored files are what they say they are, and every icon and token in use exists."""

import hashlib
import re

import pytest

from dashapp.components import document
from tests.house.code import ROOT, asset_files, python_files

VENDOR = ROOT / "assets/vendor"
CHECKED = re.findall(
    r"^([0-9a-f]{64})  (\S+/\S+)$", (VENDOR / "VENDORED.md").read_text("utf-8"), re.MULTILINE
)
ICON = re.compile(r"\bbi-([a-z0-9-]+)")


@pytest.mark.parametrize(("digest", "path"), CHECKED)
def test_a_vendored_file_is_unchanged(digest: str, path: str) -> None:
    assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == digest


def test_every_vendored_file_is_checked_and_licensed() -> None:
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    checked = {path for _, path in CHECKED}
    licences = {path for path in there if path.endswith("LICENSE")}
    assert there == checked | licences | {"VENDORED.md"}
    assert {path.split("/")[0] for path in checked} == {path.split("/")[0] for path in licences}


def test_what_the_document_links_is_there() -> None:
    for path in re.findall(r'(?:href|src)="/(assets/[^"?]+)', document.HEAD):
        assert (ROOT / path).is_file(), path


def test_every_icon_in_use_is_in_the_font() -> None:
    known = set(ICON.findall((VENDOR / "bootstrap-icons-1.13.2/bootstrap-icons.min.css").read_text("utf-8")))
    called = r"(?:icon|mark|chip|word|banner|empty|Look|Place)"
    tone = r'(?:"(?:connected|missed|pending|ringing|unknown|accent|outline|plain|quiet)", )?'
    named = re.compile(rf'{called}\({tone}"([a-z]+(?:-[a-z0-9]+)+)"')
    used = {}
    for path in [*python_files("dashapp"), *asset_files(".js")]:
        text = path.read_text("utf-8")
        for name in [*ICON.findall(text), *named.findall(text)]:
            used[name] = path.name
    assert len(used) > 20
    assert not {name: where for name, where in used.items() if name not in known}


def test_every_token_in_use_is_defined() -> None:
    sheets = {path: path.read_text("utf-8") for path in asset_files(".css")}
    defined = {name for text in sheets.values() for name in re.findall(r"(--[a-z0-9-]+)\s*:", text)}
    for path, text in sheets.items():
        unknown = set(re.findall(r"var\((--[a-z0-9-]+)\)", text)) - defined
        assert not {name for name in unknown if not name.startswith(("--bs-", "--ag-"))}, path.name
