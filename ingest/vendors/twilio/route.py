"""Whom to dial, as TwiML."""

from xml.etree import ElementTree as ET

from ingest.contract import ConnectionInfo, RouteAnswer, RouteReply

_AT_ONCE = 10  # Twilio's limit of numbers in one <Dial>
_RING_SECONDS = 25
_EVENTS = "initiated ringing answered completed"
_BUSY = "All our counselors are busy at the moment. We will call you back soon."


def reply(answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
    """All seats ring together, the first to pick up talks; with nobody to ring, a sentence is read out.

    Settings of the connection: ``ring`` ("together" or "first": only the first seat), ``ring_seconds``,
    ``record``, ``busy_message``. Secret ``status_url``: our own status address (its token makes it one), which
    Twilio is asked to tell of each dialled leg.
    """
    settings = connection.settings
    response = ET.Element("Response")
    seats = [noun for seat in answer.to_ring if (noun := _noun(seat)) is not None]
    if not seats:
        ET.SubElement(response, "Say").text = str(settings.get("busy_message") or _BUSY)
        return _xml(response)
    dial = ET.SubElement(response, "Dial", timeout=str(_seconds(settings.get("ring_seconds"))))
    dial.set("answerOnBridge", "true")
    if answer.from_number:
        dial.set("callerId", answer.from_number)
    if settings.get("record"):
        dial.set("record", "record-from-answer-dual")
    for tag, address in seats[: 1 if settings.get("ring") == "first" else _AT_ONCE]:
        element = ET.SubElement(dial, tag)
        element.text = address
        if status_url := connection.secrets.get("status_url"):
            element.set("statusCallback", status_url)
            element.set("statusCallbackEvent", _EVENTS)
    return _xml(response)


def connect(lead: str, shown: str, told_at: str, connection: ConnectionInfo) -> str:
    """What the agent's leg of a call we placed does when the agent has picked up: it dials the lead."""
    response = ET.Element("Response")
    dial = ET.SubElement(response, "Dial", callerId=shown)
    if connection.settings.get("record"):
        dial.set("record", "record-from-answer-dual")
        dial.set("recordingStatusCallback", told_at)
    number = ET.SubElement(dial, "Number", statusCallback=told_at, statusCallbackEvent=_EVENTS)
    number.text = lead
    return ET.tostring(response, encoding="unicode")


def _noun(seat: str) -> tuple[str, str] | None:
    if seat.startswith("client:"):
        return "Client", seat.removeprefix("client:")
    if seat.startswith(("sip:", "sips:")):
        return "Sip", seat
    return ("Number", seat) if seat.startswith("+") else None


def _seconds(told: object) -> int:
    return told if isinstance(told, int) and 5 <= told <= 600 else _RING_SECONDS


def _xml(response: ET.Element) -> RouteReply:
    text = ET.tostring(response, encoding="unicode")
    return RouteReply('<?xml version="1.0" encoding="UTF-8"?>' + text, "text/xml")
