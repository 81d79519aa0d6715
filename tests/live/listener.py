"""A browser's event source without the browser: it listens, comes back with the last id it saw, and remembers."""

import json
import threading
from datetime import timedelta
from typing import Any

import httpx

from dashapp import auth
from models.store import feed, sessions
from tests.cast import Person
from tests.servers import Running


class Listener:
    """One person's stream. ``heard`` are the events in the order they came, over all connections together."""

    def __init__(self, server: Running, person: Person, *, begin_at: int = 0, address: str = "") -> None:
        self.person = person
        self.last = begin_at
        self.heard: list[tuple[int, str, dict[str, Any]]] = []
        self.resets = 0
        self.connections = 0
        self.refused: list[int] = []
        self.comments = 0
        self._url = f"{server.url}/live/stream{address}"
        self._secret, _ = sessions.start(server.store, person.id, timedelta(hours=1))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name=f"listener-{person.name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up; an open stream is let go of at its next word or after a second."""
        self._stop.set()
        self._thread.join(20)

    @property
    def ids(self) -> list[int]:
        return [event_id for event_id, _, _ in self.heard]

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                self._connect()
            except httpx.TransportError:
                self._stop.wait(0.05)  # the server is away, or was killed in the midst of a word

    def _connect(self) -> None:
        headers = {"Cookie": f"{auth.SESSION_COOKIE}={self._secret}", "Last-Event-ID": str(self.last)}
        timeout = httpx.Timeout(5, read=1)
        with httpx.stream("GET", self._url, headers=headers, timeout=timeout, trust_env=False) as answer:
            if answer.status_code != 200:
                self.refused.append(answer.status_code)
                self._stop.wait(0.1)
                return
            self.connections += 1
            lines: list[str] = []
            for line in answer.iter_lines():
                if self._stop.is_set():
                    return
                if line:
                    lines.append(line)
                else:
                    self._take(lines)
                    lines = []

    def _take(self, lines: list[str]) -> None:
        """One event as the server sent it, whole: a torn one never ends with an empty line."""
        said = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
        self.comments += sum(line.startswith(":") for line in lines)
        if said.get("event") == "reset":
            self.resets += 1
        elif "id" in said:
            self.last = int(said["id"])
            self.heard.append((self.last, said["event"], json.loads(said["data"])))


def meant_for(server: Running, person: Person, after: int = 0) -> list[int]:
    """The ids of the feed's rows that this person should hear, from the table itself."""
    rows: list[feed.FeedRow] = []
    with server.store.read() as tx:
        while page := feed.after(tx, rows[-1].id if rows else after):
            rows += page
    return [row.id for row in feed.for_viewer(rows, person.viewer)]
