"""What a call that nobody talked on is called, and why each offered leg went unanswered."""

from collections.abc import Collection

from models.rules.call import Direction, MissReason, Outcome
from models.rules.legs import Leg

_LEAD_FIRST = (
    Outcome.VOICEMAIL,
    Outcome.CANCELLED,
    Outcome.ABANDONED,
    Outcome.REJECTED,
    Outcome.BUSY,
    Outcome.NO_ANSWER,
    Outcome.FAILED,
    Outcome.AGENT_CANCELLED,
    Outcome.AGENT_MISSED,
)

REASON_OF_WORD = {
    Outcome.NO_ANSWER: MissReason.FREE,
    Outcome.AGENT_MISSED: MissReason.FREE,
    Outcome.VOICEMAIL: MissReason.FREE,
    Outcome.BUSY: MissReason.BUSY,
    Outcome.REJECTED: MissReason.REJECTED,
    Outcome.AGENT_CANCELLED: MissReason.REJECTED,
    Outcome.CANCELLED: MissReason.CALLER_LEFT,
    Outcome.ABANDONED: MissReason.CALLER_LEFT,
}
"""What a seat's own record says of the seat. Other words say nothing about it."""


def without_talk(
    direction: Direction | None, whole: Leg | None, legs: Collection[Leg], hung_up_by: str | None
) -> Outcome:
    """The outcome of a call that is over and that nobody talked on.

    Told words prevail: a log of the whole call, then the seats' logs, then ``ended``. An unmapped word
    stays ``unknown`` unless a record of that rank or below tells a known one. Where nothing is told:

    - inbound: the lead hung up first → cancelled; it rang somewhere → agent_missed; else no_answer;
    - outbound: the counselor's own leg was missed → agent_missed, hung up by the counselor →
      agent_cancelled; else no_answer;
    - campaign: the lead had answered → abandoned; the agent's leg was missed → agent_missed; else no_answer;
    - direction not told → unknown.
    """
    told = _told(direction, whole, legs)
    if direction is Direction.INBOUND:
        if told is None or told is Outcome.NO_ANSWER or told is Outcome.AGENT_MISSED:
            if hung_up_by == "lead":
                return Outcome.CANCELLED
            # nobody can fail to answer an inbound call but us, whatever the provider calls it
            return Outcome.AGENT_MISSED if legs else told or Outcome.NO_ANSWER
        return told
    if told is not None:
        return told
    if direction is None:
        return Outcome.UNKNOWN
    agent_missed = any(leg.missed for leg in legs)
    if direction is Direction.CAMPAIGN and whole is not None and (whole.picked_heard or whole.answered):
        return Outcome.ABANDONED
    if agent_missed:
        return Outcome.AGENT_MISSED
    if direction is Direction.OUTBOUND and hung_up_by == "agent":
        return Outcome.AGENT_CANCELLED
    if whole is not None and whole.miss_word is not None:
        return whole.miss_word
    return Outcome.NO_ANSWER


def _told(direction: Direction | None, whole: Leg | None, legs: Collection[Leg]) -> Outcome | None:
    unknown = False
    for told in (
        [whole.log_word] if whole is not None else [],
        [leg.log_word for leg in legs],
        [whole.end_word] if whole is not None else [],
        [leg.end_word for leg in legs],
    ):
        words = {word for word in told if word is not None}
        if not words:
            continue
        unknown = unknown or Outcome.UNKNOWN in words
        words.discard(Outcome.UNKNOWN)
        if words:
            return _one_of(direction, words)
    return Outcome.UNKNOWN if unknown else None


def _one_of(direction: Direction | None, words: set[Outcome]) -> Outcome:
    if len(words) == 1:
        return next(iter(words))
    if direction is Direction.INBOUND:
        for word in (Outcome.VOICEMAIL, Outcome.CANCELLED):
            if word in words:
                return word
        return Outcome.AGENT_MISSED
    return next(word for word in _LEAD_FIRST if word in words)
