"""``demo`` (``make run``): a whole institution on this machine, with a telephone system that rings."""

import argparse
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from dashapp import config
from dashapp.cli import logs, serve
from dashapp.cli.demo import afterwork, credentials, provider, seed
from dashapp.cli.demo.institution import MEMBERS, NAME
from dashapp.cli.stores import CannotOpen, database, opened
from dashapp.config import Settings
from models.migrations import schema
from models.store import institution

LOOPBACK = ("127.0.0.1", "localhost", "::1")
REPOSITORY = Path(__file__).resolve().parents[3]
STARTING_SECONDS = 60
STOPPING_SECONDS = 10
UNFINISHED = "seeding"
"""Stands in the data directory while the institution is being written: an interrupted start shows."""


def add_to(commands: Any) -> None:
    command = commands.add_parser(
        "demo", help="a demo institution with simulated callers, on this machine only"
    )
    command.add_argument("--no-simulator", action="store_true", help="a quiet telephone system")
    command.add_argument("--prepare", action="store_true", help="only make the institution, start nothing")
    command.set_defaults(run=run)


def run(given: argparse.Namespace, asked: Settings) -> int:
    if asked.host not in LOOPBACK:
        raise CannotOpen(f"the demo answers on this machine only; HOST={asked.host} is for serve")
    asked.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = config.load(
        CALLBOARD_DATA=asked.data.resolve(),
        DEMO=True,
        SECURE_COOKIES=False,
        HOST="127.0.0.1",
        PUBLIC_URL="",
        LOG_LEVEL="warning" if asked.log_level == "info" else asked.log_level,
        PRIVATE_HOSTS="127.0.0.1",
        WORKERS=1 if asked.sqlite else asked.workers,
        INSTITUTION_NAME=asked.institution_name if asked.institution_name != "Callboard" else NAME,
        **credentials.own_secrets(asked.data),
    )
    if not given.prepare and not _free(settings):
        raise CannotOpen(f"port {settings.port} is taken; try: make run PORT={settings.port + 10}")
    prepare(settings)
    return 0 if given.prepare else _live(settings, simulator=not given.no_simulator)


def prepare(settings: Settings) -> None:
    """Migrate, and on the first start write the institution and ``demo.json``. Later starts keep the data."""
    _clear_unfinished(settings)
    db = database(settings)
    schema.upgrade(db)
    db.close()
    path, unfinished = settings.data / credentials.FILE, settings.data / UNFINISHED
    with opened(settings) as store:
        with store.read() as tx:
            empty = institution.is_empty(tx)
        if empty:
            print("First start: writing a demo institution with 90 days of calls …", flush=True)
            unfinished.touch()
            passwords = credentials.new_passwords()
            began = time.monotonic()
            calls = seed.fill(store, passwords)
            with store.db.begin() as tx:
                issued = credentials.issue(store, tx, passwords)
            credentials.write(path, settings.url, issued)
            unfinished.unlink()
            print(f"{calls} past calls written in {time.monotonic() - began:.0f} s", flush=True)
        elif not credentials.is_demo(store):
            raise CannotOpen("this database holds an institution of its own; the demo does not touch it")
        elif path.exists():
            credentials.move(path, settings.url)
        else:
            credentials.write(path, settings.url, credentials.issue_again(store))
        provider.point(store, path, settings.port + 1)
        with store.db.begin() as tx:
            afterwork.decide(tx)


def _clear_unfinished(settings: Settings) -> None:
    unfinished = settings.data / UNFINISHED
    if not unfinished.exists():
        return
    if settings.database_url:
        raise CannotOpen(
            "the first start was interrupted while it wrote the institution: empty the database, "
            f"delete {unfinished} and start again"
        )
    for leftover in settings.data.glob("callboard.db*"):
        leftover.unlink()
    unfinished.unlink()


def _live(settings: Settings, *, simulator: bool) -> int:
    """Server and simulator, until somebody stops this or the server ends by itself."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(settings,), name="server")
    server.start()
    street: subprocess.Popen[bytes] | None = None
    try:
        if not _answers(settings, server, stop):
            return 0 if stop.is_set() else 1
        _welcome(settings)
        if simulator:
            street = _simulator(settings)
        while not stop.wait(0.5):
            if not server.is_alive():
                print("the server has stopped by itself", file=sys.stderr)
                return 1
            if street is not None and street.poll() is not None:
                print("the simulator has stopped; the server goes on", file=sys.stderr)
                street = None
        return 0
    finally:
        _end(server, street)


def _serve(settings: Settings) -> None:
    """The server's own process, in a session of its own: Ctrl-C is for the parent, which ends it in order."""
    os.setsid()
    logs.set_up(settings)
    try:
        serve.start(settings)
    except CannotOpen as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def _simulator(settings: Settings) -> "subprocess.Popen[bytes]":
    path = settings.data / credentials.FILE
    command = [
        sys.executable,
        "-m",
        "simulator",
        "run",
        "--demo",
        str(path),
        "--port",
        str(settings.port + 1),
    ]
    return subprocess.Popen(command, cwd=REPOSITORY, start_new_session=True)


def _answers(settings: Settings, server: Any, stop: threading.Event) -> bool:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline and server.is_alive() and not stop.is_set():
        try:
            with urllib.request.urlopen(f"{settings.url}/readyz", timeout=2):  # noqa: S310 our own loopback
                return True
        except (urllib.error.URLError, OSError):
            stop.wait(0.1)
    return False


def _welcome(settings: Settings) -> None:
    first = {member.role: member.email for member in reversed(MEMBERS)}
    print(f"\n  {NAME} is at  {settings.url}\n")
    for role, email in first.items():
        print(f"  {role:<11}{email}")
    print(f"\n  Passwords and the API key: {settings.data / credentials.FILE}   Stop: Ctrl-C\n", flush=True)


def _end(server: Any, street: "subprocess.Popen[bytes] | None") -> None:
    """The simulator first: it ends its calls, and somebody must still be there to hear of it."""
    if street is not None and street.poll() is None:
        street.terminate()
        try:
            street.wait(STOPPING_SECONDS)
        except subprocess.TimeoutExpired:
            street.kill()
    if server.is_alive():
        server.terminate()
    server.join(STOPPING_SECONDS)
    if server.is_alive():
        server.kill()


def _free(settings: Settings) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return False
    return True
