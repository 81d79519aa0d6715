"""Passwords at rest: Argon2id, and how long one has to be."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 10
MAX_LENGTH = 256

_hasher = PasswordHasher()
# What an unknown e-mail is checked against, so that the answer takes as long as for a known one.
_nobody = _hasher.hash("nobody has this password")


class WeakPassword(ValueError):
    """Too short, or longer than anybody types."""


def hash_password(password: str) -> str:
    """Raises ``WeakPassword``, whose message may be shown."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(f"a password needs at least {MIN_LENGTH} characters")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"a password may have at most {MAX_LENGTH} characters")
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Does ``password`` belong to the hash? ``None`` (nobody) takes as long and is always false."""
    try:
        _hasher.verify(stored or _nobody, password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
