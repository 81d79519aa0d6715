"""Whatever comes through a door with its token: a clear verdict, never a 5xx, and every body is found again."""

import base64
import gzip
import json
import time
from dataclasses import replace
from io import BytesIO
from random import Random
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from ingest import intake
from ingest.contract import Door
from ingest.vendors import registry
from ingest.webhooks import doors
from models.store import inspector
from models.store.base import Store
from models.tables.calls import call
from models.tables.telephony import delivery
from tests.cast import Cast, Line
from tests.reconciling import record
from tests.storm import ASKING, FORM, JSON, SPOILED, Hook, seeds, storm

VERDICTS = {"recorded", "nothing new", "no event", "for review"}


@pytest.fixture
def app(store: Store) -> Flask:
    """The doors alone: a book of tokens of their own, so that new connections are known at once."""
    return doors.application(doors.blueprint(store, None), 1024 * 1024)


@pytest.fixture
def lines(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> dict[str, Line]:
    """A connection of every vendor. What a vendor would sign counts as signed: these are bodies it truly sent."""
    for slug in registry.all_slugs():
        monkeypatch.setattr(type(registry.get(slug)), "verify", lambda self, delivery, connection: True)
    return {slug: cast.line(f"line-{slug}", slug) for slug in registry.all_slugs()}


def _send(app: Flask, line: Line, hook: Hook) -> TestResponse:
    path = f"/webhooks/v1/{line.token}/{hook.door}" + (f"?{hook.query}" if hook.query else "")
    body = hook.body if hook.method == "POST" else b""
    return app.test_client().open(
        path,
        method=hook.method,
        input_stream=BytesIO(body),
        headers={
            "Content-Type": hook.content_type.encode("ascii", "replace").decode(),
            "Content-Length": str(len(body)),
            **hook.headers,
        },
    )


def _bodies(store: Store, line: Line) -> list[tuple[bytes, str, str, int]]:
    with store.read() as tx:
        rows = tx.execute(
            select(delivery).where(delivery.c.connection_id == line.id).order_by(delivery.c.id)
        ).all()
    return [
        (
            base64.b64decode(msgspec.json.decode(store.vault.open(row.raw_ct, intake.RAW))["body_b64"]),
            row.verdict,
            row.reason,
            row.id,
        )
        for row in rows
    ]


def _found(app: Flask, store: Store, cast: Cast, line: Line, hook: Hook) -> tuple[str, str]:
    """Send it; the verdict and reason under which the inspector has it."""
    before = len(_bodies(store, line))
    answer = _send(app, line, hook)
    told = f"{hook.vendor} {hook.door} {hook.how}: {answer.status}"
    assert answer.status_code == 200, told
    kept = _waited(store, line, before + 1)
    body, verdict, reason, delivery_id = kept[-1]
    assert len(kept) == before + 1, told
    assert body == (hook.body if hook.method == "POST" else b""), told
    assert verdict in VERDICTS, told
    assert verdict != "for review" or reason, told
    with store.read() as tx:
        inspected = inspector.inspect(tx, cast.dev.viewer, store.vault, delivery_id)
    assert inspected.listed.id == delivery_id
    return verdict, reason


def _waited(store: Store, line: Line, count: int) -> list[tuple[bytes, str, str, int]]:
    """Routing questions are put on file behind their answer."""
    until = time.monotonic() + 10
    while len(found := _bodies(store, line)) < count and time.monotonic() < until:
        time.sleep(0.02)
    return found


@pytest.mark.parametrize("how", SPOILED)
def test_every_vendor_survives_and_everything_is_found(
    app: Flask, store: Store, cast: Cast, lines: dict[str, Line], how: str
) -> None:
    rng = Random(how)
    for slug, line in lines.items():
        known = seeds(slug)
        if not known:
            continue
        for seed in rng.sample(known, min(3, len(known))):
            spoiled = replace(SPOILED[how](seed, rng), how=how)
            verdict, reason = _found(app, store, cast, line, spoiled)
            assert "our reader failed" not in reason, f"{slug}: {reason} ({verdict})"


def test_a_short_storm(app: Flask, store: Store, cast: Cast, lines: dict[str, Line]) -> None:
    for hook in storm(20261123, 150):
        _, reason = _found(app, store, cast, lines[hook.vendor], hook)
        assert "our reader failed" not in reason, f"{hook.vendor} {hook.how}: {reason}"


@pytest.fixture
def door(app: Flask, store: Store, cast: Cast) -> Any:
    """``door(body, content_type, …)``: a call log at the connection "reference"; (status, verdict, reason, calls)."""

    def send(body: bytes, content_type: str = JSON, **headers: str) -> tuple[int, str, str, int]:
        answer = _send(
            app, cast.connection, Hook("open", Door.LOG, "POST", "", content_type, body, headers=headers)
        )
        kept = _bodies(store, cast.connection)
        with store.read() as tx:
            calls = len(tx.execute(select(call.c.id)).all())
        last = kept[-1] if kept and kept[-1][0] == body else (b"", "", "", 0)
        return answer.status_code, last[1], last[2], calls

    return send


def _log(cast: Cast, store: Store, **more: Any) -> bytes:
    return json.dumps(record("c-1", str(cast.asha.seat), store.now(), 30) | more).encode()


def test_too_large_is_told_and_nothing_else_suffers(door: Any, cast: Cast, store: Store) -> None:
    assert door(b'{"call_id": "' + b"x" * 10_000_000 + b'"}')[0] == 413
    assert door(_log(cast, store)) == (200, "recorded", "", 1)


def test_just_small_enough_is_kept(door: Any) -> None:
    status, verdict, _, calls = door(b'{"call_id": "' + b"x" * 1_000_000 + b'"}')
    assert (status, verdict) == (200, "recorded")
    assert calls == 1


@pytest.mark.parametrize("headers", [{"Content-Encoding": "gzip"}, {}])
def test_a_bomb_is_kept_as_it_came_and_never_unpacked(door: Any, headers: dict[str, str]) -> None:
    bomb = gzip.compress(b"0" * 400_000_000, 9)
    began = time.monotonic()
    status, verdict, reason, calls = door(bomb, JSON, **headers)
    assert (status, verdict, calls) == (200, "for review", 0)
    assert reason
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"call_id": "c-1", "call_id": "c-2", "status": 1, "agent_no": "1"}', JSON),
        (b"call_id=c-1&call_id=c-2&status=1", FORM),
        (b'{"call_id": "c-1", "call_duration": NaN, "status": 1}', JSON),
        (b'{"call_id": "c-1", "call_duration": Infinity, "status": -Infinity}', JSON),
        (b'{"call_id": "c-\\u0000-1", "disposition": "a\\u0000b"}', JSON),
        (b'{"call_id": "c-\\ud800", "disposition": "\\udfff"}', JSON),
        ('{"call_id": "c-1", "status": 1}'.encode("utf-16"), JSON),
        (b'\xef\xbb\xbf{"call_id": "c-1", "status": 1}', "image/png"),
        (b"call_id=c-1&disposition=%00%ff%ed%a0%80", FORM),
    ],
)
def test_what_is_odd_and_can_be_read_makes_one_call(door: Any, body: bytes, content_type: str) -> None:
    assert door(body, content_type) == (200, "recorded", "", 1)


@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"a":' * 100_000, b"\x00" * 50_000, b"\xff\xfe\x00\xd8", b"", b"null", b"<xml/>"],
)
def test_what_cannot_be_read_says_why_and_makes_no_call(door: Any, body: bytes) -> None:
    status, verdict, reason, calls = door(body)
    assert (status, verdict, calls) == (200, "for review", 0)
    assert reason
    assert "our reader failed" not in reason


def test_the_asking_doors_answer_anything(
    app: Flask, store: Store, cast: Cast, lines: dict[str, Line]
) -> None:
    rng = Random(7)
    for slug, line in lines.items():
        for seed in [hook for hook in seeds(slug) if hook.door in ASKING][:2]:
            for spoil in SPOILED.values():
                answer = _send(app, line, spoil(seed, rng))
                assert answer.status_code == 200, slug
