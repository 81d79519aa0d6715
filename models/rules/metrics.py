"""The catalogue of numbers: what each one is called and means, and which way is better.

A screen shows a number under its ``label`` with its ``formula`` behind the (i); files carry its ``id``.
When a formula changes, ``version`` grows, so that a file of last year can say by which rule it counted.
"""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum

UNIX_EPOCH_DAY = date(1970, 1, 1).toordinal()
LONGEST_WINDOW = 731


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"  # 0 to 1
    SECONDS = "seconds"
    MINUTES = "minutes"


class Better(StrEnum):
    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Metric:
    """One number. ``formula`` is a sentence a supervisor can check against the list of calls."""

    id: str
    label: str
    formula: str
    unit: Unit = Unit.COUNT
    better: Better = Better.NEITHER
    version: int = 1


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


def quotient(part: float, whole: float) -> float | None:
    """None when there is nothing to divide by: no data is not zero."""
    return part / whole if whole else None


@dataclass(slots=True)
class Tally:
    """Counts of one counselor, one day or a whole report; counts add up, quotients are taken afterwards.

    ``missed_calls``, ``still_open`` and ``pending_calls`` are different calls and so stand only where calls are
    counted once: in a day or a whole report, not in a counselor's row.
    """

    outbound: int = 0
    campaign: int = 0
    inbound: int = 0
    connected: int = 0
    network_answered: int = 0
    human_connected: int = 0
    talk_time: int = 0  # seconds
    inbound_offered: int = 0
    inbound_answered: int = 0
    missed: int = 0
    missed_open: int = 0
    pending: int = 0
    pending_open: int = 0
    missed_calls: int = 0
    still_open: int = 0
    pending_calls: int = 0

    def add(self, other: "Tally", times: int = 1) -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + times * getattr(other, each.name))

    @property
    def calls(self) -> int:
        return self.outbound + self.campaign + self.inbound

    @property
    def attempts(self) -> int:
        return self.outbound + self.campaign

    @property
    def connect_rate(self) -> float | None:
        return quotient(self.human_connected, self.attempts)

    @property
    def answer_rate(self) -> float | None:
        return quotient(self.inbound_answered, self.inbound_offered)

    @property
    def avg_talk(self) -> float | None:
        return quotient(self.talk_time, self.connected)

    @property
    def empty(self) -> bool:
        return not any(getattr(self, each.name) for each in fields(self))

    def value(self, metric_id: str) -> float | None:
        """The number of that metric; None when there is nothing to divide by."""
        found: float | None = getattr(self, metric_id)
        return found


_CALLS = (
    Metric(
        "calls",
        "Calls",
        "Outbound, campaign and inbound calls that started on these days, whatever their end.",
    ),
    Metric(
        "attempts",
        "Attempts",
        "Calls dialled outbound or by a campaign, whatever their end. A campaign call nobody answered belongs to "
        "no counselor and stands in the row of that name.",
    ),
    Metric("outbound", "Outbound", "Calls the counselor dialled, whatever their end."),
    Metric(
        "campaign",
        "Campaign",
        "Calls dialled by a campaign. With a counselor: those she talked on; nobody's: those without an agent.",
    ),
    Metric("inbound", "Inbound", "Calls that leads made to us, whatever their end, each counted once."),
    Metric(
        "inbound_offered",
        "Inbound rung",
        "Rings of inbound calls at the counselor. A call that rang at two counselors is counted for each.",
    ),
    Metric(
        "inbound_answered",
        "Inbound answered",
        "Rings of inbound calls that the counselor answered.",
        better=Better.UP,
    ),
    Metric(
        "answer_rate",
        "Answer rate",
        "Inbound rings answered ÷ inbound rings offered.",
        Unit.SHARE,
        Better.UP,
    ),
    Metric(
        "connected",
        "Connected",
        "Calls of any direction in which both sides talked.",
        better=Better.UP,
    ),
    Metric(
        "network_answered",
        "Network answered",
        "Attempts that anything answered: a person, a machine, or the lead while no agent was free.",
        better=Better.UP,
    ),
    Metric(
        "human_connected",
        "Human connected",
        "Attempts with at least {human_seconds} s of talk that no machine answered.",
        better=Better.UP,
    ),
    Metric(
        "connect_rate",
        "Human connect rate",
        "Attempts with at least {human_seconds} s of talk that no machine answered ÷ attempts.",
        Unit.SHARE,
        Better.UP,
    ),
    Metric(
        "talk_time",
        "Talk time",
        "Time in which both sides talked, over calls of every direction.",
        Unit.SECONDS,
    ),
    Metric("avg_talk", "Avg talk", "Talk time ÷ connected calls.", Unit.SECONDS),
)

_ENTRIES = (
    Metric(
        "missed_calls",
        "Missed calls",
        "Different calls that were missed, each counted once however many counselors it rang at.",
        better=Better.DOWN,
    ),
    Metric(
        "still_open",
        "Still open",
        "Of these missed calls, those whose entry is open now: nobody has opened the lead's profile since.",
        better=Better.DOWN,
    ),
    Metric(
        "missed",
        "Missed",
        "Missed entries raised for the counselor. A call missed by two counselors is counted for each.",
        better=Better.DOWN,
    ),
    Metric(
        "missed_open",
        "Missed, open",
        "Of these, still open now: no counselor has opened the lead's profile since.",
        better=Better.DOWN,
    ),
    Metric(
        "pending_calls",
        "Pending calls",
        "Calls that were talked on while the lead's profile stayed closed.",
        better=Better.DOWN,
    ),
    Metric(
        "pending",
        "Pending",
        "Pending entries raised for the counselor who talked without opening the lead's profile.",
        better=Better.DOWN,
    ),
    Metric(
        "pending_open",
        "Pending, open",
        "Of these, still open now: the profile has not been opened since the call ended.",
        better=Better.DOWN,
    ),
)

_BOARD = (
    Metric(
        "open_now",
        "Open now",
        "Missed entries nobody has opened yet. Late: older than the {sla_minutes} minutes in which to call back.",
        better=Better.DOWN,
    ),
    Metric("oldest", "Oldest", "Age of the missed entry that has waited longest.", Unit.MINUTES, Better.DOWN),
    Metric(
        "within_sla",
        "Within SLA today",
        "Inbound calls missed today that were called back within {sla_minutes} minutes ÷ those called back or "
        "whose {sla_minutes} minutes are over.",
        Unit.SHARE,
        Better.UP,
    ),
    Metric(
        "recovered",
        "Recovered today",
        "Calls missed today that were followed by a connected call with the same lead, of all calls missed today. "
        "Cleared: a counselor opened the profile.",
        better=Better.UP,
    ),
    Metric(
        "pending_now",
        "Pending",
        "Talked calls whose lead's profile was not opened between the first ring and the end, and not since.",
        better=Better.DOWN,
    ),
)

CATALOGUE: dict[str, Metric] = {metric.id: metric for metric in (*_CALLS, *_ENTRIES, *_BOARD)}


def formula(metric_id: str, *, human_seconds: int, sla_minutes: int) -> str:
    """The formula with the institution's own figures in it. Raises ``KeyError`` for an unknown metric."""
    return CATALOGUE[metric_id].formula.format(human_seconds=human_seconds, sla_minutes=sla_minutes)
