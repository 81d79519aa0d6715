"""Rules of the house that no linter knows."""

import ast
import re

import pytest

from ingest.vendors import registry
from tests.house.code import ROOT, asset_files, name, python_files, tree

LONGEST, LONGEST_TABLE = 300, 450


def test_only_the_configuration_reads_the_environment() -> None:
    readers = set()
    for path in python_files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv"):
                # a request has an environ too (WSGI); that one is no setting
                if ast.unparse(node.value) == "os":
                    readers.add(name(path))
            elif isinstance(node, ast.ImportFrom) and node.module in ("os", "dotenv"):
                readers |= {name(path)} if any("env" in alias.name for alias in node.names) else set()
            elif isinstance(node, ast.ClassDef) and any("BaseSettings" in ast.unparse(b) for b in node.bases):
                readers.add(name(path))
    assert readers == {"dashapp/config.py"}


def test_rules_are_told_what_time_it_is() -> None:
    forbidden = {"now", "utcnow", "today", "time", "monotonic", "urandom", "random", "uuid4"}
    for path in python_files("models/rules"):
        calls = [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
        used = {func.attr for func in calls if isinstance(func, ast.Attribute)} & forbidden
        modules = {
            alias.name
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert not modules & {"random", "os", "time", "secrets", "uuid"}, name(path)
        assert not used, f"{name(path)} calls {used}"


def test_no_moment_without_a_zone() -> None:
    """``datetime.now()`` without a zone, ``utcnow``, ``fromtimestamp`` without one."""
    for path in python_files():
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            where = f"{name(path)}:{node.lineno}"
            assert node.func.attr not in ("utcnow", "utcfromtimestamp"), where
            if node.func.attr == "now" and ast.unparse(node.func.value).endswith("datetime"):
                assert node.args or node.keywords, where
            if node.func.attr == "fromtimestamp":
                assert len(node.args) + len(node.keywords) > 1, where


WORDS = ("open", "mapped")
"""Slugs that are words of the language too: ``test_one_folder`` looks for those."""


@pytest.mark.parametrize("vendor", [slug for slug in registry.all_slugs() if slug not in WORDS])
def test_a_vendors_name_stands_in_its_folder_only(vendor: str) -> None:
    """Invariant 4. The simulator is the vendors' side; the demo institution names its lines."""
    allowed = (f"ingest/vendors/{vendor}/", "ingest/vendors/registry.py", "simulator/", "dashapp/cli/demo/")
    for path in [*python_files(), *asset_files(".js", ".css")]:
        if name(path).startswith(allowed) or not re.search(vendor, path.read_text("utf-8"), re.IGNORECASE):
            continue
        code = (
            ast.unparse(_without_docstrings(tree(path))) if path.suffix == ".py" else path.read_text("utf-8")
        )
        assert not re.search(vendor, code, re.IGNORECASE), f"{name(path)} names {vendor}"


def test_nothing_is_loaded_from_elsewhere() -> None:
    elsewhere = re.compile(r"https?://(?:cdn|unpkg|fonts\.g|ajax\.google|cdnjs|[a-z.]*jsdelivr|code\.jquery)")
    for path in [*python_files(), *asset_files(".js", ".css", ".html")]:
        assert not elsewhere.search(path.read_text("utf-8")), name(path)
    for path in asset_files(".css"):
        assert not re.search(r"@import\s|url\(\s*['\"]?https?:", path.read_text("utf-8")), name(path)


def test_colours_have_one_home() -> None:
    """A colour literal stands in the tokens and in the plotly template, nowhere else."""
    colour = re.compile(r"#(?:[0-9a-fA-F]{3,4}){1,2}\b|\b(?:rgb|rgba|hsl|hsla|oklch)\(")
    for path in python_files("dashapp"):
        if name(path) == "dashapp/theme.py":
            continue
        texts = [node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)]
        found = [text for text in texts if isinstance(text, str) and colour.search(text)]
        assert not found, f"{name(path)}: {found}"
    for path in asset_files(".css"):
        if "tokens" in path.name:
            continue
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        found = [line.strip() for line in text.splitlines() if colour.search(line.split("var(")[0])]
        assert not found, f"{name(path)}: {found}"


def test_no_script_is_written_in_python() -> None:
    """The content policy forbids inline scripts; Dash would turn a JS string into one."""
    for path in python_files("dashapp"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("clientside_callback"):
                assert not isinstance(node.args[0], ast.Constant), f"{name(path)}:{node.lineno}"


def test_no_file_is_too_long() -> None:
    """A stylesheet, or a table of cases in a test, may run on; code may not."""
    tests = [*(ROOT / "tests").rglob("*.py"), *asset_files(".css")]
    limits = dict.fromkeys([*python_files(), *asset_files(".js")], LONGEST) | dict.fromkeys(
        tests, LONGEST_TABLE
    )
    long = {
        name(path): lines
        for path, limit in limits.items()
        if (lines := len(path.read_text("utf-8").splitlines())) > limit and "versions" not in path.parts
    }
    assert not long, f"which two subjects does each hold? {long}"


def test_packages_are_empty() -> None:
    """A package's ``__init__`` holds nothing: what is imported says where it stands."""
    assert not [
        name(path) for path in python_files() if path.name == "__init__.py" and path.read_text().strip()
    ]


def test_an_exception_is_not_swallowed() -> None:
    for path in python_files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and len(node.body) == 1:
                broad = node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
                quiet = isinstance(node.body[0], ast.Pass | ast.Continue)
                assert not (broad and quiet), f"{name(path)}:{node.lineno}"


def _without_docstrings(module: ast.Module) -> ast.Module:
    copy = ast.parse(ast.unparse(module))
    for node in ast.walk(copy):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body[0] = ast.Pass()
    return copy
