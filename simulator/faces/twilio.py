"""Twilio's voice API, as its documents describe it: calls are created and queued, call resources listed newest first.

The desk's ``keys`` are ``account_sid``, ``auth_token`` and ``number`` (the only one calls may come from); its records
are call resources. Without instructions nothing is called.
"""

import uuid
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from flask import Flask, Response, jsonify, request

from simulator.faces.desk import Desk

LARGEST_PAGE = 1000


def make(desk: Desk) -> Flask:
    app = Flask("simulator.faces.twilio")
    _door(app, desk)
    _calls(app, desk)
    _records(app, desk)
    return app


def _door(app: Flask, desk: Desk) -> None:
    @app.before_request
    def admit() -> Response | None:
        told, keys = request.authorization, desk.keys
        if told is None or (told.username, told.password) != (
            keys.get("account_sid"),
            keys.get("auth_token"),
        ):
            return _error(401, 20003, "Authenticate")
        if desk.too_many():
            return _error(429, 20429, "Too Many Requests", {"Retry-After": "1"})
        return None


def _calls(app: Flask, desk: Desk) -> None:
    @app.post("/2010-04-01/Accounts/<account>/Calls.json")
    def create(account: str) -> Response:
        order: dict[str, Any] = {
            **request.form.to_dict(),
            "Events": request.form.getlist("StatusCallbackEvent"),
        }
        if not order.get("To"):
            return _error(400, 21201, "No 'To' number is specified")
        if order.get("From") != desk.keys.get("number"):
            return _error(
                400, 21212, f"The source phone number provided, {order.get('From')}, is not yet verified"
            )
        if order["To"].startswith("+") and len(order["To"]) < 10:
            return _error(400, 21211, f"The 'To' number {order['To']} is not a valid phone number.")
        if not str(order.get("Twiml", "")).startswith("<Response>"):
            return _error(400, 21204, "Twiml is not valid")
        sid = "CA" + uuid.uuid4().hex
        with desk.lock:
            desk.orders.append({**order, "sid": sid})
        said = jsonify({"sid": sid, "status": "queued", "direction": "outbound-api", "to": order["To"]})
        said.status_code = 201
        return said


def _records(app: Flask, desk: Desk) -> None:
    @app.get("/2010-04-01/Accounts/<account>/Calls.json")
    def listed(account: str) -> Response:
        size = min(int(request.args.get("PageSize", "50")), LARGEST_PAGE)
        page = int(request.args.get("Page", "0"))
        first, last = (
            datetime.fromisoformat(request.args[name]).date() for name in ("StartTime>", "StartTime<")
        )
        with desk.lock:
            found = [each for each in desk.records if first <= _start(each).date() <= last]
        found.sort(key=_start, reverse=True)
        onward = None
        if (page + 1) * size < len(found):
            query = f"StartTime%3E={first}&StartTime%3C={last}&PageSize={size}&Page={page + 1}&PageToken=PA1"
            onward = f"/2010-04-01/Accounts/{account}/Calls.json?{query}"
        calls = found[page * size : (page + 1) * size]
        return jsonify({"calls": calls, "page": page, "page_size": size, "next_page_uri": onward})

    @app.get("/2010-04-01/Accounts/<account>/Calls/<sid>.json")
    def one(account: str, sid: str) -> Response:
        with desk.lock:
            found = next((each for each in desk.records if each["sid"] == sid), None)
        return jsonify(found) if found else _error(404, 20404, f"The requested resource {sid} was not found")

    @app.get("/2010-04-01/Accounts/<account>/Recordings/<name>")
    def recording(account: str, name: str) -> Response:
        sound = desk.recordings.get(name)
        return Response(sound, content_type="audio/mpeg") if sound else _error(404, 20404, "not found")


def _start(call: dict[str, Any]) -> datetime:
    return parsedate_to_datetime(str(call["start_time"])).astimezone(UTC)


def _error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> Response:
    answer = jsonify({"code": code, "message": message, "status": status, "more_info": ""})
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer
