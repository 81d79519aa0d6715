"""``python -m simulator fire``: one call of a given kind, now, with every request printed."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from random import Random

from simulator import clock
from simulator.api import Api
from simulator.books import BadBooks, Books, Connection, Customer, invent_stranger
from simulator.day import introduce
from simulator.exchange import Exchange
from simulator.numbers import hidden
from simulator.post import Answer
from simulator.speakers.language import Delivery
from simulator.speakers.registry import DIRECTIONS
from simulator.story import Script

_PATIENCE = timedelta(minutes=15)


def choose_connection(books: Books, script: Script, slug: str | None) -> Connection:
    """Raises ``BadBooks`` when there is none, or it can't do such calls."""
    possible = [
        connection
        for connection in books.connections.values()
        if script.direction in DIRECTIONS[connection.vendor] and slug in (None, connection.slug)
    ]
    if not possible:
        raise BadBooks(f"no connection {slug or ''} can do {script.direction} calls".replace("  ", " "))
    return possible[0]


def fire(
    exchange: Exchange,
    api: Api,
    script: Script,
    *,
    connection: Connection,
    counselor: str | None,
    say: Callable[[str], None],
) -> bool:
    """Play the call to its end. True when the server acknowledged all of it. Raises ``BadBooks``, ``ApiFault``.

    What is printed last is the ledger's row of it, with the lead's name, to find it on the screens.
    The caller is a new lead that belongs to ``counselor`` (or, for an unknown caller, nobody's).
    """
    if counselor is None:
        seats = exchange.books.free(connection.slug, clock.now())
        counselor = seats[0].counselor if seats else None
    elif exchange.books.seat(counselor, connection.slug) is None:
        raise BadBooks(f"{counselor} has no seat at {connection.slug}")
    person = _caller(api, script, counselor)
    exchange.witness = lambda delivery, answer: say(_line(delivery, answer))
    if not exchange.call(connection, script, customer=person, counselor=counselor):
        raise BadBooks(f"nobody at {connection.slug} is free")
    give_up = time.monotonic() + _PATIENCE.total_seconds()
    exchange.schedule.run(lambda: not exchange.ledger.in_flight() or time.monotonic() > give_up)
    row = exchange.ledger.page()["calls"][0]
    lead_id = row["lead_id"] or api.lead_of(connection.slug, row["provider_call_id"])
    lead = api.lead_name(lead_id) if lead_id is not None else None
    say(json.dumps(row | {"lead_id": lead_id, "lead": lead}, indent=2, ensure_ascii=False))
    return bool(row["acknowledged"])


def _caller(api: Api, script: Script, counselor: str | None) -> Customer:
    person = invent_stranger(Random())
    if script.known:
        person.owner, person.owner_told = counselor, True
        introduce(api, person)
    return person


def _line(delivery: Delivery, answer: Answer) -> str:
    now = clock.now().strftime("%H:%M:%S")
    told = json.dumps(hidden(delivery.fields), ensure_ascii=False)
    return f"{now} {delivery.door} ({delivery.style}) {told} → {answer.status or 'no answer'}"
