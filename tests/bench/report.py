"""The table of figures, printed and put between the marks of docs/performance.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what, how much, what was asked, whether it was reached, and the raw values."""

    what: str
    found: str
    target: str
    reached: bool
    raw: str = ""


def table(rows: Sequence[Row], conditions: str, load: str) -> str:
    lines = [
        f"{conditions}. Load average while it ran: {load}.",
        "",
        "| figure | found | target | reached | raw |",
        "|---|---|---|---|---|",
        *(
            f"| {row.what} | **{row.found}** | {row.target} | {'yes' if row.reached else 'no'} | {row.raw} |"
            for row in rows
        ),
    ]
    return "\n".join(lines)


def write(text: str) -> None:
    """Raises ``ValueError`` when the page has lost its marks."""
    page = PAGE.read_text("utf-8")
    start, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    PAGE.write_text(f"{page[:start]}\n{text}\n{page[end:]}", "utf-8")
