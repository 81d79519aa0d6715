"""Fifty thousand hooks as nobody should send them, many at a time: no 5xx, and every authenticated body is found."""

import base64
import hashlib
import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select

from ingest import intake
from ingest.vendors import registry
from ingest.webhooks import doors
from models.store import inspector
from models.store.base import Store, utc_now
from models.tables.telephony import delivery
from tests.cast import Cast, Known, Line
from tests.databases import Databases
from tests.storm import Hook, storm

MANY = 50_000
SEED = 20261123
THREADS = 8
BIGGEST = 1024 * 1024
INSPECTED = 500

Mark = tuple[int, bytes]
"""A connection and the fingerprint of a body."""


@dataclass
class Weather:
    """What came of a storm. ``wrong`` is empty when all is well."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    vendors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        answers = ", ".join(f"{count} × {status}" for status, count in sorted(self.statuses.items()))
        return f"{self.sent} hooks of {len(self.vendors)} vendors in {self.seconds:.0f} s: {answers}"


def blow(
    databases: Databases, known: dict[str, Known], kind: str, count: int = MANY, seed: int = SEED
) -> Weather:
    """Send ``count`` hooks to a store of this kind, then look for each."""
    with databases.store(kind, utc_now) as store, pytest.MonkeyPatch.context() as patch:
        cast = Cast(store, known[kind])
        for slug in registry.all_slugs():  # what a vendor would sign counts as signed
            patch.setattr(type(registry.get(slug)), "verify", lambda self, delivery, connection: True)
        lines = {slug: cast.line(f"storm-{slug}", slug) for slug in registry.all_slugs()}
        began = time.monotonic()
        weather, kept = _send_all(
            doors.application(doors.blueprint(store, None), BIGGEST), lines, count, seed
        )
        weather.seconds = time.monotonic() - began
        _find_all(store, cast, weather, kept)
    return weather


def _send_all(app: Flask, lines: dict[str, Line], count: int, seed: int) -> tuple[Weather, Counter[Mark]]:
    weather, kept = Weather(), Counter[Mark]()
    lock, hooks = threading.Lock(), storm(seed, count)

    def send() -> None:
        client = app.test_client()
        for many in iter(lambda: _some(hooks, lock), []):
            for hook in many:
                line = lines[hook.vendor]
                body = hook.body if hook.method == "POST" else b""
                answer = client.open(
                    f"/webhooks/v1/{line.token}/{hook.door}" + (f"?{hook.query}" if hook.query else ""),
                    method=hook.method,
                    input_stream=BytesIO(body),
                    headers={
                        "Content-Type": hook.content_type.encode("ascii", "replace").decode(),
                        "Content-Length": str(len(body)),
                        **hook.headers,
                    },
                )
                with lock:
                    weather.sent += 1
                    weather.statuses[answer.status_code] += 1
                    weather.vendors[hook.vendor] += 1
                    if answer.status_code == 200:
                        kept[line.id, _mark(body)] += 1
                    elif answer.status_code != 413 or len(body) <= BIGGEST:
                        weather.wrong.append(f"{hook.vendor} {hook.door} {hook.how}: {answer.status}")

    threads = [threading.Thread(target=send, name=f"storm-{place}") for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if weather.sent != count:
        weather.wrong.append(f"{count - weather.sent} hooks were never sent")
    return weather, kept


def _some(hooks: Iterator[Hook], lock: threading.Lock) -> list[Hook]:
    with lock:
        return list(itertools.islice(hooks, 20))


def _find_all(store: Store, cast: Cast, weather: Weather, kept: Counter[Mark]) -> None:
    """Every acknowledged body is in the inspector, once for each time it was acknowledged."""
    found, ids = _on_file(store, weather)
    until = time.monotonic() + 30  # routing questions are put on file behind their answer
    while found.total() < kept.total() and time.monotonic() < until:
        time.sleep(0.5)
        weather.verdicts.clear()
        found, ids = _on_file(store, weather)
    weather.wrong += [f"{count} acknowledged and not on file" for count in [(kept - found).total()] if count]
    weather.wrong += [f"{count} on file that nobody sent" for count in [(found - kept).total()] if count]
    with store.read() as tx:
        for delivery_id in ids[:: max(1, len(ids) // INSPECTED)]:
            inspector.inspect(tx, cast.dev.viewer, store.vault, delivery_id)


def _on_file(store: Store, weather: Weather) -> tuple[Counter[Mark], list[int]]:
    found, ids = Counter[Mark](), []
    with store.read() as tx:
        for row in tx.execute(select(delivery).order_by(delivery.c.id)):
            packed = msgspec.json.decode(store.vault.open(row.raw_ct, intake.RAW))
            found[row.connection_id, _mark(base64.b64decode(packed["body_b64"]))] += 1
            ids.append(row.id)
            weather.verdicts[row.verdict] += 1
            if row.verdict == "for review" and (not row.reason or "our reader failed" in row.reason):
                weather.wrong.append(
                    f"delivery {row.id} waits for review: {row.reason or 'nobody knows why'}"
                )
    return found, ids


def _mark(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()
