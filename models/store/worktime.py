"""How people spend their time: what they said of themselves, and what their calls make of it.

Everything is concluded anew from presence, rings, calls and wrap-ups whenever it is asked, so a log that comes
late is in the next answer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, and_, func, or_, select, type_coerce

from models.rules.offers import TOGETHER
from models.rules.presence import TALK_AT_MOST, Interval, Leg, Span, State, intervals, spans_of
from models.store import choices, presence
from models.tables.calls import call, offer
from models.tables.people import presence as told
from models.tables.work import wrap_up

LONGEST_CALL = timedelta(hours=12)
"""A call that began longer before the window than this is not looked for."""

LIVE = timedelta(minutes=90) + TALK_AT_MOST
"""How far back a person's state of this moment can have begun by calls."""


def of(
    tx: Connection, person_ids: Collection[int], since: datetime, until: datetime, *, now: datetime
) -> dict[int, list[Interval]]:
    """Each person's states from ``since`` to ``until`` without gap or overlap; nothing is said of what is to come."""
    until = min(until, now)
    if since >= until:
        return {person_id: [] for person_id in person_ids}
    pause = timedelta(seconds=choices.one(tx, "wrap_up_seconds"))
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in _told(tx, person_ids, since, until):
        spans[row.person_id].append(Span(State(row.state), row.from_at, row.to_at, row.reason))
    for person_id, leg in _legs(tx, person_ids, since, until):
        spans[person_id] += spans_of(leg, pause)
    return {person_id: intervals(spans[person_id], since, until) for person_id in person_ids}


def totals(found: Iterable[Interval]) -> Mapping[State, float]:
    """Seconds in each state; a state that was not is missing."""
    sums: dict[State, float] = defaultdict(float)
    for one in found:
        sums[one.state] += one.seconds
    return dict(sums)


def live(tx: Connection, person_id: int, now: datetime) -> dict[str, Any]:
    """What the person's own pill shows: what they said (``state``, ``reason``, ``since``), and in ``busy`` what a
    call makes of it now: its state, since when, and for a wrap-up until when. ``busy`` is None without a call."""
    said = presence.current(tx, person_id)
    instant = timedelta(microseconds=1)  # the state that holds now is that of the window's last moment
    line = of(tx, [person_id], now - LIVE, now + instant, now=now + instant)[person_id]
    last = line[-1]
    busy = None
    if last.state in (State.ON_CALL, State.RINGING, State.WRAP_UP):
        busy = {"state": last.state.value, "since": last.since.isoformat(), "until": None}
        if last.state is State.WRAP_UP:
            pause = timedelta(seconds=choices.one(tx, "wrap_up_seconds"))
            busy["until"] = (last.since + pause).isoformat()
    return {**said, "busy": busy}


def _told(
    tx: Connection, person_ids: Collection[int], since: datetime, until: datetime
) -> Iterable[Row[Any]]:
    return tx.execute(
        select(told).where(
            told.c.person_id.in_(person_ids),
            told.c.from_at < until,
            or_(told.c.to_at.is_(None), told.c.to_at > since),
        )
    )


def _legs(
    tx: Connection, person_ids: Collection[int], since: datetime, until: datetime
) -> Iterable[tuple[int, Leg]]:
    """Each ring of these people, and each call of theirs that has no ring of theirs."""
    when = and_(call.c.started_at > since - LONGEST_CALL, call.c.started_at < until)
    facts = (
        call.c.id,
        call.c.started_at,
        call.c.answered_at,
        call.c.ended_at.label("call_ended"),
        call.c.over,
        call.c.talk_seconds,
    )
    saved = (wrap_up.c.person_id.label("saved_by"), wrap_up.c.ended_at.label("saved_at"))
    rival = offer.alias("rival")
    later = (
        select(func.min(rival.c.offered_at))
        .where(
            rival.c.call_id == offer.c.call_id,
            type_coerce(rival.c.offered_at, BigInteger)
            > type_coerce(offer.c.offered_at, BigInteger) + TOGETHER // timedelta(microseconds=1),
            or_(rival.c.person_id.is_(None), rival.c.person_id != offer.c.person_id),
        )
        .scalar_subquery()
    )
    rung = tx.execute(
        select(*facts, *saved, offer, later.label("next_ring_at"))
        .join(offer, offer.c.call_id == call.c.id)
        .outerjoin(wrap_up, wrap_up.c.call_id == call.c.id)
        .where(offer.c.person_id.in_(person_ids), when)
    )
    answered: set[tuple[int, int]] = set()
    for row in rung:
        if row.answered:
            answered.add((row.id, row.person_id))
        yield row.person_id, _leg(row, row.person_id)
    own = tx.execute(
        select(*facts, *saved, call.c.person_id)
        .outerjoin(wrap_up, wrap_up.c.call_id == call.c.id)
        .where(
            call.c.person_id.in_(person_ids),
            when,
            or_(call.c.talk_seconds > 0, call.c.answered_at.is_not(None)),
        )
    )
    for row in own:
        if (row.id, row.person_id) not in answered:
            yield row.person_id, _leg(row, row.person_id)


def _leg(row: Row[Any], person_id: int) -> Leg:
    given = row._mapping
    return Leg(
        call_started=row.started_at,
        call_answered=row.answered_at,
        call_ended=row.call_ended,
        over=row.over,
        talk_seconds=row.talk_seconds,
        offered_at=given.get("offered_at"),
        ended_at=given.get("ended_at"),
        ring_seconds=given.get("ring_seconds"),
        answered=given.get("answered", True),
        given_up=given.get("reason") is not None,
        next_ring_at=given.get("next_ring_at"),
        saved_at=row.saved_at if row.saved_by == person_id else None,
    )
