"""``doctor``: what is wrong, in plain words, and what to do about it."""

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from dashapp import config
from dashapp.cli import dialling_doctor
from dashapp.cli.findings import Finding, Grade
from dashapp.cli.stores import CannotOpen, database, require_schema
from dashapp.config import BadKey, Settings
from models.db import Database
from models.leadership import Leadership
from models.rules.access import Role
from models.store import connections, deliveries, institution, people
from models.store.vault import Vault

LITTLE_SPACE = 1024**3
CLOCKS_APART = timedelta(seconds=2)
SILENCE = timedelta(days=1)


def add_to(commands: Any) -> None:
    command = commands.add_parser("doctor", help="say in plain words what is wrong")
    command.set_defaults(run=run)


def run(_given: argparse.Namespace, settings: Settings) -> int:
    """Print every finding; 1 when something is wrong."""
    worst = 0
    for finding in examine(settings):
        print(f"{finding.grade:<6} {finding.subject:<14} {finding.text}")
        worst |= finding.grade is Grade.WRONG
    return worst


def examine(settings: Settings) -> Iterator[Finding]:
    """Findings, most basic first; it stops where nothing further can be asked."""
    yield from _settings(settings)
    yield from _disk(settings)
    try:
        db = database(settings)
    except CannotOpen as error:
        yield Finding(Grade.WRONG, "database", str(error))
        return
    try:
        yield Finding(Grade.WELL, "database", "SQLite answers" if db.sqlite else "PostgreSQL answers")
        yield from _database(db, settings)
    finally:
        db.close()


def _settings(settings: Settings) -> Iterator[Finding]:
    found = config.problems(settings)
    if not found:
        yield Finding(Grade.WELL, "settings", "fit for production")
    for problem in found:
        yield Finding(Grade.WRONG, "settings", problem)
    if not settings.public_url:
        yield Finding(
            Grade.LOOK,
            "settings",
            f"PUBLIC_URL is not set: hook addresses are printed as {settings.url}, and providers' signatures, "
            "which cover the address, can only be checked if a proxy passes the host on",
        )
    if not settings.scheduler:
        yield Finding(
            Grade.LOOK, "settings", "SCHEDULER is off: some other process of this database must have it on"
        )


def _disk(settings: Settings) -> Iterator[Finding]:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data):
            pass
    except OSError as error:
        yield Finding(Grade.WRONG, "disk", f"{settings.data} cannot be written: {error.strerror}")
        return
    free = shutil.disk_usage(settings.data).free
    grade = Grade.WELL if free >= LITTLE_SPACE else Grade.LOOK
    yield Finding(grade, "disk", f"{settings.data} can be written, {free / 1024**3:.1f} GiB are free")


def _database(db: Database, settings: Settings) -> Iterator[Finding]:
    with db.read() as tx:
        broken = db.promises_broken(tx)
        server_time = db.clock(tx)
    for promise in broken:
        yield Finding(Grade.WRONG, "durability", f"{promise}: calls that were answered 200 could be lost")
    if not broken:
        yield Finding(Grade.WELL, "durability", "a commit is on disk before it is answered")
    yield _clock(server_time)
    try:
        require_schema(db)
    except CannotOpen as error:
        yield Finding(Grade.WRONG, "schema", str(error))
        return
    yield Finding(Grade.WELL, "schema", "is the one this code expects")
    with db.read() as tx:
        key = _key(tx, settings)
        yield key
        yield from _people(tx)
        yield from _providers(tx)
        if key.grade is Grade.WELL:
            yield from dialling_doctor.examine(tx, Vault(settings.root_key))
    yield from _jobs(db)


def _clock(server_time: datetime | None) -> Finding:
    here = datetime.now(UTC)
    if server_time is not None and abs(server_time - here) > CLOCKS_APART:
        apart = (server_time - here).total_seconds()
        return Finding(Grade.WRONG, "clock", f"the database's clock is {apart:+.0f} s from this machine's")
    return Finding(Grade.WELL, "clock", f"it is {here.isoformat(' ', 'seconds')}")


def _key(tx: Connection, settings: Settings) -> Finding:
    try:
        vault = Vault(settings.root_key)
    except (BadKey, ValueError) as error:
        return Finding(Grade.WRONG, "data key", f"DATA_KEY cannot be used: {error}")
    if institution.key_fits(tx, vault):
        return Finding(Grade.WELL, "data key", "opens what the database holds")
    return Finding(Grade.WRONG, "data key", "DATA_KEY is not the key this database was written with")


def _people(tx: Connection) -> Iterator[Finding]:
    active = [person for person in people.everybody(tx) if person.active]
    if any(person.role is Role.ADMIN for person in active):
        yield Finding(Grade.WELL, "people", f"{len(active)} may sign in")
    else:
        yield Finding(
            Grade.WRONG,
            "people",
            "no administrator may sign in; run: python -m dashapp user add … --role admin",
        )


def _providers(tx: Connection) -> Iterator[Finding]:
    listed = [one for one in connections.listed(tx) if one.active]
    if not listed:
        yield Finding(Grade.LOOK, "providers", "no connection yet; run: python -m dashapp connection add …")
    for one in listed:
        if one.last_at is None:
            yield Finding(Grade.LOOK, "providers", f"{one.slug} has never been heard")
        elif datetime.now(UTC) - one.last_at > SILENCE:
            yield Finding(
                Grade.LOOK, "providers", f"{one.slug} has been silent since {one.last_at:%d %B %H:%M} UTC"
            )
        else:
            yield Finding(Grade.WELL, "providers", f"{one.slug} was heard within a day")
    waiting = len(deliveries.waiting_for_review(tx))
    if waiting:
        yield Finding(
            Grade.LOOK,
            "deliveries",
            f"{waiting} could not be read and are kept; when the parser is mended run: "
            "python -m dashapp replay --for-review",
        )


def _jobs(db: Database) -> Iterator[Finding]:
    leadership = Leadership(db)
    free = leadership.held()
    leadership.release()
    if free:
        yield Finding(Grade.LOOK, "jobs", "no process runs the scheduled jobs now (no server is running)")
    else:
        yield Finding(Grade.WELL, "jobs", "a running server takes care of them")
