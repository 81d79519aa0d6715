"""What Smartflo's API answers, and why it refused. A 200 may say no in its body."""

import json
import re
from collections.abc import Mapping
from typing import Any

from ingest import asking
from ingest.client import Answer, Reason, Refused, Unsettled

_LONG_DIGITS = re.compile(r"\d{4,}")
_LONGEST = 160

# First match wins; words of its own messages, as they were seen in public code.
_REASONS: tuple[tuple[re.Pattern[str], Reason], ...] = (
    (re.compile(r"too many|rate limit|throttl"), Reason.TOO_MANY),
    (re.compile(r"balance|credit|recharge"), Reason.NO_BALANCE),
    (re.compile(r"\bdnd\b|\bdnc\b|do not (call|disturb)|block(ed)?\b.*number"), Reason.DO_NOT_CALL),
    (
        re.compile(r"agent.*(offline|busy|on another call|not available|unavailable|blocked)"),
        Reason.BUSY_AGENT,
    ),
    (
        re.compile(r"agent.*(invalid|not found|does ?n.t exist|not exist)|(in)?valid agent"),
        Reason.UNKNOWN_AGENT,
    ),
    (re.compile(r"caller.?id"), Reason.NOT_SET_UP),
    (re.compile(r"(destination|customer|phone).?number|field_0|invalid number"), Reason.BAD_NUMBER),
    (re.compile(r"token|unauthori[sz]ed|unauthenticated|api.?key|inactive|suspend"), Reason.CREDENTIALS),
)


def accepted(answer: Answer) -> Mapping[str, Any]:
    """The body of an answer that says yes. Raises ``Refused``, or ``Unsettled`` when it says neither."""
    read = body(answer)
    if answer.status == 200 and str(read.get("success", "")).strip().lower() in ("true", "1"):
        return read
    if answer.status == 200 and "success" not in read:
        raise Unsettled("the provider's answer says neither yes nor no")
    raise refusal(answer, read)


def body(answer: Answer) -> Mapping[str, Any]:
    """The JSON object of an answer. Raises ``Unsettled`` for a good status with anything else in it, and
    ``Refused`` for a bad one."""
    read: Any = None
    try:
        read = json.loads(answer.body)
    except (ValueError, RecursionError):
        read = None
    asking.settled(answer.status)
    if not isinstance(read, dict):
        if answer.status == 200:
            raise Unsettled("the provider's answer cannot be read")
        raise refusal(answer, {})
    return read


def refusal(answer: Answer, read: Mapping[str, Any]) -> Refused:
    """The refusal an answer means, in words without numbers."""
    said = _said(read)
    after = _seconds(answer.headers.get("retry-after", ""))
    text = f"the provider says: {said}" if said else f"the provider answered {answer.status}"
    if answer.status == 429:
        return Refused(Reason.TOO_MANY, text, after)
    if answer.status == 404:
        return Refused(Reason.NOT_SET_UP, text)
    if answer.status in (401, 403):
        return Refused(Reason.CREDENTIALS, text)
    if answer.status >= 500:
        return Refused(Reason.DOWN, text, after)
    for pattern, reason in _REASONS:
        if pattern.search(said.lower()):
            return Refused(reason, text, after)
    return Refused(Reason.OTHER, text)


def _said(read: Mapping[str, Any]) -> str:
    """Its message, or the first complaint about a field."""
    told = read.get("message") or read.get("error") or ""
    if not isinstance(told, str) or not told:
        told = next(
            (
                f"{name}: {complaints[0]}"
                for name, complaints in read.items()
                if isinstance(complaints, list) and complaints and isinstance(complaints[0], str)
            ),
            "",
        )
    return _LONG_DIGITS.sub("…", " ".join(told.split()))[:_LONGEST]


def _seconds(told: str) -> float | None:
    return float(told) if re.fullmatch(r"[0-9]{1,5}", told.strip()) else None
