"""Plivo's API: calls are placed, call detail records are read page by page, recordings are fetched."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from ingest import asking
from ingest.client import (
    Answer,
    Client,
    DialOrder,
    NoClient,
    Page,
    Placed,
    Reason,
    RecordingLink,
    Refused,
    Unsettled,
    Web,
)
from ingest.contract import ConnectionInfo
from ingest.readings import moment
from ingest.vendors.plivo import sealing
from ingest.vendors.plivo.route import told_at

API = "https://api.plivo.com"
RECORDINGS = "media.plivo.com"

_PAGE = 20
_LONGEST_CALL = timedelta(hours=4)  # Plivo's own limit; records can be asked for by when calls ended only
_CURSOR = re.compile(r"[0-9]{1,9}")
_DAY_SECONDS = 86_400
_RING_SECONDS = 25
_WRITTEN = "%Y-%m-%d %H:%M:%S"

_WORDS: asking.Words = (
    (re.compile(r"balance|credit|recharge"), Reason.NO_BALANCE),
    (re.compile(r"rate limit|too many"), Reason.TOO_MANY),
    (re.compile(r"\bdnd\b|\bdnc\b|do not (call|disturb)"), Reason.DO_NOT_CALL),
    (re.compile(r"\bfrom\b|caller.?id|permission|geo|compliance|answer_url"), Reason.NOT_SET_UP),
    (re.compile(r"\bto\b|destination|\bnumber\b"), Reason.BAD_NUMBER),
    (re.compile(r"authenti|access level|credentials|suspend"), Reason.CREDENTIALS),
)


def make(connection: ConnectionInfo, web: Web) -> Client:
    return Account(connection, web)


def hosts(connection: ConnectionInfo) -> Iterable[str]:
    """The API's host, and the one that holds recordings."""
    return [asking.host(asking.base(connection, API)), RECORDINGS]


class Account(NoClient):
    """One account, by its auth id and auth token."""

    def __init__(self, connection: ConnectionInfo, web: Web) -> None:
        self._connection = connection
        self._web = web
        self._base = asking.base(connection, API)
        self._origins = {asking.origin(self._base), asking.origin(f"https://{RECORDINGS}")}
        self._may_ask = asking.complete(connection, "auth_id", "auth_token")
        self.pull_window_seconds = _DAY_SECONDS if self._may_ask else 0

    def dial(self, order: DialOrder) -> Placed:
        """Calls the agent; when the agent picks up, our voice address is asked and has the lead dialled.

        The ``request_uuid`` of the answer is not the call's id.
        """
        connection, reference = self._connection, order.reference
        status_url = order.callback_url or asking.entered(connection, "status_url", "status address of ours")
        token = asking.entered(connection, "auth_token", "auth token")
        shown = order.did or asking.entered(connection, "caller_id", "number to show")
        ours = {"intent": reference}
        lead = {**ours, "dial": sealing.sealed(token, order.customer, reference)}
        asked = {
            "from": shown.lstrip("+"),
            "to": order.seat.lstrip("+"),
            "answer_url": told_at(status_url, lead, "voice"),
            "answer_method": "POST",
            "ring_url": told_at(status_url, ours),
            "ring_method": "POST",
            "hangup_url": told_at(status_url, ours),
            "hangup_method": "POST",
            "ring_timeout": asking.number(connection, "ring_seconds", _RING_SECONDS, 5, 120),
        }
        read = _accepted(self._ask("POST", "Call/", json=asked))
        if not read.get("request_uuid"):
            raise Unsettled("the provider's answer names no request")
        return Placed(None, asking.without_numbers(read.get("message")))

    def pull(
        self, since: datetime, until: datetime, received_at: datetime, cursor: str | None = None
    ) -> Page:
        """Records of all legs of calls that started in the time asked for. They can be had by their end only, so
        that those of the hours after it are looked through as well."""
        offset = int(cursor) if cursor and _CURSOR.fullmatch(cursor) else 0
        asked = {
            "limit": str(_PAGE),
            "offset": str(offset),
            "end_time__gte": since.astimezone(UTC).strftime(_WRITTEN),
            "end_time__lt": (until + _LONGEST_CALL).astimezone(UTC).strftime(_WRITTEN),
        }
        read = _accepted(self._ask("GET", "Call/", params=asked))
        found, meta = read.get("objects"), read.get("meta")
        if not isinstance(found, list) or not isinstance(meta, dict):
            raise Refused(Reason.OTHER, "the provider answered without a list of calls")
        legs = [leg for leg in found if isinstance(leg, dict)]
        firsts = self._firsts(legs)
        records = []
        for leg in legs:
            first = firsts.get(str(leg.get("parent_call_uuid") or ""))
            if _started_in(first or leg, since, until):
                records.append(asking.record(self._url("Call/"), _beside(leg, first), received_at))
        return Page(records, str(offset + _PAGE) if meta.get("next") and legs else None)

    def recording(self, reference: str) -> RecordingLink:
        """The address itself. Our credentials go to Plivo's own hosts only, each at its own port."""
        if not (origin := asking.origin(reference)) or origin not in self._origins:
            raise Refused(Reason.NOT_SET_UP, "a recording that is not at the provider is not fetched")
        return RecordingLink(reference, asking.basic(*self._keys()) if self._may_ask else {})

    def _firsts(self, legs: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
        """The first legs of these dialled legs, by their id: from the same page, otherwise asked for."""
        here = {str(leg.get("call_uuid")): leg for leg in legs}
        wanted = {str(leg["parent_call_uuid"]) for leg in legs if leg.get("parent_call_uuid")}
        found: dict[str, Mapping[str, Any]] = {}
        for call_id in sorted(wanted):
            first = here.get(call_id) or self._first(call_id)
            if first is not None:
                found[call_id] = first
        return found

    def _first(self, call_id: str) -> Mapping[str, Any] | None:
        answer = self._ask("GET", f"Call/{quote(call_id, safe='')}/")
        return None if answer.status == 404 else _accepted(answer)

    def _ask(self, method: str, path: str, **what: Any) -> Answer:
        return self._web.ask(method, self._url(path), basic=self._keys(), **what)

    def _url(self, path: str) -> str:
        return f"{self._base}/v1/Account/{quote(self._keys()[0], safe='')}/{path}"

    def _keys(self) -> tuple[str, str]:
        connection = self._connection
        return (
            asking.entered(connection, "auth_id", "auth ID"),
            asking.entered(connection, "auth_token", "auth token"),
        )


def _accepted(answer: Answer) -> Mapping[str, Any]:
    read = asking.accepted(answer, _complaint(asking.told(answer)), _WORDS)
    if read.get("error"):
        raise asking.refusal(400, _complaint(read), _WORDS)
    return read


def _complaint(read: Mapping[str, Any] | None) -> str:
    found = (read or {}).get("error") or ""
    return str(found.get("error", "")) if isinstance(found, dict) else str(found)


def _started_in(leg: Mapping[str, Any], since: datetime, until: datetime) -> bool:
    """One whose start cannot be read is let through: somebody has to see it."""
    try:
        started = moment(str(leg.get("initiation_time") or ""), "UTC")
    except ValueError:
        return True
    return started is None or since <= started < until


def _beside(leg: Mapping[str, Any], first: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A dialled leg with what its first leg says of who is who."""
    if first is None:
        return leg
    names = ("call_direction", "from_number", "to_number")
    return {**leg, "parent": {name: first.get(name) for name in names}}
