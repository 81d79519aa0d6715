"""Who looked at which profile afterwards, and what is left open today."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dashapp.cli.demo.calls import Told
from dashapp.cli.demo.history import CLOSES, OPENS
from models.rules.call import Direction
from models.store.bulk import PastOpening

# How many entries wait today, by direction and whether somebody talked (then it is a pending one).
LEFT_OPEN = {
    (Direction.INBOUND, False): 6,
    (Direction.OUTBOUND, False): 5,
    (Direction.CAMPAIGN, False): 3,
    (Direction.INBOUND, True): 4,
    (Direction.CAMPAIGN, True): 2,
}


def settle_looks(rng: Random, calls: Sequence[Told], now: datetime, zone: ZoneInfo) -> None:
    """Make every look happen in working hours and before ``now``, but for the entries left open today."""
    for call in calls:
        if call.look is not None:
            call.look.at = _in_hours(rng, call.look.at, zone)
            if call.look.at >= now:
                call.look.at = call.ended_at + (now - call.ended_at) * rng.uniform(0.1, 0.9)
    for call in _to_leave_open(rng, calls):
        call.look = None


def openings(calls: Sequence[Told], now: datetime) -> list[PastOpening]:
    """The looks as rows; the leads must be written by now."""
    return [
        PastOpening(
            call.caller.lead_id,
            call.look.by.person_id,
            call.look.at,
            min(call.look.at + call.look.lasting, now),
            call.look.how,
        )
        for call in calls
        if call.look is not None
    ]


def _to_leave_open(rng: Random, calls: Sequence[Told]) -> list[Told]:
    """Recent entries of every kind, of leads that nobody looked at for another reason since."""
    looks: dict[str, list[datetime]] = defaultdict(list)
    for call in calls:
        if call.look is not None:
            looks[call.caller.phone].append(call.look.at)
    chosen: list[Told] = []
    for kind, count in LEFT_OPEN.items():
        recent: list[Told] = []
        for call in reversed(calls):
            if len(recent) == count * 2:
                break
            if not call.due or (call.direction, call.connected) != kind or call.look is None:
                continue
            own, began = call.look.at, call.events[0].received_at
            if not any(at >= began - timedelta(minutes=10) for at in looks[call.caller.phone] if at != own):
                recent.append(call)
        chosen += rng.sample(recent, min(count, len(recent)))
    return chosen


def _in_hours(rng: Random, at: datetime, zone: ZoneInfo) -> datetime:
    """What falls into the night happens the next morning."""
    local = at.astimezone(zone)
    if OPENS <= local.time() <= CLOSES:
        return at
    morning = local.replace(hour=OPENS.hour, minute=5) + timedelta(minutes=rng.expovariate(1 / 25))
    return morning if local.time() < OPENS else morning + timedelta(days=1)
