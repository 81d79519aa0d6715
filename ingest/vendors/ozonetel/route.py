"""KooKoo, Ozonetel's call flow: whom to connect the caller with, as XML.

It asks again after each step. A question that follows a dialling must not be answered with another one, or an
agent who has just hung up is rung once more.
"""

from xml.etree import ElementTree as ET

import phonenumbers

from ingest.contract import ConnectionInfo, RouteAnswer, RouteQuestion, RouteReply
from ingest.readings import word
from ingest.vendors.ozonetel.fields import Told

_AFTER = "after:"
_SKILL = "skill:"
_RING_SECONDS = 30


def question(reading: Told) -> RouteQuestion:
    """A new call's caller and number; of a later step only how it went."""
    event = word(reading.text("event") or "newcall")
    if event != "newcall":
        status = word(reading.text("status") or "")
        return RouteQuestion(None, None, f"{_AFTER}{event}:{status}"[:120])
    return RouteQuestion(
        reading.number("cide164", "cid"), reading.number("callednumber"), reading.text("sid")
    )


def reply(answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
    """``<dial>`` for a telephone, ``<cctransfer>`` for a skill (``skill:admissions``), else ``<hangup>``.

    Settings of the connection: ``skill`` (who takes calls that nobody in particular should get), ``ring_seconds``
    (30), ``record`` (true). Agents who have no telephone number cannot be named: the skill gets the caller.
    """
    settings = connection.settings
    response = ET.Element("response")
    after = answer.provider_call_id or ""
    skill = str(settings.get("skill") or "")
    seat = next((seat for seat in answer.to_ring if seat.startswith(("+", _SKILL))), "")
    if after.startswith(_AFTER):
        # Only a caller whom nobody answered is still waiting for somebody.
        seat = f"{_SKILL}{skill}" if skill and after.endswith("dial:not_answered") else ""
    elif not seat and skill:
        seat = f"{_SKILL}{skill}"
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
