"""Ozonetel CloudAgent: call summaries, subscribed events and report rows, told apart by what they carry."""

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
from ingest.readings import word
from ingest.signatures import comes_from, same
from ingest.vendors.ozonetel import route
from ingest.vendors.ozonetel.console import SET_UP
from ingest.vendors.ozonetel.fields import Told, told
from ingest.vendors.ozonetel.realtime import call_event
from ingest.vendors.ozonetel.record import record

_OF_A_RECORD = frozenset(
    {
        "starttime",
        "endtime",
        "callduration",
        "talktime",
        "status",
        "dialstatus",
        "agentstatus",
        "agentdialstatus",
        "customerstatus",
        "customerdialstatus",
    }
)


class Ozonetel:
    """Ozonetel signs nothing. The token in the path is the proof; a list of addresses and the account's own key,
    which call summaries carry, may be asked for besides."""

    slug = "ozonetel"
    label = "Ozonetel"
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
        if allowed and not comes_from(delivery.remote, allowed):
            return False
        return not connection.settings.get("check_api_key") or _has_the_key(delivery, connection)

    def parse(self, delivery: Delivery, connection: ConnectionInfo) -> Parsed:
        reading = told(delivery, connection)
        fields = reading.fields
        if delivery.door is Door.ROUTE or ("event" in fields and "sid" in fields):
            return Parsed((), note="A step of the call flow.")
        kind = word(reading.text("eventtype") or "")
        if kind == "agent":
            return Parsed((), note="What an agent is doing: no call.")
        if kind == "call" or (not kind and "action" in fields):
            return call_event(reading, _call_id(reading), delivery)
        if kind:
            reading.puzzled("eventtype", reading.text("eventtype") or "")
            return Parsed((), tuple(reading.unknown), "An event of an unknown kind.")
        if _OF_A_RECORD & fields.keys():
            return record(reading, _call_id(reading), delivery)
        raise Unreadable("Neither a call summary nor an event: no status, no times, no eventType.")

    def question(self, delivery: Delivery, connection: ConnectionInfo) -> RouteQuestion:
        return route.question(told(delivery, connection), connection)

    def answer(self, answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
        return route.reply(answer, connection)


def _has_the_key(delivery: Delivery, connection: ConnectionInfo) -> bool:
    """Does a call summary carry the account's key? Events and the call flow's questions carry none."""
    try:
        reading = told(delivery, connection)
    except Unreadable:
        return True  # nothing can be read from it, and its bytes are kept for review
    key = reading.text("apikey", limit=400)
    if key is None:
        return not _OF_A_RECORD & reading.fields.keys() or "eventtype" in reading.fields
    matches = [same(key, live) for live in connection.live("api_key")]
    return any(matches)


def _call_id(reading: Told) -> str:
    """A call's id is ``monitorUCID``; the report calls it ``CallID``. ``UCID`` is one leg's."""
    found = reading.text("monitorucid", "callid")
    if found is None:
        raise Unreadable("There is no monitorUCID: the call cannot be told from others.")
    return found


VENDOR: Vendor = Ozonetel()
