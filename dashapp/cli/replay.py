"""``replay``: read kept deliveries again, after a parser was mended or a mapping was added."""

import argparse
import sys
from typing import Any

from dashapp.cli.stores import opened
from dashapp.config import Settings
from ingest import intake
from models.rules.access import Role, Viewer
from models.store import deliveries

OPERATOR = Viewer(0, Role.ADMIN, "the command line", "")


def add_to(commands: Any) -> None:
    command = commands.add_parser("replay", help="read a kept delivery, or all that wait for review, again")
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("delivery", nargs="?", type=int, help="number of one delivery")
    which.add_argument("--for-review", action="store_true", help="every delivery nobody could read so far")
    which.add_argument("--dismiss", type=int, metavar="DELIVERY", help="delete one that waits for nothing")
    command.set_defaults(run=run)


def run(given: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as store:
        if given.for_review:
            counts = intake.replay_for_review(store, OPERATOR)
            for verdict, count in sorted(counts.items()):
                print(f"{count:>6}  {verdict}")
            if not counts:
                print("nothing waits for review")
            return 0
        try:
            if given.dismiss is not None:
                store.write(lambda tx: deliveries.dismiss(tx, given.dismiss))
                print("deleted")
            else:
                print(intake.replay(store, OPERATOR, given.delivery))
        except LookupError as error:
            print(error, file=sys.stderr)
            return 1
    return 0
