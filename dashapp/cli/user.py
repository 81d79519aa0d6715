"""``user``: add people, change password, role, teams and skills, shut somebody out, list them."""

import argparse
import getpass
import sys
from typing import Any

from dashapp.cli.stores import opened
from dashapp.config import Settings
from models.rules.access import Role
from models.store import audit, people, skills
from models.store.base import Store


def add_to(commands: Any) -> None:
    command = commands.add_parser(
        "user", help="people: add, password, shut out, let in, role, team, supervise, skill, list"
    )
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

    role = what.add_parser("role", help="change a role; ends every session of that person")
    role.add_argument("email")
    role.add_argument("role", choices=[role.value for role in Role])
    role.set_defaults(run=run, act=set_role)

    team = what.add_parser("team", help="move somebody to a team; ends every session of that person")
    team.add_argument("email")
    team.add_argument("team")
    team.set_defaults(run=run, act=set_team)

    supervise = what.add_parser("supervise", help="give a supervisor a team; ends every session")
    supervise.add_argument("email")
    supervise.add_argument("team")
    supervise.add_argument("--off", action="store_true", help="take it away")
    supervise.set_defaults(run=run, act=set_supervised)

    able = what.add_parser("skill", help="what somebody can do for callers: languages, programmes, regions")
    able.add_argument("email")
    for option in ("--add", "--remove"):
        able.add_argument(
            option,
            action="append",
            default=[],
            metavar="KIND=WORD",
            help="as in language=Hindi; may be given again",
        )
    able.set_defaults(run=run, act=set_skills)

    listing = what.add_parser("list", help="everybody, with role, teams and skills")
    listing.set_defaults(run=run, act=list_people)


def run(given: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as store:
        try:
            given.act(store, given)
        except (ValueError, LookupError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def add_person(store: Store, given: argparse.Namespace) -> None:
    secret = _ask_password()
    with store.db.begin() as tx:
        team_id = people.add_team(tx, given.team) if given.team else None
        person_id = people.add(
            tx,
            name=given.name,
            email=given.email,
            role=Role(given.role),
            password=secret,
            at=store.now(),
            team_id=team_id,
            supervised=[people.add_team(tx, name) for name in given.supervises],
        )
        audit.by_command(tx, store.now(), "user.add", f"person:{person_id}", given.role)
    print(f"added {given.email}")


def set_password(store: Store, given: argparse.Namespace) -> None:
    secret = _ask_password()
    with store.db.begin() as tx:
        people.set_password(tx, given.email, secret)
        audit.by_command(tx, store.now(), "user.password", f"person:{people.id_of(tx, given.email)}")
    print(f"changed; {given.email} has to sign in again")


def set_active(store: Store, given: argparse.Namespace) -> None:
    with store.db.begin() as tx:
        people.set_active(tx, given.email, active=given.active)
        action = "user.let-in" if given.active else "user.shut-out"
        audit.by_command(tx, store.now(), action, f"person:{people.id_of(tx, given.email)}")
    print(f"{given.email} may {'' if given.active else 'no longer '}sign in")


def set_role(store: Store, given: argparse.Namespace) -> None:
    with store.db.begin() as tx:
        person_id = people.set_role(tx, given.email, Role(given.role))
        audit.by_command(tx, store.now(), "user.role", f"person:{person_id}", given.role)
    print(f"changed; {given.email} has to sign in again")


def set_team(store: Store, given: argparse.Namespace) -> None:
    with store.db.begin() as tx:
        person_id = people.set_team(tx, given.email, people.team_of(tx, given.team))
        audit.by_command(tx, store.now(), "user.team", f"person:{person_id}", given.team)
    print(f"changed; {given.email} has to sign in again")


def set_supervised(store: Store, given: argparse.Namespace) -> None:
    with store.db.begin() as tx:
        person_id = people.set_supervised(tx, given.email, people.team_of(tx, given.team), on=not given.off)
        detail = f"{given.team}{', no longer' if given.off else ''}"
        audit.by_command(tx, store.now(), "user.supervise", f"person:{person_id}", detail)
    print(f"changed; {given.email} has to sign in again")


def set_skills(store: Store, given: argparse.Namespace) -> None:
    add, remove = list(map(skill, given.add)), list(map(skill, given.remove))
    if not add and not remove:
        raise ValueError("nothing to change was given; see --help")
    with store.db.begin() as tx:
        person_id = people.id_of(tx, given.email)
        skills.change(tx, person_id, add=add, remove=remove)
        detail = ", ".join(
            [f"+{kind}={word}" for kind, word in add] + [f"-{kind}={word}" for kind, word in remove]
        )
        audit.by_command(tx, store.now(), "user.skill", f"person:{person_id}", detail)
    print("changed")


def skill(text: str) -> tuple[str, str]:
    """``language=Hindi`` as a pair. Raises ``ValueError``."""
    kind, equals, word = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r} is not given as KIND=WORD, as in language=Hindi")
    return skills.checked(kind, word)


def list_people(store: Store, _given: argparse.Namespace) -> None:
    with store.read() as tx:
        able = skills.of_everybody(tx)
        for person in people.everybody(tx):
            teams = person.team or ", ".join(person.teams) or "–"
            note = "" if person.active else "  (shut out)"
            print(f"{person.role:<11}{person.name:<28}{person.email:<40}{teams}{note}")
            if person.id in able:
                print(f"{'':<11}{', '.join(f'{one.kind} {one.word}' for one in able[person.id])}")


def _ask_password() -> str:
    """Never an argument: those stand in the shell's history and in the process list."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Again: "):
        raise ValueError("the two are not the same")
    return first
