"""What an inspector may show of a request: phone numbers cut to their last digits, secrets hidden."""

import re
from typing import Any

import phonenumbers

HIDDEN = "hidden"
_MASK = "••••• ••"

# What may stand between the digits of one number: punctuation, also percent-encoded or as a form's "+", narrow spaces,
# and what nobody sees.
_BETWEEN = (
    r"(?:[ \t\-()./+\u00a0\u00ad\u2000-\u2015\u202a-\u202f\u2060-\u2064\ufeff]|%(?:20|28|29|2B|2D|2E|2F))"
)
_READ = re.compile(
    rf"""
    (?P<kept>
        (?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)       # a date, perhaps with a time
        (?:(?:[T\ +]|%20)[0-2]\d(?::|%3A)[0-5]\d(?:(?::|%3A)[0-5]\d(?:\.\d{{1,6}})?)?)?
      | (?<!\d)(?:0?[1-9]|[12]\d|3[01])(?P<sep>[/.-])(?:0?[1-9]|[12]\d|3[01])(?P=sep)(?:19|20)\d\d         # 23/11/2026 03:30:00 PM
        (?:[T,\ ]{{1,2}}[0-2]?\d:[0-5]\d(?::[0-5]\d(?:\.\d{{1,6}})?)?)?(?!{_BETWEEN}{{0,3}}\d)
      | (?<![\w-])[0-9a-fA-F]{{8}}-[0-9a-fA-F]{{4}}-[1-8][0-9a-fA-F]{{3}}-[89abAB][0-9a-fA-F]{{3}}  # a UUID, but
        -(?=\d*[a-fA-F])[0-9a-fA-F]{{12}}(?![\w-])                              # none that ends in a number
      | %[0-9A-Fa-f]{{2}}                                                        # digits of an escape
      | \\u[0-9A-Fa-f]{{4}}
    )
    | (?P<number>\d(?:{_BETWEEN}{{0,3}}\d){{6,}})
    """,
    re.VERBOSE,
)
_YEARS = re.compile(rf"(?<!\d)((?:19|20)\d\d) ?[-/\u2013] ?((?:19|20)\d\d)(?!{_BETWEEN}{{0,3}}\d)")
_DIGIT_BEFORE = re.compile(rf"\d{_BETWEEN}{{0,3}}\Z")
_LONGEST_COURSE = 8
_A_MOMENT = r"(?<!\d)(?:1[6-9]\d{8}|1[6-9]\d{11}|20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[0-2]\d[0-5]\d[0-5]\d)(?!\d)"
_MOMENT = re.compile(_A_MOMENT)
_MOMENT_APART = re.compile(f"({_A_MOMENT})")
_SECRET = re.compile(r"auth|cookie|signature|token|secret|passw|api[-_]?key|apikey|csrf", re.IGNORECASE)


def detail(text: str) -> str:
    """``numbers`` for a name, a programme, a city: the years of a course, as 2026-2030, stay readable."""
    parts, at = [], 0
    for years in _YEARS.finditer(text):
        a_course = 0 < int(years[2]) - int(years[1]) <= _LONGEST_COURSE
        if a_course and not _DIGIT_BEFORE.search(text, 0, years.start()):
            parts += [numbers(text[at : years.start()]), years[0]]
            at = years.end()
    return "".join(parts) + numbers(text[at:])


def holds_number(text: str) -> bool:
    """Would ``detail`` mask a part of it?"""
    return detail(text) != text


def numbers(text: str) -> str:
    """Every run of seven digits or more, however punctuated or encoded, as a mask with its last three.

    Dates and times stay readable. Ids that look like numbers are masked too: better one too many.
    """
    return _READ.sub(_one, text)


def call_id(text: str) -> str:
    """A provider's id of a call: as ``numbers``, but what reads as a moment (Unix seconds or milliseconds,
    ``20260302105800``) stays, because most ids are made of one. Some ids end in the caller's number."""
    return "".join(part if _MOMENT.fullmatch(part) else numbers(part) for part in _MOMENT_APART.split(text))


def is_moment(text: str, country: str) -> bool:
    """Is the whole text Unix seconds or milliseconds, or ``20260302105800``, and no telephone number of ``country``?"""
    if not _MOMENT.fullmatch(text):
        return False
    try:
        return not phonenumbers.is_valid_number(phonenumbers.parse(text, country))
    except phonenumbers.NumberParseException:
        return True


def is_secret(name: str) -> bool:
    """Does a header or field of this name carry a credential?"""
    return _SECRET.search(name) is not None


def value(of: Any, name: str = "") -> Any:
    """The same for a decoded JSON value, all the way down; keys may hold numbers too."""
    if name and is_secret(name) and not isinstance(of, dict | list):
        return HIDDEN
    if isinstance(of, dict):
        return {numbers(str(key)): value(inner, str(key)) for key, inner in of.items()}
    if isinstance(of, list):
        return [value(inner, name) for inner in of]
    if isinstance(of, str):
        return numbers(of)
    if isinstance(of, int | float) and not isinstance(of, bool):
        shown = numbers(str(of))
        return of if shown == str(of) else shown
    return of


def _one(found: re.Match[str]) -> str:
    if found["kept"] is not None:
        return found["kept"]
    digits = [c for c in re.sub(r"%[0-9A-Fa-f]{2}", "", found["number"]) if c.isdigit()]
    return _MASK + "".join(digits[-3:])
