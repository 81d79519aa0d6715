"""Real servers in processes of their own, and the browser that looks at them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from models.store.base import Store, utc_now
from tests.cast import Cast, Known
from tests.databases import ROOT_KEY, Databases, close_store, open_store

ROOT = Path(__file__).resolve().parents[1]
STARTING_SECONDS = 30
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Running:
    """``python -m dashapp serve`` on a free port, with the cast behind it and the real clock.

    ``store`` and ``cast`` reach the same database from the test's own process: for leads and questions.
    Calls come in by ``hook``, as a provider's do.
    """

    def __init__(
        self, url: str, data: Path, store: Store, cast: Cast, environment: Mapping[str, str]
    ) -> None:
        self.database = url
        self.data = data
        self.store = store
        self.cast = cast
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data / "server.log"
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "CALLBOARD_DATA": str(data),
            "DATABASE_URL": url,
            "PORT": str(self.port),
            "SECRET_KEY": "fedcba9876543210fedcba9876543210",
            "DATA_KEY": ROOT_KEY.hex(),
            "SECURE_COOKIES": "false",
            "INSTITUTION_NAME": "Test University",
            **environment,
        }
        # the tests' PostgreSQL gives up safety for speed, which ``serve`` refuses
        serve = ["dashapp", "serve"] if store.db.sqlite else ["tests.soak.armed"]
        self.command = [sys.executable, "-m", *serve]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **environment: str) -> None:
        """Start and wait until it is ready; ``environment`` counts for this start only."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**self._environment, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=1).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        self.stop()
        raise AssertionError(f"the server did not start:\n{self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        """As an operator would; at once if it does not listen."""
        self._signal(signal.SIGTERM, 10)

    def kill(self) -> None:
        """As a power cut would: master and workers, now. When this returns, none of them holds anything."""
        workers = self.workers()
        self._signal(signal.SIGKILL, 10)
        deadline = time.monotonic() + 10
        while any(_lives(pid) for pid in workers) and time.monotonic() < deadline:
            time.sleep(0.005)

    def workers(self) -> set[int]:
        """Process ids of the workers that are alive now; the master is not among them."""
        if self.process is None:
            return set()
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return {int(pid) for pid in children.read_text().split()}
        except FileNotFoundError:
            return set()

    def hook(self, door: str, body: Mapping[str, Any], token: str | None = None) -> httpx.Response:
        """What a provider posts to ``door`` of the connection "open" (or of another ``token``)."""
        return httpx.post(
            f"{self.url}/webhooks/v1/{token or self.cast.connection.token}/{door}", json=body, timeout=20
        )

    def _signal(self, number: int, seconds: float) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        try:
            os.killpg(process.pid, number)
            process.wait(seconds)
        except ProcessLookupError:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(seconds)


def _lives(pid: int) -> bool:
    """A dead process nobody has asked after still has its entry, but no files and no locks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def running(
    databases: Databases, known: Mapping[str, Known], kind: str, data: Path, **environment: str
) -> Iterator[Running]:
    """A started server on a fresh database of ``kind``, stopped afterwards."""
    with databases.database(kind) as url:
        store = open_store(url, utc_now)
        server = Running(url, data, store, Cast(store, known[kind]), environment)
        try:
            server.start()
            yield server
        finally:
            server.stop()
            close_store(store)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_ports() -> int:
    """A free port whose next one is free as well: a demo's simulator listens there."""
    while True:
        port = free_port()
        with closing(socket.socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
        return port


def chromium() -> str:
    """The system's browser; ``make test`` installs it."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError("no Chromium: run make test, or apt-get install chromium")


CHROMIUM_ARGUMENTS = [
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
