"""What Ozonetel's API answers. HTTP 200 is no success: the body says so, in words that differ by door."""

import json
import re
from typing import Any

from ingest import asking
from ingest.client import Answer, Reason, Refused, Unsettled

_DONE = ("success", "queued", "true")
_NO_RECORDS = re.compile(r"\bno (data|records?)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d{4,}")
_GAVE_UP = re.compile(r"time[ -]?limit|time[ds]?[ -]?out|bad gateway", re.IGNORECASE)

# The first that is found in the answer's message decides; nothing found is Reason.OTHER.
_REASONS = (
    ("api key", Reason.CREDENTIALS),
    ("apikey", Reason.CREDENTIALS),
    ("username", Reason.CREDENTIALS),
    ("user details", Reason.CREDENTIALS),
    ("user credentials", Reason.CREDENTIALS),
    ("no user found", Reason.CREDENTIALS),
    ("authentication", Reason.CREDENTIALS),
    ("token", Reason.CREDENTIALS),
    ("valid agentid", Reason.UNKNOWN_AGENT),
    ("agent is not available", Reason.BUSY_AGENT),
    ("limit", Reason.TOO_MANY),
    ("already one process", Reason.TOO_MANY),
    ("try after some time", Reason.TOO_MANY),
    ("campaign", Reason.NOT_SET_UP),
    ("customer number", Reason.BAD_NUMBER),
    ("customernumber", Reason.BAD_NUMBER),
    ("invalid number", Reason.BAD_NUMBER),
)
_A_MINUTE = 60.0


def accepted(answer: Answer) -> dict[str, Any]:
    """The body of an answer that says yes. Raises ``Refused`` for a no, ``Unsettled`` when it says neither."""
    asking.settled(answer.status, "Ozonetel")
    body = _body(answer)
    message = words(body.get("message"))
    status = str(body.get("status", "")).lower()
    if answer.status == 429:
        raise Refused(Reason.TOO_MANY, "Ozonetel: too many requests", _retry_after(answer) or _A_MINUTE)
    if _GAVE_UP.search(message or status):  # it waited for whoever does the work, which may go on
        raise Unsettled("Ozonetel gave up waiting")
    if answer.status >= 500:
        raise Refused(Reason.DOWN, f"Ozonetel answered with error {answer.status}")
    if answer.status in (401, 403):
        raise Refused(Reason.CREDENTIALS, f"Ozonetel: {message or 'not accepted'}")
    if answer.status < 300 and (
        status.startswith(_DONE) or (not status and isinstance(body.get("message"), list))
    ):
        return body
    if not status and not message:
        raise Unsettled("Ozonetel's answer says neither yes nor no")
    raise refusal(message)


def refusal(message: str) -> Refused:
    """Why the provider said no, with its words, which carry no number."""
    told = message.lower()
    reason = next((reason for part, reason in _REASONS if part in told), Reason.OTHER)
    return Refused(
        reason, f"Ozonetel: {message or 'refused'}", _A_MINUTE if reason is Reason.TOO_MANY else None
    )


def is_empty(answer: Answer) -> bool:
    """Does a report say, as an error, that nothing happened in its time?"""
    return answer.status < 300 and bool(_NO_RECORDS.search(words(_body(answer).get("message"))))


def words(told: object) -> str:
    """The provider's message for an admin's eyes: short, and without long digit runs."""
    return _DIGITS.sub("…", told)[:200] if isinstance(told, str) else ""


def _body(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    if answer.status >= 400:
        return {}
    raise Unsettled("Ozonetel's answer cannot be read")


def _retry_after(answer: Answer) -> float | None:
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() else None
