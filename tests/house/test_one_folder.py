"""A vendor is one folder and one line in the registry: the reference vendor, taken away from its place and put in
under another name, works everywhere, and nothing in the house knows vendors one by one."""

import ast
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

import ingest.vendors
from ingest import intake
from ingest.vendors import registry
from ingest.webhooks import trial
from models.store.base import Store
from models.store.hooks import TokenBook
from models.tables.calls import call
from models.tables.telephony import delivery
from tests.cast import INDORE_DID, Cast, Person
from tests.dashapp.drawn import text
from tests.house.code import ROOT, name, python_files, tree
from tests.house.commands import Run
from tests.webapp import Visitor

REFERENCE, NOVEL = "open", "novel"
OURS = "mapped"
"""No provider but our own way to configure one: its document has a page and commands, which know it."""

MAY_NAME = ("ingest/vendors/", "simulator/", "dashapp/cli/demo/")


@pytest.fixture
def novel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """One folder, and one line. The folder stands elsewhere, so that nothing else can come with it."""
    folder = tmp_path / "vendors" / NOVEL
    shutil.copytree(ROOT / "ingest/vendors" / REFERENCE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in folder.glob("*.py"):
        said = path.read_text("utf-8").replace(f"ingest.vendors.{REFERENCE}", f"ingest.vendors.{NOVEL}")
        path.write_text(said.replace(f'slug = "{REFERENCE}"', f'slug = "{NOVEL}"'), "utf-8")
    monkeypatch.setattr(ingest.vendors, "__path__", [*ingest.vendors.__path__, str(tmp_path / "vendors")])
    monkeypatch.setattr(registry, "_VENDORS", (*registry._VENDORS, NOVEL))
    yield NOVEL
    registry.get.cache_clear()
    registry._client_module.cache_clear()
    for module in [each for each in sys.modules if each.startswith(f"ingest.vendors.{NOVEL}")]:
        del sys.modules[module]


def test_one_folder_and_one_line_are_enough(
    novel: str, run: Run, on: Store, cast: Cast, visit: Callable[[Person | None], Visitor]
) -> None:
    """Added by command, set up from its page, tested, heard, routed, replayed."""
    status, out, complained = run("connection", "add", "new-line", "--vendor", novel, "--label", "New line")
    assert (status, complained) == (0, "")
    token = out.split("/webhooks/v1/")[1].split("/")[0]
    assert run("connection", "seat", "new-line", cast.asha.email, "90000 00777")[0] == 0
    account = TokenBook(on).find(token)
    assert account

    page = text(visit(cast.dev).page(f"/providers/{account.id}").get_json())
    for address in registry.get(novel).set_up.addresses:
        assert address.where in page
    assert trial.send(on, registry.get(novel), intake.info(account)).events

    street = visit(None).client
    body = {
        "call_id": "n-1", "agent_no": "+919000000777", "applicant_no": "+919876543210", "did_no": INDORE_DID,
        "call_type": "inbound", "event": "ringing", "event_time": f"{on.now():%Y-%m-%d %H:%M:%S}",
    }  # fmt: skip
    deadline = time.monotonic() + 10  # a door may have looked at the tokens a second ago
    while (answer := street.post(f"/webhooks/v1/{token}/popup", json=body)).status_code == 401:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert answer.get_json()["accepted"] == "recorded"
    assert street.get(f"/webhooks/v1/{token}/route?applicant_no=9876543210").status_code == 200
    with on.read() as tx:
        [heard] = tx.execute(select(call).where(call.c.connection_id == account.id)).all()
        kept = tx.scalar(
            select(delivery.c.id).where(delivery.c.door == "popup", delivery.c.verdict == "recorded")
        )
    assert heard.direction == "inbound"
    assert run("replay", str(kept))[:2] == (0, "nothing new\n")
    shown = text(visit(cast.dev).page("/providers").get_json())
    assert "New line" in shown


def test_without_its_line_it_is_no_vendor(run: Run, on: Store) -> None:
    with pytest.raises(SystemExit):
        run("connection", "add", "x", "--vendor", NOVEL, "--label", "X")


def test_nobody_compares_a_vendor_with_a_name() -> None:
    """``if vendor == "…"`` in the house is a second place to touch; "open" is a word too, so it is looked for here
    and not as a word."""
    slugs = set(registry.all_slugs()) - {OURS}
    for path in python_files():
        if name(path).startswith(MAY_NAME):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                about = any("vendor" in ast.unparse(side) or "slug" in ast.unparse(side) for side in sides)
                named = {
                    value.value
                    for side in sides
                    for value in ast.walk(side)
                    if isinstance(value, ast.Constant)
                }
                assert not (about and named & slugs), f"{name(path)}:{node.lineno}"
            elif isinstance(node, ast.keyword) and node.arg in ("vendor", "slug"):
                given = node.value.value if isinstance(node.value, ast.Constant) else None
                assert given not in slugs, f"{name(path)}:{node.value.lineno}"
            elif isinstance(node, ast.Import | ast.ImportFrom):
                module = getattr(node, "module", "") or ""
                modules = [module, *(f"{module}.{alias.name}" for alias in node.names)]
                for each in modules:
                    assert not any(each.startswith(f"ingest.vendors.{slug}") for slug in slugs), (
                        f"{name(path)}:{node.lineno} imports {each}"
                    )
