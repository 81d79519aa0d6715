"""Phone numbers at rest: AES-256-GCM ciphertext, an HMAC index to find them, keys from one root.

Whoever holds the root key has the numbers, so it lives in the environment, never in the database: a
dump of the database without the key is useless.
"""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
REMEMBERED = 16_384
"""So many blind indexes are kept: each call names the same few seats, and most callers call again."""


class Vault:
    """Seals and finds what may not stand in clear. ``root`` needs at least 32 bytes of entropy."""

    def __init__(self, root: bytes) -> None:
        if len(root) < 32:
            raise ValueError("the data key must be at least 32 bytes")
        self._aead = AESGCM(_derive(root, b"seal"))
        self._index_key = _derive(root, b"index")
        self._fingerprint_key = _derive(root, b"fingerprint")
        self._indexed = lru_cache(REMEMBERED)(self._index)

    def index(self, value: str) -> bytes:
        """The blind index of a number or address: equal values give equal bytes, nothing else is told."""
        return self._indexed(value)

    def _index(self, value: str) -> bytes:
        return hmac.digest(self._index_key, value.encode(), "sha256")

    def fingerprint(self, data: bytes) -> bytes:
        """16 bytes that are the same for the same bytes, and tell nothing to who has not the key."""
        return hashlib.blake2b(data, digest_size=16, key=self._fingerprint_key).digest()

    def seal(self, plain: bytes, purpose: bytes) -> bytes:
        """Encrypt; ``purpose`` (table and column) is bound in, so a value cannot be moved elsewhere."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, purpose)

    def open(self, sealed: bytes, purpose: bytes) -> bytes:
        """Decrypt. Raises ``cryptography.exceptions.InvalidTag`` for a wrong key, purpose or byte."""
        return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose)


def digest(secret: str) -> str:
    """What is stored of a high-entropy token (session, hook token, API key): its SHA-256, as hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _derive(root: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"callboard." + purpose).derive(root)
