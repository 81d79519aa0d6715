"""Missed and pending once more, from the specification alone (domain.md §3): what the real store is held against.

It shares no code with the application. Who is who is told by first names; ``POOL`` stands for all of team Indore.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

POOL = "pool"
LAPSE = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Log:
    """A provider's record for one counselor, or (under None) for the whole call."""

    start: datetime
    end: datetime
    talk: bool


@dataclass(slots=True)
class Said:
    """All a provider has said of one call so far. ``rings``: when each counselor was rung, and whether the
    provider told the time or it is only when we heard of it. ``judged``: when it was last looked at."""

    lead: int
    direction: str
    rings: dict[str, tuple[datetime, bool]] = field(default_factory=dict)
    logs: dict[str | None, Log] = field(default_factory=dict)
    judged: datetime | None = None

    @property
    def talker(self) -> str | None:
        return next((who for who, log in self.logs.items() if log.talk), None)

    @property
    def over(self) -> bool:
        """Said to be over as a whole; or somebody missed it and nobody rung since then still may pick up."""
        if None in self.logs or self.talker:
            return True
        if not self.logs or self.judged is None:
            return False
        missed = max(log.end for log in self.logs.values())
        ringing = [at for who, (at, _) in self.rings.items() if who not in self.logs and at >= missed]
        return not ringing or self.judged >= max(ringing) + LAPSE


@dataclass(slots=True)
class Look:
    """A counselor had the profile on the screen."""

    who: str
    lead: int
    at: datetime
    until: datetime


Entry = tuple[str, str, frozenset[str]]


@dataclass(slots=True)
class Centre:
    """``owners``: the counselor of each lead, None for nobody's."""

    owners: dict[int, str | None]
    calls: dict[str, Said] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)

    def open(self) -> dict[str, Entry]:
        """Call → (kind, direction, for whom) of every entry that still waits."""
        found = {name: self._entry(call) for name, call in self.calls.items() if call.over}
        return {name: entry for name, entry in found.items() if entry is not None}

    def seen_by(self, who: str) -> dict[str, Entry]:
        """What waits on one person's board: Meera supervises Indore, Dev sees all, Chitra is of another team."""
        everything = self.open()
        if who in ("meera", "dev"):
            return everything
        return {n: e for n, e in everything.items() if who in e[2] or (POOL in e[2] and who != "chitra")}

    def may_open(self, who: str, lead: int) -> bool:
        """One's own lead, or one whose calls rang here or were left to the team. Chitra has none of these."""
        if who == "dev" or self.owners[lead] == who:
            return True
        calls = [call for call in self.calls.values() if call.lead == lead]
        rung = {person for call in calls for person in (*call.rings, *call.logs) if person}
        pooled = any(call.over and self._people(call) == {POOL} for call in calls)
        if who == "meera":
            return self.owners[lead] is not None or bool(rung) or pooled
        return who in rung or (pooled and who != "chitra")

    def _entry(self, call: Said) -> Entry | None:
        began = min(log.start for log in call.logs.values())
        ended = max(log.end for log in call.logs.values())
        looks = [look for look in self.looks if look.lead == call.lead]
        if call.talker is None:
            dealt_with = any(look.at >= began for look in looks)
            return None if dealt_with else ("missed", call.direction, self._people(call))
        if call.direction == "outbound":
            return None
        first = min([began, *[self._rung_at(call, who, ended) for who in call.rings]])
        for look in looks:
            during = first <= look.at < ended
            on_screen = look.who == call.talker and look.at < first <= look.until
            if during or on_screen or look.at >= ended:
                return None
        return ("pending", call.direction, frozenset({call.talker}))

    def _rung_at(self, call: Said, who: str, ended: datetime) -> datetime:
        at, told = call.rings[who]
        own = call.logs.get(who)
        return at if told else min(at, ended, own.end if own else ended)

    def _people(self, call: Said) -> frozenset[str]:
        concerned = frozenset(who for who in (*call.rings, *call.logs) if who)
        if call.direction != "campaign" and concerned:
            return concerned
        owner = self.owners[call.lead]
        return frozenset({owner if owner else POOL})
