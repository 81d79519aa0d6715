"""MyOperator's APIs: calls between an agent and a customer, the call log, links to recordings.

After support.myoperator.com and public integrations: a key in a header and a token in the body for calls (a used
reference is refused, and so are a user and a number together), a token as a parameter for logs, errors that come with
status 200. ``desk.keys``: ``company_id``, ``secret_token``, ``x_api_key``, ``public_ivr_id``, ``logs_token``, ``users``
(comma separated ids), ``anonymous`` ("1": agents may be dialled by number), ``recordings_at`` (where links lead).
"""

from typing import Any

from flask import Flask, Response, jsonify, request

from simulator.faces.desk import Desk

_MOST_ROWS = 100


def make(desk: Desk) -> Flask:
    app = Flask("myoperator")
    _calls(app, desk)
    _logs(app, desk)
    return app


def _calls(app: Flask, desk: Desk) -> None:
    @app.post("/obd-api-v1")
    def call() -> Response | tuple[Response, int]:
        asked = request.get_json(silent=True) or {}
        if request.headers.get("x-api-key") != desk.keys["x_api_key"]:
            return jsonify({"message": "Forbidden"}), 403
        if desk.too_many():
            return jsonify({"message": "Too Many Requests"}), 429
        refused = _refusal(desk, asked)
        if refused:
            return jsonify({"details": refused, "status": "error", "code": "403"}), 403
        desk.orders.append(asked)
        accepted = {"details": "Request accepted successfully", "status": "success", "code": "200"}
        return jsonify({**accepted, "unique_id": f"req-{len(desk.orders)}"})


def _logs(app: Flask, desk: Desk) -> None:
    @app.post("/search")
    def search() -> Response | tuple[Response, int]:
        asked = request.form
        if asked.get("token") != desk.keys["logs_token"]:
            return _unauthorized()
        if desk.too_many():
            return jsonify({"status": "error", "message": "Too many requests", "code": 429})
        since, until = int(asked.get("from", 0)), int(asked.get("to", 2**40))
        rows = [row for row in desk.records if since <= row["start_time"] <= until]
        first, size = int(asked.get("log_from", 0)), min(int(asked.get("page_size", 20)), _MOST_ROWS)
        hits = [{"user_id": "x", "_source": row} for row in rows[first : first + size]]
        return jsonify({"status": "success", "code": 200, "data": {"total": len(rows), "hits": hits}})

    @app.get("/recordings/link")
    def link() -> Response | tuple[Response, int]:
        if request.args.get("token") != desk.keys["logs_token"]:
            return _unauthorized()
        name = request.args.get("file", "")
        if name not in desk.recordings:
            return jsonify({"status": "error", "message": "File not found", "code": 404})
        at = desk.keys.get("recordings_at") or request.host_url.rstrip("/") + "/audio"
        return jsonify({"status": "success", "code": 200, "url": f"{at}/{name}?expires=86400"})

    @app.get("/audio/<name>")
    def audio(name: str) -> Response | tuple[str, int]:
        found = desk.recordings.get(name)
        return ("gone", 404) if found is None else Response(found, content_type="audio/mpeg")


def _refusal(desk: Desk, asked: dict[str, Any]) -> str:
    """Why a call is not placed; empty when it is."""
    keys = desk.keys
    if asked.get("company_id") != keys["company_id"] or asked.get("secret_token") != keys["secret_token"]:
        return "invalid company_id or secret_token"
    if asked.get("public_ivr_id") != keys["public_ivr_id"]:
        return "invalid public_ivr_id"
    if not str(asked.get("number", "")).startswith("+"):
        return "invalid number"
    if asked.get("reference_id") in [order.get("reference_id") for order in desk.orders]:
        return "duplicate reference_id"
    if ("user_id" in asked) == ("number_2" in asked):
        return "user_id and number_2 cannot be used together"
    if "user_id" in asked and asked["user_id"] not in keys["users"].split(","):
        return "invalid user_id"
    if "number_2" in asked and keys.get("anonymous") != "1":
        return "anonymous dialer is disabled"
    return ""


def _unauthorized() -> tuple[Response, int]:
    return jsonify({"status": "error", "message": "This not an authorized request", "code": 400}), 400
