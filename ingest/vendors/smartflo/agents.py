"""Smartflo's agents: one person by an id, an extension and a telephone number, in objects, lists or JSON text.

A message names an agent by whichever of the three its trigger knows. So that all messages of a call name the
same seat, everything a message says of one agent is put together, and the best name is taken: the telephone
number, else the extension, else the id.
"""

import json
import re
from typing import Any

from ingest.readings import Reading, given, seat
from models.rules.phone import e164

_NUMBERS = ("agent_number", "follow_me_number", "num", "number", "extension")
_INSIDE = re.compile(r"\[(?:(\d{1,4})\]\[)?(\w{1,40})\]")
_EXTENSION = re.compile(r"extension-", re.IGNORECASE)
_MOST = 50

Person = dict[str, str]


def people(reading: Reading, name: str) -> list[Person]:
    """The agents told in field ``name``: an object, a list of objects, or either as JSON text."""
    told = given(reading.fields.get(name))
    if told is not None:
        return _from_text(reading, name, told)
    found: dict[int, Person] = {}
    for field, text in reading.fields.items():
        inside = _INSIDE.fullmatch(field[len(name) :]) if field.startswith(name + "[") else None
        if inside is not None and given(text) is not None:
            found.setdefault(int(inside[1] or 0), {})[inside[2]] = text
    return [found[place] for place in sorted(found)][:_MOST]


def _from_text(reading: Reading, name: str, told: str) -> list[Person]:
    if told[:1] not in "[{":
        return []
    try:
        read: Any = json.loads(told, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        reading.puzzled(name, told)
        return []
    entries = read if isinstance(read, list) else [read]
    return [
        {str(key).lower(): text for key, text in entry.items() if isinstance(text, str) and given(text)}
        for entry in entries[:_MOST]
        if isinstance(entry, dict)
    ]


class Agents:
    """Everybody a message names as an agent. ``customer`` is never one of them, whatever a field says."""

    def __init__(self, reading: Reading, customer: str | None) -> None:
        self._country = reading.country
        self._customer = customer
        self._groups: list[list[str]] = []
        self.flow = [step for step in people(reading, "call_flow") if step.get("type", "").lower() == "agent"]
        self.answered = people(reading, "answered_agent")
        self.missed = people(reading, "missed_agent") or people(reading, "missed_agents")
        self._spoken = people(reading, "answered_agent_number")
        for person in (*self.flow, *self.answered, *self.missed, *self._spoken):
            # without an id the platform lists whom it dialled, and that may be the customer
            if given(person.get("id")):
                self._together(_names(person))
        self._answered_number = reading.text("answered_agent_number", "answer_agent_number")
        self._told = reading.text("agent_number_with_prefix", "agent_number")

    def talkers(self) -> list[str]:
        """Seats that picked up, in the order told; after a transfer the last one has the call."""
        found = [self._of(person) for person in self.answered or self._spoken]
        if self._answered_number and not self._spoken:
            last = self._called(self._answered_number)
            found = [*[one for one in found if one != last], last]
        return list(dict.fromkeys(one for one in found if one))

    def missers(self) -> list[str]:
        """Seats that were tried; whoever talked in the end may be listed among them."""
        return list(dict.fromkeys(one for person in self.missed if (one := self._of(person))))

    def rung(self) -> str | None:
        """The seat this message is about: the one it names, else the last one the flow has dialled."""
        if self._told and (one := self._called(self._told)):
            return one
        known = [one for step in self.flow if given(step.get("id")) and (one := self._of(step))]
        return known[-1] if known else None

    def _of(self, person: Person) -> str | None:
        names = _names(person)
        return self._called(names[0]) if names else None

    def _called(self, name: str) -> str | None:
        name = _plain(name)
        group = next((group for group in self._groups if name in group), [name])
        phones = [read for one in group if (read := e164(one, self._country))]
        plain = [one for one in group if not one.startswith("id ")]
        best = phones[0] if phones else (plain or [one.removeprefix("id ") for one in group])[0]
        read = seat(best, self._country)
        return None if read == self._customer else read

    def _together(self, names: list[str]) -> None:
        group = list(dict.fromkeys(names))
        for other in [other for other in self._groups if set(other) & set(group)]:
            self._groups.remove(other)
            group = list(dict.fromkeys([*other, *group]))
        self._groups.append(group)


def _names(person: Person) -> list[str]:
    """Every name of one agent; the id is marked, for it may look like somebody's extension."""
    numbers = [_plain(text) for name in _NUMBERS if (text := given(person.get(name)))]
    known = given(person.get("id"))
    return [*numbers, *([f"id {known}"] if known else [])]


def _plain(name: str) -> str:
    """Call records write ``Extension-0602…`` where hooks write ``0602…``."""
    return _EXTENSION.sub("", name.strip(), count=1)
