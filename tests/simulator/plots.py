"""Calls for the tests, told by the simulator's own stories with fixed dice."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

from simulator.callers import BY_NAME
from simulator.story import Facts, Line, Seat, Tempo, tell

NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
SEATS = tuple(Seat(f"+9172000000{place:02d}", f"agent{place}@x.in") for place in range(4))


def a_call(
    name: str,
    *,
    seats: Sequence[Seat] = SEATS,
    number: int = 1,
    seed: int = 1,
    speed: float = 1.0,
    connection: str = "open-one",
) -> Facts:
    script = BY_NAME[name]
    wanted = seats if script.direction == "inbound" else seats[:1]
    campaign = "Open day" if script.direction == "campaign" else None
    line = Line(
        call_id=f"sim-r-{number}",
        number=number,
        connection=connection,
        phone="+919312345678",
        did="+918045671011",
        campaign=campaign,
    )
    return tell(script, line, wanted, NOON, Random(seed), Tempo(speed))
