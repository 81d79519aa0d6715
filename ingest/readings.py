"""What a provider's text means: times, seconds, telephone numbers, seats, and what only looks like a value.

Pure functions, and ``Reading``: the fields of one delivery together with what could not be understood.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from ingest.contract import ConnectionInfo
from models.rules import redaction
from models.rules.phone import e164

MAX_EXTRA_FIELDS = 40
MAX_EXTRA_TEXT = 200

_NOTHING = frozenset(
    {"", "null", "none", "nil", "undefined", "nan", "n/a", "-", "--", "(null)", "--a--x--b--", '""', "''"}
)
_TEMPLATE = re.compile(r"\[\w[\w .-]*\]|\{\{.*\}\}|\$\{.*\}|\{\w+\}|%\w+%|<\w+>|--[A-Z]--\w+--[A-Z]--")
_WITHHELD = frozenset(
    {
        "anonymous",
        "private",
        "restricted",
        "unavailable",
        "unknown",
        "withheld",
        "blocked",
        "hidden",
        "no caller id",
        "not available",
        "number withheld",
        "private number",
    }
)
_MASKED = re.compile(r"[xX*•]{2,}")
_SECRET = re.compile(r"token|api_?key|secret|passw|signature|authori[sz]ation|auth_?key|access_?key", re.I)
_LONG_DIGITS = re.compile(r"\d{6,}")
_FORMATS = (
    "%d-%m-%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %I:%M:%S %p",
    "%d-%m-%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p",
    "%Y%m%d%H%M%S",
)
_LONGEST_CALL = 2 * 86_400


def given(text: str | None) -> str | None:
    """``text``, or None when it only stands where a value should be (``null``, ``[Variable]``, blanks)."""
    if text is None:
        return None
    text = text.strip()
    if text.lower() in _NOTHING or (text[0] in "[{$%<-" and _TEMPLATE.fullmatch(text)):
        return None
    return text


def moment(text: str | None, zone: str) -> datetime | None:
    """An aware UTC time, or None for a placeholder. Raises ``ValueError`` when it is no time at all.

    Understands ISO 8601, day-first dates, RFC 2822, epoch seconds and milliseconds. A time without an
    offset is read in ``zone`` (IANA). Anything before the year 2000 is a placeholder.
    """
    text = given(text)
    if text is None:
        return None
    if text.startswith(("0000-00-00", "00-00-0000", "00/00/0000")) or text.strip("0") == "":
        return None
    found = _epoch(text) or _iso(text) or _other(text)
    if found is None:
        raise ValueError("not a time")
    if not 2000 <= found.year < 2200:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone))
    return found.astimezone(UTC)


def seconds(text: str | None) -> int | None:
    """Whole seconds from ``84``, ``84.0``, ``01:24`` or ``00:01:24``; None for a placeholder.

    Raises ``ValueError`` when it is no duration, is negative, or is longer than two days.
    """
    text = given(text)
    if text is None:
        return None
    if len(text) > 20:
        raise ValueError("not a duration")
    total = 0.0
    for part in text.split(":"):
        total = total * 60 + float(part)
    if not 0 <= total <= _LONGEST_CALL:
        raise ValueError("not a duration of a call")
    return int(total)


def number(text: str | None, country: str) -> str | None:
    """A telephone number in E.164; the bare digits when it cannot be read; None when it was withheld.

    A number the provider has masked (``0XXXXXX4890``) is None: its digits would name somebody else.
    """
    text = given(text)
    if text is None:
        return None
    read = e164(text, country)
    if read is not None:
        return read
    if text.lower() in _WITHHELD or _MASKED.search(text):
        return None
    if text.lower().startswith(("sip:", "sips:", "tel:")):
        text = text.partition(":")[2].partition("@")[0].partition(";")[0]
        read = e164(text, country)
        if read is not None:
            return read
    if any(sign.isalpha() for sign in text):
        return None
    digits = "".join(sign for sign in text if sign.isascii() and sign.isdigit())[:24]
    return digits or None


def seat(text: str | None, country: str) -> str | None:
    """An agent's address: E.164 if it is a full telephone number, else as sent (e-mail in lower case)."""
    text = given(text)
    if text is None or text.lower() in _WITHHELD:
        return None
    read = e164(text, country)
    return read if read is not None else address(text)


def address(text: str) -> str:
    """An agent's address as sent, never read as a number; an e-mail in lower case, or one person had two seats."""
    if "@" in text and ":" not in text:
        text = text.lower()
    return text[:120]


def word(text: str) -> str:
    """A status word as tables spell it: lower case, one underscore between parts."""
    return text.strip().lower().replace("-", "_").replace(" ", "_")


class Reading:
    """The fields of one delivery, and what could not be understood in them."""

    def __init__(self, fields: Mapping[str, str], connection: ConnectionInfo) -> None:
        self.fields = fields
        self.zone = connection.zone
        self.country = connection.country
        self.unknown: list[tuple[str, str]] = []

    def text(self, *names: str, limit: int = 120) -> str | None:
        """The first of ``names`` that was really told."""
        for name in names:
            found = given(self.fields.get(name))
            if found is not None:
                return found[:limit]
        return None

    def moment(self, *names: str) -> datetime | None:
        """The first time among ``names``; one that cannot be read is counted as unknown."""
        for name in names:
            text = self.fields.get(name)
            if not text:
                continue
            try:
                found = moment(text, self.zone)
            except ValueError:
                self.puzzled(name, text)
                continue
            if found is not None:
                return found
        return None

    def seconds(self, *names: str) -> int | None:
        """The first duration among ``names``; one that cannot be read is counted as unknown."""
        for name in names:
            text = self.fields.get(name)
            if not text:
                continue
            try:
                found = seconds(text)
            except ValueError:
                self.puzzled(name, text)
                continue
            if found is not None:
                return found
        return None

    def number(self, *names: str) -> str | None:
        """The first telephone number among ``names``."""
        for name in names:
            found = number(self.fields.get(name), self.country)
            if found is not None:
                return found
        return None

    def seat(self, *names: str) -> str | None:
        """The first agent's address among ``names``."""
        for name in names:
            found = seat(self.fields.get(name), self.country)
            if found is not None:
                return found
        return None

    def words(self, *names: str) -> str | None:
        """The provider's own words, side by side, for people to read: long runs of digits are hidden."""
        told = [
            _LONG_DIGITS.sub("…", found[:60]) for name in names if (found := given(self.fields.get(name)))
        ]
        return " / ".join(told) or None

    def puzzled(self, name: str, text: str) -> None:
        """Count a word no table maps. Numbers are hidden, however written: it is kept, and shown to admins."""
        # Hidden before it is cut: half a number is no number any more, but still says most of it.
        shown = redaction.numbers(_LONG_DIGITS.sub("…", text[:MAX_EXTRA_TEXT]))
        self.unknown.append((name, shown[:60]))

    def rest(self, read: Iterable[str]) -> dict[str, str]:
        """The fields not in ``read``, bounded, without placeholders and without anything secret."""
        seen = frozenset(read)
        kept: dict[str, str] = {}
        for name, text in self.fields.items():
            if name in seen or _SECRET.search(name) or given(text) is None:
                continue
            kept[name[:60]] = text[:MAX_EXTRA_TEXT]
            if len(kept) == MAX_EXTRA_FIELDS:
                break
        return kept


def _epoch(text: str) -> datetime | None:
    whole, _, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (part and not part.isdigit()):
        return None
    if len(whole) in (9, 10):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(whole))
    if len(whole) == 13:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(whole))
    return None


def _iso(text: str) -> datetime | None:
    if len(text) < 16 or text[4:5] != "-":  # a date alone is no moment
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _other(text: str) -> datetime | None:
    shapes = () if text[0].isalpha() else _FORMATS  # a day of the week begins RFC 2822 and nothing else
    for shape in shapes:
        try:
            return datetime.strptime(text, shape)  # noqa: DTZ007 - the caller knows the zone
        except ValueError:
            continue
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
