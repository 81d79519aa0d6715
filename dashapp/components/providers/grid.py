"""Recent deliveries as a grid; a row opens in the inspector."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dash_ag_grid as dag
from dash.development.base_component import Component

from dashapp.components import words
from models.store.inspector import Listed

GRID = "providers-grid"

COLUMNS: tuple[dict[str, Any], ...] = (
    {
        "field": "received_at",
        "headerName": "Received",
        "cellRenderer": "CbReceived",
        "width": 132,
        "sort": "desc",
    },
    {
        "field": "connection",
        "headerName": "Connection",
        "cellRenderer": "CbQuiet",
        "flex": 2,
        "minWidth": 140,
    },
    {"field": "door", "headerName": "Door", "cellRenderer": "CbQuiet", "width": 100},
    {"field": "verdict", "headerName": "Verdict", "cellRenderer": "CbVerdict", "width": 136},
    {"field": "reason", "headerName": "Reason", "cellRenderer": "CbReason", "flex": 4, "minWidth": 160},
    {
        "field": "provider_call_id",
        "headerName": "Call",
        "cellRenderer": "CbQuietOrDash",
        "flex": 2,
        "minWidth": 130,
    },
    {
        "field": "events",
        "headerName": "Events",
        "type": "rightAligned",
        "cellClass": "ag-right-aligned-cell num",
        "width": 90,
    },
)


def grid(found: Sequence[Listed], now: datetime, zone: ZoneInfo) -> Component:
    return dag.AgGrid(
        id=GRID,
        rowData=rows(found, now, zone),
        columnDefs=list(COLUMNS),
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressMovable": True,
            "suppressHeaderMenuButton": True,
        },
        getRowId="params.data.key",
        className="ag-theme-callboard providers-grid",
        style={"height": None, "width": "100%"},
        dashGridOptions={
            "domLayout": "autoHeight",
            "rowHeight": 44,
            "headerHeight": 36,
            "animateRows": False,
            "suppressNoRowsOverlay": True,
            "suppressDragLeaveHidesColumns": True,
        },
    )


def rows(found: Sequence[Listed], now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    today = now.astimezone(zone).date()
    return [
        {
            "key": str(each.id),
            "received_at": each.received_at.isoformat(),
            "clock": _clock(each.received_at, today, zone),
            "full": words.full(each.received_at, zone),
            "connection": each.connection,
            "door": each.door,
            "verdict": each.verdict,
            "replayed": each.replayed_at is not None,
            "reason": each.reason,
            "provider_call_id": each.provider_call_id,
            "events": each.events,
        }
        for each in found
    ]


def _clock(at: datetime, today: Any, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    clock = f"{local:%H:%M:%S}"
    return clock if local.date() == today else f"{local.day} {local:%b} {clock}"
