"""The boards as a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dashapp.components import csv_export, words

HEADS = (
    "Raised at ({zone})",
    "Call back by ({zone})",
    "Age (minutes)",
    "Kind",
    "Direction",
    "Reason",
    "Lead",
    "City",
    "Programme",
    "Stage",
    "Number (masked)",
    "Waits for",
    "Teams",
    "Lead's counselor",
    "Tries since",
    "Talked since",
    "DID",
    "Connection",
    "Campaign",
    "Entry",
    "Call",
)


def download(
    rows: Sequence[dict[str, Any]], kind: str, said: Sequence[str], now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """What ``dcc.Download`` takes. ``said`` are the filters in words."""
    stamp = now.astimezone(zone)
    about = [
        f"Callboard: {kind} calls still open, {words.plural(len(rows), 'row')}, as of {words.full(now, zone)}",
        f"Times in {zone}. " + ("; ".join(said) or "No filter"),
    ]
    heads = [head.format(zone=zone) for head in HEADS]
    return {
        "content": csv_export.document(about, heads, (_row(row, now, zone) for row in rows)),
        "filename": csv_export.file_name(kind, *said, f"{stamp:%Y-%m-%d-%H%M}", words.zone_name(now, zone)),
        "type": "text/csv",
    }


def _row(row: dict[str, Any], now: datetime, zone: ZoneInfo) -> list[Any]:
    raised = datetime.fromisoformat(row["raised_at"])
    return [
        _local(raised, zone),
        _local(datetime.fromisoformat(row["due_at"]), zone),
        int((now - raised).total_seconds() // 60),
        row["kind"],
        row["direction"],
        row["reason"].replace("_", " "),
        row["lead"],
        row["city"],
        row["programme"],
        row["stage"],
        row["mask"],
        ", ".join(each["name"] for each in row["counselors"]),
        ", ".join(each["name"] for each in row["teams"]),
        row["owner"],
        row["tries"],
        row["talked_since"],
        row["did"],
        row["connection"],
        row["campaign"],
        row["id"],
        row["call_id"],
    ]


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
