"""Files for spreadsheets: what is shown, all rows, with the zone and the filters named inside."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

BOM = "\ufeff"  # without it Excel reads UTF-8 as something else
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def document(about: Sequence[str], head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The text of the file. Lines of ``about`` stand first, each behind a ``#``; then heads, then rows.

    None is an empty cell, numbers stay numbers, and text that a spreadsheet would run as a formula is
    kept from it by an apostrophe.
    """
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    for line in about:
        writer.writerow([f"# {line}"])
    writer.writerow([cell(each) for each in head])
    writer.writerows([cell(each) for each in row] for row in rows)
    return out.getvalue()


def cell(value: Any) -> Any:
    """One cell, made harmless."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def file_name(*parts: str) -> str:
    """``missed-pune-2026-11-23-1405-IST.csv``: only letters every file system takes."""
    words = [re.sub(r"[^\w+]+", "-", part, flags=re.ASCII).strip("-") for part in parts]
    return "-".join(word for word in words if word)[:120] + ".csv"
