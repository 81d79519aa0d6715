"""Phone numbers: E.164 by libphonenumber, and the mask that may be shown.

Never "the last ten digits": a number is read as a whole or not at all.
"""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from models.rules import redaction

_INDIAN_MOBILE = re.compile(r"(?:\+91|91|0)?([6-9][0-9]{9})")
# Every Indian number of ten digits from 6 to 9 is valid to libphonenumber (a test compares them), and
# asking it costs a hundred times more than this.

_WRITTEN = re.compile(r"\s*(?:tel:)?[\s(]*([+\uff0b]?[\d\s().\[\]/\u2010-\u2015-]*)\s*", re.IGNORECASE)
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F)])
_SEAT = re.compile(r"\s*(?:client:|sips?:|ext(?:ension)?\b|agent\b|\S+@\S|\d{1,6}\s*$)", re.IGNORECASE)
_MASKED = "••••• ••"
_LONGEST = 40
_DIGITS = re.compile(r"\+?\d+")
_LONGEST_LABEL = 60


@lru_cache(maxsize=65536)
def e164(raw: str | None, country: str) -> str | None:
    """The number in E.164, or None when it is not a subscriber's number.

    ``country`` is the ISO code (``"IN"``) for numbers written without a country prefix. Spaces, dashes,
    brackets and ``tel:`` are read through; letters, masks (``98XXXXXX21``), seats (``client:x``, ``sip:x``,
    extensions) and short codes are None. A number with ``+`` only needs a possible length, since numbering
    plans grow faster than anybody's tables; one without must be valid in ``country``.
    """
    if raw is None:
        return None
    if country == "IN" and (quick := _INDIAN_MOBILE.fullmatch(raw)) is not None:
        return "+91" + quick[1]
    return _parsed(raw, country)


def _parsed(raw: str, country: str) -> str | None:
    if len(raw) > _LONGEST:
        return None
    written = _WRITTEN.fullmatch(raw.translate(_INVISIBLE))
    if written is None:
        return None
    text = written[1]
    number = _accepted(text, country)
    if number is None and text.startswith("0"):
        # several switches write the trunk zero before the country code: 0 91 98765 43210
        number = _accepted(text.lstrip("0"), country)
    return number


def _accepted(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    if phonenumbers.is_valid_number(number) or (
        text.startswith(("+", "\uff0b"))
        and phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    ):
        return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    return None


@lru_cache(maxsize=65536)
def mask(number: str) -> str:
    """What may be shown of a number: country prefix and last three digits, ``+91 ••••• ••321``.

    The length is hidden too. Of something that is not E.164 (a short code, digits as sent) only the last
    three are shown, and only when at least four more stay hidden.
    """
    digits = "".join(c for c in number if c.isdecimal())
    prefix = ""
    if number.startswith("+"):
        for length in (1, 2, 3):
            if digits[:length] and int(digits[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
                prefix, digits = f"+{digits[:length]} ", digits[length:]
                break
    return prefix + _MASKED + (digits[-3:] if len(digits) >= 7 else "")


@lru_cache(maxsize=4096)
def seat_label(address: str) -> str:
    """What may be shown of a seat's address: a number as its mask; an extension, a user name, an e-mail or a
    SIP address as it is, with any number inside it hidden. At most 60 characters."""
    shown = redaction.numbers(address)
    if shown != address and _DIGITS.fullmatch(address):
        shown = mask(address)
    return shown if len(shown) <= _LONGEST_LABEL else shown[: _LONGEST_LABEL - 1] + "…"


def looks_like_seat(raw: str) -> bool:
    """Is this an agent's address rather than a phone number: ``client:x``, SIP, e-mail, an extension?"""
    return _SEAT.match(raw) is not None


def name_of(mask: str | None) -> str:
    """What a lead is called of whom telephony knows the number at most."""
    return f"Unknown caller {mask[-5:]}" if mask else "Withheld number"
