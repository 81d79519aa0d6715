"""The scanner proves itself: it finds a number planted in every shape and wrapping, and nothing where none is."""

import base64
import gzip
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]
import pytest

from tests.access.scanner import Scanner

NUMBER = "+919312847561"
NATIONAL = "9312847561"
OTHERS = ("+917208913466", "+918899014472")


def _raw(text: str) -> bytes:
    """Deflated without header or checksum."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text.encode()) + packer.flush()


SHAPES: dict[str, str | bytes] = {
    "ten digits": NATIONAL,
    "with the country": NUMBER,
    "with a zero": f"0{NATIONAL}",
    "in two halves": "93128 47561",
    "with dashes": "+91-93128-47561",
    "in brackets": "(931) 284.7561",
    "as a list": json.dumps(list(NATIONAL)),
    "a list of numbers": json.dumps([int(each) for each in NATIONAL]),
    "with nothing between": "\u200b".join(NATIONAL),
    "with marks of direction": "\u202a93128\u200e47561\u202c",
    "in an address": quote("tel:" + "".join(f"%{ord(each):02x}" for each in NUMBER), safe="%"),
    "in an address twice": quote("".join(f"%{ord(each):02x}" for each in NUMBER)),
    "html, decimal": "".join(f"&#{ord(each)};" for each in NATIONAL),
    "html, hexadecimal": "".join(f"&#x{ord(each):x};" for each in NATIONAL),
    "a script's escapes": "".join(f"\\u{ord(each):04x}" for each in NATIONAL),
    "a script's short escapes": "".join(f"\\x{ord(each):02x}" for each in NATIONAL),
    "octal": "".join(f"\\{ord(each):03o}" for each in NATIONAL),
    "base64": base64.b64encode(NUMBER.encode()),
    "base64 of ten digits": base64.b64encode(NATIONAL.encode()),
    "base64 for addresses": base64.urlsafe_b64encode(b"???>>" + NATIONAL.encode()),
    "inside base64": base64.b64encode(b'{"name":"Zubeida","phone":"' + NUMBER.encode() + b'"}'),
    "base64 of base64": base64.b64encode(base64.b64encode(NUMBER.encode())),
    "hex of the text": NUMBER.encode().hex(),
    "hex of the text, large": NATIONAL.encode().hex().upper(),
    "hex of the value": f"{int(NATIONAL):x}",
    "hex of the value with the country": f"0x{int(NUMBER):X}",
    "backwards": NATIONAL[::-1],
    "last nine": NATIONAL[-9:],
    "last eight": NATIONAL[-8:],
    "last seven": NATIONAL[-7:],
    "Devanagari": NATIONAL.translate({ord("0") + each: 0x966 + each for each in range(10)}),
    "full width": NATIONAL.translate({ord("0") + each: 0xFF10 + each for each in range(10)}),
    "Bengali in two halves": "৯৩১২৮ ৪৭৫৬১",
    "Arabic": NATIONAL.translate({ord("0") + each: 0x660 + each for each in range(10)}),
    "with dots": "93128.47.561",
    "UTF-16, little end first": f"tel {NUMBER}".encode("utf-16-le"),
    "UTF-16, big end first": f"tel {NUMBER}".encode("utf-16-be"),
    "UTF-32": NATIONAL.encode("utf-32-le"),
    "packed without a name": zlib.compress(f"a text with {NUMBER} in it".encode()),
    "packed without a name, in base64": base64.b64encode(zlib.compress(f"the number {NUMBER}".encode())),
    "packed raw, in base64": base64.b64encode(_raw(f"the number {NUMBER}")),
    "gzip in base64": base64.b64encode(gzip.compress(NUMBER.encode())),
    "base64, one letter later": base64.b64encode(b"x" + NUMBER.encode()),
    "base64, two letters later": base64.b64encode(b"xy" + NUMBER.encode()),
    "html in an address": quote("".join(f"&#{ord(each)};" for each in NATIONAL)),
    "escapes of a script in html": "".join(f"&#92;u{ord(each):04x}" for each in NATIONAL),
}
for _name in ("md5", "sha1", "sha256"):
    for _form in (NUMBER, NATIONAL, NUMBER[1:], f"0{NATIONAL}"):
        _digest = hashlib.new(_name, _form.encode())
        SHAPES[f"{_name} of {_form}"] = _digest.hexdigest()
        SHAPES[f"{_name} of {_form} in base64"] = base64.b64encode(_digest.digest())


def _archive(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", data)
    return out.getvalue()


WRAPPINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": ("", lambda data: data),
    "gzip": ("gzip", gzip.compress),
    "br": ("br", brotli.compress),
    "deflate": ("deflate", zlib.compress),
    "a spreadsheet": ("", _archive),
    "a spreadsheet in a download": ("br", lambda data: brotli.compress(base64.b64encode(_archive(data)))),
    "a packed download": ("", lambda data: b'{"content":"' + base64.b64encode(gzip.compress(data)) + b'"}'),
}


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner([NUMBER, *OTHERS])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_planted_number_is_found(scanner: Scanner, shape: str) -> None:
    planted = SHAPES[shape]
    planted = planted.encode() if isinstance(planted, str) else planted
    around = b'{"id": 4711, "at": "2026-03-02T05:30:00+00:00", "text": "' + planted + b'", "n": [1, 2, 3]}'
    for wrapping, (encoding, wrap) in WRAPPINGS.items():
        found = scanner.find(wrap(around), encoding)
        assert {each.number for each in found} == {NUMBER}, wrapping


@pytest.mark.parametrize(
    "harmless",
    [
        "+91 ••••• ••561",
        '{"lead_id": 931, "opening_id": 2847561}'.replace("2847561", "284756"),
        "2026-03-02T05:30:00.123456+00:00 1772429400000",
        "000000-7561",
        "sha256-AOdtFFXUILXmmZxbRDqq+DTT17bN1u7i2tzHzyCRoP0=",
    ],
)
def test_what_is_harmless_is_not(scanner: Scanner, harmless: str) -> None:
    assert scanner.find(harmless.encode()) == set()


def test_an_answer_it_cannot_unpack_is_not_passed_over(scanner: Scanner) -> None:
    with pytest.raises(ValueError, match="was not looked into"):
        scanner.find(b"...", "compress")
