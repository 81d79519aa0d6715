"""The command line: ``python -m dashapp <command>``. Each command is a module of its own."""

import argparse
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from dashapp import config
from dashapp.cli import api_key, connection, did, doctor, logs, migrate, replay, serve, team, user
from dashapp.cli.demo import command as demo
from dashapp.cli.stores import CannotOpen

COMMANDS = (demo, serve, migrate, doctor, user, team, connection, did, api_key, replay)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 refused or failed, 2 not understood."""
    given = parser().parse_args(argv)
    try:
        settings = config.load()
    except ValidationError as error:
        for line in wrong_settings(error):
            print(line, file=sys.stderr)
        return 1
    if given.run is not serve.run:  # production refuses a demo's keys; it must not be handed them
        settings = config.with_demo_keys(settings)
    logs.set_up(settings)
    try:
        return int(given.run(given, settings))
    except CannotOpen as error:
        print(error, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """All commands with their options; ``docs/commands.md`` is held to it by a test."""
    top = argparse.ArgumentParser(prog="python -m dashapp", description="Callboard from the command line")
    commands = top.add_subparsers(title="commands", metavar="command", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    return top


def wrong_settings(error: ValidationError) -> list[str]:
    """Each wrong setting by its name in the environment, without its value: it may be a secret."""
    return [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
