"""Ozonetel's API: agents dial, campaigns take lists, the call detail report is read by pages.

After docs.ozonetel.com (Agent Manual Dial with basic authentication, Add Campaign Bulk Data V4, Fetch CDR By
Pagination): a GET with a body, errors that come with status 200, two reports and five lists a minute.
``desk.keys``: ``api_key``, ``username``, ``campaign``, ``agents`` (comma separated), ``ready`` (those signed in).
"""

import json
from datetime import date, datetime
from typing import Any

from flask import Flask, Response, jsonify, request

from simulator.faces.desk import Desk

_MOST_ROWS = 500


def make(desk: Desk) -> Flask:
    app = Flask("ozonetel")
    _dialling(app, desk)
    _lists(app, desk)
    _reports(app, desk)

    @app.get("/recordings/<name>")
    def recording(name: str) -> Response | tuple[str, int]:
        audio = desk.recordings.get(name)
        return ("not found", 404) if audio is None else Response(audio, content_type="audio/mpeg")

    return app


def _dialling(app: Flask, desk: Desk) -> None:
    @app.post("/ca_apis/AgentManualDial")
    def dial() -> Response:
        asked = request.get_json(silent=True) or {}
        refused = _who(desk, request.headers.get("apiKey"), asked.get("userName"))
        if refused:
            return refused
        agent = asked.get("agentID")
        if agent not in desk.keys["agents"].split(","):
            return _said("Fail", "Please Pass Valid AgentId")
        if not asked.get("campaignName"):
            return _said("Fail", "Campaign name should not be null are empty")
        if asked["campaignName"] != desk.keys["campaign"]:
            return _said("Fail", "Please pass Valid Campaign Details")
        if agent not in desk.keys["ready"].split(","):
            return _said("Fail", "Agent is not available")
        desk.orders.append(asked)
        answer = {"status": "queued successfully"}
        if asked.get("UCID") == "true":
            answer["ucid"] = f"9000000000{len(desk.orders):06}"
        return jsonify(answer)


def _lists(app: Flask, desk: Desk) -> None:
    @app.post("/cloudAgentRestAPI/index.php/AddCampaignBulkDataV4/addBulkData/format/json")
    def add() -> Response:
        form = request.form
        if form.get("apiKey") != desk.keys["api_key"] or form.get("userName") != desk.keys["username"]:
            return _said("failure", "no user found")
        if desk.too_many():
            return _said("error", "Request limit exhausted")
        if not form.get("campaignName"):
            return _said("error", "please provide campaign details")
        try:
            bulk = json.loads(form.get("bulkData", ""))
            header, rows = bulk["map"], bulk["data"]
        except (ValueError, KeyError, TypeError):
            return _said("failure", "Please provide valid data")
        if len(rows) > _MOST_ROWS or "PhoneNumber" not in header:
            return _said("failure", "Please provide valid data")
        said = [_taken(desk, form["campaignName"], dict(zip(header, row, strict=True))) for row in rows]
        return jsonify({"message": said})


def _reports(app: Flask, desk: Desk) -> None:
    @app.get("/ca_reports/fetchCdrByPagination")
    def report() -> Response | tuple[Response, int]:
        asked = request.get_json(silent=True)
        if asked is None:
            return _said("false", "Invalid Json Pass Valid Json")
        if not request.headers.get("apiKey") or not asked.get("userName"):
            return _said("false", "Missing userName or apiKey"), 401
        if _who(desk, request.headers["apiKey"], asked["userName"]):
            return _said("false", "userName or apiKey is Invalid"), 401
        if desk.too_many():
            return _said("false", "Too many requests"), 429
        try:
            since, until = _moment(asked["fromDate"]), _moment(asked["toDate"])
        except (KeyError, ValueError):
            return _said(
                "fail", "Invalid fromDate format. Please pass the date in the format yyyy-MM-dd HH:mm:ss"
            )
        if since.date() != until.date():
            return _said("fail", "fromDate and toDate should be same")
        rows = [row for row in desk.records if since <= _started(row) <= until]
        size = int(request.args.get("pageSize", 100))
        first = (int(request.args.get("pageNo", 1)) - 1) * size
        if not rows:
            return _said("fail", "No Data Found")
        shown = rows[first : first + min(size, _MOST_ROWS)]
        return jsonify({"status": "success", "message": "success", "totalCount": len(rows), "details": shown})


def _who(desk: Desk, key: str | None, username: str | None) -> Response | None:
    if not key:
        return _said("false", "Api Key Should Not be Null or Empty.")
    if not username:
        return _said("false", "Username Should Not be Null or Empty.")
    if key != desk.keys["api_key"] or username != desk.keys["username"]:
        return _said("false", "Invalid User Details")
    return None


def _taken(desk: Desk, campaign: str, row: dict[str, str]) -> dict[str, Any]:
    if not row["PhoneNumber"].isdigit() or len(row["PhoneNumber"]) < 8:
        return {**row, "Status": "Invalid Number"}
    desk.lists.setdefault(campaign, []).append(row)
    return {"PhoneNumber": row["PhoneNumber"], "Status": "SuccessFully Updated"}


def _said(status: str, message: str) -> Response:
    return jsonify({"status": status, "message": message, "data": None})


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the vendor knows no zones


def _started(row: dict[str, Any]) -> datetime:
    day = date.fromisoformat(row["CallDate"])
    return datetime.combine(day, datetime.strptime(row["StartTime"], "%H:%M:%S").time())  # noqa: DTZ007
