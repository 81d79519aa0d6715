"""Finds a phone number in bytes, however it is written: the shapes of research/reliability.md §5b and more.

Bytes are looked at as they are and as a browser would read them: unpacked, unescaped, with digits of other
scripts made plain. ``Scanner(numbers).find(data)`` says what was found; nothing found is an empty set.
"""

import base64
import gzip
import hashlib
import html
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

import brotli  # type: ignore[import-untyped]

TAIL, WHOLE = 7, 10
"""So many last digits in a row already tell the number; so many are all of it, in India."""

DIGEST = 20
"""So many characters of a hash, in hexadecimal or base64, are no chance."""

_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_ESCAPED = re.compile(r"\\u\{?([0-9a-fA-F]{4})\}?|\\x([0-9a-fA-F]{2})|\\([0-7]{3})")
_BETWEEN = re.compile(r"(?<=\d)[^\w<>]{1,5}(?=\d)")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_LONG = re.compile(rb"[A-Za-z0-9+/]{20,}")
_RUN = re.compile(r"[0-9]{7,}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){7,}")
_PACKED = (b"\x1f\x8b", b"PK\x03\x04")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_DEEPEST = 4
_MOST = 1 << 22
"""Bytes looked at of something deflated."""


@dataclass(frozen=True, slots=True)
class Found:
    """``number`` (E.164) was there, in this ``shape``."""

    number: str
    shape: str


class Scanner:
    """Looks for these numbers (E.164, of India) at once."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self._backwards: dict[str, str] = {}
        self._tails: dict[str, str] = {}
        self._sixteens: dict[str, str] = {}
        self._digests: dict[bytes, Found] = {}
        for number in numbers:
            self._backwards[number[-WHOLE:][::-1]] = number
            self._tails[number[-TAIL:]] = number
            for form in _forms(number):
                if form.isdecimal() and len(form) >= WHOLE:
                    self._sixteens[f"{int(form):x}"] = number
                for name in ("md5", "sha1", "sha256"):
                    digest = hashlib.new(name, form.encode(), usedforsecurity=False).digest()
                    for written in (digest.hex().encode(), base64.b64encode(digest)):
                        self._digests[written[:DIGEST]] = Found(number, name)
        self._sixteen = re.compile("|".join(self._sixteens))

    def find(self, data: bytes, encoding: str = "") -> set[Found]:
        """``encoding`` is the answer's Content-Encoding, if any."""
        return self._bytes(unpacked(data, encoding), 0)

    def _bytes(self, data: bytes, depth: int) -> set[Found]:
        found = self._hashes(data)
        found |= self._text(data.decode("utf-8", "ignore"))
        if depth < _DEEPEST:
            for shape, inner in _inside(data):
                found |= {Found(hit.number, shape) for hit in self._bytes(inner, depth + 1)}
        return found

    def _hashes(self, data: bytes) -> set[Found]:
        found = set()
        for run in set(_LONG.findall(data.replace(b"-", b"+").replace(b"_", b"/"))):
            for spelt in (run, run.lower()):
                for at in range(len(spelt) - DIGEST + 1):
                    hit = self._digests.get(spelt[at : at + DIGEST])
                    if hit:
                        found.add(hit)
        return found

    def _text(self, text: str) -> set[Found]:
        found = self._runs(text, "digits", TAIL)
        for hit in self._sixteen.findall(text.lower()):
            found.add(Found(self._sixteens[hit], "hex"))
        seen = {text}
        for shape, least, view in _views(text):
            if view not in seen:
                seen.add(view)
                found |= self._runs(view, shape, least)
        return found

    def _runs(self, text: str, shape: str, least: int) -> set[Found]:
        """``least``: how many of the last digits in a row count as the number."""
        found = set()
        for run in set(_RUN.findall(text)):
            for at in range(len(run) - TAIL + 1):
                whole = run[at : at + WHOLE]
                if whole in self._backwards:
                    found.add(Found(self._backwards[whole], "backwards"))
                number = self._tails.get(run[at : at + TAIL])
                if number and run[: at + TAIL].endswith(number[-least:]):
                    found.add(Found(number, shape))
        return found


def _views(text: str) -> Iterator[tuple[str, int, str]]:
    """The text as somebody else might read it. Where digits are joined that stood apart, chance joins
    some too, so there nine must agree."""
    digits = _plain_digits(text)
    visible = _ZERO_WIDTH.sub("", digits)
    yield "escaped", TAIL, _unescaped(text)
    yield "html", TAIL, html.unescape(text)
    if "%" in text:
        yield "url", TAIL, unquote_plus(unquote_plus(text))
    yield "other digits", TAIL, digits
    yield "zero width", TAIL, visible
    yield "spaced", 9, _BETWEEN.sub("", visible)
    everything = _plain_digits(_unescaped(html.unescape(unquote_plus(unquote_plus(_unescaped(text))))))
    yield "mixed", 9, _BETWEEN.sub("", _ZERO_WIDTH.sub("", everything))


def _forms(number: str) -> tuple[str, ...]:
    national = number.removeprefix("+91")
    return (
        number,
        number[1:],
        national,
        f"0{national}",
        f"+91 {national}",
        f"+91-{national}",
        national[-TAIL:],
    )


def unpacked(data: bytes, encoding: str) -> bytes:
    """The answer's body as it was before its Content-Encoding. Raises ``ValueError`` for an unknown one."""
    match encoding.strip().lower():
        case "" | "identity":
            return data
        case "gzip":
            return gzip.decompress(data)
        case "br":
            return brotli.decompress(data)
        case "deflate":
            return zlib.decompress(data)
        case "zstd":
            from backports import zstd

            return zstd.decompress(data)
    raise ValueError(f"an answer in {encoding!r} was not looked into")


def _inside(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What is packed within: archives, base64, hexadecimal."""
    if data.startswith(_PACKED[0]):
        yield "gzip", gzip.decompress(data)
    elif data.startswith(_PACKED[1]):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield "zip", name.encode() + b"\n" + archive.read(name)
    for start in _ZLIB.finditer(data):
        yield from _inflated(data[start.start() :], zlib.MAX_WBITS)
    for hit in set(_BASE64.findall(data)):
        # The text may have begun before the run that was caught: all four beginnings are tried.
        plain = hit.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for skip in range(4):
            part = plain[skip:]
            part += b"A" if len(part) % 4 == 1 else b""
            try:
                inner = base64.b64decode(part + b"=" * (-len(part) % 4))
            except ValueError:
                continue
            if inner.startswith(_PACKED) or inner.isascii() or _digits(inner) >= TAIL:
                yield "base64", inner
            if not inner.isascii():
                yield from _inflated(inner, zlib.MAX_WBITS if _ZLIB.match(inner) else -zlib.MAX_WBITS)
    for hit in set(_HEX.findall(data)):
        for skip in range(2):
            part = hit[skip:]
            inner = bytes.fromhex(part[: len(part) // 2 * 2].decode())
            if _digits(inner) >= TAIL:
                yield "hex", inner


def _inflated(data: bytes, wbits: int) -> Iterator[tuple[str, bytes]]:
    """What ``data`` begins with, deflated with a zlib header or (negative ``wbits``) without one; chance is nothing."""
    packer = zlib.decompressobj(wbits)
    try:
        inner = packer.decompress(data, _MOST)
    except zlib.error:
        return
    if _digits(inner) >= TAIL:
        yield "deflate", inner


def _digits(data: bytes) -> int:
    return sum(48 <= byte <= 57 for byte in data)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        four, two, three = match.groups()
        return chr(int(four or two, 16) if four or two else int(three, 8))

    return _ESCAPED.sub(one, text)


def _plain_digits(text: str) -> str:
    """Digits of every script as 0-9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(each)) if not each.isascii() and each.isdecimal() else each for each in text
    )
