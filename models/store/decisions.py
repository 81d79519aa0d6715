"""Why each routing question was answered as it was: kept with the question, told to administrators."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from models.rules.access import Viewer
from models.rules.routing import Choice, Considered, Step
from models.store import directory
from models.store.prepared import insert_rows
from models.tables.telephony import routing_decision

MOST_NAMED = 12
"""Of one strategy no more people than this are kept by name, so that a big pool does not fill the disk."""

FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Decided:
    """An answer to a routing question, ready to be kept. ``explained`` is JSON without names or numbers."""

    connection_id: int
    at: datetime
    strategy: str
    explained: str


@dataclass(frozen=True, slots=True)
class Line:
    """One strategy in words: ``wanted`` as in "Asha Rao – on a call", best first; empty: it wanted nobody."""

    strategy: str
    wanted: tuple[str, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A routing answer and how it came about. ``fault`` says in words why the rules were not asked, if so.

    ``answer``: whom the provider was told to ring, or that it was the fallback or nobody.
    """

    at: datetime
    strategy: str
    lines: tuple[Line, ...]
    answer: str
    fault: str


def decided(connection_id: int, at: datetime, choice: Choice, *, fallback: bool) -> Decided:
    """``fallback``: was there an address to ring when nobody was found?"""
    said = {
        "steps": [_step(step, choice) for step in choice.steps],
        "rung": choice.person_ids,
        "fallback": fallback,
    }
    return Decided(connection_id, at, choice.strategy, json.dumps(said))


def fell_back(connection_id: int, at: datetime, fault: str, *, fallback: bool) -> Decided:
    """The rules could not be asked: ``fault`` says why, without a number."""
    return Decided(connection_id, at, FALLBACK, json.dumps({"fault": fault, "fallback": fallback}))


def write(tx: Connection, kept: Sequence[tuple[int, Decided]]) -> None:
    """Keep each with the id of the delivery that asked."""
    insert_rows(
        tx,
        routing_decision,
        [
            {
                "delivery_id": delivery_id,
                "connection_id": one.connection_id,
                "at": one.at,
                "strategy": one.strategy,
                "explained": one.explained,
            }
            for delivery_id, one in kept
        ],
    )


def forget(tx: Connection, before: datetime) -> int:
    """Delete those made before this moment; returns how many."""
    return tx.execute(delete(routing_decision).where(routing_decision.c.at < before)).rowcount


def forget_of(tx: Connection, delivery_ids: Select[tuple[int]]) -> None:
    """Delete those of these deliveries: SQLite gives the id of the last delivery away again once it is deleted."""
    tx.execute(delete(routing_decision).where(routing_decision.c.delivery_id.in_(delivery_ids)))


def decision(tx: Connection, viewer: Viewer, delivery_id: int) -> Decision | None:
    """How this delivery's question was answered; None for one that asked nothing, and for all but administrators."""
    if not viewer.sees_all:
        return None
    row = tx.execute(select(routing_decision).where(routing_decision.c.delivery_id == delivery_id)).first()
    if row is None:
        return None
    said = json.loads(row.explained)
    known = directory.of(tx).people

    def named(person_id: int) -> str:
        return known[person_id].name if person_id in known else "somebody who is gone"

    rung = said.get("rung", ())
    answer = ", ".join(map(named, rung)) if rung else ("the fallback" if said["fallback"] else "nobody")
    lines = tuple(_line(step, named, row.strategy) for step in said.get("steps", ()))
    return Decision(row.at, row.strategy, lines, answer, said.get("fault", ""))


def _step(step: Step, choice: Choice) -> dict[str, Any]:
    """Who was chosen always stands among those kept by name."""
    rung = set(choice.person_ids) if step.strategy == choice.strategy else set()
    first = sorted(step.wanted, key=lambda one: not (one.person_id in rung and one.why_not is None))
    return {
        "by": step.strategy,
        "wanted": [_wanted(one) for one in first[:MOST_NAMED]],
        "more": len(step.wanted) - len(first[:MOST_NAMED]),
    }


def _wanted(one: Considered) -> dict[str, Any]:
    said: dict[str, Any] = {"who": one.person_id}
    if one.why_not:
        said["why_not"] = one.why_not
    if one.idle_seconds is not None:
        said["idle"] = one.idle_seconds
    if one.matched:
        said["matched"] = one.matched
    return said


def _line(step: Mapping[str, Any], named: Any, strategy: str) -> Line:
    chosen = step["by"] == strategy
    told = [_words(one, named(one["who"])) for one in step["wanted"]]
    if step["more"]:
        told.append(f"{step['more']} more")
    return Line(step["by"], tuple(told), chosen)


def _words(one: Mapping[str, Any], name: str) -> str:
    if "why_not" in one:
        return f"{name} – {one['why_not']}"
    told = [name]
    if "matched" in one:
        kinds = one["matched"]
        told.append(f"{' and '.join(kinds)} {'fits' if len(kinds) == 1 else 'fit'}")
    if "idle" in one:
        told.append(f"idle {_long(one['idle'])}")
    return ", ".join(told)


def _long(seconds: int) -> str:
    minutes = seconds // 60
    if minutes < 1:
        return f"{seconds} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"
