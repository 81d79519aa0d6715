"""What should stand on the boards after a call: the simulator's own reading of the rules of missed and pending.

Written from the specification (domain.md §3) and sharing no code with the server, so that the two can be held
against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simulator.api import Look
from simulator.story import Facts

SLACK = timedelta(seconds=1.3)


@dataclass(frozen=True, slots=True)
class Expected:
    """The entry a call must have. ``kind`` None: none at all. ``counselors`` None: the rule is the
    institution's own (a pool, the agents of a campaign), so any answer will do. ``cleared_by``: who was first, or
    all who may have been, when several looked at the same moment. ``doubtful``: an opening fell
    so close to an edge of the call, or went astray on its way, that both answers would be right."""

    kind: str | None
    direction: str
    counselors: tuple[str, ...] | None = ()
    state: str | None = None
    cleared_by: tuple[str, ...] = ()
    doubtful: bool = False


def expected(facts: Facts, owner: str | None, looks: Sequence[Look]) -> Expected:
    """The entry due after a call that is over, given every opening of that lead's profile."""
    sure = [look for look in looks if look.sure]
    readings = [
        _at(facts, owner, [(look.received, look) for look in sure], timedelta()),
        _at(facts, owner, [(look.sent, look) for look in sure], timedelta()),
        _at(facts, owner, [(look.received, look) for look in looks], timedelta()),
        # A call is told to begin on a whole second, and heard of a little later.
        _at(facts, owner, [(look.received, look) for look in sure], SLACK),
    ]
    first = readings[0]
    agreed = all((item.kind, item.state) == (first.kind, first.state) for item in readings)
    return replace(first, doubtful=not agreed)


def _at(
    facts: Facts, owner: str | None, openings: Sequence[tuple[datetime, Look]], slack: timedelta
) -> Expected:
    if facts.outcome == "connected":
        return _talked(facts, openings, slack)
    clearing = [look for at, look in openings if at >= facts.started_at + slack]
    return Expected("missed", facts.direction, _missed_by(facts, owner), *_cleared(clearing))


def _talked(facts: Facts, openings: Sequence[tuple[datetime, Look]], slack: timedelta) -> Expected:
    if facts.direction == "outbound" or facts.talker is None:
        return Expected(None, facts.direction)
    # Between the call's start and its first pop-up an opening is nobody's business: with slack it counts not.
    first_offer = facts.rings[0].at if slack and facts.rings else facts.started_at
    if any(first_offer + slack <= at <= facts.ended_at for at, _ in openings):
        return Expected(None, facts.direction)
    clearing = [look for at, look in openings if at > facts.ended_at]
    return Expected("pending", facts.direction, (facts.talker.counselor,), *_cleared(clearing))


def _cleared(looks: Sequence[Look]) -> tuple[str, tuple[str, ...]]:
    if not looks:
        return "open", ()
    first = min(look.received for look in looks)
    return "cleared", tuple(sorted({look.email for look in looks if look.sent <= first}))


def _missed_by(facts: Facts, owner: str | None) -> tuple[str, ...] | None:
    if facts.direction == "outbound":
        return (facts.dialer.counselor,) if facts.dialer else None
    if facts.direction == "inbound" and facts.rings:
        return tuple(sorted({ring.seat.counselor for ring in facts.rings}))
    return (owner,) if owner else None
