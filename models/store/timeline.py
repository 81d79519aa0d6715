"""What happened with a lead, newest first: calls with their rings, entries cleared, profiles opened, and what people
did (``timeline_work``).

The caller has made sure that the viewer may open the lead (``openings.may_open``).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, func, select

from models.rules.access import Viewer
from models.rules.call import Direction, MissReason, Outcome
from models.store import recordings, timeline_work
from models.store.base import Store
from models.store.timeline_work import WorkMoment
from models.tables.calls import call, notification, notification_for, offer
from models.tables.leads import opening
from models.tables.people import person
from models.tables.telephony import connection, did
from models.tables.work import disposition, note, stage_change, wrap_up

disposer = person.alias("disposer")

CALLS = 150
OPENINGS = 60
SAME_LOOK = timedelta(minutes=30)
"""Openings by one person no further apart than this are one look at the profile."""
SAME_WRITE = timedelta(seconds=2)
"""An opening and what it cleared are written together, each with its own reading of the clock."""


@dataclass(frozen=True, slots=True)
class Ring:
    """One counselor a call was offered to. ``name`` is the seat's mask while nobody is mapped to it."""

    name: str
    me: bool
    answered: bool
    seconds: int | None
    reason: MissReason | None


@dataclass(frozen=True, slots=True)
class CallMoment:
    """One call. ``entry`` is "missed" or "pending" if it raised one; ``entry_state`` what became of it."""

    at: datetime
    call_id: int
    direction: Direction | None
    over: bool
    outcome: Outcome | None
    talk_seconds: int | None
    ring_seconds: int | None
    by: str | None
    by_me: bool
    connection: str
    did: str | None
    campaign: str | None
    disposition: str | None  # the counselor's choice, else the provider's word
    entry: str | None
    entry_state: str | None
    reason: str | None
    recorded: bool = False  # and the reader may hear it
    disposed_by: str | None = None  # who chose the disposition here
    rings: list[Ring] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ClearedMoment:
    """Entries that one opening cleared. ``colleagues``: for how many others than the one who opened."""

    at: datetime
    kinds: list[str]
    by: str
    by_me: bool
    how: str
    for_me: bool
    colleagues: int


@dataclass(frozen=True, slots=True)
class OpenedMoment:
    """Somebody looked at the profile and nothing was waiting."""

    at: datetime
    by: str
    by_me: bool
    how: str


Moment = CallMoment | ClearedMoment | OpenedMoment | WorkMoment


@dataclass(frozen=True, slots=True)
class Story:
    """The moments of a lead, newest first. ``calls``, ``notes`` and ``stages`` count all there are, ``more`` says that
    older ones are not among ``moments``."""

    moments: list[Moment]
    calls: int
    notes: int
    stages: int
    more: bool


def timeline(store: Store, tx: Connection, viewer: Viewer, lead_id: int, *, most: int = CALLS) -> Story:
    """The latest ``most`` calls and what belongs to their time."""
    calls = _calls(tx, viewer, lead_id, most + 1)
    more = len(calls) > most
    calls = calls[:most]
    since = calls[-1].at if more else None
    cleared = _cleared(tx, viewer, lead_id, most)
    opened = _opened(tx, viewer, lead_id, cleared)
    work = timeline_work.moments(store, tx, viewer, lead_id, since)
    found: list[Moment] = [*calls, *cleared, *opened, *work]
    if since is not None:
        found = [moment for moment in found if moment.at >= since]
    counts = tx.execute(
        select(
            *(
                select(func.count()).where(table.c.lead_id == lead_id).scalar_subquery()
                for table in (call, note, stage_change)
            )
        )
    ).one()
    return Story(
        sorted(found, key=lambda moment: moment.at, reverse=True), counts[0], counts[1], counts[2], more
    )


def _calls(tx: Connection, viewer: Viewer, lead_id: int, most: int) -> list[CallMoment]:
    rows = (
        tx.execute(
            select(
                call,
                person.c.name.label("by"),
                connection.c.label.label("connection"),
                func.coalesce(did.c.label, call.c.did).label("did_label"),
                notification.c.kind.label("entry"),
                notification.c.state.label("entry_state"),
                notification.c.reason.label("entry_reason"),
                recordings.recorded(viewer).label("recorded"),
                disposition.c.label.label("disposed"),
                disposer.c.name.label("disposed_by"),
            )
            .join(connection, connection.c.id == call.c.connection_id)
            .outerjoin(person, person.c.id == call.c.person_id)
            .outerjoin(did, did.c.number == call.c.did)
            .outerjoin(
                notification, (notification.c.call_id == call.c.id) & (notification.c.state != "withdrawn")
            )
            .outerjoin(wrap_up, wrap_up.c.call_id == call.c.id)
            .outerjoin(disposition, disposition.c.id == wrap_up.c.disposition_id)
            .outerjoin(disposer, disposer.c.id == wrap_up.c.person_id)
            .where(call.c.lead_id == lead_id)
            .order_by(call.c.started_at.desc(), call.c.id.desc())
            .limit(most)
        )
        .mappings()
        .all()
    )
    rings = _rings(tx, viewer, [row["id"] for row in rows])
    return [_call(row, viewer, rings[row["id"]]) for row in rows]


def _call(row: RowMapping, viewer: Viewer, rings: list[Ring]) -> CallMoment:
    return CallMoment(
        at=row["started_at"],
        call_id=row["id"],
        direction=Direction(row["direction"]) if row["direction"] else None,
        over=row["over"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        talk_seconds=row["talk_seconds"],
        ring_seconds=row["ring_seconds"],
        by=row["by"],
        by_me=row["person_id"] == viewer.person_id,
        connection=row["connection"],
        did=row["did_label"],
        campaign=row["campaign"],
        disposition=row["disposed"] or row["disposition"],
        entry=row["entry"],
        entry_state=row["entry_state"],
        reason=row["entry_reason"],
        recorded=bool(row["recorded"]),
        disposed_by=row["disposed_by"] if row["disposed"] else None,
        rings=rings,
    )


def _rings(tx: Connection, viewer: Viewer, call_ids: Sequence[int]) -> dict[int, list[Ring]]:
    found: dict[int, list[Ring]] = defaultdict(list)
    rows = tx.execute(
        select(offer, person.c.name)
        .outerjoin(person, person.c.id == offer.c.person_id)
        .where(offer.c.call_id.in_(call_ids))
        .order_by(offer.c.call_id, offer.c.position)
    )
    for row in rows:
        found[row.call_id].append(
            Ring(
                name=row.name or row.seat_mask,
                me=row.person_id == viewer.person_id,
                answered=row.answered,
                seconds=row.ring_seconds,
                reason=MissReason(row.reason) if row.reason else None,
            )
        )
    return found


def _cleared(tx: Connection, viewer: Viewer, lead_id: int, most: int) -> list[ClearedMoment]:
    rows = tx.execute(
        select(
            notification.c.id,
            notification.c.kind,
            notification.c.cleared_at,
            notification.c.cleared_by,
            notification.c.cleared_how,
            person.c.name,
        )
        .outerjoin(person, person.c.id == notification.c.cleared_by)
        .where(notification.c.lead_id == lead_id, notification.c.state == "cleared")
        .order_by(notification.c.cleared_at.desc(), notification.c.id)
        .limit(most)
    ).all()
    people = _addressees(tx, [row.id for row in rows])
    together: dict[tuple[datetime, int], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        together[row.cleared_at, row.cleared_by].append(index)
    found = []
    for (at, by), indexes in together.items():
        first = rows[indexes[0]]
        concerned: set[int] = set().union(*(people[rows[index].id] for index in indexes))
        found.append(
            ClearedMoment(
                at=at,
                kinds=[rows[index].kind for index in indexes],
                by=first.name or "Callboard",
                by_me=by == viewer.person_id,
                how=first.cleared_how or "",
                for_me=viewer.person_id in concerned,
                colleagues=len(concerned - {by}),
            )
        )
    return found


def _addressees(tx: Connection, ids: Sequence[int]) -> dict[int, set[int]]:
    """Entry → the people it was for, by name or through their team's pool."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = tx.execute(
        select(notification_for.c.notification_id, notification_for.c.person_id, person.c.id)
        .outerjoin(
            person,
            (person.c.team_id == notification_for.c.team_id)
            & (person.c.role == "counselor")
            & person.c.active,
        )
        .where(notification_for.c.notification_id.in_(ids))
    )
    for entry_id, person_id, member_id in rows:
        found[entry_id] |= {who for who in (person_id, member_id) if who}
    return found


def _opened(tx: Connection, viewer: Viewer, lead_id: int, cleared: list[ClearedMoment]) -> list[OpenedMoment]:
    rows = tx.execute(
        select(opening.c.person_id, opening.c.at, opening.c.how, person.c.name)
        .join(person, person.c.id == opening.c.person_id)
        .where(opening.c.lead_id == lead_id)
        .order_by(opening.c.at.desc())
        .limit(OPENINGS)
    )
    found: list[OpenedMoment] = []
    last: dict[int, datetime] = {}
    for row in rows:
        later = last.get(row.person_id)
        last[row.person_id] = row.at
        if later is not None and later - row.at <= SAME_LOOK:
            continue
        if any(moment.by == row.name and abs(moment.at - row.at) <= SAME_WRITE for moment in cleared):
            continue
        found.append(OpenedMoment(row.at, row.name, row.person_id == viewer.person_id, row.how))
    return found
