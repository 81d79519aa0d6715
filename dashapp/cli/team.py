"""``team``: add teams and list them."""

import argparse
from typing import Any

from dashapp.cli.stores import opened
from dashapp.config import Settings
from models.store import audit, people
from models.store.base import Store


def add_to(commands: Any) -> None:
    command = commands.add_parser("team", help="teams: add, list")
    what = command.add_subparsers(metavar="action", required=True)
    add = what.add_parser("add", help="add a team; one that exists stays as it is")
    add.add_argument("name")
    add.set_defaults(run=run, act=add_team)
    listing = what.add_parser("list", help="all teams, with who supervises them")
    listing.set_defaults(run=run, act=list_teams)


def run(given: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as store:
        given.act(store, given)
    return 0


def add_team(store: Store, given: argparse.Namespace) -> None:
    with store.db.begin() as tx:
        team_id = people.add_team(tx, given.name)
        audit.by_command(tx, store.now(), "team.add", f"team:{team_id}")
    print("added")


def list_teams(store: Store, _given: argparse.Namespace) -> None:
    with store.read() as tx:
        for team in people.teams(tx):
            supervisors = ", ".join(team.supervisors) or "nobody"
            print(f"{team.name:<28}{team.counselors:>4} counselors  supervised by {supervisors}")
