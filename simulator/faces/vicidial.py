"""Vicidial's APIs: text with HTTP 200, whatever it says.

``desk.keys``: ``user`` and ``pass``; ``agents`` who are logged in and ``users`` who exist, ``dnc`` numbers, comma
separated. ``desk.lists`` are its lists; ``desk.records`` its recordings (``start_time``, ``user``,
``recording_id``, ``lead_id``, ``location``, ``uniqueid``).
"""

from flask import Flask, Response, request

from simulator.faces.desk import Desk

_OWN = frozenset({"function", "source", "user", "pass"})


def make(desk: Desk) -> Flask:
    app = Flask(__name__)

    @app.route("/agc/api.php", methods=["GET", "POST"])
    def agent_api() -> Response:
        return _text(_login(desk) or _agent(desk))

    @app.route("/vicidial/non_agent_api.php", methods=["GET", "POST"])
    def non_agent_api() -> Response:
        wrong = _login(desk)
        if wrong:
            return _text(wrong)
        function = request.values.get("function")
        if function == "add_lead":
            return _text(_add_lead(desk))
        if function == "recording_lookup":
            return _text(_recordings(desk))
        return _text("ERROR: NO FUNCTION SPECIFIED")

    return app


def _text(said: str) -> Response:
    return Response(said + "\n", 200, content_type="text/html; charset=utf-8")


def _told(name: str) -> str:
    return request.values.get(name, "")


def _login(desk: Desk) -> str:
    """It repeats the password."""
    if (_told("user"), _told("pass")) == (desk.keys.get("user"), desk.keys.get("pass")):
        return ""
    return f"ERROR: Invalid Username/Password: |{_told('user')}|{_told('pass')}|BAD|"


def _agent(desk: Desk) -> str:
    if _told("function") != "external_dial":
        return "ERROR: NO FUNCTION SPECIFIED"
    agent, number = _told("agent_user"), _told("value")
    if not (number.isdigit() and len(number) >= 6):
        return f"ERROR: external_dial not valid - {number}|{_told('phone_code')}|{_told('search')}|{agent}"
    if agent not in desk.keys.get("users", "").split(","):
        return f"ERROR: no user found - {agent}"
    if agent not in desk.keys.get("agents", "").split(","):
        return f"ERROR: agent_user is not logged in - {agent}"
    if any(each["value"] == number and each["agent_user"] == agent for each in desk.orders):
        return f"ERROR: phone_number is already in this agents manual dial queue - {agent}|{number}"
    order = {name: text for name, text in request.values.items() if name not in _OWN}
    with desk.lock:
        desk.orders.append({**order, "in_address": request.query_string.decode()})
    return f"SUCCESS: external_dial function set - {number}|{agent}|{_told('phone_code')}|YES|NO|NO||1232020456|||"


def _add_lead(desk: Desk) -> str:
    number, list_id, user = _told("phone_number"), _told("list_id"), _told("user")
    if desk.keys.get("level") == "7":
        return f"ERROR: add_lead USER DOES NOT HAVE PERMISSION TO ADD LEADS TO THE SYSTEM - {user}|0"
    if not (number.isdigit() and 6 <= len(number) <= 16):
        return f"ERROR: add_lead INVALID PHONE NUMBER LENGTH - {number}|{user}"
    if _told("dnc_check") == "Y" and number in desk.keys.get("dnc", "").split(","):
        return f"ERROR: add_lead PHONE NUMBER IN DNC - {number}|{user}"
    there = desk.lists.setdefault(list_id, [])
    with desk.lock:
        if "DUPLIST" in _told("duplicate_check") and number in {lead["phone_number"] for lead in there}:
            return f"ERROR: add_lead DUPLICATE PHONE NUMBER IN LIST - {number}|{list_id}|8765444"
        there.append({name: text for name, text in request.values.items() if name not in _OWN})
        lead_id = 193_714 + len(there)
    said = f"SUCCESS: add_lead LEAD HAS BEEN ADDED - {number}|{user}|{list_id}|{lead_id}|-4"
    if _told("custom_fields") == "Y":
        said += f"\nNOTICE: add_lead CUSTOM FIELDS VALUES ADDED - {number}|{lead_id}|{list_id}"
    return said


def _recordings(desk: Desk) -> str:
    asked = {name: _told(name) for name in ("lead_id", "uniqueid") if _told(name)}
    found = [each for each in desk.records if all(str(each.get(k)) == v for k, v in asked.items())]
    if not asked:
        return f"ERROR: recording_lookup INVALID SEARCH PARAMETERS - {_told('user')}||||"
    if not found:
        return f"ERROR: recording_lookup NO RECORDINGS FOUND - {_told('user')}|||{_told('lead_id')}|"
    columns = ("start_time", "user", "recording_id", "lead_id", "location")
    return "\n".join("|".join(str(each[column]) for column in columns) for each in found)
