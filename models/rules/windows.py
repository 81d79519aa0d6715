"""Windows of local days: what a report is about."""

from dataclasses import dataclass
from datetime import date, timedelta

UNIX_EPOCH_DAY = date(1970, 1, 1).toordinal()
LONGEST_WINDOW = 731


@dataclass(frozen=True, slots=True)
class Window:
    """Local days ``first`` to ``last``, both included, as days since 1970-01-01 in the institution's zone."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.last - self.first < LONGEST_WINDOW:
            raise ValueError(f"a window has 1 to {LONGEST_WINDOW} days, first before last")

    @classmethod
    def of(cls, first: date, last: date) -> "Window":
        return cls(day_number(first), day_number(last))

    @property
    def days(self) -> int:
        return self.last - self.first + 1

    @property
    def dates(self) -> tuple[date, date]:
        return day_date(self.first), day_date(self.last)

    def previous(self) -> "Window":
        """The window of the same length that ends the day before this one begins."""
        return Window(self.first - self.days, self.first - 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - UNIX_EPOCH_DAY


def day_date(number: int) -> date:
    return date.fromordinal(number + UNIX_EPOCH_DAY)


def month_start(day: date) -> date:
    return day.replace(day=1)


def days_back(day: date, days: int) -> date:
    """The first day of the ``days`` days that end with ``day``."""
    return day - timedelta(days=days - 1)
