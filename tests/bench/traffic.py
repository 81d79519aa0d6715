"""What providers send while ingest is measured: a file of deliveries, each used once.

Of four deliveries two are pop-ups of new calls, one is the log of a call nobody announced, and one is the
log of a call announced some hundred deliveries before: 25 % concern a call that is on file. One caller in
sixteen is unknown; half of the logs tell of a talk, half of a missed call.
"""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench import institution

BEHIND = 400
"""How many deliveries a log comes behind its call's pop-up: more than are ever on their way at once."""

Posted = tuple[str, str]
"""(door, JSON body)."""


def deliveries(name: str, count: int, first_at: datetime | None = None) -> Iterator[Posted]:
    """``count`` deliveries; ``name`` sets their calls apart from those of every other run."""
    at = first_at or datetime.now(UTC)
    for number in range(count):
        if number % 4 == 3 and number >= BEHIND:
            call = number - BEHIND - 1  # two more than a multiple of four: a pop-up announced it
            yield "call-log", json.dumps(_log(name, call, at, talked=number % 8 == 3))
        elif number % 4 == 1:
            yield "call-log", json.dumps(_log(name, number, at, talked=number % 8 == 1))
        else:
            yield "popup", json.dumps(_popup(name, number, at))


def write(path: Path, name: str, count: int) -> None:
    """A line per delivery: the door, a tab, the body."""
    with path.open("w") as file:
        for door, body in deliveries(name, count):
            file.write(f"{door}\t{body}\n")


def _popup(name: str, call: int, at: datetime) -> dict[str, str]:
    if call % 16 == 2:
        caller = f"+9197{zlib.crc32(f'{name}-{call}'.encode()) % 100_000_000:08}"
    else:
        caller = institution.lead_phone(call % institution.LEADS)
    return {
        "call_id": f"{name}-{call}",
        "agent_no": institution.seat(call % institution.COUNSELORS),
        "applicant_no": caller,
        "did_no": institution.did(call % institution.TEAMS),
        "call_type": "inbound",
        "event_time": f"{at:%Y-%m-%dT%H:%M:%S}+00:00",
    }


def _log(name: str, call: int, at: datetime, *, talked: bool) -> dict[str, str]:
    began, ended = at - timedelta(seconds=95), at
    return _popup(name, call, began) | {
        "start_time": f"{began:%Y-%m-%dT%H:%M:%S}+00:00",
        "end_time": f"{ended:%Y-%m-%dT%H:%M:%S}+00:00",
        "call_duration": "95",
        "talk_seconds": "75" if talked else "0",
        "status": "1" if talked else "0",
        "resource_url": f"https://recordings.example.org/{name}/{call}.mp3" if talked else "",
    }
