"""``serve``: the production server. It refuses to start where it could lose events or leak secrets."""

import argparse
import sys
from typing import Any

from dashapp import config
from dashapp.cli.stores import opened
from dashapp.config import Settings


def add_to(commands: Any) -> None:
    command = commands.add_parser("serve", help="run the production server")
    command.set_defaults(run=run)


def run(_given: argparse.Namespace, settings: Settings) -> int:
    found = config.problems(settings)
    if found:
        print("Callboard does not start, because:", file=sys.stderr)
        for problem in found:
            print(f"- {problem}", file=sys.stderr)
        return 1
    with opened(settings):
        pass  # the schema is current and the key fits, or it raised
    from dashapp import server

    server.serve(settings)
    return 0
