"""Call events at rest: their identity, their sealed bytes."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from models.rules.call import CallEvent
from models.store.vault import Vault
from models.tables.base import EPOCH

PURPOSE = b"call_event.body"
HEARD = b'"received_at":"'
NEVER = msgspec.json.encode(EPOCH).strip(b'"')

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
    return [_sealed(vault, event, _encode(event)) for event in events]


def unseal(vault: Vault, body: bytes) -> CallEvent:
    return _decode(vault.open(body, PURPOSE))


def _sealed(vault: Vault, event: CallEvent, body: bytes) -> SealedEvent:
    return SealedEvent(event, _digest(vault, body), vault.seal(body, PURPOSE))


def _digest(vault: Vault, body: bytes) -> bytes:
    """Of the encoded event, as if it had been received at the beginning of time. Within a JSON string a quote
    is escaped, so the first ``HEARD`` is the field."""
    said, heard, rest = body.partition(HEARD)
    return vault.fingerprint(said + heard + NEVER + rest[rest.index(b'"') :])
