"""What the address of the audit means: which days, whose lines, of which kind, and how far back the page is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dashapp.components import filters
from dashapp.components.productivity_query import span
from models.store.audit_trail import KINDS, Wanted

SPANS = (("today", "Today", 1), ("7d", "7 days", 7), ("30d", "30 days", 30), ("year", "A year", 365))
"""Value, words, local days up to today."""
DEFAULT = "7d"


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """The state of the page. ``preset`` is empty when dates were given; ``first`` and ``last`` are local days, both
    included. ``before`` is the number of the last line on the page before this one."""

    preset: str
    first: date
    last: date
    people: frozenset[int]
    kinds: frozenset[str]
    before: int | None = None

    @classmethod
    def read(cls, given: Mapping[str, Any] | None, today: date) -> "AuditQuery":
        """From the address or the page's store; ``today`` is the local day. What makes no sense there counts as not given."""
        given = given or {}
        before = filters.ids(given.get("before"))
        narrowed = (
            filters.ids(given.get("person")),
            frozenset(filters.words(given.get("kind"))) & KINDS.keys(),
            min(before) if before else None,
        )
        first, last = _date(given.get("from")), _date(given.get("to"))
        if first is not None and first <= (last or first):
            return cls("", first, last or first, *narrowed)
        preset = str(given.get("span") or DEFAULT)
        days = {value: days for value, _, days in SPANS}
        if preset not in days:
            preset = DEFAULT
        return cls(preset, today - timedelta(days=days[preset] - 1), today, *narrowed)

    def wanted(self, zone: ZoneInfo) -> Wanted:
        return Wanted(
            _begins(self.first, zone), _begins(self.last + timedelta(days=1), zone), self.people, self.kinds
        )

    def stored(self) -> dict[str, str]:
        """For the page's store and its address: the same fields."""
        fields = {
            "person": ",".join(str(one) for one in sorted(self.people)),
            "kind": ",".join(sorted(self.kinds)),
            **(
                {"span": "" if self.preset == DEFAULT else self.preset}
                if self.preset
                else {"from": self.first.isoformat(), "to": self.last.isoformat()}
            ),
        }
        return {name: value for name, value in fields.items() if value}

    def days(self, today: date) -> str:
        return span(self.first, self.last, today)


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _date(given: Any) -> date | None:
    try:
        found = date.fromisoformat(str(given))
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(9000, 1, 1) else None
