"""A delivery tried out: what a vendor would make of it, without keeping anything."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from ingest.contract import CallEvent, ConnectionInfo, Delivery, Door, Parsed, Unreadable, Vendor
from models.rules import redaction

_UNSHOWN = frozenset({"received_at"})


@dataclass(frozen=True, slots=True)
class Tried:
    """What would become of a delivery. ``why`` is why it cannot be read; then there are no events."""

    parsed: Parsed
    why: str = ""
    proved: bool = True
    question: dict[str, Any] | None = None
    country: str = "IN"
    """ISO code of numbers without a prefix."""

    @property
    def readable(self) -> bool:
        return not self.why

    @property
    def verdict(self) -> str:
        """As the inspector will call it."""
        if self.why:
            return "for review"
        return "recorded" if self.parsed.events else "no event"

    def told(self, *, clear: bool = False) -> dict[str, Any]:
        """As JSON; numbers masked unless ``clear``."""
        said: dict[str, Any] = {"verdict": self.verdict, "proved": self.proved}
        if self.why or self.parsed.note:
            said["why" if self.why else "note"] = self.why or self.parsed.note
        said["events"] = [event(one) for one in self.parsed.events]
        said["unknown_words"] = [list(pair) for pair in self.parsed.unknown_words]
        if self.question is not None:
            said["question"] = self.question
        if clear:
            return said
        for one in said["events"]:
            one["provider_call_id"] = redaction.call_id(one["provider_call_id"])
        return {
            **said,
            "events": [
                redaction.value(one)
                | {"provider_call_id": one["provider_call_id"]}
                | ({"extra": self._masked(one["extra"])} if "extra" in one else {})
                for one in said["events"]
            ],
            "question": redaction.value(self.question),
            "unknown_words": redaction.value(said["unknown_words"]),
            **{name: redaction.numbers(said[name]) for name in ("why", "note") if name in said},
        }

    def _masked(self, extra: dict[str, str]) -> dict[str, str]:
        masked: dict[str, str] = redaction.value(extra)
        for name, text in extra.items():
            if name in masked and not redaction.is_secret(name) and redaction.is_moment(text, self.country):
                masked[name] = text
        return masked


def event(told: CallEvent) -> dict[str, Any]:
    """An event's told fields as JSON."""
    said: dict[str, Any] = {}
    for one in fields(told):
        value = getattr(told, one.name)
        if one.name in _UNSHOWN or value is None or value == {}:
            continue
        if isinstance(value, datetime):
            value = value.isoformat()
        said[one.name] = str(value) if isinstance(value, StrEnum) else value
    return said


def attempt(vendor: Vendor, connection: ConnectionInfo, delivery: Delivery) -> Tried:
    """What would become of this delivery."""
    proved = vendor.verify(delivery, connection)
    question = None
    try:
        parsed = vendor.parse(delivery, connection)
        if delivery.door in (Door.ROUTE, Door.VOICE):
            asked = vendor.question(delivery, connection)
            question = {
                "customer": asked.customer,
                "did": asked.did,
                "provider_call_id": asked.provider_call_id,
            }
    except Unreadable as unreadable:
        return Tried(
            Parsed((), unreadable.unknown_words), str(unreadable), proved, country=connection.country
        )
    return Tried(parsed, "", proved, question, connection.country)
