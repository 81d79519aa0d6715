"""What the provider still has of past calls when somebody asks: their records, and a sound for a recording."""

import math
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator.books import Connection
from simulator.ledger import Ledger, Record
from simulator.speakers.open import Open

PAGE = 100
RATE = 8000
LONGEST_SECONDS = 60


def blueprint(ledger: Ledger, connections: Mapping[str, Connection]) -> Blueprint:
    """``GET /records/<slug>`` in the open protocol, ``GET /recordings/<call id>.wav``."""
    doors = Blueprint("memory", __name__)
    speaker = Open()

    @doors.get("/records/<slug>")
    def records(slug: str) -> Response:
        connection = connections.get(slug)
        if connection is None or connection.vendor != "open":
            return _said(404, "no such account")
        try:
            since, until = (datetime.fromisoformat(request.args[name]) for name in ("since", "until"))
            place = int(request.args.get("cursor", "0"))
        except (KeyError, ValueError):
            return _said(400, "since, until or cursor cannot be read")
        found = [
            dict(told.fields)
            for record in ledger.records()
            if record.complete
            and record.facts.line.connection == slug
            and since <= record.facts.started_at < until
            for told in speaker.deliveries(record.facts, connection)
            if told.final
        ]
        onward = str(place + PAGE) if place + PAGE < len(found) else None
        return jsonify({"records": found[place : place + PAGE], "next": onward})

    @doors.get("/recordings/<name>.wav")
    def recording(name: str) -> Response:
        found = next((each for each in ledger.records() if each.facts.line.call_id == name), None)
        if found is None or not found.facts.talk_seconds:
            return _said(404, "no such recording")
        sound = _sound(found)
        answer = Response(sound, content_type="audio/wav")
        answer.make_conditional(request, accept_ranges=True, complete_length=len(sound))
        return answer

    return doors


def _sound(record: Record) -> bytes:
    """Two voices in turn, as hums: a WAV of the talk's length, up to a minute."""
    seconds = min(record.facts.talk_seconds, LONGEST_SECONDS)
    samples = bytearray()
    for place in range(seconds * RATE):
        second = place / RATE
        pitch = 110 if int(second / 3) % 2 else 165
        loud = 24 * abs(math.sin(2.2 * math.pi * second))
        samples.append(128 + round(loud * math.sin(2 * math.pi * pitch * second)))
    head = struct.pack("<IHHIIHH", 16, 1, 1, RATE, RATE, 1, 8)
    size = struct.pack("<I", len(samples))
    return (
        b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt " + head + b"data" + size + bytes(samples)
    )


def _said(status: int, why: str) -> Response:
    answer: Any = jsonify({"error": why})
    answer.status_code = status
    return answer  # type: ignore[no-any-return]
