"""Messages a mapping is made from: pasted, or kept from this connection. No number leaves here unmasked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest import intake
from ingest.contract import Configurable, Delivery, Door, Unreadable
from ingest.webhooks.doors import DOORS
from models.rules import redaction
from models.rules.access import Viewer
from models.store.base import Store

_ADDRESS = re.compile(r"(?:(?:GET|POST)\s+)?(?:https?:/)?/\S*?\?(\S+)(?:\s+HTTP/[\d.]+)?", re.IGNORECASE)
MOST, LONGEST = 12, 200_000
MAX_WORDS = 12
LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Sample:
    """One message; ``why`` is why it cannot be opened."""

    label: str
    delivery: Delivery


@dataclass(slots=True)
class Field:
    """A field seen in the samples: an example of its value, masked, and its words where they are few."""

    path: str
    shown: str
    words: list[str] = field(default_factory=list)


def opened(store: Store, viewer: Viewer, connection_id: int, told: Any) -> list[Sample]:
    """The samples of a browser's list; those that are gone or not of this connection are left out."""
    found: list[Sample] = []
    for one in told if isinstance(told, list) else ():
        sample = _sample(store, viewer, connection_id, one) if isinstance(one, dict) else None
        if sample is not None and len(found) < MOST:
            found.append(sample)
    return found


def _sample(store: Store, viewer: Viewer, connection_id: int, told: dict[str, Any]) -> Sample | None:
    if isinstance(told.get("delivery"), int):
        try:
            delivery = intake.again(store, viewer, told["delivery"], connection_id)
        except LookupError:
            return None
        return Sample(f"Delivery {told['delivery']}", delivery)
    body = told.get("body")
    if not isinstance(body, str) or not body.strip() or len(body) > LONGEST:
        return None
    word = str(told.get("door", "call-log"))
    return Sample("Pasted", _pasted(store, body, DOORS.get(word, Door.LOG), word))


def _pasted(store: Store, body: str, door: Door, word: str) -> Delivery:
    """A body, or the address of a provider that tells all in it."""
    address = _ADDRESS.fullmatch(body.strip())
    return Delivery(
        door=door,
        method="GET" if address else "POST",
        url=f"https://pasted.invalid/{word}",
        query=address[1].encode("utf-8", "replace") if address else b"",
        headers={},
        content_type="",
        body=b"" if address else body.strip().encode("utf-8", "replace"),
        received_at=store.now(),
    )


def fields(vendor: Configurable, samples: Sequence[Sample], document: Any) -> tuple[list[Field], list[str]]:
    """Every field of the samples by its path, and why samples cannot be opened."""
    found: dict[str, Field] = {}
    trouble = []
    for sample in samples:
        try:
            pairs = vendor.fields(sample.delivery, document)
        except Unreadable as unreadable:
            trouble.append(f"{sample.label}: {unreadable}")
            continue
        for path, text in pairs:
            _add(found, path, text)
    return list(found.values()), trouble


def _add(found: dict[str, Field], path: str, text: str) -> None:
    hidden = redaction.is_secret(path)
    shown = redaction.HIDDEN if hidden else redaction.numbers(text)[:80]
    one = found.setdefault(path, Field(path, shown))
    one.shown = one.shown or shown
    plain = text and not hidden and shown == text and len(text) <= LONGEST_WORD
    if plain and text not in one.words and len(one.words) < MAX_WORDS:
        one.words.append(text)
