"""Durations, ages, clock times and names in the words of the product.

Times come in aware UTC and are shown in the zone given; the browser's twin is ``assets/js/words.js``,
which keeps ages ticking after the first paint.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

NO_DATA = "–"


def duration(seconds: int | None) -> str:
    """``4m 12s``, ``22 s``, ``1h 04m``; a dash when it is not known."""
    if seconds is None:
        return NO_DATA
    if seconds < 60:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}m {rest:02d}s"
    return f"{minutes // 60}h {minutes % 60:02d}m"


def age(since: datetime, now: datetime) -> str:
    """``just now``, ``26 min``, ``3 h``, ``4 days``: how long ago, in the largest unit that says enough."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // 1440} days"


def clock(at: datetime, zone: ZoneInfo) -> str:
    """``14:43`` in the zone."""
    return at.astimezone(zone).strftime("%H:%M")


def full(at: datetime, zone: ZoneInfo) -> str:
    """``Mon 23 Nov 2026, 14:43:07 IST``: what stands in the title of every shorter time."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S} {zone_name(at, zone)}"


def day(of: date, today: date) -> str:
    """``Today``, ``Yesterday``, ``Saturday 21 November``; the year only when it is another one."""
    if of == today:
        return "Today"
    if of == today - timedelta(days=1):
        return "Yesterday"
    year = "" if of.year == today.year else f" {of.year}"
    return f"{of:%A} {of.day} {of:%B}{year}"


def short_day(at: datetime, zone: ZoneInfo) -> str:
    """``Fri 20 Nov`` in the zone."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"


def date_of(at: datetime, zone: ZoneInfo) -> str:
    """``4 Nov 2026`` in the zone."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """``today 14:43``, ``yesterday 14:43``, ``Fri 20 Nov``, in the zone."""
    days = (now.astimezone(zone).date() - at.astimezone(zone).date()).days
    if days in (0, 1):
        return f"{'today' if days == 0 else 'yesterday'} {clock(at, zone)}"
    return short_day(at, zone)


def zone_name(at: datetime, zone: ZoneInfo) -> str:
    """``IST``: the zone's own short name at that moment."""
    return at.astimezone(zone).tzname() or str(zone)


def ordinal(n: int) -> str:
    """``1st``, ``2nd``, ``11th``."""
    suffix = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"


def plural(n: int, one: str, many: str | None = None) -> str:
    """``1 call``, ``2 calls``; thousands with commas."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def join(names: list[str], limit: int = 3) -> str:
    """``Sana``, ``Sana and Vikram``, ``Sana, Vikram and 3 more``."""
    if len(names) > limit:
        return ", ".join(names[: limit - 1]) + f" and {len(names) - limit + 1} more"
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + f" and {names[-1]}"


def initials(name: str) -> str:
    """Up to two capitals; ``?`` for a caller whose name nobody knows yet."""
    parts = [part for part in name.split() if part[0].isalpha()]
    if not parts or name.startswith(("Unknown caller", "Withheld")):
        return "?"
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()
