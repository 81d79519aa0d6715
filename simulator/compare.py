"""The ledger held against what the API says: pure, so that every kind of difference can be planted in a test."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.api import email_of, lead_id_of

SECONDS = 2
"""Told times and durations may differ by so much: vendors round."""

Row = Mapping[str, Any]
Key = tuple[str, str]


@dataclass(slots=True)
class Findings:
    """``differences`` are (call, what) pairs; ``skipped`` are calls that prove nothing, with the reason."""

    compared: int = 0
    differences: list[tuple[Key, str]] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    notes: list[str] = field(default_factory=list)


def compare(ledger: Row, calls: Sequence[Row], entries: Sequence[Row]) -> Findings:
    """Every finished, acknowledged call of the ledger against the API's calls and entries of any state."""
    found = Findings()
    known: dict[Key, list[Row]] = defaultdict(list)
    for call in calls:
        known[(str(call["connection"]), str(call["provider_call_id"]))].append(call)
    by_call: dict[Any, list[Row]] = defaultdict(list)
    for entry in entries:
        if entry.get("state") != "withdrawn":
            by_call[entry["call_id"]].append(entry)
    for true in ledger["calls"]:
        key = (str(true["connection"]), str(true["provider_call_id"]))
        said = known.pop(key, [])
        reason = _proves_nothing(true, str(ledger["at"]))
        if reason:
            found.skipped[reason] += 1
            continue
        found.compared += 1
        for what in _call(true, said, by_call, found.notes):
            found.differences.append((key, what))
    found.differences += _nobodys(str(ledger["run"]), known)
    return found


def _proves_nothing(true: Row, now: str) -> str | None:
    if not true["complete"]:
        return "still going on"
    if not true["acknowledged"]:
        return "not acknowledged"
    if true["settles_at"] is not None and datetime.fromisoformat(now) < datetime.fromisoformat(
        true["settles_at"]
    ):
        return "not settled"
    return None


def _nobodys(run: str, known: Iterable[Key]) -> list[tuple[Key, str]]:
    return [(key, "the API has a call that never was") for key in known if run in key[1]]


def _call(
    true: Row, said: Sequence[Row], by_call: Mapping[Any, Sequence[Row]], notes: list[str]
) -> list[str]:
    if not said:
        return ["the API does not know this call"]
    if len(said) > 1:
        return [f"the API has this call {len(said)} times"]
    call = said[0]
    differences = [f"taken for review: {remark}" for remark in true["remarks"] if "review" in remark]
    differences += _plain(true, call) + _times(true, call) + _offers(true, call)
    return differences + _entry(true, by_call.get(call["id"], ()), notes)


def _plain(true: Row, call: Row) -> list[str]:
    differences = []
    if call["direction"] != true["direction"]:
        differences.append(f"direction {call['direction']}, truly {true['direction']}")
    if call["outcome"] not in true["outcomes_told"]:
        differences.append(f"outcome {call['outcome']}, truly {true['outcome']}")
    if email_of(call["counselor"]) != true["counselor"]:
        differences.append(f"counselor {email_of(call['counselor'])}, truly {true['counselor']}")
    lead = lead_id_of(call)
    if lead is None:
        differences.append("no lead")
    elif true["lead_id"] is not None and lead != true["lead_id"]:
        differences.append(f"lead {lead}, truly {true['lead_id']}")
    return differences


def _times(true: Row, call: Row) -> list[str]:
    differences = []
    talk = call["talk_seconds"] or 0
    if abs(talk - true["talk_seconds"]) > SECONDS:
        differences.append(f"talk {talk} s, truly {true['talk_seconds']} s")
    # After a vague ring the server can only guess when the call ended.
    for name in ("started_at",) if true["settles_at"] else ("started_at", "ended_at"):
        apart = _apart(call[name], true[name])
        if apart is None or apart > SECONDS:
            differences.append(f"{name} {call[name]}, truly {true[name]}")
    return differences


def _offers(true: Row, call: Row) -> list[str]:
    if true["direction"] == "outbound":
        return []
    said = sorted((str(email_of(offer["counselor"])), bool(offer["answered"])) for offer in call["offered"])
    truly = sorted((str(offer["counselor"]), bool(offer["answered"])) for offer in true["offered"])
    return [] if said == truly else [f"offered to {_people(said)}, truly {_people(truly)}"]


def _people(offers: Sequence[tuple[str, bool]]) -> str:
    return ", ".join(f"{email} ({'answered' if up else 'not'})" for email, up in offers) or "nobody"


def _entry(true: Row, said: Sequence[Row], notes: list[str]) -> list[str]:
    due = true["expect"]
    if due["doubtful"]:
        return []
    if due["kind"] is None:
        return [f"a {entry['kind']} entry ({entry['state']}), truly none" for entry in said]
    if not said:
        return [f"no entry, truly {due['kind']} {due['direction']} ({due['state']})"]
    if len(said) > 1:
        return [f"{len(said)} entries for one call"]
    entry = said[0]
    differences = []
    if (entry["kind"], entry["direction"]) != (due["kind"], due["direction"]):
        told = f"{entry['kind']} {entry['direction']}"
        differences.append(f"entry {told}, truly {due['kind']} {due['direction']}")
    people = sorted(str(email_of(person)) for person in entry["counselors"])
    if due["counselors"] is not None and people != sorted(due["counselors"]):
        differences.append(f"entry for {', '.join(people) or 'nobody'}, truly {', '.join(due['counselors'])}")
    return differences + _state(true, entry, notes)


def _state(true: Row, entry: Row, notes: list[str]) -> list[str]:
    due = true["expect"]
    if entry["state"] == "cleared" and entry["cleared_how"] not in (None, "api"):
        notes.append(f"{true['provider_call_id']}: dealt with on a screen ({entry['cleared_how']})")
        return []
    if entry["state"] != due["state"]:
        return [f"{due['kind']} is {entry['state']}, truly {due['state']}"]
    if due["state"] == "cleared" and email_of(entry["cleared_by"]) not in due["cleared_by"]:
        return [f"cleared by {email_of(entry['cleared_by'])}, truly {' or '.join(due['cleared_by'])}"]
    return []


def _apart(one: Any, other: Any) -> float | None:
    if one is None or other is None:
        return None
    return abs((datetime.fromisoformat(str(one)) - datetime.fromisoformat(str(other))).total_seconds())
