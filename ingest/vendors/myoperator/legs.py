"""The legs of a call as MyOperator's webhooks list them: the customer's, and one for each agent who was rung."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from ingest.readings import Reading, word
from ingest.vendors.myoperator.words import LINE_UP, PICKED_UP, RINGING, dial, looked_up
from models.rules.call import Outcome

LEGS = "payload[legs]"


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg. ``picked_up`` is None when nothing is told of it; ``seat`` is an agent's, ``None`` the customer's."""

    index: str
    is_agent: bool
    seat: str | None
    picked_up: bool | None
    rings: bool
    why_not: Outcome | None
    started_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    talk_seconds: int | None
    ring_seconds: int | None
    said: str | None
    name: str | None


def of(reading: Reading, aliases: Mapping[str, str]) -> list[Leg]:
    """All legs, in the order they are listed. ``aliases`` gives an extension its seat."""
    found: list[Leg] = []
    for i in count():
        prefix = f"{LEGS}[{i}]"
        if not any(name.startswith(prefix + "[") for name in reading.fields):
            return found
        kind = word(reading.text(f"{prefix}[type]") or "")
        if kind in ("agent", "customer"):
            found.append(_leg(reading, prefix, str(i), aliases, is_agent=kind == "agent"))
        elif kind:
            reading.puzzled(f"{prefix}[type]", kind)
    return found


def agents(legs: Iterable[Leg]) -> list[Leg]:
    return [leg for leg in legs if leg.is_agent]


def customer(legs: Iterable[Leg]) -> Leg | None:
    """The customer's leg; of several the one that was picked up."""
    found = [leg for leg in legs if not leg.is_agent]
    return next((leg for leg in found if leg.picked_up), found[0] if found else None)


def _leg(reading: Reading, prefix: str, i: str, aliases: Mapping[str, str], *, is_agent: bool) -> Leg:
    picked_up = looked_up(reading, PICKED_UP, f"{prefix}[result]")
    answered_at = reading.moment(f"{prefix}[answered_at]")
    told = word(reading.text(f"{prefix}[result]") or "")
    if told == LINE_UP and answered_at is not None:
        picked_up = True
    why_not = dial(reading, f"{prefix}[dial_status]")
    if told and told not in PICKED_UP:
        why_not = Outcome.UNKNOWN
    return Leg(
        index=reading.text(f"{prefix}[leg_index]", limit=20) or i,
        is_agent=is_agent,
        seat=_seat(reading, prefix, aliases) if is_agent else None,
        picked_up=picked_up,
        rings=told in RINGING,
        why_not=why_not,
        started_at=reading.moment(f"{prefix}[started_at]"),
        answered_at=answered_at if picked_up else None,
        ended_at=reading.moment(f"{prefix}[ended_at]"),
        talk_seconds=reading.seconds(f"{prefix}[talk_duration]"),
        ring_seconds=reading.seconds(f"{prefix}[ring_duration]"),
        said=reading.words(f"{prefix}[result]", f"{prefix}[dial_status]"),
        name=reading.text(f"{prefix}[agent][name]"),
    )


def _seat(reading: Reading, prefix: str, aliases: Mapping[str, str]) -> str | None:
    """An agent is known by telephone number: the one thing that live events, ends and summaries all tell."""
    agent = f"{prefix}[agent]"
    extension = reading.text(f"{agent}[extension]")
    return (
        reading.seat(f"{prefix}[phone_number]", f"{agent}[contact]")
        or aliases.get(extension or "")
        or reading.seat(f"{agent}[email]", f"{agent}[extension]", f"{agent}[uuid]")
    )
