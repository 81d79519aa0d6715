"""What every vendor's face shares: the account behind it, the faults it plays, and a server on the loopback.

A face is the vendor's own API as its documents describe it: authentication, limits, errors, answers that say 200
and mean no. Each is a module with ``make(desk) -> Flask``.
"""

import logging
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, make_server


@dataclass(frozen=True)
class Fault:
    """What the face does instead of answering: wait, and say something else. ``status`` 0: hang up without a word."""

    status: int = 500
    body: str = ""
    content_type: str = "text/plain"
    wait_seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


class Declined(Exception):
    """The vendor will not place this call. ``status`` is the answer's, in vendors whose errors have one."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.why, self.status = why, status


@dataclass
class Desk:
    """One customer's account at the vendor: its keys, what it ordered, and the records the vendor keeps.

    ``records`` are in the vendor's own words. ``per_minute`` is the limit the face enforces; 0: none.
    ``taker`` places an ordered call (fields as the vendor names them) and returns its id, or raises ``Declined``;
    None: orders are only kept, and the face makes an id.
    """

    keys: dict[str, str] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    recordings: dict[str, bytes] = field(default_factory=dict)
    orders: list[dict[str, Any]] = field(default_factory=list)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: deque[Fault] = field(default_factory=deque)
    per_minute: int = 0
    asked: list[float] = field(default_factory=list)
    taker: Callable[[dict[str, Any]], str] | None = None
    lock: Lock = field(default_factory=Lock)

    def too_many(self) -> bool:
        """Counts this request; is it one over the limit of the last minute?"""
        now = time.monotonic()
        with self.lock:
            self.asked = [at for at in self.asked if now - at < 60]
            self.asked.append(now)
            return 0 < self.per_minute < len(self.asked)


def play_faults(app: Flask, desk: Desk) -> None:
    """Before anything else a waiting fault is played, once."""

    @app.before_request
    def fault() -> Response | None:
        with desk.lock:
            found = desk.faults.popleft() if desk.faults else None
        if found is None:
            return None
        time.sleep(found.wait_seconds)
        if found.status == 0:
            _hang_up(request.environ["werkzeug.socket"])
        return Response(found.body, found.status or 500, found.headers, content_type=found.content_type)


def _hang_up(line: socket.socket) -> None:
    """The caller hears the line go dead; what the server says afterwards goes nowhere."""
    line.shutdown(socket.SHUT_RDWR)


@contextmanager
def served(make: Callable[[Desk], Flask], desk: Desk) -> Iterator[str]:
    """The face at an address of its own on the loopback, until the block ends."""
    app = make(desk)
    play_faults(app, desk)
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, name="face", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
