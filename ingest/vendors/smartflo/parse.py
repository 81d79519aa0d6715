"""Smartflo (Tata Tele) and the services on the same platform: webhooks, the API Dialplan, call records.

What a webhook holds is a template the customer writes, so nothing depends on which of ours was used, and little
on which fields are there.
"""

import hashlib
import re

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
from ingest.vendors.smartflo import route
from ingest.vendors.smartflo.agents import Agents
from ingest.vendors.smartflo.console import PROOF_HEADER, SET_UP
from ingest.vendors.smartflo.live import live
from ingest.vendors.smartflo.parties import Parties
from ingest.vendors.smartflo.record import disposition, record
from ingest.vendors.smartflo.settings import listed
from ingest.vendors.smartflo.words import Step, event, status
from models.rules.call import Kind

_UNFILLED = re.compile(r"\$\w+")
_LONGEST_ID = 120
_OVER = frozenset({Step.HANGUP, Step.MISSED, Step.AGENT_MISSED, Step.CUSTOMER_MISSED})


class Smartflo:
    """Smartflo signs nothing. The token in the path is the proof; where set, a second one and its addresses."""

    slug = "smartflo"
    label = "Smartflo, Servetel"
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
        allowed = listed(connection, "allow_ips")
        if allowed and not comes_from(delivery.remote, allowed):
            return False
        tokens = connection.live("hook_token")
        if not tokens:
            return True
        told = _told_token(delivery)
        fits = [same(told, token) for token in tokens]  # all of them: how long it takes tells nothing
        return any(fits)

    def parse(self, delivery: Delivery, connection: ConnectionInfo) -> Parsed:
        reading = _sorted_out(delivery, connection)
        if delivery.door is Door.ROUTE:
            return Parsed((), note="A routing question.")
        named, told = event(reading), status(reading)
        if named is Step.SESSION:
            return Parsed(
                (), tuple(reading.unknown), "An agent's session with the dialer: no call of a lead."
            )
        call_id = _call_id(reading, connection)
        if named is Step.DISPOSITION or (named is None and told is None and _is_disposition(reading)):
            return _filed(reading, call_id, delivery)
        step = told if named in (None, Step.HANGUP) and told is not None else named
        if step is None:
            step = _by_content(reading, delivery)
        parties = Parties(reading, step)
        agents = Agents(reading, parties.customer)
        tell = record if _is_over(reading, named, step, delivery) else live
        return tell(reading, call_id, step, parties, agents, delivery)

    def question(self, delivery: Delivery, connection: ConnectionInfo) -> RouteQuestion:
        reading = _sorted_out(delivery, connection)
        return RouteQuestion(
            reading.number("caller_id_number", "customer_no_with_prefix"),
            reading.number("call_to_number"),
            reading.text("call_id", "uuid"),
        )

    def answer(self, answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
        return route.reply(answer, connection)


def _sorted_out(delivery: Delivery, connection: ConnectionInfo) -> Reading:
    """The fields by their variables' names. What a template left as ``$variable`` was not told."""
    fields: dict[str, str] = {}
    for name, text in read(delivery).items():
        known = name.lstrip("$").lower()
        if known and (text or known not in fields):
            fields[known] = "" if _UNFILLED.fullmatch(text) else text
    return Reading(fields, connection)


def _told_token(delivery: Delivery) -> str:
    """The second token: in a header of its own, as a bearer, or as a field of the address or the body."""
    header = delivery.headers.get(PROOF_HEADER) or delivery.headers.get("authorization", "")
    if header:
        return header.removeprefix("Bearer ").strip()
    try:
        return read(delivery).get("hook_token", "")
    except Unreadable:
        return ""


def _call_id(reading: Reading, connection: ConnectionInfo) -> str:
    """``call_id`` stays the same over a call's legs; older templates of the family only know ``uuid``."""
    names = ("uuid", "call_id") if connection.settings.get("call_key") == "uuid" else ("call_id", "uuid")
    told = reading.text(*names, limit=4000)
    if told is None:
        raise Unreadable("There is neither call_id nor uuid: the call cannot be told from others.")
    return told if len(told) <= _LONGEST_ID else hashlib.blake2b(told.encode(), digest_size=20).hexdigest()


def _is_disposition(reading: Reading) -> bool:
    return disposition(reading) is not None and reading.text("end_stamp") is None


def _by_content(reading: Reading, delivery: Delivery) -> Step | None:
    if reading.text("digit_pressed"):
        return Step.DIGITS
    if reading.text("end_stamp") or delivery.door in (Door.PULLED, Door.LOG):
        return None
    if delivery.door is Door.POPUP or reading.text("agent_number"):
        return Step.DIALED
    return None


def _is_over(reading: Reading, named: Step | None, step: Step | None, delivery: Delivery) -> bool:
    """A call's end has a time, or a trigger that only fires then, or came to the door for call logs."""
    if delivery.door is Door.PULLED or step in _OVER or named in _OVER or named is Step.ANSWERED:
        return True
    if reading.moment("end_stamp") is not None:
        return True
    return delivery.door is Door.LOG and named is None and step in (None, Step.ANSWERED)


def _filed(reading: Reading, call_id: str, delivery: Delivery) -> Parsed:
    parties = Parties(reading, Step.DISPOSITION)
    found = CallEvent(
        provider_call_id=call_id,
        kind=Kind.DISPOSITION,
        received_at=delivery.received_at,
        leg=reading.text("uuid"),
        direction=parties.direction,
        customer=parties.customer,
        did=parties.did,
        disposition=disposition(reading),
        extra=parties.rest,
    )
    return Parsed((found,), tuple(reading.unknown))


VENDOR: Vendor = Smartflo()
