"""``connection``: connections to providers, their hook addresses and seats."""

import argparse
import json
import sys
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from dashapp.cli import connection_mapping, connection_seat, connection_set
from dashapp.cli.stores import opened
from dashapp.config import Settings
from ingest.vendors import registry
from models.store import audit, connections, mappings, people
from models.store.base import Store


def add_to(commands: Any) -> None:
    command = commands.add_parser("connection", help="providers: add, set, token, seat, seats, list")
    what = command.add_subparsers(metavar="action", required=True)

    add = what.add_parser("add", help="add a connection and print its hook address")
    add.add_argument("slug", help="short name, as in indore-main")
    add.add_argument("--vendor", required=True, choices=[*registry.all_slugs(), *registry.services()])
    add.add_argument("--label", required=True, help="name on the screens")
    add.add_argument("--team", help="who owns calls to a DID that no team claims")
    add.add_argument("--zone", help="IANA zone of times the provider sends without an offset")
    add.add_argument("--country", help="ISO code for the provider's numbers without a prefix")
    add.add_argument(
        "--secrets", action="store_true", help="read the vendor's secrets as JSON from standard input"
    )
    add.add_argument("--mapping", metavar="FILE", help="for a provider without code: how it is read")
    add.set_defaults(run=run, act=add_connection)

    connection_set.add_to(what, run)

    token = what.add_parser("token", help="a new hook address; the older ones end")
    token.add_argument("slug")
    token.add_argument(
        "--hours",
        "--keep-old",
        type=float,
        default=24,
        metavar="HOURS",
        help="how long the older ones still work (24)",
    )
    token.set_defaults(run=run, act=new_token)

    connection_seat.add_to(what, run)
    connection_mapping.add_to(what, run)

    listing = what.add_parser("list", help="all connections and when each provider last spoke")
    listing.set_defaults(run=run, act=list_connections)


def run(given: argparse.Namespace, settings: Settings) -> int:
    given.settings = settings
    with opened(settings) as store:
        try:
            given.act(store, given)
        except (ValueError, LookupError) as error:
            print(error, file=sys.stderr)
            return 1
        except IntegrityError:
            print("that exists already", file=sys.stderr)
            return 1
    return 0


def add_connection(store: Store, given: argparse.Namespace) -> None:
    vendor, settings = registry.services().get(given.vendor, (given.vendor, {}))
    told = connection_mapping.told(vendor, given.mapping) if given.mapping else None
    secrets = json.load(sys.stdin) if given.secrets else None
    if secrets is not None and not isinstance(secrets, dict):
        raise ValueError("the secrets must be a JSON object")
    with store.db.begin() as tx:
        connection_id = connections.add(
            tx,
            store.vault,
            slug=given.slug,
            vendor=vendor,
            label=given.label,
            at=store.now(),
            zone=connections.zone(given.zone or store.rules.zone.key),
            country=connections.country(given.country or store.rules.country),
            team_id=people.add_team(tx, given.team) if given.team else None,
            secrets=secrets,
            settings=settings,
        )
        if told is not None:
            mappings.save(tx, store, mappings.BY_COMMAND, connection_id, told)
        token = connections.issue_token(tx, connection_id, store.now())
        for name in secrets or ():
            audit.secret_set(tx, store.now(), connection_id, name)
        audit.by_command(tx, store.now(), "connection.add", f"connection:{connection_id}", given.slug)
    for name, value in settings.items():
        print(f"{given.vendor} is {vendor} with the setting {name} = {value}")
    _print_address(given.settings, token)


def new_token(store: Store, given: argparse.Namespace) -> None:
    now = store.now()
    with store.db.begin() as tx:
        connection_id = connections.id_of(tx, given.slug)
        token = connections.issue_token(
            tx, connection_id, now, retire_others_at=now + timedelta(hours=given.hours)
        )
        detail = f"{given.slug}, older ones end in {given.hours:g} h"
        audit.by_command(tx, now, "connection.token", f"connection:{connection_id}", detail)
    _print_address(given.settings, token)


def list_connections(store: Store, _given: argparse.Namespace) -> None:
    with store.read() as tx:
        for one in connections.listed(tx):
            heard = (
                one.last_at.astimezone(store.rules.zone).isoformat(" ", "seconds") if one.last_at else "never"
            )
            off = "" if one.active else "  (off)"
            print(
                f"{one.slug:<24}{one.vendor:<12}{one.label:<28}{one.seats:>4} seats  last heard {heard}{off}"
            )


def _print_address(settings: Settings, token: str) -> None:
    print(f"{settings.url}/webhooks/v1/{token}/")
    print("Keep it like a password: it is shown this once, and whoever has it can report calls.")
