"""The project's own source files, for tests that read them."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("dashapp", "ingest", "models", "simulator")


def python_files(*rooms: str) -> list[Path]:
    return sorted(path for room in rooms or ROOMS for path in (ROOT / room).rglob("*.py"))


def asset_files(*endings: str) -> list[Path]:
    """Our own css and js; what is vendored is somebody else's text."""
    return sorted(
        path
        for path in (ROOT / "assets").rglob("*")
        if path.suffix in endings and "vendor" not in path.parts and ".min." not in path.name
    )


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))
