"""What MyOperator's APIs answer. Two of them say no with status 200, in the body."""

import json
import re
from typing import Any

from ingest import asking
from ingest.client import Answer, Reason, Refused, Unsettled

_DIGITS = re.compile(r"\d{4,}")
_KEYS = re.compile(r"\b[0-9a-f]{16,}\b", re.IGNORECASE)

# The first that is found in the answer's words decides; nothing found is Reason.OTHER.
_REASONS = (
    ("anonymous", Reason.NOT_SET_UP),
    ("public_ivr", Reason.NOT_SET_UP),
    ("public ivr", Reason.NOT_SET_UP),
    ("reference", Reason.OTHER),
    ("user_id", Reason.UNKNOWN_AGENT),
    ("user id", Reason.UNKNOWN_AGENT),
    ("authorized", Reason.CREDENTIALS),
    ("forbidden", Reason.CREDENTIALS),
    ("company", Reason.CREDENTIALS),
    ("secret", Reason.CREDENTIALS),
    ("token", Reason.CREDENTIALS),
    ("api key", Reason.CREDENTIALS),
    ("api-key", Reason.CREDENTIALS),
    ("too many", Reason.TOO_MANY),
    ("number", Reason.BAD_NUMBER),
)


def accepted(answer: Answer) -> dict[str, Any]:
    """The body of an answer that says yes. Raises ``Refused`` for a no, ``Unsettled`` when it says neither."""
    asking.settled(answer.status, "MyOperator")
    body = _body(answer)
    said = next((words(body[name]) for name in ("details", "message") if words(body.get(name))), "")
    if answer.status == 429:
        raise Refused(Reason.TOO_MANY, "MyOperator: too many requests", _retry_after(answer))
    if answer.status >= 500:
        raise Refused(Reason.DOWN, f"MyOperator answered with error {answer.status}")
    status = str(body.get("status", "")).lower()
    code = str(body.get("code", "200"))
    if code.isdecimal():
        asking.settled(int(code), "MyOperator")
    if answer.status < 300 and status == "success" and code.startswith("2"):
        return body
    if answer.status < 300 and not status and not said:
        raise Unsettled("MyOperator's answer says neither yes nor no")
    told = said.lower()
    reason = next((reason for part, reason in _REASONS if part in told), None)
    if reason is None:
        reason = Reason.CREDENTIALS if answer.status == 401 else Reason.OTHER
    raise Refused(reason, f"MyOperator: {said or f'refused with {answer.status}'}")


def words(told: object) -> str:
    """The provider's message for an admin's eyes: short, without long digit runs and keys."""
    return _DIGITS.sub("…", _KEYS.sub("…", told))[:200] if isinstance(told, str) else ""


def _body(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    if answer.status >= 400:
        return {}
    raise Unsettled("MyOperator's answer cannot be read")


def _retry_after(answer: Answer) -> float:
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() else 60.0
