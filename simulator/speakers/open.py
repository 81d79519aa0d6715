"""The reference protocol: pop-up per counselor tried, one call log per counselor after the end.

A plain connection tells ``status`` 1 or 0 and nothing of the reason, as the reference product's vendors do; a
rich one adds the optional fields. Both are spoken here, because both exist.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from simulator.books import Connection
from simulator.numbers import FASHIONS, written
from simulator.speakers.language import Delivery, local
from simulator.story import Facts, Line, Ring

_NOT_TALKED = frozenset(
    ("no_answer", "busy", "rejected", "cancelled", "agent_missed", "agent_cancelled", "abandoned", "failed")
)


class Open:
    """Speaker of the reference protocol."""

    def route(self, line: Line, connection: Connection, now: datetime) -> Delivery:
        fields = {
            "applicant_no": _customer(line, connection),
            "did_no": line.did,
            "call_id": line.call_id,
            "call_type": "inbound",
        }
        style = "json" if connection.rich else "query"
        return Delivery(fact="route", door="/getCounsellor", style=style, fields=fields, due=now)

    def addresses(self, answer: Any) -> list[str]:
        if not isinstance(answer, dict) or not answer.get("status"):
            return []
        found = answer.get("data") or []
        return [
            str(item["agent_number"]) for item in found if isinstance(item, dict) and item.get("agent_number")
        ]

    def deliveries(self, facts: Facts, connection: Connection) -> Sequence[Delivery]:
        style = "json" if connection.rich else "form"
        said = []
        for place, ring in enumerate(facts.rings):
            said += _popups(facts, connection, place, ring, style)
        legs: Sequence[Ring | None] = facts.rings or (None,)
        for place, leg in enumerate(legs):
            said.append(
                Delivery(
                    fact=f"log {place}",
                    door="/ivrCallBackDetails",
                    style=style,
                    fields=_log(facts, connection, leg, last=place == len(legs) - 1),
                    due=facts.ended_at,
                    final=True,
                )
            )
        return said

    def tells(self, facts: Facts, connection: Connection) -> frozenset[str]:
        if facts.outcome == "connected":
            return frozenset(("connected",))
        if not connection.rich:
            return _NOT_TALKED
        if facts.outcome in ("no_answer", "agent_missed") and facts.direction == "inbound":
            return frozenset(("no_answer", "agent_missed"))
        return frozenset((facts.outcome,))


def _customer(line: Line, connection: Connection) -> str:
    return written(line.phone, FASHIONS[line.number % len(FASHIONS)] if not connection.rich else "+91")


def _basis(facts: Facts, connection: Connection, agent: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "call_id": facts.line.call_id,
        "agent_no": agent,
        "applicant_no": _customer(facts.line, connection),
        "did_no": facts.line.did,
        "call_type": facts.direction,
    }
    if facts.line.campaign is not None:
        fields["campaign_id"] = facts.line.campaign
    if facts.line.reference is not None:
        fields["reference"] = facts.line.reference
    return fields


def _popups(facts: Facts, connection: Connection, place: int, ring: Ring, style: str) -> list[Delivery]:
    fields = _basis(facts, connection, ring.seat.address)
    rings = Delivery(
        fact=f"popup {place}", door="/ivrCallNotification", style=style, fields=fields, due=ring.at
    )
    if not connection.rich:
        return [rings]
    told = [replace(rings, fields=fields | {"event": "ringing", "event_time": local(ring.at, connection)})]
    ordered = facts.line.reference is not None
    if ring.answered and (ordered or (facts.talker is not None and facts.direction != "outbound")):
        answered = fields | {"event": "answered", "event_time": local(ring.until, connection)}
        told.append(replace(rings, fact=f"answered {place}", fields=answered, due=ring.until))
    if ordered and facts.answered_at is not None:
        bridged = fields | {"event": "bridged", "event_time": local(facts.answered_at, connection)}
        told.append(replace(rings, fact=f"bridged {place}", fields=bridged, due=facts.answered_at))
    return told


def _log(facts: Facts, connection: Connection, ring: Ring | None, *, last: bool) -> dict[str, Any]:
    """The record for one counselor. One who did not answer hears of their own ring only."""
    talked = facts.outcome == "connected" and last
    passed_over = not last and ring is not None
    started, ended = (ring.at, ring.until) if passed_over and ring else (facts.started_at, facts.ended_at)
    fields = _basis(facts, connection, ring.seat.address if ring else "")
    fields |= {
        "start_time": local(started, connection),
        "end_time": local(ended, connection),
        "call_duration": str(facts.talk_seconds if talked else 0),
        "status": 1 if talked else 0,
        "resource_url": f"{connection.recordings}/{facts.line.call_id}.wav" if talked else "",
    }
    if connection.rich:
        fields["outcome"] = "agent_missed" if passed_over else facts.outcome
        fields["hangup_by"] = "system" if passed_over else facts.hung_up_by
        if ring is not None:
            fields["ring_duration"] = ring.seconds
        if talked and facts.answered_at is not None:
            fields["answer_time"] = local(facts.answered_at, connection)
            fields["talk_duration"] = facts.talk_seconds
    return fields
