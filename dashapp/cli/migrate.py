"""``migrate``: bring the database to the schema of this code."""

import argparse
from typing import Any

from dashapp.cli.stores import database
from dashapp.config import Settings
from models.migrations import schema


def add_to(commands: Any) -> None:
    command = commands.add_parser("migrate", help="bring the database to the schema of this code")
    command.add_argument(
        "--draft",
        metavar="MESSAGE",
        help="instead, write the migration that the tables need (for developers; read it before use)",
    )
    command.set_defaults(run=run)


def run(given: argparse.Namespace, settings: Settings) -> int:
    db = database(settings)
    try:
        if given.draft:
            print(schema.draft(db, given.draft))
            return 0
        before = schema.revision(db)
        after = schema.upgrade(db)
    finally:
        db.close()
    print(
        f"already at revision {after}"
        if before == after
        else f"migrated from {before or 'nothing'} to {after}"
    )
    return 0
