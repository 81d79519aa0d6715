"""``api-key``: keys with which other systems ask the public API."""

import argparse
import sys
from typing import Any

from dashapp.cli.stores import opened
from dashapp.config import Settings
from models.store import api_keys


def add_to(commands: Any) -> None:
    command = commands.add_parser("api-key", help="keys of the public API: add")
    what = command.add_subparsers(metavar="action", required=True)
    add = what.add_parser("add", help="make a key and print it, this once")
    add.add_argument("name", help="whose key it is")
    add.add_argument(
        "--scope", action="append", required=True, choices=sorted(api_keys.SCOPES), help="may be given again"
    )
    add.set_defaults(run=run)


def run(given: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as store, store.db.begin() as tx:
        print(api_keys.issue(tx, given.name, given.scope, store.now()))
    print("Keep it like a password: it cannot be shown again.", file=sys.stderr)
    return 0
