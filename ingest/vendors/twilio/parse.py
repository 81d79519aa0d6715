"""Twilio: the voice webhook, status callbacks of every leg, and recordings; all of it signed."""

from ingest.bodies import form_pairs, read
from ingest.contract import (
    CallEvent,
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
from ingest.signatures import url_form_signed
from ingest.vendors.twilio import legs, records, route
from ingest.vendors.twilio.console import SET_UP
from ingest.vendors.twilio.words import customer
from models.rules.call import Kind


class Twilio:
    """Twilio signs every request with the account's auth token (secret ``auth_token``, and the one before it while
    it is being rotated)."""

    slug = "twilio"
    label = "Twilio"
    capabilities = frozenset(
        {
            Capability.POPUP,
            Capability.LOG,
            Capability.ROUTE,
            Capability.DIAL,
            Capability.PULL_LOG,
            Capability.RECORDING,
            Capability.SIGNED,
        }
    )
    set_up = SET_UP

    def verify(self, delivery: Delivery, connection: ConnectionInfo) -> bool:
        params: list[tuple[str, str]] = []
        if delivery.method == "POST" and "json" not in delivery.content_type.lower():
            try:
                params = form_pairs(delivery.body)
            except Unreadable:
                return False
        given = delivery.headers.get("x-twilio-signature", "")
        fits = [
            url_form_signed(token, delivery.url, given, params=params, body=delivery.body)
            for token in connection.live("auth_token")
        ]
        return any(fits)

    def parse(self, delivery: Delivery, connection: ConnectionInfo) -> Parsed:
        reading = Reading(read(delivery), connection)
        if delivery.door is Door.PULLED:
            return records.record(reading, delivery, not connection.settings.get("lead_first"))
        call_id = reading.text("CallSid")
        if call_id is None:
            raise Unreadable("There is no CallSid: the call cannot be told from others.")
        if "RecordingStatus" in reading.fields or "RecordingSid" in reading.fields:
            return _recording(reading, call_id, delivery)
        parent_id = reading.text("ParentCallSid")
        ours = reading.text("intent") is not None  # our own calls carry our reference in their addresses
        if parent_id is not None and ours:
            event = legs.lead_dialled(reading, delivery, call_id, parent_id)
        elif parent_id is not None:
            event = legs.dialled(reading, delivery, call_id, parent_id)
        elif reading.text("DialCallStatus") is not None:
            event = legs.dial_ended(reading, delivery, call_id)
        else:
            event = legs.first(reading, delivery, call_id, ours)
        return Parsed((event,), tuple(reading.unknown))

    def question(self, delivery: Delivery, connection: ConnectionInfo) -> RouteQuestion:
        reading = Reading(read(delivery), connection)
        return RouteQuestion(
            customer(reading, "From"), reading.number("To", "Called"), reading.text("CallSid")
        )

    def answer(self, answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
        return route.reply(answer, connection)


def _recording(reading: Reading, call_id: str, delivery: Delivery) -> Parsed:
    status = word(reading.text("RecordingStatus") or "completed")
    url = reading.text("RecordingUrl", limit=2000)
    if status != "completed" or url is None:
        return Parsed((), note="A recording that cannot be played (yet).")
    event = CallEvent(
        provider_call_id=call_id,
        kind=Kind.RECORDING,
        received_at=delivery.received_at,
        at=reading.moment("Timestamp"),
        recording=url,
    )
    return Parsed((event,), tuple(reading.unknown))


VENDOR: Vendor = Twilio()
