"""From the mapping's fields to call events."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ingest.contract import Unreadable
from ingest.readings import Reading, given
from ingest.vendors.mapped import readers, tree, values, wording
from ingest.vendors.mapped.making import Ask, Making
from ingest.vendors.mapped.scope import Heard, Scope, as_text
from ingest.vendors.mapped.telling import Fields, Legs
from models.rules.call import CallEvent, Direction, Kind, MissReason, Outcome

_LOW_CONFIDENCE_MINUTES = 5
_ID_LENGTH = 120
_LENGTHS = {"leg": 120, "campaign": 120, "intent": 120, "disposition": 120, "recording": 2000}

_MAKERS: dict[str, Callable[[Any, Making, str], Ask]] = {
    **dict.fromkeys(("call_id", "leg", "campaign", "intent", "recording", "disposition"), values.text),
    **dict.fromkeys(("direction", "outcome", "hung_up_by", "machine", "miss_reason"), wording.word_value),
    **dict.fromkeys(("at", "started_at", "answered_at", "ended_at"), readers.moment),
    **dict.fromkeys(("talk_seconds", "ring_seconds", "total_seconds"), readers.duration),
    **dict.fromkeys(("customer", "did"), readers.number),
    "seat": readers.seat,
}
FIELD_NAMES = tuple(_MAKERS)


def fields(told: Fields, making: Making, where: str) -> dict[str, Ask]:
    """Each field that is set, ready to be asked; one set to null tells nothing."""
    made: dict[str, Ask] = {}
    for name in told.model_fields_set:
        value = getattr(told, name)
        if name == "words":
            made[name] = _verbatim(value or [], making, f"{where}.words")
        elif name == "extra":
            made[name] = _extra(value or {}, making, f"{where}.extra")
        else:
            made[name] = _nothing if value is None else _MAKERS[name](value, making, f"{where}.{name}")
    return made


def leg_fields(told: Legs, making: Making, where: str) -> dict[str, Ask]:
    """The fields of one leg."""
    made: dict[str, Ask] = {}
    for name in ("seat", "leg", "at", "answered_at", "ended_at", "talk_seconds", "ring_seconds"):
        value = getattr(told, name)
        if value is not None:
            made[name] = _MAKERS[name](value, making, f"{where}.{name}")
    if told.reason is not None:
        made["miss_reason"] = wording.word_value(told.reason, making, f"{where}.reason")
    return made


def _nothing(_: Scope) -> None:
    return None


def _verbatim(told: list[str], making: Making, where: str) -> Ask:
    found = [making.path(one, f"{where}[{i}]") for i, one in enumerate(told)]

    def ask(scope: Scope) -> str | None:
        said = {path.text: next(scope.texts(path), "") for path in found}
        return Reading(said, scope.heard.connection).words(*said)

    return ask


def _extra(told: Mapping[str, Any], making: Making, where: str) -> Ask:
    asks = {name: values.text(value, making, f"{where}.{name}") for name, value in told.items()}

    def ask(scope: Scope) -> dict[str, str]:
        return {name: said[:200] for name, one in asks.items() if (said := one(scope)) is not None}

    return ask


Get = Callable[[str], Any]
"""A field's value by name, wherever it is told."""


def getter(scope: Scope, outer: Scope | None = None, own: Mapping[str, Ask] | None = None) -> Get:
    """Fields of ``own`` are asked of ``scope``; the others of ``outer``, whose they are."""

    def get(name: str) -> Any:
        if own is not None and name in own:
            return scope.value(name)
        return (outer or scope).value(name)

    return get


def event(kind: Kind, get: Get, scope: Scope, *, whole: bool) -> CallEvent | None:
    """The event; None when it would tell nothing. ``whole``: with what no field reads as ``extra``.

    Raises ``Unreadable`` when nothing tells the call from others.
    """
    told = {name: _short(get(name), limit) for name, limit in _LENGTHS.items()}
    if (kind is Kind.RECORDING and told["recording"] is None) or (
        kind is Kind.DISPOSITION and told["disposition"] is None
    ):
        return None
    extra: dict[str, str] = rest(scope) if whole else {}
    extra.update(get("extra") or {})
    reason = get("miss_reason")
    if reason is not None:
        extra["miss_reason"] = str(MissReason(reason))
    heard = scope.heard
    assert heard.delivery is not None
    direction = get("direction")
    # Of a missed leg the durations of the whole call say nothing.
    over, record = kind in (Kind.LOG, Kind.ENDED, Kind.MISSED), kind in (Kind.LOG, Kind.ENDED)
    answered_at = get("answered_at")
    outcome = get("outcome") if over else None
    return CallEvent(
        provider_call_id=_call_id(get, heard, extra),
        kind=kind,
        received_at=heard.delivery.received_at,
        at=get("at") or (answered_at if kind in (Kind.ANSWERED, Kind.BRIDGED) else None),
        leg=told["leg"],
        seat=get("seat"),
        direction=None if direction is None else Direction(direction),
        customer=get("customer"),
        did=get("did"),
        campaign=told["campaign"],
        intent=told["intent"],
        started_at=get("started_at"),
        answered_at=answered_at,
        ended_at=get("ended_at") if over else None,
        talk_seconds=get("talk_seconds") if record else None,
        ring_seconds=get("ring_seconds") if over else None,
        total_seconds=get("total_seconds") if record else None,
        outcome=None if outcome is None else Outcome(outcome),
        hung_up_by=get("hung_up_by"),
        machine=get("machine"),
        recording=told["recording"],
        disposition=told["disposition"],
        words=get("words"),
        extra=extra,
    )


def rest(scope: Scope) -> dict[str, str]:
    """The item's fields that nothing read, bounded and without secrets."""
    leaves = tree.flat(scope.node)
    used = scope.heard.read_below(scope.node)
    unread = {
        name[:60]: text
        for name, (text, container, key) in leaves.items()
        if (id(container), key) not in used and text[:1] not in ("{", "[")
    }
    return Reading(unread, scope.heard.connection).rest(())


def _short(said: Any, limit: int) -> str | None:
    text = given(as_text(said))
    return text[:limit] if text is not None else None


def _call_id(get: Get, heard: Heard, extra: dict[str, str]) -> str:
    """The provider's id, or one made of who called whom and when (marked as a guess in ``extra``)."""
    told = given(as_text(get("call_id")))
    if told is not None:
        return told if len(told) <= _ID_LENGTH else hashlib.blake2b(told.encode(), digest_size=20).hexdigest()
    customer, seat = get("customer"), get("seat")
    if customer is None and seat is None:
        raise Unreadable("No call id is mapped or told, and no number to tell the call by.")
    assert heard.delivery is not None
    start: datetime = get("started_at") or heard.delivery.received_at
    minute = start.minute - start.minute % _LOW_CONFIDENCE_MINUTES
    start = start.replace(minute=minute, second=0, microsecond=0)
    # 28 bits on purpose: the id is stored in the clear, and a longer one could be tried out against
    # every telephone number there is.
    mark = hashlib.blake2b(f"{customer}|{seat}".encode(), digest_size=4).hexdigest()[:7]
    extra["low_confidence"] = "1"
    return f"guess-{start:%Y%m%dT%H%M}-{mark}"
