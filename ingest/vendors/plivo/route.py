"""Whom to dial, as Plivo XML."""

from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree as ET

from ingest.contract import ConnectionInfo, RouteAnswer, RouteReply

_RING_SECONDS = 25
_BUSY = "All our counselors are busy at the moment. We will call you back soon."


def reply(answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
    """All seats ring together, the first to pick up talks; with nobody to ring, a sentence is read out.

    Settings of the connection: ``ring`` ("together" or "first": only the first seat), ``ring_seconds``,
    ``record``, ``busy_message``. Secret ``status_url``: our own status address (its token makes it one), which
    Plivo is asked to tell of each dialled leg.
    """
    settings = connection.settings
    seats = [noun for seat in answer.to_ring if (noun := _noun(seat)) is not None]
    if not seats:
        response = ET.Element("Response")
        ET.SubElement(response, "Speak").text = str(settings.get("busy_message") or _BUSY)
        return _xml(response)
    if settings.get("ring") == "first":
        seats = seats[:1]
    return _dial(seats, answer.from_number, connection, {})


def connect(customer: str, did: str | None, intent: str, connection: ConnectionInfo) -> RouteReply:
    """The agent of a call we placed has picked up: dial the lead. ``intent`` is our reference of the call."""
    noun = _noun(customer)
    return _dial([noun] if noun else [], did, connection, {"intent": intent})


def told_at(status_url: str, query: dict[str, str], word: str = "status") -> str:
    """Our own address, as Plivo is to call it; ``word`` is the last part of its path."""
    parts = urlsplit(status_url)
    path = parts.path.rstrip("/").rpartition("/")[0] + "/" + word
    return urlunsplit(parts._replace(path=path, query=urlencode(query, quote_via=quote), fragment=""))


def _dial(
    seats: list[tuple[str, str]], shown: str | None, connection: ConnectionInfo, query: dict[str, str]
) -> RouteReply:
    response = ET.Element("Response")
    status_url = connection.secrets.get("status_url")
    told = told_at(status_url, query) if status_url else None
    if connection.settings.get("record"):
        record = ET.SubElement(response, "Record", recordSession="true", redirect="false", maxLength="14400")
        if told:
            record.set("callbackUrl", told)
    dial = ET.SubElement(response, "Dial", timeout=str(_seconds(connection.settings.get("ring_seconds"))))
    if shown:
        dial.set("callerId", shown.lstrip("+"))
    if told:
        dial.set("callbackUrl", told)
        dial.set("action", told)
        dial.set("redirect", "false")
    for tag, address in seats:
        ET.SubElement(dial, tag).text = address
    return _xml(response)


def _noun(seat: str) -> tuple[str, str] | None:
    if seat.startswith(("sip:", "sips:")):
        return "User", seat
    return ("Number", seat.lstrip("+")) if seat.startswith("+") else None


def _seconds(told: object) -> int:
    return told if isinstance(told, int) and 5 <= told <= 600 else _RING_SECONDS


def _xml(response: ET.Element) -> RouteReply:
    text = ET.tostring(response, encoding="unicode")
    return RouteReply('<?xml version="1.0" encoding="UTF-8"?>' + text, "text/xml")
