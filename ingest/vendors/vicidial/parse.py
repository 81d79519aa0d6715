"""Vicidial: the addresses its dialer and its agents' screens call. What they carry, the site writes itself."""

import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

from ingest.bodies import read
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
from ingest.signatures import comes_from, same
from ingest.vendors.vicidial import words
from ingest.vendors.vicidial.console import SET_UP
from ingest.vendors.vicidial.numbers import customer
from ingest.vendors.vicidial.settings import listed
from models.rules.call import Direction, Kind, Outcome

_ALIASES = {"leadid": "lead_id", "listid": "list_id", "phone": "phone_number"}
_EVENTS = {
    "start": Kind.ROUTED,
    "dispo": Kind.LOG,
    "noagent": Kind.LOG,
    "addlead": Kind.RINGING,
}
_READ = (
    "event",
    "direction",
    *words.STATUS_NAMES,
    "call_id",
    "uniqueid",
    "phone_number",
    "phone_code",
    "dialed_number",
    "user",
    "campaign",
    "did_extension",
    "did_pattern",
    "talk_time",
    "vendor_lead_code",
    "recording_filename",
    "recording_id",
    "sqldate",
    "hook_token",
)
_BEGAN = re.compile(r"(?:.{1,40}-)?([0-9]{10})\.[0-9]{1,10}", re.DOTALL)
_LONGEST_ID = 120


class Vicidial:
    """Vicidial signs nothing. The token in the path is the proof; where set, a second one and its addresses."""

    slug = "vicidial"
    label = "Vicidial"
    capabilities = frozenset(
        {Capability.POPUP, Capability.LOG, Capability.DIAL, Capability.PUSH_LIST, Capability.RECORDING}
    )
    set_up = SET_UP

    def verify(self, delivery: Delivery, connection: ConnectionInfo) -> bool:
        allowed = listed(connection, "allow_ips")
        if allowed and not comes_from(delivery.remote, allowed):
            return False
        tokens = connection.live("hook_token")
        if not tokens:
            return True
        try:
            told = read(delivery).get("hook_token", "")
        except Unreadable:
            return False
        fits = [same(told, token) for token in tokens]  # all of them: how long it takes tells nothing
        return any(fits)

    def parse(self, delivery: Delivery, connection: ConnectionInfo) -> Parsed:
        reading = _sorted_out(delivery, connection)
        if delivery.door is Door.ROUTE:
            return Parsed((), note="Vicidial asks no routing questions.")
        meaning = words.status(reading, connection)
        if meaning is not None and not meaning.is_call:
            return Parsed((), tuple(reading.unknown), "A lead's status that no call stands behind.")
        kind = _kind(reading, delivery)
        towards = Direction.INBOUND if _is_added_lead(reading) else words.direction(reading)
        seat = reading.seat("user")
        if seat is not None and seat.lower() in words.SYSTEM_USERS:
            seat = None
        began = _began(reading)
        over = kind is Kind.LOG
        talk = reading.seconds("talk_time") if over and seat else None
        outcome = _outcome(reading, meaning, towards, seat, talk) if over else None
        talked = outcome in (None, Outcome.CONNECTED)
        event = CallEvent(
            provider_call_id=_call_id(reading),
            kind=kind,
            received_at=delivery.received_at,
            at=_not_before(began, reading.moment("sqldate")),
            seat=seat,
            direction=towards,
            customer=customer(reading),
            did=reading.number("did_extension", "did_pattern"),
            campaign=None if towards is Direction.INBOUND else reading.text("campaign"),
            intent=reading.text("vendor_lead_code"),
            started_at=began,
            talk_seconds=talk if talked else None,
            outcome=outcome,
            machine=meaning.machine if meaning is not None else None,
            recording=_recording(reading),
            disposition=reading.words(words.STATUS_NAMES[0]) if seat else None,
            words=reading.words(*words.STATUS_NAMES),
            extra=reading.rest(_READ),
        )
        return Parsed((event,), tuple(reading.unknown))

    def question(self, delivery: Delivery, connection: ConnectionInfo) -> RouteQuestion:
        raise Unreadable("Vicidial asks no routing questions: its in-groups decide.")

    def answer(self, answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
        return RouteReply("", "text/plain")


def _sorted_out(delivery: Delivery, connection: ConnectionInfo) -> Reading:
    """The fields by their variables' names. ``--A--phone_number--B--`` left as it is was not filled."""
    fields: dict[str, str] = {}
    for name, text in read(delivery).items():
        known = _ALIASES.get(name.lower(), name.lower())
        if known and (text or known not in fields):
            fields[known] = text
    return Reading(fields, connection)


def _kind(reading: Reading, delivery: Delivery) -> Kind:
    """As the address says; else a status or a talk time is told only at the end; else by the door."""
    told = reading.text("event")
    if told is not None:
        named = _EVENTS.get(told.lower())
        if named is not None:
            return named
        reading.puzzled("event", told)
    if reading.text(*words.STATUS_NAMES, "talk_time"):
        return Kind.LOG
    if delivery.door is Door.LOG:
        return Kind.LOG
    return Kind.ROUTED if delivery.door is Door.POPUP else Kind.RINGING


def _is_added_lead(reading: Reading) -> bool:
    return (reading.text("event") or "").lower() == "addlead"


def _outcome(
    reading: Reading,
    meaning: words.Meaning | None,
    towards: Direction | None,
    seat: str | None,
    talk: int | None,
) -> Outcome | None:
    """The status decides; the talk time only where no status does. None: the talk time says it all."""
    if meaning is None or meaning.outcome is None:
        return None if talk else Outcome.UNKNOWN
    if meaning.outcome is Outcome.CONNECTED and (seat is None or talk == 0):
        return Outcome.UNKNOWN  # filed as if somebody had talked
    if meaning.outcome is Outcome.ABANDONED and towards is Direction.INBOUND:
        return Outcome.NO_ANSWER
    return meaning.outcome


def _call_id(reading: Reading) -> str:
    told = reading.text("call_id", "uniqueid", limit=4000)
    if told is None:
        raise Unreadable("There is neither call_id nor uniqueid: put both into the address.")
    return told if len(told) <= _LONGEST_ID else hashlib.blake2b(told.encode(), digest_size=20).hexdigest()


def _began(reading: Reading) -> datetime | None:
    """Asterisk names a channel by the second it began."""
    found = _BEGAN.fullmatch(reading.text("uniqueid") or "")
    if found is None or int(found[1]) < 1_000_000_000:
        return None
    return datetime.fromtimestamp(int(found[1]), UTC)


def _not_before(began: datetime | None, at: datetime | None) -> datetime | None:
    """``SQLdate`` is the server's local time: before the call's beginning it is another zone's than we were told."""
    return None if began is not None and at is not None and at < began else at


def _recording(reading: Reading) -> str | None:
    """What the client needs to look the recording up; the message itself holds no address."""
    if not reading.text("recording_id", "recording_filename"):
        return None
    known = {
        name: told
        for name in ("lead_id", "uniqueid", "recording_id", "recording_filename")
        if (told := reading.text(name))
    }
    return urlencode(known)


VENDOR: Vendor = Vicidial()
