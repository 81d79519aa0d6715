"""``did``: the institution's own numbers, the teams that answer them, and how their callers find a counselor."""

import argparse
import sys
from typing import Any

from sqlalchemy.exc import IntegrityError

from dashapp.cli.stores import opened
from dashapp.cli.user import skill
from dashapp.config import Settings
from ingest import readings
from models.rules.routing import DEFAULT
from models.store import audit, connections, dids, people
from models.store.base import Store
from models.store.dids import Did

DEFAULT_ORDER = " ".join(strategy.name for strategy in DEFAULT)


def add_to(commands: Any) -> None:
    command = commands.add_parser("did", help="the institution's numbers: add, set, list")
    what = command.add_subparsers(metavar="action", required=True)
    add = what.add_parser("add", help="a number of the institution and the team that answers it")
    add.add_argument("number", help="E.164, as in +917314000001")
    add.add_argument("--label", required=True)
    add.add_argument("--team", help="made when it does not exist")
    add.set_defaults(run=run, act=add_did)

    change = what.add_parser("set", help="how callers of a number find a counselor; what is not given stays")
    change.add_argument("number")
    change.add_argument("--label")
    change.add_argument("--team", help="the team that answers it; '' for none")
    change.add_argument(
        "--strategies", metavar="NAMES", help=f"in order, as in '{DEFAULT_ORDER}'; '' for that order"
    )
    change.add_argument(
        "--skill",
        action="append",
        metavar="KIND=WORD",
        help="what its callers need, as in language=Hindi; may be given again, replaces earlier ones; '' for none",
    )
    change.add_argument("--fallback", metavar="ADDRESS", help="a group at the provider; '' for none")
    change.add_argument(
        "--unknown", choices=dids.UNKNOWN_RULES, help="whose a missed caller is whom nobody knows"
    )
    change.set_defaults(run=run, act=set_did)
    listing = what.add_parser("list", help="all numbers, with their teams and rules")
    listing.set_defaults(run=run, act=list_dids)


def run(given: argparse.Namespace, settings: Settings) -> int:
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


def add_did(store: Store, given: argparse.Namespace) -> None:
    number = _number(store, given.number)
    with store.db.begin() as tx:
        team_id = people.add_team(tx, given.team) if given.team else None
        did_id = connections.add_did(tx, number=number, label=given.label, team_id=team_id)
        audit.by_command(tx, store.now(), "did.add", f"did:{did_id}")
    print("added")


def set_did(store: Store, given: argparse.Namespace) -> None:
    number = _number(store, given.number)
    rules: dict[str, Any] = {}
    if given.label is not None:
        rules["label"] = given.label
    if given.strategies is not None:
        rules["strategies"] = given.strategies.replace(",", " ").split()
    if given.skill is not None:
        rules["asked"] = [skill(text) for text in given.skill if text]
    if given.fallback is not None:
        rules["fallback"] = _fallback(store, given.fallback)
    if given.unknown is not None:
        rules["unknown_rule"] = given.unknown
    with store.db.begin() as tx:
        if given.team is not None:
            rules["team_id"] = people.team_of(tx, given.team) if given.team else None
        if not rules:
            raise ValueError("nothing to change was given; see --help")
        did_id = dids.change(tx, number, **rules)
        audit.by_command(tx, store.now(), "did.set", f"did:{did_id}", ", ".join(rules))
    print("changed")


def list_dids(store: Store, _given: argparse.Namespace) -> None:
    with store.read() as tx:
        for one in dids.listed(tx):
            print(f"{one.number:<20}{one.label:<32}{one.team or '–'}")
            for rule in _rules(one):
                print(f"{'':<20}{rule}")


def _rules(one: Did) -> list[str]:
    """What differs from a number nobody has set up, in words."""
    said = []
    if one.strategies:
        said.append(f"strategies: {' → '.join(one.strategies)}")
    if one.asked:
        needs = [f"{kind} {' or '.join(given)}" for kind, given in one.asked.items()]
        said.append(f"needs: {'; '.join(needs)}")
    if one.fallback:
        said.append(f"nobody found: {one.fallback}")
    if one.unknown_rule == dids.NEXT:
        said.append("missed unknown callers: the next counselor in turn")
    return said


def _number(store: Store, text: str) -> str:
    number = readings.number(text, store.rules.country)
    if number is None or not number.startswith("+"):
        raise ValueError(f"{text!r} is no telephone number")
    return number


def _fallback(store: Store, text: str) -> str:
    if not text.strip():
        return ""
    address = readings.seat(text, store.rules.country)
    if address is None:
        raise ValueError(f"{text!r} is no address of a group")
    return address
