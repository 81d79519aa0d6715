"""Places in a list: opaque to the caller, bound to the question they were given for."""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ingest.api.problems import Problem, invalid_field

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SHAPE = struct.Struct(">qQ8s")  # microseconds since 1970, id, which question
_TEXT = re.compile(r"[A-Za-z0-9_-]{32}")
_LARGEST_ID = 2**63 - 1
_PLACE = frozenset({"cursor", "limit"})


def write(question: bytes, at: datetime, row_id: int) -> str:
    """The place just behind the row (``at``, ``row_id``)."""
    return base64.urlsafe_b64encode(_SHAPE.pack((at - _EPOCH) // _MICROSECOND, row_id, question)).decode()


def read(question: bytes, cursor: str) -> tuple[datetime, int]:
    """Raises ``Problem`` 422 for anything we did not write for this very question."""
    if not _TEXT.fullmatch(cursor):
        raise _bad()
    try:
        micros, row_id, asked = _SHAPE.unpack(base64.urlsafe_b64decode(cursor))
        at = _EPOCH + timedelta(microseconds=micros)
    except (binascii.Error, struct.error, OverflowError):
        raise _bad() from None
    if asked != question:
        raise invalid_field("cursor", "This cursor belongs to other filters; start again without it.")
    if row_id > _LARGEST_ID:
        raise _bad()
    return at, row_id


def question(operation: str, parameters: Mapping[str, str]) -> bytes:
    """What identifies a list: the operation and its filters, whatever the page's size."""
    said = sorted((name, value) for name, value in parameters.items() if name not in _PLACE)
    return hashlib.sha256(repr((operation, said)).encode("utf-8", "surrogatepass")).digest()[:8]


def _bad() -> Problem:
    return invalid_field("cursor", "This is not a cursor of ours.")
