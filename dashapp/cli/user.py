"""``user``: add people, change a password, shut somebody out, list them."""

import argparse
import getpass
import sys
from typing import Any

from dashapp.cli.stores import opened
from dashapp.config import Settings
from models.rules.access import Role
from models.store import people
from models.store.base import Store


def add_to(commands: Any) -> None:
    command = commands.add_parser("user", help="people: add, password, shut out, let in, list")
    what = command.add_subparsers(metavar="action", required=True)

    add = what.add_parser("add", help="add a person; asks for the password (or reads it from a pipe)")
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--team", help="a counselor's team; made when it does not exist")
    add.add_argument("--supervises", action="append", default=[], metavar="TEAM", help="may be given again")
    add.set_defaults(run=run, act=add_person)

    password = what.add_parser("password", help="set a password; ends every session of that person")
    password.add_argument("email")
    password.set_defaults(run=run, act=set_password)

    for name, active, meaning in (
        ("shut-out", False, "end every session and refuse sign-in"),
        ("let-in", True, "allow sign-in again"),
    ):
        switch = what.add_parser(name, help=meaning)
        switch.add_argument("email")
        switch.set_defaults(run=run, act=set_active, active=active)

    listing = what.add_parser("list", help="everybody, with role and teams")
    listing.set_defaults(run=run, act=list_people)


def run(given: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as store:
        try:
            given.act(store, given)
        except (ValueError, people.UnknownPerson) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def add_person(store: Store, given: argparse.Namespace) -> None:
    secret = _ask_password()
    with store.db.begin() as tx:
        team_id = people.add_team(tx, given.team) if given.team else None
        people.add(
            tx,
            name=given.name,
            email=given.email,
            role=Role(given.role),
            password=secret,
            at=store.now(),
            team_id=team_id,
            supervised=[people.add_team(tx, name) for name in given.supervises],
        )
    print(f"added {given.email}")


def set_password(store: Store, given: argparse.Namespace) -> None:
    secret = _ask_password()
    with store.db.begin() as tx:
        people.set_password(tx, given.email, secret)
    print(f"changed; {given.email} has to sign in again")


def set_active(store: Store, given: argparse.Namespace) -> None:
    with store.db.begin() as tx:
        people.set_active(tx, given.email, active=given.active)
    print(f"{given.email} may {'' if given.active else 'no longer '}sign in")


def list_people(store: Store, _given: argparse.Namespace) -> None:
    with store.read() as tx:
        for person in people.everybody(tx):
            teams = person.team or ", ".join(person.teams) or "–"
            note = "" if person.active else "  (shut out)"
            print(f"{person.role:<11}{person.name:<28}{person.email:<40}{teams}{note}")


def _ask_password() -> str:
    """Never an argument: those stand in the shell's history and in the process list."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Again: "):
        raise ValueError("the two are not the same")
    return first
