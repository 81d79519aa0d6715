"""``connection seat`` and ``connection seats``: who sits at which agent's address of a provider."""

import argparse
from collections.abc import Callable
from typing import Any

from dashapp.cli.connection_set import from_input
from ingest import readings
from models.rules.phone import seat_label
from models.store import attribution, audit, connections, people, seating, sip_seats
from models.store.base import Store


def add_to(what: Any, run: Callable[..., int]) -> None:
    seat = what.add_parser("seat", help="give a person an agent number, extension or user name there")
    seat.add_argument("slug")
    seat.add_argument("email")
    seat.add_argument("address")
    other = seat.add_mutually_exclusive_group()
    other.add_argument("--move", action="store_true", help="it is somebody else's so far")
    other.add_argument("--remove", action="store_true", help="take it away from them")
    seat.add_argument("--sip", action="store_true", help="it is a SIP user: the person's softphone")
    seat.add_argument(
        "--secret",
        action="store_true",
        help="with --sip: read its own password from standard input, where the connection has no sip_secret",
    )
    seat.set_defaults(run=run, act=change_seat)

    listing = what.add_parser("seats", help="who sits where at a connection; numbers show their last digits")
    listing.add_argument("slug")
    listing.set_defaults(run=run, act=list_seats)


def change_seat(store: Store, given: argparse.Namespace) -> None:
    if given.secret and not given.sip:
        raise ValueError("--secret is the password of a softphone: give --sip too")
    password = from_input("password") if given.secret else None
    done = "moved" if given.move else "removed" if given.remove else "added"
    with store.db.begin() as tx:
        country = connections.country_of(tx, given.slug)
        address = readings.address(given.address) if given.sip else readings.seat(given.address, country)
        if address is None:
            raise ValueError(f"{given.address!r} is no address of an agent")
        connection_id = connections.id_of(tx, given.slug)
        person_id = people.id_of(tx, given.email)
        if given.remove:
            seating.remove(tx, store.vault, connection_id, person_id, address)
        elif given.move:
            seating.move(tx, store.vault, connection_id, person_id, address)
        if given.sip and not given.remove:
            sip_seats.give(
                tx,
                store.vault,
                connection_id=connection_id,
                person_id=person_id,
                address=address,
                password=password,
            )
        elif done == "added":
            connections.add_seat(
                tx, store.vault, connection_id=connection_id, person_id=person_id, address=address
            )
        detail = f"{given.slug} {seat_label(address)}{'' if done == 'added' else f' {done}'}"
        audit.by_command(tx, store.now(), "connection.seat", f"person:{person_id}", detail)
    earlier = 0 if given.remove else attribution.attribute(store)
    print(f"{done}; earlier calls counted for their people now: {earlier}" if earlier else done)


def list_seats(store: Store, given: argparse.Namespace) -> None:
    with store.read() as tx:
        for one in seating.listed(tx, connections.id_of(tx, given.slug)):
            off = "" if one.active else "  (shut out)"
            print(f"{one.name:<28}{one.email:<40}{one.mask}{off}")
