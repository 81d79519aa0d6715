"""Call events at rest: their identity, their sealed bytes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from models.rules.call import CallEvent
from models.store.vault import Vault
from models.tables.base import EPOCH

PURPOSE = b"call_event.body"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(CallEvent).decode


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """An event ready to be written. ``digest`` is its identity within the call: all it says, but not
    when we heard it, so a redelivery has the same digest. It is keyed: what an event says is mostly known
    or guessed, and a plain hash would confirm a guess of its number."""

    event: CallEvent
    digest: bytes
    body: bytes


def seal(vault: Vault, events: Iterable[CallEvent]) -> list[SealedEvent]:
    """Prepare events for the journal (in the caller's thread: the writer's time is everybody's time)."""
    return [
        SealedEvent(event, _digest(vault, event), vault.seal(_encode(event), PURPOSE)) for event in events
    ]


def unseal(vault: Vault, body: bytes) -> CallEvent:
    return _decode(vault.open(body, PURPOSE))


def _digest(vault: Vault, event: CallEvent) -> bytes:
    return vault.fingerprint(_encode(replace(event, received_at=EPOCH)))
