"""The board itself: an AG Grid whose cells are drawn, sorted and kept live by ``assets/js``."""

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
from dash.development.base_component import Component

GRID = "boards-grid"

COLUMNS: tuple[dict[str, Any], ...] = (
    {
        "colId": "card",
        "headerName": "Entries",
        "cellRenderer": "CbBoardCard",
        "hide": True,
        "flex": 1,
        "sortable": False,
    },
    {"field": "direction", "headerName": "Direction", "cellRenderer": "CbDirection", "width": 122},
    {"field": "lead", "headerName": "Lead", "cellRenderer": "CbLead", "flex": 5, "minWidth": 180},
    {"field": "programme", "headerName": "Programme", "cellRenderer": "CbQuiet", "flex": 4, "minWidth": 130},
    {
        "colId": "rung",
        "headerName": "Who was rung",
        "cellRenderer": "CbRung",
        "width": 150,
        "sortable": False,
    },
    {
        "field": "raised_at",
        "headerName": "Age",
        "cellRenderer": "CbAge",
        "valueGetter": {"function": "callboardRaised(params)"},
        "width": 86,
        "type": "rightAligned",
        "comparator": {"function": "callboardOldestLast"},
        "sort": "desc",
        "sortingOrder": ["desc", "asc"],
    },
    {
        "field": "due_at",
        "headerName": "Call back by",
        "cellRenderer": "CbDue",
        "valueGetter": {"function": "callboardDue(params)"},
        "width": 130,
    },
    {"field": "tries", "headerName": "Tries", "cellRenderer": "CbTries", "width": 66, "type": "rightAligned"},
    {
        "field": "connection",
        "headerName": "Connection",
        "cellRenderer": "CbQuiet",
        "flex": 4,
        "minWidth": 150,
    },
    {
        "colId": "state",
        "headerName": "State",
        "cellRenderer": "CbState",
        "width": 208,
        "sortable": False,
    },
    {
        "colId": "call",
        "headerName": "",
        "headerTooltip": "Call",
        "cellRenderer": "CbCall",
        "width": 48,
        "sortable": False,
        "resizable": False,
    },
    {
        "colId": "more",
        "headerName": "",
        "cellRenderer": "CbMore",
        "width": 44,
        "sortable": False,
        "resizable": False,
    },
)


def grid(rows: Sequence[dict[str, Any]], *, calls: bool) -> Component:
    """The grid with its first rows. Later ones come as transactions, which keep scroll and focus. ``calls``: each row
    has a call button."""
    return dag.AgGrid(
        id=GRID,
        rowData=keyed(rows),
        columnDefs=[column for column in COLUMNS if calls or column.get("colId") != "call"],
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressMovable": True,
            "suppressHeaderMenuButton": True,
        },
        getRowId="params.data.key",
        className="ag-theme-callboard boards-grid",
        style={"height": None, "width": "100%"},
        dashGridOptions={
            "domLayout": "autoHeight",
            "rowHeight": 44,
            "headerHeight": 36,
            "animateRows": False,
            "suppressCellFocus": False,
            "suppressNoRowsOverlay": True,
            "suppressDragLeaveHidesColumns": True,
            "isFullWidthRow": {"function": "callboardIsDetail(params)"},
            "fullWidthCellRenderer": "CbEpisode",
            "getRowHeight": {"function": "callboardRowHeight(params)"},
            "postSortRows": {"function": "callboardDetailsFollow(params)"},
        },
        rowClassRules={
            "is-unfolded": {"function": "callboardIsUnfolded(params)"},
            "is-told-once": {"function": "callboardToldOnce(params)"},
            "is-told-again": {"function": "callboardToldAgain(params)"},
            "is-leaving": {"function": "callboardIsLeaving(params)"},
        },
    )


def keyed(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the key the grid knows them by (text, as the detail rows' keys are)."""
    return [{**row, "key": str(row["id"])} for row in rows]
