"""MyOperator's call log: the rows its search answers, and the same log as older webhooks post it.

A call's id stands in a list of parameters, under ``ui``.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from ingest.contract import CallEvent, ConnectionInfo, Delivery, Parsed, Unreadable
from ingest.readings import Reading
from ingest.vendors.myoperator.legs import Leg
from ingest.vendors.myoperator.outcomes import outcome
from ingest.vendors.myoperator.words import (
    LOG_ACTIONS,
    LOG_DIRECTIONS,
    LOG_STATUSES,
    dial,
    ended,
    looked_up,
)
from models.rules.call import Direction, Kind, MissReason, Outcome
from models.rules.phone import e164

_READ = frozenset(
    {
        "caller_number",
        "caller_number_raw",
        "client_ref_id",
        "duration",
        "end_time",
        "event",
        "filename",
        "start_time",
        "status",
    }
)
_KEPT = ("department_name", "location", "company_id")


def is_one(told: Mapping[str, str]) -> bool:
    return "start_time" in told and ("caller_number" in told or "caller_number_raw" in told)


def record(
    told: Mapping[str, str], connection: ConnectionInfo, delivery: Delivery, aliases: Mapping[str, str]
) -> Parsed:
    """The call, and the part of each agent whose seat is known. Raises ``Unreadable``."""
    reading = Reading(told, connection)
    call_id = reading.text("session_id") or _parameter(reading, "ui")
    if call_id is None:
        raise Unreadable("A call log without the call's id (ui): it cannot be told from others.")
    towards = looked_up(reading, LOG_DIRECTIONS, "event")
    legs = _legs(reading, aliases)
    status = ended(reading, LOG_STATUSES, "status")
    whole = outcome(towards, legs, status) if towards is Direction.INBOUND else status
    if whole is Outcome.NO_ANSWER and towards is Direction.OUTBOUND:
        whole = None  # which of the two sides did not pick up is not told
    talker = next((leg for leg in legs if leg.picked_up), None) if whole is Outcome.CONNECTED else None
    ended_at = reading.moment("end_time")
    event = CallEvent(
        provider_call_id=call_id,
        kind=Kind.LOG,
        received_at=delivery.received_at,
        at=ended_at,
        direction=towards,
        customer=reading.number("caller_number", "caller_number_raw"),
        did=reading.number("log_details[0][_did]"),
        intent=reading.text("client_ref_id"),
        started_at=reading.moment("start_time"),
        answered_at=talker.answered_at if talker and towards is Direction.INBOUND else None,
        ended_at=ended_at,
        talk_seconds=talker.talk_seconds if talker and towards is Direction.INBOUND else None,
        total_seconds=reading.seconds("duration"),
        outcome=whole,
        recording=reading.text("filename", limit=2000),
        words=reading.words("status", *(f"log_details[{i}][_ds]" for i in range(len(legs)))),
        extra=_extra(reading, legs),
    )
    seated = [leg for leg in legs if leg.seat] if towards is Direction.INBOUND else []
    return Parsed((event, *(_part(event, leg, whole) for leg in seated)), tuple(reading.unknown))


def _part(whole: CallEvent, leg: Leg, end: Outcome | None) -> CallEvent:
    """One agent's part of an incoming call."""
    missed = None if end is Outcome.CONNECTED and leg.why_not is Outcome.CANCELLED else leg.why_not
    result = end if leg.picked_up else missed or (None if end is Outcome.CONNECTED else Outcome.NO_ANSWER)
    ended_at = leg.ended_at or (whole.ended_at if leg.picked_up else None)
    busy = {"miss_reason": str(MissReason.BUSY)} if result is Outcome.BUSY else {}
    return replace(
        whole,
        leg=leg.index,
        seat=leg.seat,
        at=ended_at,
        started_at=None,
        answered_at=leg.answered_at,
        ended_at=ended_at,
        talk_seconds=leg.talk_seconds if leg.picked_up else None,
        total_seconds=None,
        outcome=result,
        recording=None,
        words=leg.said,
        extra=({"agent_name": leg.name} if leg.name else {}) | busy,
    )


def _legs(reading: Reading, aliases: Mapping[str, str]) -> list[Leg]:
    found: list[Leg] = []
    for i in count():
        prefix = f"log_details[{i}]"
        if not any(name.startswith(prefix + "[") for name in reading.fields):
            return found
        picked_up = looked_up(reading, LOG_ACTIONS, f"{prefix}[action]")
        began = reading.moment(f"{prefix}[start_time]")
        found.append(
            Leg(
                index=str(i),
                is_agent=True,
                seat=_seat(reading, prefix, aliases),
                picked_up=picked_up,
                rings=False,
                why_not=dial(reading, f"{prefix}[_ds]"),
                started_at=None,
                answered_at=began if picked_up else None,
                ended_at=reading.moment(f"{prefix}[end_time]"),
                talk_seconds=reading.seconds(f"{prefix}[duration]") if picked_up else None,
                ring_seconds=None,
                said=reading.words(f"{prefix}[action]", f"{prefix}[_ds]"),
                name=reading.text(f"{prefix}[received_by][0][name]"),
            )
        )
    return found


def _seat(reading: Reading, prefix: str, aliases: Mapping[str, str]) -> str | None:
    """A telephone number, as the webhooks name agents; several names at one leg are nobody's."""
    if f"{prefix}[received_by][1][name]" in reading.fields:
        return None
    agent = f"{prefix}[received_by][0]"
    number = reading.text(f"{agent}[contact_number]")
    return e164(number, reading.country) or aliases.get(reading.text(f"{agent}[extension]") or "")


def _extra(reading: Reading, legs: list[Leg]) -> dict[str, str]:
    kept = {name: text[:200] for name in _KEPT if (text := reading.text(name))}
    names = ", ".join(dict.fromkeys(leg.name for leg in legs if leg.name and not leg.seat))
    return kept | ({"agent_name": names[:200]} if names else {})


def _parameter(reading: Reading, key: str) -> str | None:
    for name, text in reading.fields.items():
        if text == key and name.startswith("additional_parameters[") and name.endswith("[ky]"):
            return reading.text(name.removesuffix("[ky]") + "[vl]")
    return None
