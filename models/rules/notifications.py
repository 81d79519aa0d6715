"""Missed and pending: what a call that is over owes to whom, and what has cleared it.

A pure function of the call and of the openings of its lead's profile; a log that arrives hours late is
judged by the openings that truly happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.rules.call import Call, Direction, Outcome


class NotificationKind(StrEnum):
    MISSED = "missed"  # nobody talked
    PENDING = "pending"  # talked, and nobody looked at the lead's profile


@dataclass(frozen=True, slots=True)
class Lookup:
    """Who is who around one call. ``seats`` maps a seat of the call's connection to the counselor there;
    a seat that is missing from it is not mapped to anybody yet."""

    owner_id: int | None
    did_team: int | None
    connection_team: int | None
    seats: Mapping[str, int]
    campaign_agents: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch of time a profile was open on somebody's screen. ``counts`` is False for a look that clears
    nothing (a supervisor's, by default). ``how``: popup, board, bell, search, link, api."""

    person_id: int
    at: datetime
    seen_until: datetime
    counts: bool
    how: str


@dataclass(frozen=True, slots=True)
class Due:
    """An entry of the missed or pending centre.

    For ``people``; or, when they are none, for all of ``team_id``; or for everyone. ``direction`` is None
    when the provider never told it. ``cleared_at`` may lie before ``raised_at``: born cleared.
    """

    kind: NotificationKind
    direction: Direction | None
    reason: str
    people: frozenset[int]
    team_id: int | None
    everyone: bool
    raised_at: datetime
    cleared_at: datetime | None = None
    cleared_by: int | None = None
    cleared_how: str | None = None


REASONS: Mapping[Outcome, str] = {
    Outcome.NO_ANSWER: "no_answer",
    Outcome.BUSY: "busy",
    Outcome.REJECTED: "rejected",
    Outcome.CANCELLED: "caller_left",
    Outcome.AGENT_MISSED: "agent_missed",
    Outcome.AGENT_CANCELLED: "agent_missed",
    Outcome.ABANDONED: "abandoned",
    Outcome.VOICEMAIL: "voicemail",
    Outcome.FAILED: "failed",
    Outcome.UNKNOWN: "unknown",
}
NOT_OPENED = "not_opened"
_NOBODY: frozenset[int] = frozenset()


def due(call: Call, lookup: Lookup, openings: Sequence[Opening]) -> Due | None:
    """What this call owes, or None: it is not over, was talked on and looked at, or is never pending.

    ``openings`` are those of the call's lead, in any order. A call nobody talked on is always missed, even
    when its direction or its outcome is not known: then it goes to whom an inbound call would go to. A talk
    is pending only on calls told to be inbound or campaign calls.
    """
    if not call.over:
        return None
    if call.outcome is Outcome.CONNECTED:
        return _pending(call, lookup, openings)
    return _missed(call, lookup, openings)


def _missed(call: Call, lookup: Lookup, openings: Sequence[Opening]) -> Due:
    outcome = call.outcome or Outcome.UNKNOWN
    people, team_id, everyone = _fallback(_concerned(call, lookup), lookup)
    clearing = _first(openings, call.started_at)
    return Due(
        NotificationKind.MISSED,
        call.direction,
        REASONS[outcome],
        people,
        team_id,
        everyone,
        _raised_at(call),
        *((clearing.at, clearing.person_id, clearing.how) if clearing is not None else (None, None, None)),
    )


def _pending(call: Call, lookup: Lookup, openings: Sequence[Opening]) -> Due | None:
    if call.direction is not Direction.INBOUND and call.direction is not Direction.CAMPAIGN:
        return None
    talker = lookup.seats.get(call.talked_seat) if call.talked_seat is not None else None
    began = call.started_at
    for offer in call.offers:
        if offer.at is not None and offer.at < began:
            began = offer.at
    ended = _raised_at(call)
    for opening in openings:
        if not opening.counts or opening.at >= ended:
            continue
        # a profile left open since before the call says nothing, unless it was before the talker's own eyes
        if opening.at >= began or (opening.person_id == talker and opening.seen_until >= began):
            return None
    people, team_id, everyone = _fallback(_NOBODY if talker is None else frozenset((talker,)), lookup)
    clearing = _first(openings, ended)
    return Due(
        NotificationKind.PENDING,
        call.direction,
        NOT_OPENED,
        people,
        team_id,
        everyone,
        ended,
        *((clearing.at, clearing.person_id, clearing.how) if clearing is not None else (None, None, None)),
    )


def _concerned(call: Call, lookup: Lookup) -> frozenset[int]:
    """The people a missed call is for, before any fallback."""
    if call.direction is Direction.CAMPAIGN:
        return lookup.campaign_agents if lookup.owner_id is None else frozenset((lookup.owner_id,))
    seats = lookup.seats
    if call.direction is Direction.OUTBOUND:
        dialler = call.talked_seat or (call.offers[0].seat if call.offers else None)
        person = seats.get(dialler) if dialler is not None else None
        return _NOBODY if person is None else frozenset((person,))
    return frozenset([seats[offer.seat] for offer in call.offers if offer.seat in seats])


def _fallback(people: frozenset[int], lookup: Lookup) -> tuple[frozenset[int], int | None, bool]:
    """(people, team, everyone): the lead's counselor, the DID's team, the connection's team, everyone."""
    if people:
        return people, None, False
    if lookup.owner_id is not None:
        return frozenset((lookup.owner_id,)), None, False
    team_id = lookup.did_team if lookup.did_team is not None else lookup.connection_team
    return _NOBODY, team_id, team_id is None


def _first(openings: Sequence[Opening], since: datetime) -> Opening | None:
    """The earliest opening that counts, at ``since`` or later."""
    first: Opening | None = None
    for o in openings:
        if not o.counts or o.at < since:
            continue
        if first is None or (o.at, o.person_id, o.how) < (first.at, first.person_id, first.how):
            first = o
    return first


def _raised_at(call: Call) -> datetime:
    if call.ended_at is not None:
        return call.ended_at
    known = [call.started_at]
    if call.answered_at is not None:
        known.append(call.answered_at)
    known += [t for offer in call.offers for t in (offer.at, offer.ended_at) if t is not None]
    return max(known)
