"""What Vicidial's APIs answer: lines of text, SUCCESS, NOTICE or ERROR, all of them with HTTP 200.

Its errors repeat what they were asked, passwords included: nothing after the first ``-`` or ``|`` is told on.
"""

import re

from ingest import asking
from ingest.client import Answer, Reason, Refused, Unsettled

_LONG_DIGITS = re.compile(r"\d{4,}")
_LONGEST = 120

# First match wins. The texts are those of AGENT_API.txt and NON-AGENT_API.txt.
_REASONS: tuple[tuple[re.Pattern[str], Reason], ...] = (
    (re.compile(r"invalid username|login incorrect|does not have permission"), Reason.CREDENTIALS),
    (re.compile(r"no function specified"), Reason.NOT_SET_UP),
    (re.compile(r"in dnc|in campaign dnc|do not call"), Reason.DO_NOT_CALL),
    (re.compile(r"not logged in|no user found"), Reason.UNKNOWN_AGENT),
    (re.compile(r"already in this agents manual dial queue"), Reason.BUSY_AGENT),
    (
        re.compile(r"invalid phone number|phone number is not valid|external_dial not valid"),
        Reason.BAD_NUMBER,
    ),
)
_CREDENTIALS_UNMARKED = re.compile(r"\s*(ERROR: )?(invalid username|login incorrect)", re.IGNORECASE)


def succeeded(answer: Answer) -> str:
    """What it says it did, in words. Raises ``Refused``, or ``Unsettled`` when it says neither."""
    lines = said(answer)
    for line in lines:
        if line.startswith("SUCCESS:"):
            return plain(line)
    raise Unsettled("the dialer's answer says neither success nor error")


def said(answer: Answer) -> list[str]:
    """The lines of an answer that is no error. Raises ``Refused`` for one, ``Unsettled`` for a lost one."""
    asking.settled(answer.status, "the dialer")
    if answer.status in (401, 403):
        raise Refused(Reason.CREDENTIALS, f"the dialer answered {answer.status}")
    if answer.status >= 500:
        raise Refused(Reason.DOWN, f"the dialer answered {answer.status}")
    if answer.status != 200:
        raise Refused(Reason.NOT_SET_UP, f"the dialer answered {answer.status}: is its address right?")
    lines = [line.strip() for line in answer.body.decode("utf-8", "replace").splitlines() if line.strip()]
    done = any(line.startswith("SUCCESS:") for line in lines)
    for line in lines:
        if not done and (line.startswith("ERROR:") or _CREDENTIALS_UNMARKED.match(line)):
            raise _refusal(line)
    return lines


def plain(line: str) -> str:
    """A line in words: without the values after them, and without numbers."""
    words = line.partition(" - ")[0].partition("|")[0].strip()
    return _LONG_DIGITS.sub("…", words)[:_LONGEST]


def _refusal(line: str) -> Refused:
    words = plain(line)
    text = f"the dialer says: {words.removeprefix('ERROR:').strip()}"
    for pattern, reason in _REASONS:
        if pattern.search(words.lower()):
            return Refused(reason, text)
    return Refused(Reason.OTHER, text)
