"""What asking any provider's API has in common: what is needed to ask, and what an answer's status means."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from ingest.client import Answer, Reason, Refused, Unsettled
from ingest.contract import ConnectionInfo, Delivery, Door

Words = Sequence[tuple[re.Pattern[str], Reason | None]]
"""What a provider's complaint means; the first that is found in it, in lower case, decides. None: it gave up waiting,
so that nobody knows whether it was done."""

MAYBE_DONE = frozenset({408, 502, 504}) | frozenset(range(520, 600))
"""A gateway gave up waiting for whoever does the work, which may go on. 520 and above are no standard's: networks in
front of providers use them for an origin that was asked and did not answer in time, or not in HTTP."""

_PORTS = {"https": 443, "http": 80}
_LONG_DIGITS = re.compile(r"\d{4,}")
_LONGEST = 160


def base(connection: ConnectionInfo, public: str) -> str:
    """Where the API is: the setting ``api_url``, otherwise the vendor's ``public`` address."""
    return str(connection.settings.get("api_url") or public).rstrip("/")


def host(url: str) -> str:
    """The host of an address; empty when it names none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def origin(url: str) -> str:
    """Scheme, host and port of an address, which is as far as credentials may be sent; empty when it names none."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname.lower()}:{port}" if parts.hostname and port else ""


def lies_at(url: str, places: Iterable[str]) -> bool:
    """Is an address at one of these places? A place is an address, of which scheme, host and port count, or a host
    as an admin names it: ``*.example.com`` for all below, at the usual port of its scheme unless it carries one."""
    at = origin(url)
    return bool(at) and any(at == origin(each) if "://" in each else _at_host(at, each) for each in places)


def _at_host(at: str, named: str) -> bool:
    scheme, _, place = at.partition("://")
    wanted = named.strip().lower()
    if not re.search(r":[0-9]+$", wanted):
        wanted = f"{wanted}:{_PORTS.get(scheme, '')}"
    return place.endswith(wanted[1:]) if wanted.startswith("*.") else place == wanted


def entered(connection: ConnectionInfo, name: str, label: str) -> str:
    """A secret or setting without which nothing can be asked. Raises ``Refused``."""
    found = str(connection.secrets.get(name) or connection.settings.get(name) or "").strip()
    if not found:
        raise Refused(Reason.NOT_SET_UP, f"the connection has no {label}")
    return found


def complete(connection: ConnectionInfo, *names: str) -> bool:
    """Is every one of these secrets or settings entered?"""
    return all(connection.secrets.get(name) or connection.settings.get(name) for name in names)


def number(connection: ConnectionInfo, name: str, fallback: int, least: int, most: int) -> int:
    """A whole number among the settings, or ``fallback`` when it is none or out of bounds."""
    told = connection.settings.get(name)
    try:
        found = int(str(told))
    except ValueError:
        return fallback
    return found if least <= found <= most else fallback


def told(answer: Answer) -> Mapping[str, Any] | None:
    """The answer's JSON object; None when it is anything else."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def settled(status: int, who: str = "the provider") -> None:
    """Raises ``Unsettled`` for a status that leaves open whether it was done: to ask another provider could make a
    second call."""
    if status in MAYBE_DONE:
        raise Unsettled(f"{who} answered {status}: it may have done it")


def accepted(answer: Answer, complaint: str, words: Words = ()) -> Mapping[str, Any]:
    """The JSON object of an answer that says yes by its status. ``complaint``: what it says where it does not.

    Raises ``Refused``, or ``Unsettled`` when it cannot be told whether it was done.
    """
    read = told(answer)
    settled(answer.status)
    if not 200 <= answer.status < 300:
        raise refusal(answer.status, complaint, words, answer.headers)
    if read is None:
        raise Unsettled("the provider's answer cannot be read")
    return read


def refusal(
    status: int, complaint: str, words: Words = (), headers: Mapping[str, str] | None = None
) -> Refused | Unsettled:
    """The refusal a status and a complaint mean, in words without numbers. A complaint we know says more than
    its status, and it may say that nobody knows."""
    plain = without_numbers(complaint)
    text = f"the provider says: {plain}" if plain else f"the provider answered {status}"
    reason = _reason(status, plain.lower(), words)
    return Unsettled(text) if reason is None else Refused(reason, text, retry_after(headers or {}))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the provider wants us to wait, if it named them."""
    said = headers.get("retry-after", "").strip()
    return float(said) if re.fullmatch(r"[0-9]{1,5}", said) else None


def without_numbers(text: object) -> str:
    """One line of a provider's words for an admin to read: no telephone number, no id, not too long."""
    return _LONG_DIGITS.sub("…", " ".join(str(text or "").split()))[:_LONGEST]


def basic(name: str, password: str) -> dict[str, str]:
    """The header of HTTP's basic authentication."""
    return {"Authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode()}


def record(url: str, body: Mapping[str, Any], received_at: datetime) -> Delivery:
    """One call record as a delivery, the same bytes however often it is asked for."""
    written = json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    return Delivery(Door.PULLED, "GET", url, b"", {}, "application/json", written, received_at)


def _reason(status: int, complaint: str, words: Words) -> Reason | None:
    if status == 429:
        return Reason.TOO_MANY
    for pattern, reason in words:
        if pattern.search(complaint):
            return reason
    if status in (401, 403):
        return Reason.CREDENTIALS
    if status == 402:
        return Reason.NO_BALANCE
    return Reason.DOWN if status >= 500 else Reason.OTHER
