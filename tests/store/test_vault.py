"""What may not stand in clear: sealed, found again, and silent to whoever has not the key."""

import hashlib
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag

from models.rules.call import CallEvent, Kind
from models.store import events
from models.store.vault import Vault
from models.tables.base import EPOCH

ROOT = bytes(range(32))
EVENT = CallEvent(
    provider_call_id="c1",
    kind=Kind.LOG,
    received_at=datetime(2026, 3, 2, 5, 30, tzinfo=UTC),
    customer="+919876543210",
    talk_seconds=42,
)


def test_the_same_is_found_again_and_only_with_the_key() -> None:
    ours, theirs = Vault(ROOT), Vault(secrets.token_bytes(32))
    assert Vault(ROOT).fingerprint(b"a") == ours.fingerprint(b"a") != ours.fingerprint(b"b")
    assert len(ours.fingerprint(b"a")) == 16
    assert theirs.fingerprint(b"a") != ours.fingerprint(b"a") != ours.index("a")[:16]
    assert theirs.index("a") != ours.index("a")


def test_a_seal_holds_for_its_key_and_its_purpose() -> None:
    ours = Vault(ROOT)
    sealed = ours.seal(b"plain", b"here")
    assert ours.open(sealed, b"here") == b"plain"
    for vault, purpose in ((ours, b"there"), (Vault(secrets.token_bytes(32)), b"here")):
        with pytest.raises(InvalidTag):
            vault.open(sealed, purpose)


def test_an_events_identity_is_what_it_says_and_confirms_no_guess() -> None:
    ours = Vault(ROOT)
    later = replace(EVENT, received_at=EVENT.received_at + timedelta(hours=1))
    other = replace(EVENT, customer="+919876543211")
    [first], [again], [different] = (events.seal(ours, [event]) for event in (EVENT, later, other))
    assert first.digest == again.digest != different.digest
    assert events.unseal(ours, first.body) == EVENT
    [elsewhere] = events.seal(Vault(secrets.token_bytes(32)), [EVENT])
    assert elsewhere.digest != first.digest
    # what anybody with the database alone could compute, had the number been guessed
    guess = events._encode(replace(EVENT, received_at=EPOCH))
    assert hashlib.blake2b(guess, digest_size=16).digest() != first.digest
