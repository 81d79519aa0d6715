"""From a provider's request to a painted card, with 200 streams open; and a board loaded warm."""

import http.client
import json
import socket
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import select

from models.rules.access import Role
from models.store import people, sessions
from models.store.base import Store, utc_now
from models.tables.people import person
from tests.bench import institution
from tests.bench.ingest import database
from tests.bench.machine import Cores
from tests.bench.report import Row
from tests.bench.servers import Server, started
from tests.databases import close_store, open_store
from tests.servers import CHROMIUM_ARGUMENTS, chromium

STREAMS, POPUPS, LOADS, MISSED = 200, 60, 7, 30
PAINTED = """
window.painted = [];
new MutationObserver((changes) => {
  if (!changes.some((change) => change.addedNodes.length)) return;
  requestAnimationFrame(() => requestAnimationFrame(() =>
    window.painted.push(performance.timeOrigin + performance.now())));
}).observe(document.getElementById("popup-stack"), { childList: true });
"""


def rows() -> list[Row]:
    cores = Cores.found()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callboard-bench-")))
        url = stack.enter_context(database("sqlite", folder))
        store = open_store(url, utc_now)
        stack.callback(close_store, store)
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=chromium(), args=CHROMIUM_ARGUMENTS
        )
        stack.callback(browser.close)
        found = []
        for part in (_popups, _broadcast, _warm):
            # A server of its own for each: streams that were shut are only let go when it next writes to them.
            with started("app", url, folder, cores) as server:
                found.append(part(store, server, browser))
        return found


class Stream(threading.Thread):
    """One open event stream; ``heard`` holds when each event of the kind came in (seconds of the wall clock)."""

    def __init__(self, server: Server, secret: str, kind: str = "popup") -> None:
        super().__init__(daemon=True)
        self._event = f"event: {kind}\n".encode()
        self.heard: list[float] = []
        self._closing = False
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self._connection.request("GET", "/live/stream", headers={"Cookie": f"callboard_session={secret}"})
        self._socket = self._connection.sock  # the answer takes it away from the connection
        self._answer = self._connection.getresponse()
        self._answer.readline()  # the server has subscribed before it says anything

    def run(self) -> None:
        try:
            while line := self._answer.readline():
                if line == self._event:
                    self.heard.append(time.time())
        except (OSError, ValueError, AttributeError):
            if not self._closing:  # http.client says all three where its socket was shut under it
                raise

    def close(self) -> None:
        self._closing = True
        self._socket.shutdown(socket.SHUT_RDWR)


def _popups(store: Store, server: Server, browser: Browser) -> Row:
    staff = _staff(store)
    streams = [Stream(server, _session(store, one)[0]) for one in staff[1:STREAMS]]
    for stream in streams:
        stream.start()
    page = _signed_in(browser, store, server, staff[0]).new_page()
    page.goto(server.url)
    page.wait_for_selector("#popup-stack", state="attached")
    page.evaluate(PAINTED)
    accepted = []
    for number in range(POPUPS):
        accepted.append(_ring(server, 0, number))
        page.wait_for_function("(n) => window.painted.length >= n", arg=number + 1)
    painted: list[float] = page.evaluate("window.painted")
    waits = sorted(max(0.0, seen - at * 1e3) for seen, at in zip(painted, accepted, strict=False))
    for stream in streams:
        stream.close()
    p50, p99 = _quantile(waits, 0.5), _quantile(waits, 0.99)
    return Row(
        f"pop-up: hook accepted → card painted, {STREAMS} streams open",
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms",
        "p50 ≤ 40, p99 ≤ 120 ms",
        p50 <= 40 and p99 <= 120,
        f"{len(waits)} cards, most {waits[-1]:.0f} ms",
    )


def _broadcast(store: Store, server: Server, _: Browser) -> Row:
    """Ten administrators with 20 streams each: news of every call goes to all."""
    secrets = [_session(store, one)[0] for one in _administrators(store, 10)]
    streams = [Stream(server, secret, "call") for secret in secrets for _ in range(STREAMS // 10)]
    for stream in streams:
        stream.start()
    accepted = []
    for number in range(20):
        accepted.append(_ring(server, 1, number))
        _until(partial(_all_heard, streams, number))
    waits = sorted(
        max(0.0, (heard - at) * 1e3) for one in streams for heard, at in zip(one.heard, accepted, strict=True)
    )
    for stream in streams:
        stream.close()
    p99 = _quantile(waits, 0.99)
    return Row(
        f"broadcast: hook accepted → heard by {STREAMS} streams",
        f"p99 {p99:.0f} ms",
        "p99 ≤ 80 ms",
        p99 <= 80,
        f"p50 {_quantile(waits, 0.5):.0f} ms, most {waits[-1]:.0f} ms of {len(waits)}",
    )


def _all_heard(streams: Sequence[Stream], number: int) -> bool:
    return all(len(one.heard) > number for one in streams)


def _warm(store: Store, server: Server, browser: Browser) -> Row:
    with store.read() as tx:
        boss = tx.scalar(select(person.c.id).where(person.c.role == "supervisor").order_by(person.c.id)) or 0
    for number in range(MISSED):
        _post(server, "call-log", _call(number * institution.TEAMS, number) | {"status": "0"})
    page = _signed_in(browser, store, server, boss).new_page()
    times = []
    for _ in range(LOADS + 1):
        began = time.monotonic()
        page.goto(f"{server.url}/boards", wait_until="commit")
        page.wait_for_selector(".ag-row:visible")
        times.append(time.monotonic() - began)
    warm = sorted(times[1:])
    median = _quantile(warm, 0.5)
    return Row(
        "board page, warm load",
        f"{median:.2f} s",
        "≤ 0.8 s",
        median <= 0.8,
        f"cold {times[0]:.2f}; warm {', '.join(f'{one:.2f}' for one in warm)}",
    )


def _staff(store: Store) -> Sequence[int]:
    with store.read() as tx:
        return list(tx.scalars(select(person.c.id).where(person.c.role == "counselor").order_by(person.c.id)))


def _administrators(store: Store, count: int) -> list[int]:
    with store.db.begin() as tx:
        return [
            people.add(
                tx,
                name=f"Administrator {number}",
                email=f"administrator{number}@example.org",
                role=Role.ADMIN,
                password="a long enough password",
                at=store.now(),
            )
            for number in range(count)
        ]


def _session(store: Store, person_id: int) -> tuple[str, str]:
    return sessions.start(store, person_id, timedelta(hours=1))


def _signed_in(browser: Browser, store: Store, server: Server, person_id: int) -> BrowserContext:
    secret, csrf = _session(store, person_id)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(
        [
            {"name": "callboard_session", "value": secret, "url": server.url},
            {"name": "callboard_csrf", "value": csrf, "url": server.url},
        ]
    )
    return context


def _ring(server: Server, counselor: int, number: int) -> float:
    """A new call rings this counselor; when the provider had its answer (seconds of the wall clock)."""
    return _post(server, "popup", _call(counselor, number))


def _call(counselor: int, number: int) -> dict[str, str]:
    return {
        "call_id": uuid.uuid4().hex,
        "agent_no": institution.seat(counselor),
        "applicant_no": institution.lead_phone(number),
        "did_no": institution.did(0),
        "call_type": "inbound",
    }


def _post(server: Server, door: str, body: dict[str, str]) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("POST", server.hook(door), json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    at = time.time()
    if answer.status != 200:
        raise RuntimeError(f"the {door} was answered {answer.status}")
    connection.close()
    return at


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError("not every stream heard the pop-up")
        time.sleep(0.002)


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
