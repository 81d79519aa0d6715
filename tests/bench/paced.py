"""Open-loop load: so many requests a second, sent when they are due whether or not earlier ones were answered.

``python -m tests.bench.paced``, a process of its own. What is counted as waiting begins when a request was due.
"""

import http.client
import json
import queue
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench import machine
from tests.bench.generator import HEADERS
from tests.bench.machine import Cores
from tests.bench.servers import ROOT, Server

SENDERS = 96
TIMEOUT_SECONDS = 30
IDLE_SECONDS = 1.0
"""A connection not used for so long is made anew: the server may be about to close it."""


@dataclass(frozen=True, slots=True)
class Paced:
    """What came back. ``waited_ms`` is sorted; of requests without an answer it holds none."""

    sent: int
    refused: int
    errors: int
    waited_ms: list[float]
    first_answer: str

    def percentile(self, share: float) -> float:
        """Milliseconds; 0 when nothing came back."""
        return (
            self.waited_ms[min(len(self.waited_ms) - 1, int(len(self.waited_ms) * share))]
            if self.waited_ms
            else 0.0
        )


class Running:
    """A generator under way."""

    def __init__(self, server: Server, deliveries: Path, rate: float, seconds: float, cores: Cores) -> None:
        self._process = subprocess.Popen(
            machine.pinned(
                cores.generator,
                [
                    sys.executable,
                    "-m",
                    "tests.bench.paced",
                    str(server.port),
                    server.hook(""),
                    str(deliveries),
                    str(rate),
                    str(seconds),
                ],
            ),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def stop(self) -> None:
        """Whatever it still waits for."""
        self._process.kill()
        self._process.communicate()

    def result(self) -> Paced:
        said, _ = self._process.communicate()
        return Paced(**json.loads(said.splitlines()[-1]))


class _Sending:
    def __init__(self, port: int, hooks: str, lines: list[str]) -> None:
        self.port, self.hooks, self.lines = port, hooks, lines
        self.due: queue.SimpleQueue[tuple[float, str] | None] = queue.SimpleQueue()
        self.waited: list[float] = []
        self.refused = self.errors = 0
        self.first_answer = ""

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        used = 0.0
        while (job := self.due.get()) is not None:
            at, line = job
            if time.monotonic() - used > IDLE_SECONDS:
                connection.close()
            door, _, body = line.partition("\t")
            try:
                connection.request("POST", self.hooks + door, body, HEADERS)
                answer = connection.getresponse()
                said = answer.read()
            except OSError:
                self.errors += 1
                connection.close()
                continue
            if answer.status != 200:
                self.refused += 1
                continue
            self.first_answer = self.first_answer or said.decode()
            used = time.monotonic()
            self.waited.append((used - at) * 1e3)


def main() -> None:
    port, hooks, deliveries, rate, seconds = sys.argv[1:]
    sending = _Sending(int(port), hooks, Path(deliveries).read_text().splitlines())
    threads = [threading.Thread(target=sending.run) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    count = int(float(rate) * float(seconds))
    for number in range(count):
        at = began + number / float(rate)
        time.sleep(max(0.0, at - time.monotonic()))
        sending.due.put((at, sending.lines[number % len(sending.lines)]))
    for _ in threads:
        sending.due.put(None)
    for thread in threads:
        thread.join()
    print(
        json.dumps(
            asdict(
                Paced(count, sending.refused, sending.errors, sorted(sending.waited), sending.first_answer)
            )
        )
    )


if __name__ == "__main__":
    main()
