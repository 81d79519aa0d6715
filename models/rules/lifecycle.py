"""The fold: what a call is, from the set of everything its provider said about it.

A pure function of the *set* of events. Order of arrival, duplicates and lateness cannot matter: a value is
never overwritten by None nor by an earlier stage (log > ended > status > pop-up), and our own clock
(``received_at``) only stands in where a provider told no time, within the times it did tell.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.rules import redaction
from models.rules.call import Call, CallEvent, Direction, Outcome
from models.rules.facts import Facts, authority
from models.rules.legs import Leg, earliest, latest, seconds
from models.rules.offers import offers_of
from models.rules.outcomes import without_talk

OFFER_LAPSES = timedelta(seconds=120)
"""How long an offer nobody has reported on keeps a call open after another seat's miss."""

LASTS = timedelta(hours=4)
"""Longer than calls last: what we hear so long after the last moment a provider told is told late."""

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Talk:
    """Who talked. ``seats`` holds everyone who did; ``seat`` is the one the call is credited to."""

    happened: bool = False
    seat: str | None = None
    seats: frozenset[str] = frozenset()
    recorded: bool = False  # a record says so: the call is over


def fold(events: Iterable[CallEvent], as_of: datetime) -> Call:
    """The call these events tell of, as it stands at ``as_of``.

    All events must be of one call (same ``provider_call_id`` at one connection). Raises ValueError when
    there are none. ``as_of`` matters only to offers nobody has reported on: see ``Call.settle_at``.

    A call is over when the provider says so (``ended``, a log without a seat, a record of a talk), or when a
    seat's miss is known and no other seat is still being rung or talking. Pop-ups alone never make it over.
    """
    ordered = list(events)
    if not ordered:
        raise ValueError("a call needs at least one event")
    if len(ordered) > 1:
        ordered.sort(key=authority)
    facts = Facts(ordered)
    talk = _who_talked(facts)
    over, settle_at, lapsed = _is_over(facts, talk, as_of)
    started_at = facts.started or earliest(facts.at, facts.begun) or facts.heard
    ended_at = max(_ended_at(facts, lapsed), started_at) if over else None
    outcome = None
    if over:
        outcome = (
            Outcome.CONNECTED
            if talk.happened
            else without_talk(facts.direction, facts.whole, facts.legs.values(), facts.hung_up_by)
        )
    answered, answered_told = _answered_at(facts, talk)
    answered_at = _within(answered, answered_told, started_at, ended_at)
    offers = offers_of(facts, talk.seats, outcome, ended_at, answered_told)
    talked = {o.seat for o in offers if o.answered}
    missed_by: dict[str, None] = {}
    for offer in offers:
        if offer.reason is not None and offer.seat not in talked:
            missed_by[offer.seat] = None
    words = facts.words
    if len(words) > 1:
        words = sorted(set(words))
    return Call(
        provider_call_id=ordered[0].provider_call_id,
        direction=facts.direction,
        customer=facts.customer,
        did=facts.did,
        campaign=redaction.detail(facts.campaign) if facts.campaign else None,
        intent=facts.intent,
        started_at=started_at,
        answered_at=answered_at,
        ended_at=ended_at,
        over=over,
        outcome=outcome,
        talk_seconds=_talk_seconds(facts, talk, answered_told, over),
        ring_seconds=_ring_seconds(facts, talk, answered_told, over),
        talked_seat=talk.seat,
        offers=offers,
        missed_by=tuple(missed_by),
        recording=facts.recording,
        disposition=facts.disposition,
        machine=facts.machine,
        words=tuple(dict.fromkeys(word for _, word in words)),
        settle_at=settle_at,
    )


def _who_talked(facts: Facts) -> _Talk:
    whole = facts.whole
    # an inbound caller is on the line before any counselor is; else the lead's own answer must be told
    lead_on_line = facts.direction is Direction.INBOUND or (
        whole is not None and whole.picked_heard is not None
    )
    best: Leg | None = None
    best_key: tuple[int, int, datetime, str] | None = None
    seats: list[str] = []
    for seat, leg in facts.legs.items():
        strength = leg.strength(lead_on_line, whole)
        if strength:
            seats.append(seat)
            key = (strength, leg.talk_seconds or 0, leg.end or _NEVER, seat)
            if best_key is None or key > best_key:
                best, best_key = leg, key
    recorded = (whole is not None and whole.talked) or any(leg.talked for leg in facts.legs.values())
    if best is not None:
        return _Talk(True, best.seat, frozenset(seats), recorded)
    if whole is None:
        return _Talk()
    if not whole.talked:
        bridged = whole.bridged or whole.bridged_heard
        if bridged is None or whole.denies(bridged):
            return _Talk()
        if facts.legs and all(leg.denies(bridged) for leg in facts.legs.values()):
            return _Talk()
    # somebody talked and nobody says who: only a single possibility is no guess
    could = [leg for leg in facts.legs.values() if not (leg.failed or leg.missed)]
    if len(could) == 1 and could[0].seat is not None:
        return _Talk(True, could[0].seat, frozenset((could[0].seat,)), recorded)
    return _Talk(True, None, frozenset(), recorded)


def _is_over(facts: Facts, talk: _Talk, as_of: datetime) -> tuple[bool, datetime | None, datetime | None]:
    """(over, when to fold again, the latest offer that lapsed unreported)."""
    if facts.ended or talk.recorded:
        return True, None, None
    closed_at: datetime | None = None
    for leg in _all(facts):
        if leg.closed:
            closed_at = latest(closed_at, leg.closed_at)
    if closed_at is None or talk.happened or _is_on_the_line(facts):
        return False, None, None
    settle_at, last_offer = _open_offers(facts, closed_at)
    if not any(leg.logged for leg in facts.legs.values()):
        # a leg's miss without any record may be one step of a hunt that goes on
        settle_at = latest(settle_at, closed_at + OFFER_LAPSES)
    if settle_at is not None and as_of < settle_at:
        return False, settle_at, None
    return True, None, last_offer


def _is_on_the_line(facts: Facts) -> bool:
    """Has a counselor picked up, with nothing said of the end? Not when it was the lead's leg that was missed."""
    if facts.whole is not None and facts.whole.closed:
        return False
    return any(leg.picked_heard is not None and not leg.closed for leg in facts.legs.values())


def _open_offers(facts: Facts, closed_at: datetime) -> tuple[datetime | None, datetime | None]:
    """(when the last of them lapses, when the last of them was made): offers made at or after a miss."""
    settle_at: datetime | None = None
    last_offer: datetime | None = None
    for leg in facts.legs.values():
        ring = leg.open_ring()
        if ring is not None and ring >= closed_at:
            last_offer = latest(last_offer, ring)
            settle_at = latest(settle_at, leg.ringing_since(ring) + OFFER_LAPSES)
    return settle_at, last_offer


def _ended_at(facts: Facts, lapsed: datetime | None) -> datetime:
    told: datetime | None = lapsed
    heard: datetime | None = None
    for leg in _all(facts):
        told = latest(told, leg.end)
        if leg.closes:
            told = latest(told, max(leg.closes))
        heard = latest(heard, leg.record_heard)
    if told is not None:
        return told
    heard = heard or facts.heard
    # A record read long after its call says nothing of when that ended: then by the last that was told.
    return facts.last if facts.last is not None and heard - facts.last > LASTS else heard


def _within(
    answered: datetime | None, told: datetime | None, started_at: datetime, ended_at: datetime | None
) -> datetime | None:
    """When it was answered, within the call's own times. What we only heard of when the call was over tells nothing
    of when; of a call that still runs, it was answered at any rate."""
    if answered is None:
        return None
    if told is None and ended_at is not None and not started_at <= answered <= ended_at:
        return None
    answered = max(answered, started_at)
    return answered if ended_at is None else min(answered, ended_at)


def _all(facts: Facts) -> list[Leg]:
    legs = list(facts.legs.values())
    return legs if facts.whole is None else [*legs, facts.whole]


def _answered_at(facts: Facts, talk: _Talk) -> tuple[datetime | None, datetime | None]:
    """(when a human answered, the same if a provider told it); without a talk, when the lead's side did."""
    whole = facts.whole
    if not talk.happened:
        if facts.direction is Direction.INBOUND or whole is None:
            return None, None
        told = earliest(whole.answered, whole.picked)
        return told or whole.picked_heard, told
    told = heard = None
    legs = [leg for seat, leg in facts.legs.items() if seat in talk.seats]
    if whole is not None:
        legs.append(whole)
    for leg in legs:
        told = earliest(told, earliest(leg.answered, leg.bridged))
        heard = earliest(heard, leg.bridged_heard)
    if told is not None or heard is not None:
        return told or heard, told
    if whole is not None and whole.picked_heard is not None and facts.direction is not Direction.INBOUND:
        legs = [whole]
    for leg in legs:
        told = earliest(told, leg.picked)
        heard = earliest(heard, leg.picked_heard)
    return told or heard, told


def _talk_seconds(facts: Facts, talk: _Talk, answered: datetime | None, over: bool) -> int | None:
    if not talk.happened or not over:
        return None
    leg = facts.legs.get(talk.seat) if talk.seat is not None else None
    whole = facts.whole
    if leg is not None and leg.talk_seconds is not None:
        return leg.talk_seconds
    if whole is not None and whole.talk_seconds is not None:
        return whole.talk_seconds
    end = leg.end if leg is not None else None
    if end is None and whole is not None:
        end = whole.end
    return seconds(answered, end)


def _ring_seconds(facts: Facts, talk: _Talk, answered: datetime | None, over: bool) -> int | None:
    if not over:
        return None
    if facts.whole is not None and facts.whole.ring_seconds is not None:
        return facts.whole.ring_seconds
    if talk.happened:
        leg = facts.legs.get(talk.seat) if talk.seat is not None else None
        if leg is not None and leg.ring_seconds is not None:
            return leg.ring_seconds
        return seconds(facts.started or facts.at, answered)
    told = [leg.ring_seconds for leg in facts.legs.values() if leg.ring_seconds is not None]
    return max(told) if told else None
