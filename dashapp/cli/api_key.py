"""``api-key``: keys with which other systems ask the public API."""

import argparse
import sys
from datetime import datetime
from typing import Any

from dashapp.cli.stores import opened
from dashapp.config import Settings
from models.store import api_keys, audit
from models.store.base import Store


def add_to(commands: Any) -> None:
    command = commands.add_parser("api-key", help="keys of the public API: add, list, revoke")
    what = command.add_subparsers(metavar="action", required=True)
    add = what.add_parser("add", help="make a key and print it, this once")
    add.add_argument("name", help="whose key it is")
    add.add_argument(
        "--scope", action="append", required=True, choices=sorted(api_keys.SCOPES), help="may be given again"
    )
    add.set_defaults(run=run, act=issue)
    listing = what.add_parser("list", help="every key: its number, whose it is, its scopes")
    listing.set_defaults(run=run, act=list_keys)
    end = what.add_parser("revoke", help="end a key at once")
    end.add_argument("number", type=int, help="as api-key list shows it")
    end.set_defaults(run=run, act=revoke)


def run(given: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as store:
        status: int = given.act(store, given)
    return status


def issue(store: Store, given: argparse.Namespace) -> int:
    with store.db.begin() as tx:
        secret = api_keys.issue(tx, given.name, given.scope, store.now())
        audit.by_command(tx, store.now(), "api-key.add", given.name[:120], " ".join(given.scope))
    print(secret)
    print("Keep it like a password: it cannot be shown again.", file=sys.stderr)
    return 0


def list_keys(store: Store, _given: argparse.Namespace) -> int:
    with store.read() as tx:
        for key in api_keys.listed(tx):
            ended = f"  (revoked {_day(store, key.revoked_at)})" if key.revoked_at else ""
            made = _day(store, key.created_at)
            print(f"{key.id:>4}  {key.name:<28}made {made}  {' '.join(key.scopes)}{ended}")
    return 0


def revoke(store: Store, given: argparse.Namespace) -> int:
    with store.db.begin() as tx:
        if not api_keys.revoke(tx, given.number, store.now()):
            print("there is no such key, or it was revoked before", file=sys.stderr)
            return 1
        audit.by_command(tx, store.now(), "api-key.revoke", f"api_key:{given.number}")
    print("revoked")
    return 0


def _day(store: Store, moment: datetime) -> str:
    return moment.astimezone(store.rules.zone).date().isoformat()
