"""Encodings a provider may wrap its values in."""

from base64 import b64decode, b64encode, urlsafe_b64decode
from binascii import Error as BadBase64
from collections.abc import Callable, Sequence
from html import unescape
from urllib.parse import quote, unquote_plus

from ingest.bodies import clean, decoded

MAX_INNER = 200_000
"""No longer text is opened."""


def leaf(text: str) -> str:
    """Clean text; JSON inside a text is kept whole: it is longer than any text a call needs."""
    bare = text.strip()
    return bare if bare[:1] in ("{", "[") and len(bare) <= MAX_INNER else clean(text)


def undo(text: str, encodings: Sequence[str]) -> str | None:
    """``text`` without these encodings; None when it is not written in them."""
    for encoding in encodings:
        try:
            if encoding == "url":
                text = unquote_plus(text)
            elif encoding == "html":
                text = unescape(text)
            elif encoding == "hex":
                text = decoded(bytes.fromhex(text))
            elif encoding == "jwt":
                text = decoded(urlsafe_b64decode(_padded(text.split(".")[1])))
            else:
                text = decoded(b64decode(_padded(text.translate(_URL_SAFE)), validate=True))
        except (ValueError, BadBase64, IndexError):
            return None
    return leaf(text) if len(text) < MAX_INNER else None


_URL_SAFE = str.maketrans("-_", "+/")


def _padded(text: str) -> str:
    bare = "".join(text.split()).rstrip("=")
    return bare + "=" * (-len(bare) % 4)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


WRITERS: dict[str, Callable[[str], str]] = {
    "url": lambda text: quote(text, safe="-_.!~*'()"),
    "base64": lambda text: b64encode(_bytes(text)).decode(),
    "hex": lambda text: _bytes(text).hex(),
}
"""Encodings a text can be written in; ``url`` as browsers do it."""
