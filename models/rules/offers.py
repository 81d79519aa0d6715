"""The legs a call was offered to: who, when, how long it rang, and why it was not answered."""

from datetime import UTC, datetime, timedelta

from models.rules.call import Direction, MissReason, Offer, Outcome
from models.rules.facts import Facts
from models.rules.legs import Leg, seconds
from models.rules.outcomes import REASON_OF_WORD

TOGETHER = timedelta(seconds=3)
"""Moments this close belong together: rings of a parallel hunt, an answer and the end of the other rings."""

_NEVER = datetime.min.replace(tzinfo=UTC)


def offers_of(
    facts: Facts,
    talkers: frozenset[str],
    outcome: Outcome | None,
    ended_at: datetime | None,
    answered: datetime | None,
) -> tuple[Offer, ...]:
    """Every distinct ring of every seat, in the order they were offered.

    ``outcome`` and ``ended_at`` are None while the call is not over; ``answered`` is when a provider says a
    human answered.
    """
    made: list[tuple[tuple[datetime, str], Offer]] = []
    for seat, leg in facts.legs.items():
        picked = leg.picked_heard is not None and facts.direction is not Direction.INBOUND
        answers = seat in talkers or picked
        rings = leg.split_rings()
        for i, (began, ended) in enumerate(rings):
            last = i == len(rings) - 1
            at = began
            if at is None and leg.ring_heard is not None:
                # our clock heard of it too late rather than too early: no ring begins after its end
                at = min(t for t in (leg.heard, ended, ended_at) if t is not None)
            answered_ring = answers and last
            end = leg.end or ended if answered_ring else ended
            ring_seconds = leg.ring_seconds if last else None
            if ring_seconds is None:
                picked_at = leg.answered or leg.picked or leg.bridged
                ring_seconds = seconds(began, picked_at if answered_ring else ended)
            reason = None
            if not answered_ring:
                reason = _why_not(facts, leg, talkers, outcome, at, ended, ended_at, answered)
            offer = Offer(
                seat=seat,
                at=at,
                answered=answered_ring,
                ended_at=end,
                ring_seconds=ring_seconds,
                reason=reason,
            )
            made.append(((at or ended or leg.end or leg.picked or leg.bridged or leg.heard, seat), offer))
    if len(made) > 1:
        made.sort(key=lambda pair: pair[0])
    return tuple([offer for _, offer in made])


def _why_not(
    facts: Facts,
    leg: Leg,
    talkers: frozenset[str],
    outcome: Outcome | None,
    at: datetime | None,
    ended: datetime | None,
    ended_at: datetime | None,
    answered: datetime | None,
) -> MissReason | None:
    """Why this ring was not answered; None while it rings, or when it was not the counselor's to answer."""
    talked = outcome is Outcome.CONNECTED or bool(talkers)
    word = leg.log_word or leg.end_word or leg.miss_word
    placed = facts.direction is Direction.OUTBOUND or facts.direction is Direction.CAMPAIGN
    if placed and not talked and not _agent_side(leg, outcome):
        return None
    if leg.told_reason is not None:
        return leg.told_reason
    reason = REASON_OF_WORD.get(word) if word is not None else None
    if reason is MissReason.FREE or reason is None:
        if talked:
            if _was_taken(facts, talkers, at, ended, answered, reason is None):
                return MissReason.TAKEN
        elif outcome is Outcome.CANCELLED and _at_the_end(ended, ended_at):
            return MissReason.CALLER_LEFT
    return reason or _without_a_reason(leg, word, outcome, talked=talked)


def _without_a_reason(
    leg: Leg, word: Outcome | None, outcome: Outcome | None, *, talked: bool
) -> MissReason | None:
    """What can be said of a ring whose words give no reason."""
    if word is not None and word is not Outcome.UNKNOWN:
        return MissReason.UNKNOWN
    if outcome is None:
        return MissReason.FREE if leg.closed or talked else None
    if word is Outcome.UNKNOWN or outcome is Outcome.UNKNOWN:
        return MissReason.UNKNOWN
    return MissReason.FREE


def _at_the_end(ended: datetime | None, ended_at: datetime | None) -> bool:
    return ended is None or ended_at is None or ended >= ended_at - TOGETHER


def _agent_side(leg: Leg, outcome: Outcome | None) -> bool:
    """On a call we placed, was it this counselor's leg that failed, rather than the lead's?"""
    if leg.missed or leg.log_word is Outcome.AGENT_MISSED or leg.end_word is Outcome.AGENT_MISSED:
        return True
    agent_side = outcome in (Outcome.AGENT_MISSED, Outcome.AGENT_CANCELLED, Outcome.ABANDONED)
    return agent_side and leg.picked_heard is None


def _was_taken(
    facts: Facts,
    talkers: frozenset[str],
    at: datetime | None,
    ended: datetime | None,
    answered: datetime | None,
    nothing_told: bool,
) -> bool:
    """Did somebody else pick up while this ring was still on?"""
    if ended is not None and answered is not None:
        if ended < answered - TOGETHER:
            return False
        theirs = [facts.legs[seat] for seat in talkers]
        return any(leg.rings and min(leg.rings) < ended for leg in theirs)
    if not nothing_told:
        return False
    for seat in talkers:
        leg = facts.legs[seat]
        began = min(leg.rings) if leg.rings else leg.heard if leg.ring_heard is not None else None
        if began is not None and at is not None and began > at + TOGETHER:
            return False
    return True
