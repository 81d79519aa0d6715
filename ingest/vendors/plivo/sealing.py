"""A telephone number that has to travel in an address: sealed, so that no log on the way can tell it."""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


def sealed(key: str, text: str, belongs_to: str) -> str:
    """``text``, readable with the same ``key`` and for the same ``belongs_to`` only; fit for a query string."""
    nonce = secrets.token_bytes(_NONCE)
    shut = AESGCM(_key(key)).encrypt(nonce, text.encode(), belongs_to.encode())
    return urlsafe_b64encode(nonce + shut).decode().rstrip("=")


def opened(key: str, text: str, belongs_to: str) -> str | None:
    """What ``sealed`` was given, or None when it was made with another key, for something else, or was touched."""
    if not key:
        return None
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return AESGCM(_key(key)).decrypt(raw[:_NONCE], raw[_NONCE:], belongs_to.encode()).decode()
    except (ValueError, InvalidTag):
        return None


def _key(text: str) -> bytes:
    return hashlib.sha256(b"callboard plivo dial\0" + text.encode()).digest()
