"""Webhooks v2: one envelope, and what has happened to a call so far in its legs.

``timestamp`` is when a webhook was sent, and a webhook sent again carries another: it is never the time of what
happened.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ingest.contract import CallEvent, Delivery, Parsed, Unreadable
from ingest.readings import Reading, word
from ingest.vendors.myoperator import legs as legs_of
from ingest.vendors.myoperator.legs import Leg
from ingest.vendors.myoperator.outcomes import outcome
from ingest.vendors.myoperator.words import DIRECTIONS, STATUSES, ended, looked_up
from models.rules.call import Direction, Kind, MissReason, Outcome

_ENVELOPE = (
    "event_id",
    "event_type",
    "event_sequence",
    "event_version",
    "timestamp",
    "company_id",
    "channel",
)
_READ = (
    *_ENVELOPE,
    "session_id",
    "direction",
    "system_identifier",
    "customer_identifier",
    "payload[id]",
    "payload[did]",
    "payload[direction]",
    "payload[customer_number]",
    "payload[status]",
    "payload[started_at]",
    "payload[ended_at]",
    "payload[duration]",
    "payload[recording_filename]",
    "payload[client_ref_id]",
)
_DISPOSITIONS = ("payload[disposition]", "payload[dispositions][0]", "payload[dispositions][0][name]")


def event(reading: Reading, delivery: Delivery, aliases: Mapping[str, str]) -> Parsed:
    """Any webhook of version 2. ``aliases`` gives an extension its seat. Raises ``Unreadable``."""
    channel = word(reading.text("channel") or "call")
    if channel != "call":
        return Parsed((), note=f"A message of the channel {channel[:20]}: no call.")
    kind = word(reading.text("event_type") or "").removeprefix("call.")
    read = _READERS.get(kind)
    if read is None:
        reading.puzzled("event_type", reading.text("event_type") or "")
        return Parsed((), tuple(reading.unknown), "An event of an unknown kind.")
    return Parsed(tuple(read(_Call(reading, delivery, aliases))), tuple(reading.unknown))


class _Call:
    """What a webhook says of its call as a whole."""

    def __init__(self, reading: Reading, delivery: Delivery, aliases: Mapping[str, str]) -> None:
        self.reading = reading
        self.delivery = delivery
        call_id = reading.text("session_id", "payload[id]")
        if call_id is None:
            raise Unreadable("There is no session_id: the call cannot be told from others.")
        self.call_id = call_id
        self.legs = legs_of.of(reading, aliases)
        self.agents = legs_of.agents(self.legs)
        self.customer = legs_of.customer(self.legs)
        name = "payload[direction]" if reading.text("payload[direction]") else "direction"
        self.direction = looked_up(reading, DIRECTIONS, name)
        if self.direction is Direction.OUTBOUND and self._lead_comes_first():
            self.direction = Direction.CAMPAIGN
        self.status = ended(reading, STATUSES, "payload[status]")

    def _lead_comes_first(self) -> bool:
        """A campaign's dialler rings the lead and then looks for an agent; click-to-call the other way round."""
        first = self.legs[0] if self.legs else None
        return (
            first is not None and not first.is_agent and bool(self.reading.text("payload[obd_campaign][id]"))
        )

    def says(self, kind: Kind, leg: Leg | None = None, **more: Any) -> CallEvent:
        """An event with what is known of the call, and ``more``; with ``leg``, of that agent's part of it."""
        reading = self.reading
        campaign = reading.text("payload[obd_campaign][id]")
        told = CallEvent(
            provider_call_id=self.call_id,
            kind=kind,
            received_at=self.delivery.received_at,
            leg=leg.index if leg else None,
            seat=leg.seat if leg else None,
            direction=self.direction,
            customer=reading.number("customer_identifier", "payload[customer_number]"),
            did=reading.number("system_identifier", "payload[did]"),
            campaign=campaign if self.direction is Direction.CAMPAIGN else None,
            intent=reading.text("payload[client_ref_id]"),
            started_at=None if leg else reading.moment("payload[started_at]"),
            words=leg.said if leg else reading.words("payload[status]"),
            extra=self._extra(leg),
        )
        return replace(told, **more)

    def _extra(self, leg: Leg | None) -> dict[str, str]:
        if leg is not None:
            return {"agent_name": leg.name[:200]} if leg.name else {}
        names = [name for name in self.reading.fields if name.startswith(legs_of.LEGS)]
        return self.reading.rest((*_READ, *_DISPOSITIONS, *names))


def _started(call: _Call) -> list[CallEvent]:
    return [call.says(Kind.RINGING)]


def _dialling(call: _Call) -> list[CallEvent]:
    """Agents being rung, those who were and did not pick up, and those who did."""
    found = []
    for leg in call.agents:
        if leg.seat is None:
            continue
        if leg.picked_up:
            found.append(call.says(Kind.ANSWERED, leg, at=leg.answered_at))
        elif leg.rings:
            found.append(call.says(Kind.ROUTED, leg, at=leg.started_at))
        elif leg.picked_up is False:
            found.append(
                call.says(
                    Kind.MISSED,
                    leg,
                    at=leg.ended_at,
                    ring_seconds=leg.ring_seconds,
                    outcome=leg.why_not or Outcome.NO_ANSWER,
                )
            )
    return found


def _answered(call: _Call) -> list[CallEvent]:
    """The same, and whether both sides are on the line."""
    found = _dialling(call)
    lead = call.customer
    talker = next((leg for leg in call.agents if leg.picked_up and leg.seat), None)
    on_line = lead is not None and (lead.picked_up or call.direction is Direction.INBOUND)
    if talker is not None and on_line:
        since = [leg.answered_at for leg in (lead, talker) if leg and leg.answered_at]
        found.append(call.says(Kind.BRIDGED, talker, at=max(since, default=None)))
    return found


def _over(call: _Call) -> list[CallEvent]:
    """The whole call, and each agent's part of it. ``call.end`` and ``call.summary`` say the same, the latter more."""
    reading = call.reading
    whole = outcome(call.direction, call.legs, call.status)
    ended_at = reading.moment("payload[ended_at]")
    talker = _talker(call) if whole is Outcome.CONNECTED else None
    talk = _talk_seconds(call, talker) if whole is Outcome.CONNECTED else None
    found = [
        call.says(
            Kind.LOG,
            at=ended_at,
            ended_at=ended_at,
            answered_at=_answered_at(call, talker),
            talk_seconds=talk,
            total_seconds=reading.seconds("payload[duration]"),
            outcome=whole,
            recording=reading.text("payload[recording_filename]", limit=2000),
        )
    ]
    parts = [leg for leg in call.agents if leg.seat is not None]
    return found + [_part(call, leg, whole, talk if leg is talker else None) for leg in parts]


def _part(call: _Call, leg: Leg, whole: Outcome | None, talk: int | None) -> CallEvent:
    ended_at = leg.ended_at or (call.reading.moment("payload[ended_at]") if leg.picked_up else None)
    end = whole if leg.picked_up else leg.why_not or Outcome.NO_ANSWER
    if not leg.picked_up and whole is Outcome.CONNECTED and end is Outcome.CANCELLED:
        end = None  # this ring stopped because somebody else had picked up, or the hunt went on
    elif not leg.picked_up and call.direction is not Direction.INBOUND and end is Outcome.NO_ANSWER:
        end = Outcome.AGENT_MISSED
    told = call.says(
        Kind.LOG,
        leg,
        at=ended_at,
        answered_at=leg.answered_at if call.direction is Direction.INBOUND else None,
        ended_at=ended_at,
        talk_seconds=talk,
        ring_seconds=leg.ring_seconds,
        outcome=end,
    )
    if end is Outcome.BUSY and not leg.picked_up:
        told.extra["miss_reason"] = str(MissReason.BUSY)
    return told


def _disposed(call: _Call) -> list[CallEvent]:
    told = call.reading.text(*_DISPOSITIONS)
    if told is None:
        raise Unreadable("A disposition whose words are not where the documents would have them.")
    return [call.says(Kind.DISPOSITION, disposition=told, started_at=None, words=None)]


def _talker(call: _Call) -> Leg | None:
    """Of several agents who picked up, the one who was on the line the longest."""
    talked = [leg for leg in call.agents if leg.picked_up]
    return max(talked, key=lambda leg: leg.talk_seconds or 0, default=None)


def _talk_seconds(call: _Call, talker: Leg | None) -> int | None:
    """The part of whoever came second: before that, the other one heard menus, music or ringing."""
    second = talker if call.direction in (Direction.INBOUND, Direction.CAMPAIGN) else call.customer
    return None if second is None else second.talk_seconds


def _answered_at(call: _Call, talker: Leg | None) -> datetime | None:
    if talker is None:
        return None
    lead = call.customer if call.direction is not Direction.INBOUND else None
    since = [leg.answered_at for leg in (lead, talker) if leg and leg.answered_at]
    return max(since, default=None)


_READERS: dict[str, Callable[[_Call], list[CallEvent]]] = {
    "initiated": _started,
    "ivr_started": _started,
    "dial_begin": _dialling,
    "answered": _answered,
    "end": _over,
    "summary": _over,
    "disposition": _disposed,
}
