"""Plivo: the answer, ring and hang-up requests, dialled legs, recordings, and call detail records; all of it signed."""

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
from ingest.readings import Reading
from ingest.vendors.plivo import legs, records, route, sealing, signing, words
from ingest.vendors.plivo.console import SET_UP
from models.rules.call import Kind

_NUMBERS = ("From", "To", "DialBLegFrom", "DialBLegTo", "from_number", "to_number")
_UTC = "UTC"


class Plivo:
    """Plivo signs every request with the account's auth token (secret ``auth_token``, and the one before it while
    it is being rotated)."""

    slug = "plivo"
    label = "Plivo"
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
        tokens, told = connection.live("auth_token"), delivery.headers
        nonce = told.get("x-plivo-signature-v3-nonce", "")
        signatures = ",".join(
            told[name] for name in ("x-plivo-signature-v3", "x-plivo-signature-ma-v3") if told.get(name)
        )
        if signatures:
            if delivery.body and delivery.method != "POST":
                return False  # nothing vouches for this body
            try:
                params = form_pairs(delivery.body)
            except Unreadable:
                return False
            if delivery.body and not params:
                return False
            return signing.signed_v3(tokens, delivery.method, delivery.url, nonce, signatures, params)
        if connection.settings.get("allow_v2"):
            nonce = told.get("x-plivo-signature-v2-nonce", "")
            return signing.signed_v2(tokens, delivery.url, nonce, told.get("x-plivo-signature-v2", ""))
        return False

    def parse(self, delivery: Delivery, connection: ConnectionInfo) -> Parsed:
        reading = _reading(delivery, connection)
        if delivery.door is Door.PULLED:
            return records.record(reading, delivery, not connection.settings.get("lead_first"))
        call_id = reading.text("DialALegUUID", "ALegUUID", "CallUUID")
        if call_id is None:
            raise Unreadable("There is no CallUUID: the call cannot be told from others.")
        if reading.text("RecordUrl") is not None:
            return Parsed((_recording(reading, call_id, delivery),), tuple(reading.unknown))
        if reading.text("DialAction") is not None:
            return legs.dialled(reading, delivery, call_id)
        if reading.text("DialStatus") is not None:
            return legs.dial_ended(reading, delivery, call_id)
        return legs.first(reading, delivery, call_id)

    def question(self, delivery: Delivery, connection: ConnectionInfo) -> RouteQuestion:
        reading = _reading(delivery, connection)
        call_id = reading.text("ALegUUID", "CallUUID")
        intent = reading.text("intent")
        if intent is not None:
            return RouteQuestion(None, None, call_id, reply=_connect(reading, intent, connection))
        return RouteQuestion(reading.number("From"), reading.number("To"), call_id)

    def answer(self, answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
        return route.reply(answer, connection)


def _connect(reading: Reading, intent: str, connection: ConnectionInfo) -> RouteReply:
    """What the agent's leg of a call we placed is answered: the lead's number came along in the address, sealed."""
    told = reading.text("dial", limit=400) or ""
    for token in connection.live("auth_token"):
        customer = sealing.opened(token, told, intent)
        if customer is not None:
            return route.connect(customer, reading.number("From"), intent, connection)
    raise Unreadable("A call of ours asks for its lead, and the sealed number cannot be opened.")


def _reading(delivery: Delivery, connection: ConnectionInfo) -> Reading:
    reading = Reading(words.spelled(read(delivery), *_NUMBERS), connection)
    reading.zone = _UTC  # a capture shows hooks' times in UTC; records that know better carry an offset
    return reading


def _recording(reading: Reading, call_id: str, delivery: Delivery) -> CallEvent:
    return CallEvent(
        provider_call_id=call_id,
        kind=Kind.RECORDING,
        received_at=delivery.received_at,
        intent=reading.text("intent"),
        recording=reading.text("RecordUrl", limit=2000),
    )


VENDOR: Vendor = Plivo()
