"""``connection set``: change a connection that is there."""

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from models.store import audit, connections, people
from models.store.base import Store


def add_to(what: Any, run: Callable[..., int]) -> None:
    command = what.add_parser(
        "set", help="change label, zone, country, team, settings or a secret; on or off"
    )
    command.add_argument("slug")
    command.add_argument("--label", help="name on the screens")
    command.add_argument("--zone", help="IANA zone of times the provider sends without an offset")
    command.add_argument("--country", help="ISO code for the provider's numbers without a prefix")
    command.add_argument("--team", help="who owns calls to a DID that no team claims; '' for nobody")
    command.add_argument(
        "--setting",
        action="append",
        default=[],
        metavar="KEY=JSON",
        help="null removes it; may be given again",
    )
    command.add_argument(
        "--secret", metavar="NAME", help="its value is read from standard input; '' removes it"
    )
    command.add_argument(
        "--hours",
        type=float,
        default=24,
        metavar="HOURS",
        help="how long the secret it replaces is still accepted (24); 0: not at all",
    )
    switch = command.add_mutually_exclusive_group()
    switch.add_argument("--on", dest="active", action="store_true", default=None)
    switch.add_argument(
        "--off", dest="active", action="store_false", help="its provider is answered 401 from now on"
    )
    command.set_defaults(run=run, act=change)


def change(store: Store, given: argparse.Namespace) -> None:
    settings = dict(map(_setting, given.setting))
    secrets = {given.secret: from_input(given.secret)} if given.secret else {}
    columns = {
        name: value
        for name, value in (
            ("label", given.label),
            ("zone", connections.zone(given.zone) if given.zone is not None else None),
            ("country", connections.country(given.country) if given.country is not None else None),
            ("active", given.active),
        )
        if value is not None
    }
    now = store.now()
    with store.db.begin() as tx:
        connection_id = connections.id_of(tx, given.slug)
        if given.team is not None:
            columns["team_id"] = people.team_of(tx, given.team) if given.team else None
        changed = [*columns, *(f"setting {key}" for key in settings), *(f"secret {key}" for key in secrets)]
        if not changed:
            raise ValueError("nothing to change was given; see --help")
        connections.change(
            tx,
            store.vault,
            connection_id,
            settings=settings,
            secrets=secrets,
            old_until=now + timedelta(hours=given.hours) if given.hours > 0 else None,
            **columns,
        )
        for name in (name for name, value in secrets.items() if value):
            audit.secret_set(tx, now, connection_id, name)
        detail = f"{given.slug}: {', '.join(changed)}"
        audit.by_command(tx, now, "connection.set", f"connection:{connection_id}", detail)
    print("changed")


def _setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    try:
        if key and equals:
            return key, json.loads(value)
    except ValueError:
        pass
    raise ValueError(f'{key!r} is not given as KEY=JSON, as in ring_seconds=30 or allow_ips=["192.0.2.1"]')


def from_input(name: str) -> str:
    """Never an argument: those stand in the shell's history and in the process list."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{name}: ")
    return sys.stdin.readline().rstrip("\r\n")
