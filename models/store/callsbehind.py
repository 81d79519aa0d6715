"""The calls behind a number: what was counted, one row each, so that anybody can recount it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, true

from models.rules.access import Viewer
from models.rules.call import Direction
from models.rules.windows import Window
from models.store.base import Rules
from models.store.callscope import RAISED, Scope, attempt, connected, human, network
from models.tables.calls import call, notification, notification_for, offer
from models.tables.leads import lead, lead_phone
from models.tables.people import person, team
from models.tables.telephony import connection

Condition = Callable[[Rules], ColumnElement[bool]]

CALLS: Mapping[str, Condition] = {
    "calls": lambda _: call.c.direction.is_not(None),
    "attempts": lambda _: attempt,
    "outbound": lambda _: call.c.direction == Direction.OUTBOUND.value,
    "campaign": lambda _: call.c.direction == Direction.CAMPAIGN.value,
    "inbound": lambda _: call.c.direction == Direction.INBOUND.value,
    "connected": lambda _: connected & call.c.direction.is_not(None),
    "network_answered": lambda _: network,
    "human_connected": human,
    "connect_rate": lambda _: attempt,
    "talk_time": lambda _: connected & call.c.direction.is_not(None) & (call.c.talk_seconds > 0),
    "avg_talk": lambda _: connected & call.c.direction.is_not(None),
}
RINGS: Mapping[str, ColumnElement[bool]] = {
    "inbound_offered": true(),
    "inbound_answered": offer.c.answered.is_(True),
    "answer_rate": true(),
}
ENTRIES: Mapping[str, ColumnElement[bool]] = {
    "missed": notification.c.kind == "missed",
    "missed_open": (notification.c.kind == "missed") & (notification.c.state == "open"),
    "pending": notification.c.kind == "pending",
    "pending_open": (notification.c.kind == "pending") & (notification.c.state == "open"),
}
DIFFERENT: Mapping[str, ColumnElement[bool]] = {
    "missed_calls": notification.c.kind == "missed",
    "still_open": (notification.c.kind == "missed") & (notification.c.state == "open"),
    "pending_calls": notification.c.kind == "pending",
}
OPENABLE = frozenset({*CALLS, *RINGS, *ENTRIES, *DIFFERENT})

_WHO = person.alias("who")
_CLEARED = person.alias("cleared")
_COMMON = (
    call.c.id.label("call_id"),
    call.c.lead_id,
    lead.c.name.label("lead"),
    lead.c.programme,
    select(lead_phone.c.id).where(lead_phone.c.lead_id == lead.c.id).exists().label("has_number"),
    call.c.direction,
    call.c.outcome,
    call.c.talk_seconds,
    connection.c.label.label("connection"),
    _WHO.c.name.label("counselor"),
)


@dataclass(frozen=True, slots=True)
class Behind:
    """``count`` rows make the number; ``rows`` are the newest of them, up to the limit asked for.

    Every row has ``at`` (UTC), ``call_id``, ``lead_id``, ``lead``, ``programme``, ``has_number`` (of the lead),
    ``direction``, ``counselor``, ``seconds`` and ``counted`` (False: in the whole of a quotient but not in its part);
    rings add ``answered`` and ``reason``, entries ``state``, ``cleared_by`` and ``cleared_how``.
    """

    rows: list[dict[str, Any]]
    count: int


def behind(
    tx: Connection,
    viewer: Viewer,
    metric_id: str,
    window: Window,
    *,
    rules: Rules,
    who: int | None = None,
    teams: frozenset[int] = frozenset(),
    limit: int | None = 200,
) -> Behind:
    """What ``metric_id`` counted. ``who`` is a counselor, 0 for what is nobody's, None for all in scope.

    Raises ``KeyError`` for a number that is not made of calls.
    """
    wanted = _select(metric_id, Scope(viewer, teams), rules, who).where(
        call.c.local_day.between(window.first, window.last)
    )
    count = tx.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    rows = tx.execute(wanted.limit(limit) if limit else wanted).mappings()
    return Behind([{**row, "counted": bool(row["counted"])} for row in rows], count)


def _select(metric_id: str, scope: Scope, rules: Rules, who: int | None) -> Select[Any]:
    if metric_id in CALLS:
        return _calls(metric_id, scope, rules, who)
    if metric_id in RINGS:
        return _rings(metric_id, scope, who)
    if metric_id in ENTRIES:
        return _entries(metric_id, scope, who)
    return _different(metric_id, scope, who)


def _is(column: ColumnElement[Any], who: int | None) -> ColumnElement[bool]:
    if who is None:
        return true()
    return column == who if who else column.is_(None)


def _calls(metric_id: str, scope: Scope, rules: Rules, who: int | None) -> Select[Any]:
    counted = human(rules) if metric_id == "connect_rate" else true()
    return (
        select(
            *_COMMON,
            call.c.started_at.label("at"),
            call.c.talk_seconds.label("seconds"),
            counted.label("counted"),
        )
        .join(connection, connection.c.id == call.c.connection_id)
        .outerjoin(lead, lead.c.id == call.c.lead_id)
        .outerjoin(_WHO, _WHO.c.id == call.c.person_id)
        .where(CALLS[metric_id](rules), scope.calls(), _is(call.c.person_id, who))
        .order_by(call.c.started_at.desc(), call.c.id.desc())
    )


def _rings(metric_id: str, scope: Scope, who: int | None) -> Select[Any]:
    return (
        select(
            *_COMMON,
            func.coalesce(offer.c.offered_at, call.c.started_at).label("at"),
            offer.c.ring_seconds.label("seconds"),
            offer.c.answered.label("counted"),
            offer.c.answered,
            offer.c.reason,
            offer.c.position,
        )
        .select_from(offer)
        .join(call, call.c.id == offer.c.call_id)
        .join(connection, connection.c.id == call.c.connection_id)
        .outerjoin(lead, lead.c.id == call.c.lead_id)
        .outerjoin(_WHO, _WHO.c.id == offer.c.person_id)
        .where(
            call.c.direction == Direction.INBOUND.value,
            RINGS[metric_id],
            scope.rings(),
            _is(offer.c.person_id, who),
        )
        .order_by(call.c.started_at.desc(), call.c.id.desc(), offer.c.position)
    )


def _entries(metric_id: str, scope: Scope, who: int | None) -> Select[Any]:
    counselor = func.coalesce(_WHO.c.name, team.c.name).label("counselor")
    return (
        select(*_COMMON[:-1], counselor, *_entry_columns())
        .select_from(notification)
        .join(call, call.c.id == notification.c.call_id)
        .join(connection, connection.c.id == call.c.connection_id)
        .outerjoin(notification_for, notification_for.c.notification_id == notification.c.id)
        .outerjoin(lead, lead.c.id == call.c.lead_id)
        .outerjoin(_WHO, _WHO.c.id == notification_for.c.person_id)
        .outerjoin(team, team.c.id == notification_for.c.team_id)
        .outerjoin(_CLEARED, _CLEARED.c.id == notification.c.cleared_by)
        .where(
            ENTRIES[metric_id],
            notification.c.state.in_(RAISED),
            scope.entries(),
            _is(notification_for.c.person_id, who),
        )
        .order_by(notification.c.raised_at.desc(), notification.c.id.desc(), notification_for.c.id)
    )


def _different(metric_id: str, scope: Scope, who: int | None) -> Select[Any]:
    theirs = (
        select(notification.c.id)
        .outerjoin(notification_for, notification_for.c.notification_id == notification.c.id)
        .where(scope.entries(), _is(notification_for.c.person_id, who))
    )
    return (
        select(*_COMMON, *_entry_columns())
        .select_from(notification)
        .join(call, call.c.id == notification.c.call_id)
        .join(connection, connection.c.id == call.c.connection_id)
        .outerjoin(lead, lead.c.id == call.c.lead_id)
        .outerjoin(_WHO, _WHO.c.id == call.c.person_id)
        .outerjoin(_CLEARED, _CLEARED.c.id == notification.c.cleared_by)
        .where(DIFFERENT[metric_id], notification.c.state.in_(RAISED), notification.c.id.in_(theirs))
        .order_by(notification.c.raised_at.desc(), notification.c.id.desc())
    )


def _entry_columns() -> tuple[ColumnElement[Any], ...]:
    return (
        notification.c.raised_at.label("at"),
        call.c.ring_seconds.label("seconds"),
        true().label("counted"),
        notification.c.kind,
        notification.c.reason,
        notification.c.state,
        _CLEARED.c.name.label("cleared_by"),
        notification.c.cleared_how,
    )
