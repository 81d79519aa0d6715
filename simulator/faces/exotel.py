"""Exotel's API, as its documents describe it: two numbers are connected, campaigns are made, call details are listed.

The desk's ``keys`` are ``api_key``, ``api_token``, ``account_sid`` and ``exophone`` (several: comma separated);
numbers in ``ndnc`` may not be
called. Its records are call details; the list leaves out ``Details``, one call asked for by itself has them.
"""

import re
import uuid
from typing import Any

from flask import Flask, Response, jsonify, request

from simulator.faces.desk import Declined, Desk

LARGEST_PAGE, LARGEST_CAMPAIGN = 100, 5000


def make(desk: Desk) -> Flask:
    app = Flask("simulator.faces.exotel")
    _door(app, desk)
    _calls(app, desk)
    _campaigns(app, desk)
    _records(app, desk)
    return app


def _door(app: Flask, desk: Desk) -> None:
    @app.before_request
    def admit() -> Response | None:
        told, keys = request.authorization, desk.keys
        if told is None or (told.username, told.password) != (keys.get("api_key"), keys.get("api_token")):
            return _exception(401, "Authenticate")
        account = (request.view_args or {}).get("account")
        if account is not None and account != keys.get("account_sid"):
            return _exception(404, "Not Found")
        if desk.too_many():
            return _exception(429, "Too Many Requests", {"Retry-After": "3"})
        return None


def _calls(app: Flask, desk: Desk) -> None:
    @app.post("/v1/Accounts/<account>/Calls/connect.json")
    def connect(account: str) -> Response:
        order = request.form.to_dict()
        for name in ("From", "To", "CallerId"):
            if not order.get(name):
                return _exception(400, f"Mandatory Parameter missing: {name}")
        if order["To"] in desk.keys.get("ndnc", "").split(","):
            return _exception(403, f"Call to {order['To']} cannot be made because of TRAI NDNC regulations")
        if order["CallerId"] not in desk.keys.get("exophone", "").split(","):
            return _exception(400, "CallerId is not an ExoPhone of this account")
        try:
            sid = desk.taker(order) if desk.taker else uuid.uuid4().hex
        except Declined as declined:
            return _exception(declined.status, declined.why)
        with desk.lock:
            desk.orders.append({**order, "Sid": sid})
        call = {"Sid": sid, "Status": "in-progress", "From": order["From"], "To": order["To"]}
        return jsonify({"Call": {**call, "PhoneNumberSid": order["CallerId"], "Direction": "outbound-api"}})


def _campaigns(app: Flask, desk: Desk) -> None:
    @app.post("/v2/accounts/<account>/campaigns")
    def create(account: str) -> Response:
        asked = request.get_json(force=True, silent=True) or {}
        campaign = (asked.get("campaigns") or [{}])[0]
        numbers = campaign.get("from") or []
        if not 0 < len(numbers) <= LARGEST_CAMPAIGN:
            return _item(400, "Invalid Parameter", "from must hold between 1 and 5000 numbers")
        if campaign.get("caller_id") != desk.keys.get("exophone"):
            return _item(400, "Invalid Parameter", "caller_id is not an ExoPhone of this account")
        sid = uuid.uuid4().hex
        with desk.lock:
            desk.lists.setdefault(str(campaign.get("url")), []).append({**campaign, "id": sid})
        return _item(200, "", "", {"id": sid, "status": "Created"})


def _records(app: Flask, desk: Desk) -> None:
    @app.get("/v1/Accounts/<account>/Calls.json")
    def listed(account: str) -> Response:
        span = re.fullmatch(r"gte:(.+);lte:(.+)", request.args.get("DateCreated", ""))
        size = int(request.args.get("PageSize", "50"))
        if span is None or not 0 < size <= LARGEST_PAGE:
            return _exception(400, "Invalid filter")
        with desk.lock:
            found = [each for each in desk.records if span[1] <= str(each["DateCreated"]) <= span[2]]
        found.sort(key=lambda each: str(each["DateCreated"]))
        after = request.args.get("After")
        start = next((place + 1 for place, each in enumerate(found) if each["Sid"] == after), 0)
        page = found[start : start + size]
        more = start + size < len(found)
        uri = f"/v1/Accounts/{account}/Calls.json?PageSize={size}&After={page[-1]['Sid']}" if more else None
        plain = [{name: told for name, told in each.items() if name != "Details"} for each in page]
        metadata = {"Total": len(found), "PageSize": size, "NextPageUri": uri}
        return jsonify({"Metadata": metadata, "Calls": plain})

    @app.get("/v1/Accounts/<account>/Calls/<sid>.json")
    def one(account: str, sid: str) -> Response:
        with desk.lock:
            found = next((each for each in desk.records if each["Sid"] == sid), None)
        if found is None:
            return _exception(404, "The requested resource was not found")
        if request.args.get("details") != "true":
            found = {name: told for name, told in found.items() if name != "Details"}
        return jsonify({"Call": found})


def _exception(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    answer = jsonify({"RestException": {"Status": status, "Message": message}})
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer


def _item(code: int, message: str, description: str, data: dict[str, Any] | None = None) -> Response:
    """Version 2 answers 200 whatever it thinks of the single item."""
    failed = {"code": 1001, "message": message, "description": description} if code != 200 else None
    item = {
        "code": code,
        "error_data": failed,
        "status": "failure" if failed else "success",
        "data": data,
    }
    return jsonify({"request_id": uuid.uuid4().hex, "method": "POST", "http_code": code, "response": [item]})
