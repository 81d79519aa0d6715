"""Plivo's voice API, as its documents describe it: calls are fired, records are listed twenty at a time.

The desk's ``keys`` are ``auth_id`` and ``auth_token``; its records are call objects. Numbers in ``blocked`` of the
keys (comma separated) are refused as invalid destinations.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, jsonify, request

from simulator.faces.desk import Desk

LARGEST_PAGE = 20


def make(desk: Desk) -> Flask:
    app = Flask("simulator.faces.plivo")
    _door(app, desk)
    _calls(app, desk)
    _records(app, desk)
    return app


def _door(app: Flask, desk: Desk) -> None:
    @app.before_request
    def admit() -> Response | None:
        told, keys = request.authorization, desk.keys
        if told is None or (told.username, told.password) != (keys.get("auth_id"), keys.get("auth_token")):
            text = (
                "Could not verify your access level for that URL.\nYou have to login with proper credentials"
            )
            return Response(text, 401, {"WWW-Authenticate": 'Basic realm="Login Required"'})
        if desk.too_many():
            return _said(429, {"error": "rate limit exceeded"}, {"Retry-After": "2"})
        return None


def _calls(app: Flask, desk: Desk) -> None:
    @app.post("/v1/Account/<account>/Call/")
    def fire(account: str) -> Response:
        order = request.get_json(force=True, silent=True) or {}
        for name in ("from", "to", "answer_url"):
            if not order.get(name):
                return _said(400, {"error": f"{name} parameter not present"})
        if desk.keys.get("balance") == "0":
            return _said(402, {"error": "insufficient balance in the account"})
        if str(order["to"]) in desk.keys.get("blocked", "").split(","):
            return _said(400, {"error": f"to parameter is invalid: {order['to']}"})
        request_id = str(uuid.uuid4())
        with desk.lock:
            desk.orders.append({**order, "request_uuid": request_id})
        return _said(201, {"message": "call fired", "request_uuid": request_id})


def _records(app: Flask, desk: Desk) -> None:
    @app.get("/v1/Account/<account>/Call/")
    def listed(account: str) -> Response:
        try:
            limit, offset = int(request.args.get("limit", "20")), int(request.args.get("offset", "0"))
            since, until = (_utc(request.args[name]) for name in ("end_time__gte", "end_time__lt"))
        except (KeyError, ValueError):
            return _said(400, {"error": "a filter cannot be read"})
        if not 0 < limit <= LARGEST_PAGE:
            return _said(400, {"error": "limit must be between 1 and 20"})
        with desk.lock:
            found = [each for each in desk.records if since <= _utc(each["end_time"]) < until]
        found.sort(key=lambda each: _utc(each["end_time"]), reverse=True)
        more = offset + limit < len(found)
        meta = {
            "limit": limit,
            "offset": offset,
            "total_count": len(found),
            "next": f"/v1/Account/{account}/Call/?limit={limit}&offset={offset + limit}" if more else None,
            "previous": None,
        }
        return _said(200, {"meta": meta, "objects": found[offset : offset + limit]})

    @app.get("/v1/Account/<account>/Call/<call_id>/")
    def one(account: str, call_id: str) -> Response:
        with desk.lock:
            found = next((each for each in desk.records if each["call_uuid"] == call_id), None)
        return _said(200, found) if found else _said(404, {"error": "not found"})

    @app.get("/v1/Account/<account>/Recording/<name>")
    def recording(account: str, name: str) -> Response:
        sound = desk.recordings.get(name)
        return Response(sound, content_type="audio/mpeg") if sound else _said(404, {"error": "not found"})


def _said(status: int, what: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    answer = jsonify({"api_id": str(uuid.uuid4()), **what})
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer


def _utc(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
