"""``serve``: the production server. It refuses to start where it could lose events or leak secrets."""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from dashapp import config
from dashapp.cli.files import only_one
from dashapp.cli.stores import CannotOpen, database, opened
from dashapp.config import Settings


def add_to(commands: Any) -> None:
    command = commands.add_parser("serve", help="run the production server")
    command.set_defaults(run=run)


def run(_given: argparse.Namespace, settings: Settings) -> int:
    found = config.problems(settings) or broken_promises(settings)
    if found:
        print("Callboard does not start, because:", file=sys.stderr)
        for problem in found:
            print(f"- {problem}", file=sys.stderr)
        return 1
    start(settings)
    return 0


def broken_promises(settings: Settings) -> list[str]:
    """How the database is set so that a call already answered 200 could be lost, in words. Raises ``CannotOpen``."""
    db = database(settings)
    try:
        with db.read() as tx:
            broken = db.promises_broken(tx)
    finally:
        db.close()
    return [f"the database's {promise}: calls that were answered 200 could be lost" for promise in broken]


def start(settings: Settings) -> None:
    """Serve until told to stop. Raises ``CannotOpen``.

    On SQLite only one server may run on a database: another would not hear of the calls this one takes.
    """
    with opened(settings):
        pass  # the schema is current and the key fits, or it raised
    with ExitStack() as held:
        if settings.sqlite:
            path = Path(f"{make_url(settings.database).database}.server")
            if not held.enter_context(only_one(path)):
                raise CannotOpen("another Callboard server is running on this database")
        from dashapp import server

        server.serve(settings)
