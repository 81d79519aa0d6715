"""What the address of the productivity page means: which days, which teams."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dashapp.components import filters
from models.rules import windows
from models.rules.windows import Window

PRESETS = (
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("7d", "7 days"),
    ("30d", "30 days"),
    ("month", "This month"),
)
DEFAULT = "7d"


@dataclass(frozen=True, slots=True)
class ProductivityQuery:
    """The state of the page. ``preset`` is empty when dates were given."""

    preset: str
    first: date
    last: date
    teams: frozenset[int]

    @classmethod
    def read(cls, given: Mapping[str, Any] | None, today: date) -> "ProductivityQuery":
        """From the address or the page's store; ``today`` is the local day. What makes no sense there counts
        as not given, and days to come are cut off."""
        given = given or {}
        teams = filters.ids(given.get("team"))
        first, last = _date(given.get("from")), _date(given.get("to"))
        if first is not None:
            last = min(last or first, today)
            if 0 <= (last - first).days < windows.LONGEST_WINDOW:
                return cls("", first, last, teams)
        preset = str(given.get("range") or DEFAULT)
        if preset not in dict(PRESETS):
            preset = DEFAULT
        return cls(preset, *_days(preset, today), teams)

    @property
    def window(self) -> Window:
        return Window.of(self.first, self.last)

    def stored(self) -> dict[str, str]:
        """For the page's store: the same fields as in the address."""
        fields = {"team": ",".join(str(team) for team in sorted(self.teams))}
        if self.preset:
            fields["range"] = self.preset
        else:
            fields |= {"from": self.first.isoformat(), "to": self.last.isoformat()}
        return {name: value for name, value in fields.items() if value}


def _days(preset: str, today: date) -> tuple[date, date]:
    match preset:
        case "today":
            return today, today
        case "yesterday":
            return today - timedelta(days=1), today - timedelta(days=1)
        case "30d":
            return windows.days_back(today, 30), today
        case "month":
            return windows.month_start(today), today
        case _:
            return windows.days_back(today, 7), today


def _date(given: Any) -> date | None:
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        return None


def span(first: date, last: date, today: date) -> str:
    """``Mon 23 Nov``, ``16 – 22 Nov``, ``28 Oct – 3 Nov``; the year where it is not this one."""
    year = "" if first.year == last.year == today.year else f" {last.year}"
    if first == last:
        return f"{first:%a} {first.day} {first:%b}{year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {last.day} {last:%b}{year}"
    begin = f"{first.day} {first:%b}" + (f" {first.year}" if first.year != last.year else "")
    return f"{begin} – {last.day} {last:%b}{year}"
