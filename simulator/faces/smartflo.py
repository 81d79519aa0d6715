"""Smartflo's API: click-to-call, broadcast leads, call records, recordings.

``desk.keys``: ``token``; ``agents`` and ``dnd`` are comma separated digits; ``silent`` makes click-to-call answer
without a call id. ``desk.records`` are call records; ``desk.lists`` the lead lists there are.
"""

from typing import Any

from flask import Flask, Response, jsonify, request

from simulator.faces.desk import Desk

_LARGEST_PAGE = 100


def make(desk: Desk) -> Flask:
    app = Flask(__name__)

    @app.before_request
    def let_in() -> Response | tuple[Response, int] | None:
        if request.headers.get("Authorization") != f"Bearer {desk.keys.get('token', '')}":
            return jsonify({"success": False, "message": "Unauthenticated."}), 401
        if desk.too_many():
            # its rate limit page says "false" as a word
            answer = jsonify({"success": "false", "message": "Too Many Attempts."})
            answer.headers["Retry-After"] = "30"
            return answer, 429
        return None

    _calls(app, desk)
    _lists(app, desk)
    _records(app, desk)
    return app


def _calls(app: Flask, desk: Desk) -> None:
    @app.post("/v1/click_to_call")
    def click_to_call() -> Response | tuple[Response, int]:
        asked = request.get_json(silent=True) or {}
        wrong = _wrong(desk, asked)
        if wrong is not None:
            return wrong
        with desk.lock:
            desk.orders.append(asked)
            number = len(desk.orders)
        told: dict[str, Any] = {"success": True, "message": "Originate successfully queued"}
        told["ref_id"] = f"5c4113fa-538e-422b-8925-{number:012d}"
        if str(asked.get("get_call_id")) == "1" and "silent" not in desk.keys:
            told["call_id"] = f"1739257917.{number}"
        return jsonify(told)


def _lists(app: Flask, desk: Desk) -> None:
    @app.post("/v1/broadcast/lead/<list_id>")
    def add_lead(list_id: str) -> Response | tuple[Response, int]:
        asked = request.get_json(silent=True) or {}
        if list_id not in desk.lists:
            return jsonify({"success": False, "message": "Lead list not found"}), 404
        phone = str(asked.get("field_0", ""))
        if not (phone.isdigit() and 10 <= len(phone) <= 15):
            return jsonify({"field_0": ["The field_0 must be between 10 and 15 digits."]}), 422
        with desk.lock:
            there = desk.lists[list_id]
            if phone in {lead["field_0"] for lead in there} and asked.get("duplicate_option") == "skip":
                return jsonify({"success": False, "message": "Duplicate lead skipped"})
            there.append(asked)
        return jsonify({"success": True, "message": "Lead added successfully"})


def _records(app: Flask, desk: Desk) -> None:
    @app.get("/v1/call/records")
    def call_records() -> Response | tuple[Response, int]:
        asked = request.args
        page, limit = int(asked.get("page", 1)), min(int(asked.get("limit", 20)), _LARGEST_PAGE)
        begin, end = asked.get("from_date", ""), asked.get("to_date", "9999")
        found = [each for each in desk.records if begin <= f"{each['date']} {each['time']}" <= end]
        cut = found[(page - 1) * limit : page * limit]
        return jsonify({"count": len(found), "limit": limit, "size": len(cut), "page": page, "results": cut})

    @app.get("/file/recording")
    def recording() -> Response:
        found = desk.recordings.get(request.args.get("callId", ""))
        return Response(found or b"", 200 if found else 404, content_type="audio/mpeg")


def _wrong(desk: Desk, asked: dict[str, Any]) -> Response | tuple[Response, int] | None:
    if str(asked.get("async")) != "1":
        return jsonify({"success": False, "message": "Sync requests are no longer supported"}), 400
    destination = str(asked.get("destination_number", ""))
    if not (destination.isdigit() and 10 <= len(destination) <= 15):
        return jsonify(
            {"destination_number": ["The destination number must be between 10 and 15 digits."]}
        ), 422
    if asked.get("agent_number") not in desk.keys.get("agents", "").split(","):
        return jsonify({"success": False, "message": "Please provide a valid agent number 0602000000009"})
    if asked.get("agent_number") in desk.keys.get("offline", "").split(","):
        return jsonify({"success": False, "message": "Agent is offline"})
    if destination in desk.keys.get("dnd", "").split(","):
        return jsonify({"success": False, "message": f"{destination} is registered in DND"})
    return None
