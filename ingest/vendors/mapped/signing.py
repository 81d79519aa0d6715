"""What signatures are made of: for a provider's proofs, and for the answers that must carry one of ours."""

import base64
import hashlib
import hmac
from binascii import Error as BadBase64
from collections.abc import Callable
from urllib.parse import parse_qsl

from ingest.bodies import decoded
from ingest.contract import Delivery
from ingest.vendors.mapped import values
from ingest.vendors.mapped.making import Making
from ingest.vendors.mapped.scope import Scope


def over(template: str, making: Making, where: str) -> Callable[[Scope, Delivery, str], bytes]:
    """What is signed, as bytes: ``{@body}`` stands for the body exactly as sent."""
    pieces: list[str | Callable[[Scope], str | None]] = []
    rest = template
    while rest:
        found = [
            (rest.find(name), name) for name in ("{@body}", "{@secret}", "{@form}", "{@url}") if name in rest
        ]
        if not found:
            pieces.append(values.template(rest, making, where, lambda said: said, partly=True))
            break
        start, name = min(found)
        if start:
            pieces.append(values.template(rest[:start], making, where, lambda said: said, partly=True))
        pieces.append(name)
        rest = rest[start + len(name) :]

    def told(scope: Scope, delivery: Delivery, secret: str) -> bytes:
        said = b""
        for piece in pieces:
            if not isinstance(piece, str):
                said += (piece(scope) or "").encode("utf-8", "replace")
            elif piece == "{@body}":
                said += delivery.body
            elif piece == "{@secret}":
                said += secret.encode()
            elif piece == "{@url}":
                said += delivery.url.encode("utf-8", "replace")
            else:
                said += _form(delivery)
        return said

    return told


def _form(delivery: Delivery) -> bytes:
    try:
        pairs = parse_qsl(decoded(delivery.body), keep_blank_values=True, max_num_fields=500)
    except ValueError:
        return b""
    return "".join(name + value for name, value in sorted(pairs)).encode("utf-8", "replace")


def key(secret: str, written: str) -> bytes | None:
    """The bytes that ``secret`` stands for; None when it is not written so, or is empty: anybody has that key."""
    try:
        if written == "hex":
            return bytes.fromhex(secret) or None
        if written == "base64":
            return base64.b64decode("".join(secret.split()), validate=True) or None
    except (ValueError, BadBase64):
        return None
    return secret.encode("utf-8", "replace") or None


def made(algorithm: str, parts: bytes, key: bytes | None) -> bytes:
    """The HMAC of ``parts``; without a key their digest."""
    if key is None:
        return hashlib.new(algorithm, parts, usedforsecurity=False).digest()
    return hmac.new(key, parts, algorithm).digest()


def written(made: bytes, encoding: str) -> str:
    """Bytes as hex, base64 or base64url without its padding."""
    if encoding == "hex":
        return made.hex()
    if encoding == "base64url":
        return base64.urlsafe_b64encode(made).decode().rstrip("=")
    return base64.b64encode(made).decode()
