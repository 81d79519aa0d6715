"""The catalogue of numbers: what each one is called and means, and which way is better.

A screen shows a number under its ``label`` with its ``formula`` behind the (i); files carry its ``id``.
When a formula changes, ``version`` grows, so that a file of last year can say by which rule it counted.
"""

from dataclasses import dataclass
from enum import StrEnum


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
