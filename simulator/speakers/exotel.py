"""Exotel's language, after the payloads in its documents (research/providers/exotel).

Inbound: Connect applet (dynamic URL) → pop-up ``busy``/``free`` per agent tried → passthru after Connect.
Outbound (two numbers connected, agent first): status callbacks ``answered`` and ``terminal``, whose content type
the account may choose: all three are spoken in turn. Exotel's campaign callback names no agent, so campaigns
are left to other connections.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from simulator.books import Connection
from simulator.numbers import written
from simulator.speakers.language import Delivery, local
from simulator.story import Facts, Line, Ring

# Exotel shows epoch 0 in its own zone while a call's end is not settled.
_NOT_SETTLED = "1970-01-01 05:30:00"
_TERMINAL_STYLES = ("form", "multipart", "json")


class Exotel:
    """Speaker of Exotel's callbacks."""

    def route(self, line: Line, connection: Connection, now: datetime) -> Delivery:
        fields = _incoming(line) | {
            "CallStatus": "ringing",
            "DialCallDuration": "0",
            "StartTime": local(now, connection),
            "EndTime": "0000-00-00 00:00:00",
            "CallType": "call-attempt",
            "DialWhomNumber": "",
            "CurrentTime": local(now, connection),
        }
        return Delivery(fact="route", door="/route", style="query", fields=fields, due=now)

    def addresses(self, answer: Any) -> list[str]:
        destination = answer.get("destination") if isinstance(answer, dict) else None
        numbers = destination.get("numbers") if isinstance(destination, dict) else None
        return [str(number) for number in numbers or []]

    def deliveries(self, facts: Facts, connection: Connection) -> Sequence[Delivery]:
        if facts.direction == "inbound":
            return _inbound(facts, connection)
        if facts.direction == "outbound":
            return _outbound(facts, connection)
        raise ValueError("Exotel's documents describe no campaign callback that names the agent")

    def tells(self, facts: Facts, connection: Connection) -> frozenset[str]:
        if facts.outcome == "agent_missed":
            return frozenset(("agent_missed", "no_answer"))
        if facts.outcome == "no_answer" and facts.direction == "inbound":
            return frozenset(("agent_missed", "no_answer"))
        if facts.outcome == "rejected":  # Exotel says busy of a refused call
            return frozenset(("busy", "rejected"))
        return frozenset((facts.outcome,))


def _incoming(line: Line) -> dict[str, Any]:
    caller, exophone = written(line.phone, "0"), written(line.did, "0")
    return {
        "CallSid": line.call_id,
        "CallFrom": caller,
        "CallTo": exophone,
        "Direction": "incoming",
        "From": caller,
        "To": exophone,
    }


def _inbound(facts: Facts, connection: Connection) -> list[Delivery]:
    said: list[Delivery] = []
    for place, ring in enumerate(facts.rings):
        released = facts.ended_at if ring.answered else ring.until
        for status, due in (("busy", ring.at), ("free", released)):
            said.append(
                Delivery(
                    fact=f"popup {place} {status}",
                    door="/popup",
                    style="query",
                    fields=_incoming(facts.line)
                    | {
                        "EventType": "Dial",
                        "Status": status,
                        "DialWhomNumber": written(ring.seat.address, "0"),
                        "AgentEmail": ring.seat.counselor,
                    },
                    due=due,
                    # No time is told, and only the agent dialled last is spoken of again.
                    vague=status == "busy" and place < len(facts.rings) - 1,
                )
            )
    said.sort(key=lambda delivery: delivery.due)
    return [*said, _passthru(facts, connection)]


def _passthru(facts: Facts, connection: Connection) -> Delivery:
    call_type, dial_status = {
        "connected": ("completed", "completed"),
        "no_answer": ("incomplete", "no-answer"),
    }.get(facts.outcome, ("client-hangup", "canceled"))
    fields = _incoming(facts.line) | {
        "CallStatus": "completed" if facts.talker else "no-answer",
        "CallType": call_type,
        "DialCallStatus": dial_status if facts.rings else "",
        "DialCallDuration": str(sum(ring.seconds for ring in facts.rings[-1:]) + facts.talk_seconds),
        "DialWhomNumber": written(facts.rings[-1].seat.address, "0") if facts.rings else "",
        "StartTime": local(facts.started_at, connection),
        "EndTime": _NOT_SETTLED,
        "CurrentTime": local(facts.ended_at, connection),
    }
    if facts.rings:
        fields |= _agent_leg(facts, facts.rings[-1])
    if facts.talker:
        fields["RecordingUrl"] = f"{connection.recordings}/{facts.line.call_id}.wav"
    return Delivery(
        fact="passthru", door="/passthru", style="query", fields=fields, due=facts.ended_at, final=True
    )


def _agent_leg(facts: Facts, ring: Ring) -> dict[str, Any]:
    """The documents show one leg, that of the agent dialled last."""
    left = facts.outcome == "cancelled"
    cause, code = ("NORMAL_CLEARING", "16") if ring.answered else ("NO_ANSWER", "19")
    by = {"lead": "Caller", "agent": "Callee"}.get(facts.hung_up_by, "") if ring.answered or left else ""
    return {
        "Legs[0][Number]": written(ring.seat.address, "0"),
        "Legs[0][Cause]": "ORIGINATOR_CANCEL" if left else cause,
        "Legs[0][CauseCode]": "487" if left else code,
        "Legs[0][DisconnectedBy]": by,
        "Legs[0][OnCallDuration]": str(facts.talk_seconds if ring.answered else 0),
    }


_STATUS = {
    "connected": "completed",
    "no_answer": "no-answer",
    "agent_missed": "no-answer",
    "busy": "busy",
    "rejected": "busy",
    "failed": "failed",
}


def _outbound(facts: Facts, connection: Connection) -> list[Delivery]:
    if facts.dialer is None:
        raise ValueError("an outbound call has somebody who dialled")
    # An order asks for JSON; otherwise it is what the account is set to.
    style = "json" if facts.line.reference else _TERMINAL_STYLES[facts.line.number % len(_TERMINAL_STYLES)]
    agent_up = bool(facts.rings and facts.rings[0].answered)
    word = _STATUS[facts.outcome]
    common = {
        "CallSid": facts.line.call_id,
        "DateCreated": local(facts.started_at, connection),
        "To": written(facts.line.phone, "0"),
        "From": written(facts.dialer.address, "0"),
        "PhoneNumberSid": written(facts.line.did, "0"),
        "StartTime": local(facts.started_at, connection),
        "Direction": "outbound-api",
        **({"CustomField": facts.line.reference} if facts.line.reference else {}),
    }
    said = []
    if facts.answered_at is not None:
        legs = [{"Status": "in-progress", "OnCallDuration": "0"}] * 2
        fields = common | {
            "EventType": "answered",
            "Status": "in-progress",
            "DateUpdated": local(facts.answered_at, connection),
        }
        said.append(_status("answered", style, fields, legs, facts.answered_at))
    on_line = int((facts.ended_at - facts.rings[0].until).total_seconds()) if agent_up else 0
    legs = [{"Status": "completed" if agent_up else word, "OnCallDuration": str(on_line)}]
    if agent_up:
        legs.append({"Status": word, "OnCallDuration": str(facts.talk_seconds)})
    fields = common | {
        "EventType": "terminal",
        "Status": word,
        "DateUpdated": local(facts.ended_at, connection),
        "EndTime": local(facts.ended_at, connection),
        "ConversationDuration": str(facts.talk_seconds),
        "RecordingUrl": (
            f"{connection.recordings}/{facts.line.call_id}.wav" if facts.talk_seconds else "null"
        ),
    }
    said.append(_status("terminal", style, fields, legs, facts.ended_at))
    return said


def _status(
    event: str, style: str, fields: dict[str, Any], legs: list[dict[str, str]], due: datetime
) -> Delivery:
    if style == "json":
        fields = fields | {"Legs": legs}
    else:
        fields = fields | {
            f"Legs[{place}][{name}]": value for place, leg in enumerate(legs) for name, value in leg.items()
        }
    return Delivery(
        fact=f"status {event}", door="/status", style=style, fields=fields, due=due, final=event == "terminal"
    )
