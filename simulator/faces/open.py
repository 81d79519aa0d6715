"""The open protocol's provider, asked to place a call (``POST /dial``) and for call records
(``GET /records?since=…&until=…&cursor=…``). Agents in ``agents`` of the keys (comma separated) are known; none: all.

The desk's records are call logs as the protocol posts them; ``call_started`` (ISO 8601) beside them says when the
call began, and is told to nobody.
"""

from datetime import datetime

from flask import Flask, Response, jsonify, request

from simulator.faces.desk import Declined, Desk

PAGE = 100


def make(desk: Desk) -> Flask:
    app = Flask("simulator.faces.open")
    _calls(app, desk)
    _records(app, desk)
    return app


def _calls(app: Flask, desk: Desk) -> None:
    @app.post("/dial")
    def dial() -> Response:
        key = desk.keys.get("dial_key")
        if key and request.headers.get("Authorization") != f"Bearer {key}":
            return _said(401, "no such key")
        order = request.get_json(force=True, silent=True) or {}
        agents = desk.keys.get("agents", "")
        if agents and order.get("agent_no") not in agents.split(","):
            return jsonify({"status": 0, "error": "Agent Details Not Found"})
        try:
            call_id = desk.taker(order) if desk.taker else None
        except Declined as declined:
            if declined.status >= 500:
                return _said(declined.status, declined.why)
            return jsonify({"status": 0, "error": declined.why})
        with desk.lock:
            desk.orders.append(order)
            call_id = call_id or f"o-{len(desk.orders)}"
        return jsonify({"status": 1, "call_id": call_id, "message": "call placed"})


def _records(app: Flask, desk: Desk) -> None:
    @app.get("/records")
    def records() -> Response:
        key = desk.keys.get("records_key")
        if key and request.headers.get("Authorization") != f"Bearer {key}":
            return _said(401, "no such key")
        if desk.too_many():
            return _said(429, "too many questions", {"Retry-After": "1"})
        try:
            since, until = (datetime.fromisoformat(request.args[name]) for name in ("since", "until"))
            place = int(request.args.get("cursor", "0"))
        except (KeyError, ValueError):
            return _said(400, "since, until or cursor cannot be read")
        with desk.lock:
            kept = list(desk.records)
        found = [
            {name: told for name, told in record.items() if name != "call_started"}
            for record in kept
            if since <= datetime.fromisoformat(str(record["call_started"])) < until
        ]
        onward = str(place + PAGE) if place + PAGE < len(found) else None
        return jsonify({"records": found[place : place + PAGE], "next": onward})


def _said(status: int, why: str, headers: dict[str, str] | None = None) -> Response:
    answer = jsonify({"error": why})
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer
