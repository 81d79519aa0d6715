"""Twilio's API: calls are created, call resources are read page by page, recordings are fetched."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

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
from ingest.vendors.twilio.route import connect

API = "https://api.twilio.com"

_PAGE = 500
_DAY_SECONDS = 86_400
_LONGEST_CALL = timedelta(hours=4)
_LONGEST_CURSOR = 1000
_RING_SECONDS = 25
_EVENTS = ("initiated", "ringing", "answered", "completed")

_CODES = {
    20003: Reason.CREDENTIALS,
    20005: Reason.CREDENTIALS,
    20429: Reason.TOO_MANY,
    # ``To`` is the agent: the lead's number is only dialled when the agent has picked up.
    **dict.fromkeys((21211, 21214, 21217, 21201), Reason.UNKNOWN_AGENT),
    **dict.fromkeys((21210, 21212, 21213, 21215, 21216, 21219, 21606), Reason.NOT_SET_UP),
}
_WORDS: asking.Words = (
    (re.compile(r"balance|insufficient funds|credit"), Reason.NO_BALANCE),
    (re.compile(r"suspend|authenticat"), Reason.CREDENTIALS),
)


def make(connection: ConnectionInfo, web: Web) -> Client:
    return Account(connection, web)


def hosts(connection: ConnectionInfo) -> Iterable[str]:
    """The API's host, which hands out recordings too."""
    return [asking.host(asking.base(connection, API))]


class Account(NoClient):
    """One account, by its SID and auth token."""

    def __init__(self, connection: ConnectionInfo, web: Web) -> None:
        self._connection = connection
        self._web = web
        self._base = asking.base(connection, API)
        self._may_ask = asking.complete(connection, "account_sid", "auth_token")
        self.pull_window_seconds = _DAY_SECONDS if self._may_ask else 0

    def dial(self, order: DialOrder) -> Placed:
        """Calls the agent; the instructions sent along dial the lead when the agent has picked up. Twilio begins one
        call a second and keeps the others in a queue of its own."""
        connection = self._connection
        if not order.seat.startswith(("+", "client:", "sip:", "sips:")):
            raise Refused(Reason.UNKNOWN_AGENT, "this agent's seat is nothing the provider can call")
        shown = order.did or asking.entered(connection, "caller_id", "number to show")
        status_url = order.callback_url or asking.entered(connection, "status_url", "status address of ours")
        told = f"{status_url}?{urlencode({'intent': order.reference})}"
        asked = [
            ("To", order.seat),
            ("From", shown),
            ("Twiml", connect(order.customer, shown, told, connection)),
            ("Timeout", str(asking.number(connection, "ring_seconds", _RING_SECONDS, 5, 600))),
            ("StatusCallback", told),
            ("StatusCallbackMethod", "POST"),
            *(("StatusCallbackEvent", event) for event in _EVENTS),
        ]
        read = _accepted(self._web.ask("POST", self._url("Calls.json"), form=asked, basic=self._keys()))
        sid = read.get("sid")
        if not sid:
            raise Unsettled("the provider's answer names no call")
        return Placed(str(sid), asking.without_numbers(read.get("status")))

    def pull(
        self, since: datetime, until: datetime, received_at: datetime, cursor: str | None = None
    ) -> Page:
        """Records of all legs of calls that started in the time asked for. Whole days are asked for, because days
        are all that the filter is documented to know, and a dialled leg may begin a day later than its call."""
        if cursor is None:
            last = (until + _LONGEST_CALL).astimezone(UTC) + timedelta(days=1)
            asked = {
                "StartTime>": f"{since.astimezone(UTC):%Y-%m-%d}",
                "StartTime<": f"{last:%Y-%m-%d}",
                "PageSize": str(_PAGE),
            }
            answer = self._ask(self._url("Calls.json"), params=asked)
        else:
            answer = self._ask(self._base + self._safe(cursor))
        read = _accepted(answer)
        found, onward = read.get("calls"), read.get("next_page_uri")
        if not isinstance(found, list):
            raise Refused(Reason.OTHER, "the provider answered without a list of calls")
        calls = [call for call in found if isinstance(call, dict)]
        parents = self._parents(calls)
        records = []
        for call in calls:
            parent = parents.get(str(call.get("parent_call_sid") or ""))
            if _started_in(parent or call, since, until):
                records.append(asking.record(self._url("Calls.json"), _beside(call, parent), received_at))
        return Page(records, self._safe(onward) if isinstance(onward, str) and onward and calls else None)

    def recording(self, reference: str) -> RecordingLink:
        """As MP3, which is an ending away. Our credentials go to the API's own address only."""
        if not (origin := asking.origin(reference)) or origin != asking.origin(self._base):
            raise Refused(Reason.NOT_SET_UP, "a recording that is not at the provider is not fetched")
        parts = urlsplit(reference)
        if not parts.path.endswith((".mp3", ".wav")):
            reference = urlunsplit(parts._replace(path=parts.path.removesuffix(".json") + ".mp3"))
        return RecordingLink(reference, asking.basic(*self._keys()) if self._may_ask else {})

    def _parents(self, calls: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
        """The first legs of these dialled legs, by their id: from the same page, otherwise asked for."""
        here = {str(call.get("sid")): call for call in calls}
        wanted = {str(call["parent_call_sid"]) for call in calls if call.get("parent_call_sid")}
        found: dict[str, Mapping[str, Any]] = {}
        for sid in sorted(wanted):
            parent = here.get(sid) or self._one(sid)
            if parent is not None:
                found[sid] = parent
        return found

    def _one(self, sid: str) -> Mapping[str, Any] | None:
        answer = self._ask(self._url(f"Calls/{quote(sid, safe='')}.json"))
        return None if answer.status == 404 else _accepted(answer)

    def _safe(self, cursor: str) -> str:
        """A next page of this account's calls, and nothing else."""
        if not cursor.startswith(self._path("Calls.json?")) or len(cursor) > _LONGEST_CURSOR:
            raise Refused(Reason.OTHER, "the provider named a next page that is none of its calls")
        return cursor

    def _ask(self, url: str, params: Mapping[str, str] | None = None) -> Answer:
        return self._web.ask("GET", url, params=params, basic=self._keys())

    def _url(self, path: str) -> str:
        return self._base + self._path(path)

    def _path(self, path: str) -> str:
        return f"/2010-04-01/Accounts/{quote(self._keys()[0], safe='')}/{path}"

    def _keys(self) -> tuple[str, str]:
        connection = self._connection
        return (
            asking.entered(connection, "account_sid", "account SID"),
            asking.entered(connection, "auth_token", "auth token"),
        )


def _accepted(answer: Answer) -> Mapping[str, Any]:
    """The answer's object, unless it names an error, whatever its status."""
    read = asking.told(answer) or {}
    complaint, code = str(read.get("message") or ""), read.get("code")
    reason = _CODES.get(code) if isinstance(code, int) else None
    if reason is not None:
        raise Refused(
            reason,
            asking.without_numbers(f"the provider says: {complaint}"),
            asking.retry_after(answer.headers),
        )
    found = asking.accepted(answer, complaint, _WORDS)
    if isinstance(code, int) and complaint:
        raise asking.refusal(400, complaint, _WORDS, answer.headers)
    return found


def _started_in(call: Mapping[str, Any], since: datetime, until: datetime) -> bool:
    """One whose start cannot be read is let through: somebody has to see it."""
    try:
        started = moment(str(call.get("start_time") or call.get("date_created") or ""), "UTC")
    except ValueError:
        return True
    return started is None or since <= started < until


def _beside(call: Mapping[str, Any], parent: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A dialled leg with what its first leg says of who is who."""
    return call if parent is None else {**call, "parent": {"direction": parent.get("direction")}}
