"""Closed-loop load: so many connections, each of which posts, waits for the answer, and posts again.

wrk when it is installed, else a thread per connection in a Python process of its own
(``python -m tests.bench.generator``), which asks the same and reports the same but can give less.
"""

import http.client
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench import machine
from tests.bench.machine import Cores
from tests.bench.servers import ROOT, Server

SCRIPT = Path(__file__).with_name("post.lua")
HEADERS = {"Content-Type": "application/json", "User-Agent": "provider/1.0", "Accept": "*/*"}


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back. ``exhausted`` must be 0: deliveries would have been posted twice."""

    seconds: float
    answered: int
    refused: int
    exhausted: int
    errors: int
    p50_ms: float
    p99_ms: float


def drive(
    server: Server, deliveries: Path, acknowledged: Path, *, seconds: float, connections: int, cores: Cores
) -> Answered:
    """Post the file's deliveries for so long; ids that were acknowledged go to ``acknowledged``, one a line."""
    environment = {
        **os.environ,
        "DELIVERIES": str(deliveries),
        "ACKNOWLEDGED": str(acknowledged),
        "HOOKS": server.hook(""),
    }
    if shutil.which("wrk"):
        command = [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{seconds:g}s",
            "--timeout=20s",
            "-s",
            str(SCRIPT),
            server.url,
        ]
    else:
        command = [sys.executable, "-m", "tests.bench.generator", server.url, str(connections), str(seconds)]
    done = subprocess.run(
        machine.pinned(cores.generator, command),
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return Answered(**json.loads(done.stdout.splitlines()[-1]))


class _Posting:
    """The fallback: what all its threads share."""

    def __init__(self, port: int, seconds: float) -> None:
        self.port = port
        self.until = time.monotonic() + seconds
        lines = Path(os.environ["DELIVERIES"]).read_text().splitlines()
        self.lines = [tuple(line.split("\t", 1)) for line in lines]
        self.number = itertools.count()
        self.latencies: list[float] = []
        self.ids: list[str] = []
        self.refused = self.errors = 0

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        hooks = os.environ["HOOKS"]
        while (began := time.monotonic()) < self.until:
            door, body = self.lines[next(self.number) % len(self.lines)]
            try:
                connection.request("POST", hooks + door, body, HEADERS)
                answer = connection.getresponse()
                said = answer.read()
            except OSError:
                self.errors += 1
                connection.close()
                continue
            if answer.status != 200:
                self.refused += 1
                continue
            self.latencies.append(time.monotonic() - began)
            if b'"delivery":' in said:
                self.ids.append(said.rpartition(b":")[2].strip(b"}\n").decode())


def main() -> None:
    url, connections, seconds = sys.argv[1:]
    posting = _Posting(int(url.rpartition(":")[2]), float(seconds))
    threads = [threading.Thread(target=posting.run) for _ in range(int(connections))]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Path(os.environ["ACKNOWLEDGED"]).write_text("".join(f"{one}\n" for one in posting.ids))
    ordered = sorted(posting.latencies) or [0.0]
    found = Answered(
        seconds=time.monotonic() - began,
        answered=len(posting.latencies),
        refused=posting.refused,
        exhausted=next(posting.number) // (len(posting.lines) + 1),
        errors=posting.errors,
        p50_ms=ordered[len(ordered) // 2] * 1e3,
        p99_ms=ordered[len(ordered) * 99 // 100] * 1e3,
    )
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
