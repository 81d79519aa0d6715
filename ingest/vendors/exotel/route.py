"""Exotel's Connect applet with a dynamic URL: whom to dial, as JSON."""

import json

from ingest.contract import ConnectionInfo, RouteAnswer, RouteReply

_RING_SECONDS = 30


def reply(answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
    """Telephone seats in order. Empty ``numbers`` dial nobody, and the flow takes its own way on.

    Settings of the connection: ``ring_seconds`` (30), ``record`` (true).
    """
    numbers = [seat for seat in answer.to_ring if seat.startswith("+")]
    said: dict[str, object] = {
        "fetch_after_attempt": False,
        "destination": {"numbers": numbers},
        "record": bool(connection.settings.get("record", True)),
        "recording_channels": "dual",
        "max_ringing_duration": _seconds(connection.settings.get("ring_seconds")),
        "music_on_hold": {"type": "operator_tone"},
        "parallel_ringing": {"activate": False, "max_parallel_attempts": 1},
    }
    if answer.from_number:
        said["outgoing_phone_number"] = answer.from_number
    return RouteReply(json.dumps(said))


def _seconds(told: object) -> int:
    return told if isinstance(told, int) and 5 <= told <= 120 else _RING_SECONDS
