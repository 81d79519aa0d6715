"""Counts of a report, and the quotients taken from them."""

from dataclasses import dataclass, fields


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
