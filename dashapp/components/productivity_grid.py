"""The table by counselor: figures right, bars beside them, the totals pinned below."""

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
from dash.development.base_component import Component

from dashapp.components import csv_export, numbers, words
from dashapp.components.productivity_cards import meaning
from models.rules.metrics import CATALOGUE, Unit
from models.rules.tally import Tally
from models.store.base import Rules
from models.store.productivity import Report, Row

GRID = "productivity-grid"
COLUMNS = (
    "attempts",
    "outbound",
    "campaign",
    "inbound_answered",
    "connected",
    "connect_rate",
    "talk_time",
    "avg_talk",
    "missed",
    "missed_open",
    "pending",
    "pending_open",
)
HEADS = {
    "connect_rate": "Human",
    "inbound_answered": "Inbound",
    "missed_open": "Open",
    "pending_open": "Open",
}
WIDTHS = {
    "attempts": 122,
    "outbound": 82,
    "campaign": 86,
    "inbound_answered": 108,
    "connected": 90,
    "connect_rate": 132,
    "talk_time": 84,
    "avg_talk": 78,
    "missed": 72,
    "missed_open": 62,
    "pending": 74,
    "pending_open": 76,
}
FILE_COLUMNS = (
    "attempts",
    "outbound",
    "campaign",
    "inbound_offered",
    "inbound_answered",
    "answer_rate",
    "connected",
    "network_answered",
    "human_connected",
    "connect_rate",
    "talk_time",
    "avg_talk",
    "missed",
    "missed_open",
    "pending",
    "pending_open",
)


def grid(report: Report, rules: Rules) -> Component:
    return dag.AgGrid(
        id=GRID,
        rowData=rows(report),
        columnDefs=_columns(rules),
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressMovable": True,
            "suppressHeaderMenuButton": True,
        },
        getRowId="params.data.key",
        className="ag-theme-callboard productivity-grid",
        style={"height": None, "width": "100%"},
        dashGridOptions=options(report),
        rowClassRules={"is-nobody": {"function": "callboardIsNobody(params)"}},
    )


def options(report: Report) -> dict[str, Any]:
    """The grid's options with the totals in them (they change with every window)."""
    return {
        "domLayout": "autoHeight",
        "rowHeight": 44,
        "headerHeight": 36,
        "animateRows": False,
        "tooltipShowDelay": 400,
        "suppressNoRowsOverlay": True,
        "suppressDragLeaveHidesColumns": True,
        "pinnedBottomRowData": [*nobodys(report), totals(report)],
    }


def rows(report: Report) -> list[dict[str, Any]]:
    """One dict a counselor; None is "no data". ``part`` scales the bar in the attempts cell."""
    people = [row for row in report.rows if row.person_id]
    most = max((row.tally.attempts for row in people), default=0)
    return [_row(row, most, report.total) for row in people]


def nobodys(report: Report) -> list[dict[str, Any]]:
    """What belongs to no counselor: pinned above the totals, so that sorting never mixes it in."""
    return [{**_row(row, 0, report.total), "nobody": True} for row in report.rows if not row.person_id]


def totals(report: Report) -> dict[str, Any]:
    counted = sum(1 for row in report.rows if row.person_id and not row.tally.empty)
    return {
        "key": "total",
        "person_id": None,
        "name": words.plural(counted, "counselor"),
        "total": True,
        **_values(report.total),
    }


def _row(row: Row, most: int, total: Tally) -> dict[str, Any]:
    return {
        "key": str(row.person_id),
        "person_id": row.person_id,
        "name": row.name,
        "initials": row.initials,
        "team": row.team,
        "part": row.tally.attempts / most if most else 0,
        "mark": total.connect_rate,
        **_values(row.tally),
    }


def _values(tally: Tally) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: None if tally.empty else tally.value(name) for name in (*COLUMNS, "inbound_offered")
    }
    values["text"] = {name: str(numbers.shown(name, values[name])) for name in COLUMNS}
    if values["inbound_offered"] is not None:
        values["text"]["inbound_answered"] = f"{tally.inbound_answered:,} / {tally.inbound_offered:,}"
    return values


def _columns(rules: Rules) -> list[dict[str, Any]]:
    name = {
        "field": "name",
        "headerName": "Counselor",
        "cellRenderer": "CbCounselor",
        "pinned": "left",
        "lockPinned": True,
        "width": 240,
        "sortingOrder": ["asc", "desc"],
    }
    return [name, *(_column(metric_id, rules) for metric_id in COLUMNS)]


def _column(metric_id: str, rules: Rules) -> dict[str, Any]:
    metric = CATALOGUE[metric_id]
    extra = (
        f" Shown as answered / rung. {meaning('inbound_offered', rules)}"
        if metric_id == "inbound_answered"
        else ""
    )
    column: dict[str, Any] = {
        "field": metric_id,
        "headerName": HEADS.get(metric_id, metric.label),
        "headerTooltip": f"{metric.label}: {meaning(metric_id, rules)}{extra}",
        "cellRenderer": "CbFigure",
        "cellRendererParams": {"bar": {"attempts": "part", "connect_rate": "mark"}.get(metric_id)},
        "type": "rightAligned",
        "flex": 1,
        "minWidth": WIDTHS[metric_id],
        "comparator": {"function": "callboardNothingLast"},
        "sortingOrder": ["desc", "asc"],
    }
    if metric_id == "attempts":
        column["sort"] = "desc"
    return column


def file_text(report: Report, about: Sequence[str]) -> str:
    """Every row and the totals. Times are in seconds and shares between 0 and 1, so that sheets can count on."""
    heads = ["Counselor", "Team", *(_head(name) for name in FILE_COLUMNS)]
    lines = [[row.name, row.team, *_cells(row.tally)] for row in report.rows]
    lines.append(["Total", "", *_cells(report.total)])
    versions = ", ".join(f"{name} v{CATALOGUE[name].version}" for name in FILE_COLUMNS)
    return csv_export.document([*about, f"Metrics: {versions}"], heads, lines)


def _head(metric_id: str) -> str:
    metric = CATALOGUE[metric_id]
    return f"{metric.label} (s)" if metric.unit is Unit.SECONDS else metric.label


def _cells(tally: Tally) -> list[float | None]:
    found = [None if tally.empty else tally.value(name) for name in FILE_COLUMNS]
    return [round(value, 4) if isinstance(value, float) else value for value in found]
