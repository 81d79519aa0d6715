"""What can be set, called or measured is explained, and nothing is explained that is not there."""

import argparse
import re

from dashapp.cli import main as cli
from dashapp.config import Settings
from ingest.vendors import registry
from tests.house.code import ROOT
from tests.house.glossary import PATH, glossary


def test_every_setting_is_explained() -> None:
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    explained = {
        found
        for row in re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
        for found in re.findall(r"`(\w+)`", row)
    }
    names = {name for field in Settings.model_fields.values() for name in _names(field.validation_alias)}
    assert explained == names


def test_every_default_is_the_documented_one() -> None:
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    documented = dict(re.findall(r"^\| `(\w+)`[^|]*\| `([^`]*)` \|", text, re.MULTILINE))
    defaults = {_names(field.validation_alias)[0]: field.default for field in Settings.model_fields.values()}
    for name, shown in documented.items():
        if "HOST:PORT" in shown:
            continue
        default = defaults[name]
        assert shown == (str(default).lower() if isinstance(default, bool) else str(default)), name


def test_every_command_is_explained() -> None:
    text = (ROOT / "docs/commands.md").read_text("utf-8")
    for command, actions in commands().items():
        assert f"`{command}`" in text or any(f"`{command} {action}`" in text for action in actions), command
        for action in actions:
            assert f"`{command} {action}`" in text, f"{command} {action}"


def test_every_vendor_is_explained() -> None:
    text = (ROOT / "docs/vendors.md").read_text("utf-8")
    for slug in registry.all_slugs():
        assert f"ingest/vendors/{slug}/README.md" in text
        readme = ROOT / "ingest/vendors" / slug / "README.md"
        assert len(readme.read_text("utf-8")) > 500


def test_every_link_between_documents_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "ingest").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)} -> {link}"
        for page in pages
        for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]
    assert not broken


def commands() -> dict[str, list[str]]:
    """Every command and its actions."""
    return {name: list(_choices(parser)) for name, parser in _choices(cli.parser()).items()}


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _names(alias: object) -> list[str]:
    return [str(one) for one in getattr(alias, "choices", [alias])]


def test_every_metric_is_explained() -> None:
    assert PATH.read_text("utf-8") == glossary(), "run: python -m tests.house.glossary"
