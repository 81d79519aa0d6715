"""KooKoo, Ozonetel's call flow: whom to connect the caller with, as XML.

It asks again after each step. A question that follows a dialling must not be answered with another one, or an
agent who has just hung up is rung once more.
"""

from xml.etree import ElementTree as ET

import phonenumbers

from ingest.contract import ConnectionInfo, RouteAnswer, RouteQuestion, RouteReply
from ingest.readings import word
from ingest.vendors.ozonetel.fields import Told

_SKILL = "skill:"
_RING_SECONDS = 30


def question(reading: Told, connection: ConnectionInfo) -> RouteQuestion:
    """A new call's caller and number. A later step is answered here: there is nobody to choose any more."""
    event = word(reading.text("event") or "newcall")
    sid = reading.text("sid")
    if event == "newcall":
        return RouteQuestion(reading.number("cide164", "cid"), reading.number("callednumber"), sid)
    # Only a caller whom nobody answered is still waiting for somebody.
    waits = event == "dial" and word(reading.text("status") or "") == "not_answered"
    skill = _skill(connection) if waits else ""
    return RouteQuestion(None, None, sid, _step(f"{_SKILL}{skill}" if skill else "", connection))


def reply(answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
    """``<dial>`` for a telephone, ``<cctransfer>`` for a skill (``skill:admissions``), else ``<hangup>``.

    Settings of the connection: ``skill`` (who takes calls that nobody in particular should get), ``ring_seconds``
    (30), ``record`` (true). Agents who have no telephone number cannot be named: the skill gets the caller.
    """
    seat = next((seat for seat in answer.to_ring if seat.startswith(("+", _SKILL))), "")
    skill = _skill(connection)
    return _step(seat or (f"{_SKILL}{skill}" if skill else ""), connection)


def _step(seat: str, connection: ConnectionInfo) -> RouteReply:
    settings = connection.settings
    response = ET.Element("response")
    seconds = str(_seconds(settings.get("ring_seconds")))
    if seat.startswith(_SKILL):
        transfer = ET.SubElement(response, "cctransfer", record="", moh="default", uui="")
        transfer.set("timeout", seconds)
        transfer.set("ringType", "ring")
        transfer.text = seat.removeprefix(_SKILL)
    elif seat:
        dial = ET.SubElement(response, "dial", moh="default", timeout=seconds)
        dial.set("record", "true" if settings.get("record", True) else "false")
        dial.text = national(seat, connection.country)
    else:
        ET.SubElement(response, "hangup")
    text = ET.tostring(response, encoding="unicode")
    return RouteReply('<?xml version="1.0" encoding="UTF-8"?>' + text, "text/xml")


def _skill(connection: ConnectionInfo) -> str:
    return str(connection.settings.get("skill") or "")


def national(number: str, country: str) -> str:
    """A number as Ozonetel's examples write them: ten digits at home, country code and digits abroad."""
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    at_home = country in phonenumbers.region_codes_for_country_code(read.country_code or 0)
    return phonenumbers.national_significant_number(read) if at_home else number.removeprefix("+")


def _seconds(told: object) -> int:
    return told if isinstance(told, int) and 5 <= told <= 120 else _RING_SECONDS
