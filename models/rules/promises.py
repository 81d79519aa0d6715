"""When somebody is to be called again: the natural choices, and reading the time a person typed.

Both are of the institution's zone: what "tomorrow at ten" means is decided there, not in the browser.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(10)
LATER = timedelta(hours=2)
STEP_MINUTES = 30
EVENING = time(19)
"""The last local time of day that "later today" may name."""
FARTHEST = timedelta(days=366)
SLOW_HANDS = timedelta(minutes=5)
"""A time chosen this long ago was still to come when the form was filled in."""


class BadMoment(ValueError):
    """The typed time cannot be kept; the message is for who typed it."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A choice of one click: ``at`` in the institution's zone."""

    label: str
    at: datetime


def presets(now: datetime, zone: ZoneInfo) -> list[Preset]:
    """Later today (not in the evening), tomorrow, in 3 days, next week (Monday); no moment twice."""
    local = now.astimezone(zone)
    later = _step_up((now + LATER).astimezone(zone))
    found = []
    if later.date() == local.date() and later.timetz().replace(tzinfo=None) <= EVENING:
        found.append(Preset("Later today", later))
    monday = 7 - local.weekday()
    for label, days in (("Tomorrow", 1), ("In 3 days", 3), ("Next week", monday)):
        at = datetime.combine(local.date() + timedelta(days=days), MORNING, zone)
        if all(at != known.at for known in found):
            found.append(Preset(label, at))
    return found


def read(typed: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment of a local ``2026-11-24T17:30``. Raises ``BadMoment`` for what is no time, for one that is past or
    over a year away, and for one that the clocks skip."""
    try:
        bare = datetime.fromisoformat(typed)
    except ValueError:
        raise BadMoment("The time of the follow-up cannot be read: choose a day and a time.") from None
    if bare.tzinfo is not None:
        raise BadMoment("The time of the follow-up is read in the institution's zone: leave the offset out.")
    try:
        at = bare.replace(tzinfo=zone).astimezone(now.tzinfo)
        again = at.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        raise BadMoment("The follow-up must be within a year: choose another day.") from None
    if again != bare:
        raise BadMoment("This time does not exist on that day: the clocks are put forward over it.")
    if at < now - SLOW_HANDS:
        raise BadMoment("The follow-up would be in the past: choose a later time.")
    if at > now + FARTHEST:
        raise BadMoment("The follow-up is more than a year away: choose an earlier day.")
    return at


def _step_up(local: datetime) -> datetime:
    """The next half hour that is not before it."""
    short = -(local.minute * 60 + local.second) % (STEP_MINUTES * 60)
    if local.microsecond and not short:
        short = STEP_MINUTES * 60
    return (local + timedelta(seconds=short)).replace(microsecond=0)
