"""Phone numbers as a provider handles them: invented, written in several fashions, compared, hidden."""

import re
from collections.abc import Mapping
from random import Random
from typing import Any

FASHIONS = ("+91", "", "0", "91", "+91 ")

_NUMBER = re.compile(r"\+?[\d -]{8,17}")


def invent(rng: Random) -> str:
    """A valid Indian mobile number in E.164. The 93 range is all mobile, so any eight digits will do."""
    return f"+9193{rng.randrange(10**8):08d}"


def written(e164: str, fashion: str) -> str:
    """The number in one of ``FASHIONS``; numbers outside India stay in E.164."""
    if not e164.startswith("+91") or len(e164) != 13:
        return e164
    national = e164[3:]
    return f"{fashion}{national[:5]} {national[5:]}" if fashion.endswith(" ") else fashion + national


def same(one: str, other: str) -> bool:
    """Do two agent addresses mean the same telephone? Names (``client:x``) must be equal to the letter."""
    return one == other or (_bare(one) != "" and _bare(one) == _bare(other))


def dialable(number: str) -> bool:
    """Could this be a telephone number at all?"""
    return 8 <= len(_bare(number)) <= 15


def _bare(address: str) -> str:
    if not re.fullmatch(r"\+?[\d ().-]+", address):
        return ""
    digits = re.sub(r"\D", "", address)
    if len(digits) == 12 and digits.startswith("91"):
        return digits[2:]
    if len(digits) == 11 and digits.startswith("0"):
        return digits[1:]
    return digits


def last3(number: str) -> str:
    """What logs and the ledger may show."""
    return "••" + number[-3:]


def hidden(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request with every phone number reduced to its last three digits."""

    def hide(value: Any) -> Any:
        if isinstance(value, str):
            return last3(value) if _NUMBER.fullmatch(value) else value
        if isinstance(value, list):
            return [hide(item) for item in value]
        if isinstance(value, dict):
            return {key: hide(item) for key, item in value.items()}
        return value

    return {key: hide(value) for key, value in fields.items()}
