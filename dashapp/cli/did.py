"""``did``: the institution's own numbers and the teams that answer them."""

import argparse
import sys
from typing import Any

from sqlalchemy.exc import IntegrityError

from dashapp.cli.stores import opened
from dashapp.config import Settings
from ingest import readings
from models.store import audit, connections, people
from models.store.base import Store


def add_to(commands: Any) -> None:
    command = commands.add_parser("did", help="the institution's numbers: add, list")
    what = command.add_subparsers(metavar="action", required=True)
    add = what.add_parser("add", help="a number of the institution and the team that answers it")
    add.add_argument("number", help="E.164, as in +917314000001")
    add.add_argument("--label", required=True)
    add.add_argument("--team", help="made when it does not exist")
    add.set_defaults(run=run, act=add_did)
    listing = what.add_parser("list", help="all numbers, with their teams")
    listing.set_defaults(run=run, act=list_dids)


def run(given: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as store:
        try:
            given.act(store, given)
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
        except IntegrityError:
            print("that exists already", file=sys.stderr)
            return 1
    return 0


def add_did(store: Store, given: argparse.Namespace) -> None:
    number = readings.number(given.number, store.rules.country)
    if number is None or not number.startswith("+"):
        raise ValueError(f"{given.number!r} is no telephone number")
    with store.db.begin() as tx:
        team_id = people.add_team(tx, given.team) if given.team else None
        did_id = connections.add_did(tx, number=number, label=given.label, team_id=team_id)
        audit.by_command(tx, store.now(), "did.add", f"did:{did_id}")
    print("added")


def list_dids(store: Store, _given: argparse.Namespace) -> None:
    with store.read() as tx:
        for number, label, team in connections.dids(tx):
            print(f"{number:<20}{label:<32}{team or '–'}")
