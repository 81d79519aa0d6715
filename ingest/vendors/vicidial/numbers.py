"""A telephone number as Vicidial keeps it: country code and national part in two fields."""

import phonenumbers

from ingest.readings import Reading
from models.rules.phone import e164

_NATIONAL = 10


def customer(reading: Reading) -> str | None:
    """The lead's number in E.164 where it can be read; the digits as sent otherwise."""
    told = reading.text("phone_number", "dialed_number")
    code = reading.text("phone_code")
    if told and code and code.isascii() and code.isdigit() and len(code) <= 4:
        digits = told.lstrip("+0")
        if digits.isascii() and digits.isdigit():
            if digits.startswith(code) and len(digits) == len(code) + _NATIONAL:
                return e164("+" + digits, reading.country)
            if len(digits) <= _NATIONAL and (whole := e164(f"+{code}{digits}", reading.country)):
                return whole
    return reading.number("phone_number", "dialed_number")


def apart(number: str) -> tuple[str, str] | None:
    """(country code, national part) of a number in E.164; None when it is none."""
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(read):
        return None
    return str(read.country_code), phonenumbers.national_significant_number(read)
