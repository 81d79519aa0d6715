"""What the routing rules must know: whose lead is calling, how the DID wants it, and who could take the call."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    type_coerce,
)

from models.rules.presence import RING_AT_MOST, TALK_AT_MOST
from models.rules.routing import Candidate, Words, words
from models.store import choices, directory
from models.store.connections import ADDRESS
from models.store.dids import Did
from models.store.directory import Directory, Somebody
from models.store.prepared import Query, Question
from models.store.vault import Vault
from models.tables.base import Instant
from models.tables.calls import call, offer
from models.tables.leads import lead, lead_phone
from models.tables.people import person, presence
from models.tables.work import wrap_up

LIVE_FOR = TALK_AT_MOST
RUNG_FOR = RING_AT_MOST

TOGETHER = timedelta(seconds=3)
"""Rings this close are a parallel ring; an earlier one was given up when the call went on to the next."""

IDLE_LOOK_BACK = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller's lead, as far as routing cares; None and empty for an unknown number.

    ``team_id`` answers this call: the DID's team, otherwise the connection's.
    """

    lead_id: int | None
    owner_id: int | None
    sticky_id: int | None
    needs: Words
    did: Did | None
    team_id: int | None


# Statements are made once: making them costs as much as asking them.
_CALLING = Query(
    select(lead.c.id, lead.c.owner_id, lead.c.last_talk_by, lead.c.language, lead.c.programme, lead.c.region)
    .join(lead_phone, lead_phone.c.lead_id == lead.c.id)
    .where(lead_phone.c.phone_ix == bindparam("index"))
    .order_by(lead.c.worked_at.desc(), lead.c.id.desc())
    .limit(1)
)
# A look at one row of an index for everybody, however many calls there are.
_LATEST = (
    call.c.person_id == presence.c.person_id,
    call.c.started_at > bindparam("since", type_=Instant),
    call.c.ended_at.is_not(None),
)
_LAST_CALL = (
    select(call.c.ended_at).where(*_LATEST).order_by(call.c.started_at.desc()).limit(1).scalar_subquery()
)
_LAST_SAVED = (
    select(wrap_up.c.ended_at)
    .select_from(
        call.outerjoin(wrap_up, and_(wrap_up.c.call_id == call.c.id, wrap_up.c.person_id == call.c.person_id))
    )
    .where(*_LATEST)
    .order_by(call.c.started_at.desc())
    .limit(1)
    .scalar_subquery()
)
_PRESENT = (
    select(presence.c.person_id, presence.c.state, presence.c.from_at, _LAST_CALL, _LAST_SAVED)
    .join(person, person.c.id == presence.c.person_id)
    .where(presence.c.to_at.is_(None))
)
_PRESENT_OF = Query(
    _PRESENT.where(
        or_(
            person.c.team_id == bindparam("team", type_=Integer),
            person.c.id == bindparam("owner", type_=Integer),
            person.c.id == bindparam("sticky", type_=Integer),
        )
    )
)
_PRESENT_ALL = Query(_PRESENT)
_NOW = bindparam("now", type_=Instant)
_RIVAL = offer.alias("rival")
_ON_THE_LINE = (offer.c.person_id.is_not(None), offer.c.reason.is_(None), offer.c.ended_at.is_(None))
_GIVEN_UP = (
    exists()
    .where(
        _RIVAL.c.call_id == offer.c.call_id,
        _RIVAL.c.person_id.is_not(None),
        _RIVAL.c.reason.is_(None),
        _RIVAL.c.ended_at.is_(None),
        _RIVAL.c.answered == false(),
        type_coerce(func.coalesce(_RIVAL.c.offered_at, _NOW), BigInteger)
        > type_coerce(func.coalesce(offer.c.offered_at, _NOW), BigInteger)
        + TOGETHER // timedelta(microseconds=1),
    )
    .correlate(offer)
)
_BUSY = Query(
    select(offer.c.person_id)
    .join(call, call.c.id == offer.c.call_id)
    .where(
        call.c.over == false(),
        call.c.started_at > bindparam("since", type_=Instant),
        *_ON_THE_LINE,
        or_(
            offer.c.answered,
            and_(
                call.c.answered_at.is_(None),
                func.coalesce(offer.c.offered_at, _NOW) > bindparam("rung_since", type_=Instant),
                ~_GIVEN_UP,
            ),
        ),
    )
)


def caller(
    tx: Connection, vault: Vault, number: str | None, did_number: str | None, connection_id: int
) -> Caller:
    """Of two leads with one number, the one most recently worked on is calling."""
    known = directory.of(tx)
    did = known.dids.get(did_number or "")
    line = known.lines.get(connection_id)
    team_id = (did.team_id if did else None) or (line.team_id if line else None)
    rows = _CALLING.rows(tx, index=vault.index(number)) if number else []
    if not rows:
        return Caller(None, None, None, {}, did, team_id)
    lead_id, owner_id, sticky_id, language, programme, region = rows[0]
    told = {"language": language, "programme": programme, "region": region}
    needs = words((kind, word) for kind, word in told.items() if word)
    return Caller(lead_id, owner_id, sticky_id, needs, did, team_id)


def candidates(
    tx: Connection,
    vault: Vault,
    connection_id: int,
    now: datetime,
    asked: Caller,
    occupied: Question | None = None,
) -> list[Candidate]:
    """Everybody whom a strategy may want, with each of their seats at this connection, or without one.

    ``occupied``: what ``ask_busy`` gave, where it was asked beforehand.
    """
    known = directory.of(tx)
    wanted = _wanted(known, asked)
    seats: list[tuple[int, str | None]] = [
        (person_id, _opened(vault, sealed))
        for person_id, sealed in known.placed.get(connection_id, ())
        if person_id in wanted
    ]
    seated = {person_id for person_id, _ in seats}
    unseated = [one for one in wanted.values() if one.id not in seated and _missed_without_a_seat(one, asked)]
    occupied = occupied or ask_busy(tx, now)
    present = _present(tx, asked, now)
    busy = {person_id for (person_id,) in occupied.rows()}
    found = []
    for person_id, address in [*seats, *((one.id, None) for one in unseated)]:
        somebody = wanted[person_id]
        state, idle_since, wrapping = present.get(person_id, ("out", None, False))
        found.append(
            Candidate(
                person_id=person_id,
                team_id=somebody.team_id,
                seat=address,
                checked_in=state == "in",
                on_break=state == "break",
                on_call=person_id in busy,
                wrapping=wrapping,
                idle_since=idle_since,
                active=somebody.active,
                skills=known.skills.get(person_id, {}),
            )
        )
    return found


def names(tx: Connection, person_ids: Collection[int]) -> list[str]:
    """What these people are called, in the same order."""
    known = directory.of(tx).people
    return [known[person_id].name for person_id in person_ids]


def busy_people(tx: Connection, now: datetime) -> set[int]:
    """Who talks, or is being rung, right now."""
    return {person_id for (person_id,) in ask_busy(tx, now).rows()}


def ask_busy(tx: Connection, now: datetime) -> Question:
    """``busy_people``, to be had later: one column, their ids."""
    return _BUSY.ask(tx, now=now, since=now - LIVE_FOR, rung_since=now - RUNG_FOR)


def _wanted(known: Directory, asked: Caller) -> dict[int, Somebody]:
    """The lead's counselor, who talked last, and the team; without a team, everybody."""
    own = (asked.owner_id, asked.sticky_id)
    return {
        one.id: one
        for one in known.people.values()
        if asked.team_id is None or one.team_id == asked.team_id or one.id in own
    }


def _missed_without_a_seat(one: Somebody, asked: Caller) -> bool:
    """Would an administrator wonder why this person was not rung?"""
    if one.id in (asked.owner_id, asked.sticky_id):
        return True
    return asked.team_id is not None and one.counselor and one.active


def _present(tx: Connection, asked: Caller, now: datetime) -> dict[int, tuple[str, datetime | None, bool]]:
    """Of everybody who is checked in or on a break: which, since when they are idle, and whether they are still
    in the wrap-up of their last call."""
    since = now - IDLE_LOOK_BACK
    if asked.team_id is None:
        rows = _PRESENT_ALL.rows(tx, since=since)
    else:
        whom = {"team": asked.team_id, "owner": asked.owner_id, "sticky": asked.sticky_id}
        rows = _PRESENT_OF.rows(tx, None, since=since, **whom)
    pause = timedelta(seconds=choices.one(tx, "wrap_up_seconds"))
    return {
        person_id: (
            state,
            began if ended is None else max(began, ended),
            ended is not None and saved is None and ended <= now < ended + pause,
        )
        for person_id, state, began, ended, saved in rows
    }


@lru_cache(maxsize=16384)
def _opened(vault: Vault, sealed: bytes) -> str:
    """A seat's address in clear: the same few hundred are asked for with every call."""
    return vault.open(sealed, ADDRESS).decode()
