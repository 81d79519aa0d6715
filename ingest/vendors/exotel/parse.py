"""Exotel: status callbacks, pop-ups, Passthru and campaigns, told apart by what they carry.

Its addresses are pasted by hand into flows and dashboards, so nothing depends on which of ours was used.
"""

from ingest.bodies import read
from ingest.contract import (
    Capability,
    ConnectionInfo,
    Delivery,
    Door,
    Parsed,
    RouteAnswer,
    RouteQuestion,
    RouteReply,
    Unreadable,
    Vendor,
)
from ingest.readings import Reading, word
from ingest.signatures import comes_from
from ingest.vendors.exotel import popup, records, route, status
from ingest.vendors.exotel.console import SET_UP
from ingest.vendors.exotel.passthru import passthru


class Exotel:
    """Exotel signs nothing. The token in the path is the proof, and, where set, a list of its addresses."""

    slug = "exotel"
    label = "Exotel"
    capabilities = frozenset(
        {
            Capability.POPUP,
            Capability.LOG,
            Capability.ROUTE,
            Capability.DIAL,
            Capability.PUSH_LIST,
            Capability.PULL_LOG,
            Capability.RECORDING,
        }
    )
    set_up = SET_UP

    def verify(self, delivery: Delivery, connection: ConnectionInfo) -> bool:
        allowed = connection.settings.get("allow_ips")
        return True if not allowed else comes_from(delivery.remote, allowed)

    def parse(self, delivery: Delivery, connection: ConnectionInfo) -> Parsed:
        reading = Reading(read(delivery), connection)
        if delivery.door is Door.ROUTE:
            return Parsed((), note="A routing question.")
        if delivery.door is Door.PULLED:
            return records.record(reading, delivery)
        return _told(reading, delivery)

    def question(self, delivery: Delivery, connection: ConnectionInfo) -> RouteQuestion:
        reading = Reading(read(delivery), connection)
        return RouteQuestion(
            reading.number("CallFrom", "From"), reading.number("CallTo", "To"), reading.text("CallSid")
        )

    def answer(self, answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
        return route.reply(answer, connection)


def _told(reading: Reading, delivery: Delivery) -> Parsed:
    told = reading.fields
    if "event_sid" in told or "event_name" in told:
        return Parsed((), note="An ExoML leg event: it names no call of this connection.")
    if "campaign_sid" in told:
        if "call_sid" not in told:
            return Parsed((), note="A campaign's progress: each of its calls is told by itself.")
        return status.campaign_call(reading, _call_id(reading, "call_sid"), delivery)
    if "event" in told or "call_sid" in told:
        return popup.softphone(reading, _call_id(reading, "call_sid"), delivery)
    if "CallState" in told:
        return popup.integration(reading, _call_id(reading, "CallSid"), delivery)
    if _is_applet_popup(reading):
        return popup.applet(reading, _call_id(reading, "CallSid"), delivery)
    if "CallFrom" in told or "CallType" in told or "DialCallStatus" in told:
        return passthru(reading, _call_id(reading, "CallSid"), delivery)
    if "Status" in told or "EventType" in told:
        return status.status(reading, _call_id(reading, "CallSid"), delivery)
    raise Unreadable("None of Exotel's kinds of message: no Status, CallType, CallState or event.")


def _is_applet_popup(reading: Reading) -> bool:
    if word(reading.text("EventType") or "") == "dial":
        return True
    told = reading.fields
    return "DialWhomNumber" in told and "Status" in told and "CallType" not in told


def _call_id(reading: Reading, name: str) -> str:
    found = reading.text(name)
    if found is None:
        raise Unreadable(f"There is no {name}: the call cannot be told from others.")
    return found


VENDOR: Vendor = Exotel()
