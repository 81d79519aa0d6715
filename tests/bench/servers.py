"""Starting and stopping the servers under measurement."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.bench import institution, machine
from tests.bench.machine import Cores
from tests.databases import ROOT_KEY

ROOT = Path(__file__).resolve().parents[2]
STARTING_SECONDS = 40
FIRST_PORT, LAST_PORT = 8400, 8449


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on ``port``; ``pid`` is its first process."""

    kind: str
    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def hook(self, door: str) -> str:
        return f"/webhooks/v1/{institution.TOKEN}/{door}"

    def cpu_seconds(self) -> float:
        return machine.cpu_seconds(self.pid)


@contextmanager
def started(kind: str, database: str, data: Path, cores: Cores, threads: int = 400) -> Iterator[Server]:
    """A server of this kind (see ``serve``) on a database, pinned to its core; stopped afterwards."""
    port = _free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "CALLBOARD_DATA": str(data),
        "DATABASE_URL": database,
        "PORT": str(port),
        "SECRET_KEY": "fedcba9876543210fedcba9876543210",
        "DATA_KEY": ROOT_KEY.hex(),
        "SECURE_COOKIES": "false",
        "THREADS": str(threads),
        "LOG_LEVEL": "warning",
    }
    command = machine.pinned(cores.app, [sys.executable, "-m", "tests.bench.serve", kind])
    log_path = data / f"{kind}-{port}.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait(process, port, log_path)
        yield Server(kind, port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(15)


def _wait(process: "subprocess.Popen[bytes]", port: int, log_path: Path) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log_path.read_text()[-4000:]}")


def _free_port() -> int:
    for port in range(FIRST_PORT, LAST_PORT + 1):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError(f"no free port between {FIRST_PORT} and {LAST_PORT}")
