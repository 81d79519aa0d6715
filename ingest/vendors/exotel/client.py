"""Exotel's API: two numbers are connected, campaigns get numbers, call details are read page by page."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from ingest import asking
from ingest.client import (
    Answer,
    Client,
    DialOrder,
    Member,
    NoClient,
    Page,
    Placed,
    Pushed,
    Reason,
    RecordingLink,
    Refused,
    Unsettled,
    Web,
)
from ingest.contract import ConnectionInfo

API = "https://api.exotel.com"
RECORDINGS = "recordings.exotel.com"
BUCKET = "s3-ap-southeast-1.amazonaws.com"  # shared by the whole world: only the vendor's own folder of it
FOLDER = "/exotelrecordings/"

_BATCH = 5000
_REQUESTS_A_MINUTE = 200
_PAGE = 50
_MONTH_SECONDS = 30 * 86_400
_LONGEST_CURSOR = 500
_LOCAL = "%Y-%m-%d %H:%M:%S"
_CALL_SID = re.compile(r"/([0-9a-f]{32})[^/]*\.(?:mp3|wav)$")

_WORDS: asking.Words = (
    (re.compile(r"balance|credit|recharge"), Reason.NO_BALANCE),
    (re.compile(r"ndnc|\bdnd\b|\btrai\b|regulation"), Reason.DO_NOT_CALL),
    (re.compile(r"too many|rate limit|throttl"), Reason.TOO_MANY),
    (re.compile(r"caller ?_?id|exophone|virtual number|\bkyc\b|\burl\b"), Reason.NOT_SET_UP),
    (re.compile(r"authenti|unauthori[sz]ed|suspend|not authori[sz]ed"), Reason.CREDENTIALS),
    (re.compile(r"\bfrom\b"), Reason.UNKNOWN_AGENT),
    (re.compile(r"\bto\b|\bnumber\b"), Reason.BAD_NUMBER),
)


def make(connection: ConnectionInfo, web: Web) -> Client:
    return Account(connection, web)


def hosts(connection: ConnectionInfo) -> Iterable[str]:
    """The API's host, and those that hold recordings."""
    return [asking.host(asking.base(connection, API)), RECORDINGS, BUCKET]


class Account(NoClient):
    """One account, by its API key and token."""

    list_batch = _BATCH

    def __init__(self, connection: ConnectionInfo, web: Web) -> None:
        self._connection = connection
        self._web = web
        self._base = asking.base(connection, API)
        self._may_ask = asking.complete(connection, "account_sid", "api_key", "api_token")
        self.pull_window_seconds = _MONTH_SECONDS if self._may_ask else 0
        self._zone = ZoneInfo(connection.zone)

    def dial(self, order: DialOrder) -> Placed:
        """Calls the agent, then the customer. The answer's ``Sid`` is the ``CallSid`` of the callbacks."""
        connection = self._connection
        if not order.seat.startswith("+"):
            raise Refused(
                Reason.UNKNOWN_AGENT, "this agent's seat is no telephone: the provider cannot call it"
            )
        asked = {
            "From": order.seat,
            "To": order.customer,
            "CallerId": order.did or asking.entered(connection, "caller_id", "ExoPhone to call from"),
            "CallType": "trans",
            "CustomField": order.reference,
            "Record": "true" if connection.settings.get("record", True) else "false",
        }
        if status_url := order.callback_url or connection.secrets.get("status_url"):
            asked |= {
                "StatusCallback": status_url,
                "StatusCallbackContentType": "application/json",
                "StatusCallbackEvents[0]": "terminal",
                "StatusCallbackEvents[1]": "answered",
            }
        call = _call(_accepted(self._ask("POST", "v1/Accounts", "Calls/connect.json", form=asked)))
        return Placed(str(call["Sid"]), asking.without_numbers(call.get("Status")))

    def push(self, list_id: str, members: Sequence[Member]) -> Sequence[Pushed]:
        """Has these numbers called at once and connected to a flow; ``list_id`` is the flow's app id. All are
        taken or none is: the API does not say what it thinks of single numbers."""
        connection = self._connection
        account = asking.entered(connection, "account_sid", "account SID")
        campaign: dict[str, Any] = {
            "caller_id": asking.entered(connection, "caller_id", "ExoPhone to call from"),
            "url": f"http://my.exotel.com/{account}/exoml/start_voice/{quote(list_id, safe='')}",
            "from": [member.phone for member in members[:_BATCH]],
            "type": "trans",
            "campaign_type": "static",
        }
        if status_url := connection.secrets.get("status_url"):
            campaign["call_status_callback"] = f"{status_url}?{urlencode({'list': list_id})}"
        read = _accepted(self._ask("POST", "v2/accounts", "campaigns", json={"campaigns": [campaign]}))
        words = _campaign(read)
        return [Pushed(member.reference, True, words) for member in members]

    def pull(
        self, since: datetime, until: datetime, received_at: datetime, cursor: str | None = None
    ) -> Page:
        """Details of calls, each asked for by itself where the list leaves out what became of its legs."""
        last = until - timedelta(seconds=1)  # both ends are included, to the second
        asked = {
            "DateCreated": f"gte:{self._local(since)};lte:{self._local(last)}",
            "PageSize": str(_PAGE),
            "SortBy": "DateCreated:asc",
        }
        if cursor:
            asked["After"] = cursor
        read = _accepted(self._ask("GET", "v1/Accounts", "Calls.json", params=asked))
        found = read.get("Calls")
        if not isinstance(found, list):
            raise Refused(Reason.OTHER, "the provider answered without a list of calls")
        calls = [call for call in found if isinstance(call, dict)]
        requests = 1 + sum("Details" not in call for call in calls)
        records = [
            asking.record(self._url("v1/Accounts", "Calls.json"), self._detailed(call), received_at)
            for call in calls
        ]
        onward = _after(read.get("Metadata")) if calls else None
        return Page(records, onward, round(requests * 60 / _REQUESTS_A_MINUTE, 1) if onward else 0.0)

    def recording(self, reference: str) -> RecordingLink:
        """The address itself, or a fresh one where it was signed for some minutes and names its call. Our
        credentials go to the vendor's own hosts only, each at its own port."""
        parts = urlsplit(reference) if asking.origin(reference) else None
        in_bucket = parts is not None and asking.host(reference) == BUCKET and parts.path.startswith(FOLDER)
        own = self._is_own(reference)
        if parts is None or not (own or in_bucket):
            raise Refused(Reason.NOT_SET_UP, "a recording that is not at the provider is not fetched")
        sid = _CALL_SID.search(parts.path)
        if sid and self._may_ask and "Signature=" in parts.query:
            reference = self._fresh(sid[1]) or reference
            own = self._is_own(reference)
        return RecordingLink(reference, asking.basic(*self._keys()) if own and self._may_ask else {})

    def _is_own(self, url: str) -> bool:
        """May our credentials go there?"""
        return asking.origin(url) in {asking.origin(self._base), asking.origin(f"https://{RECORDINGS}")} - {
            ""
        }

    def _fresh(self, sid: str) -> str | None:
        call = self._details(sid, RecordingUrlValidity="60")
        for name in ("PreSignedRecordingUrl", "RecordingUrl"):
            link = call.get(name) if call else None
            if isinstance(link, str) and (self._is_own(link) or asking.host(link) == BUCKET):
                return link
        return None

    def _detailed(self, call: Mapping[str, Any]) -> Mapping[str, Any]:
        if "Details" in call or not call.get("Sid"):
            return call
        return self._details(str(call["Sid"])) or call

    def _details(self, sid: str, **more: str) -> Mapping[str, Any] | None:
        answer = self._ask(
            "GET", "v1/Accounts", f"Calls/{quote(sid, safe='')}.json", params={"details": "true", **more}
        )
        return None if answer.status == 404 else _call(_accepted(answer))

    def _ask(self, method: str, api: str, path: str, **what: Any) -> Answer:
        return self._web.ask(method, self._url(api, path), basic=self._keys(), **what)

    def _url(self, api: str, path: str) -> str:
        account = asking.entered(self._connection, "account_sid", "account SID")
        return f"{self._base}/{api}/{quote(account, safe='')}/{path}"

    def _keys(self) -> tuple[str, str]:
        connection = self._connection
        return (
            asking.entered(connection, "api_key", "API key"),
            asking.entered(connection, "api_token", "API token"),
        )

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).strftime(_LOCAL)


def _accepted(answer: Answer) -> Mapping[str, Any]:
    """The answer's object, unless it is an exception, whatever its status."""
    complaint = _complaint(asking.told(answer))
    read = asking.accepted(answer, complaint, _WORDS)
    if complaint:
        asking.settled(_status(read))
        raise asking.refusal(_status(read), complaint, _WORDS, answer.headers)
    return read


def _complaint(read: Mapping[str, Any] | None) -> str:
    found: Any = (read or {}).get("RestException")
    if isinstance(found, dict):
        return str(found.get("Message") or "no reason given")
    items = (read or {}).get("response")
    first: Any = items[0] if isinstance(items, list) and items else items
    failed = first.get("error_data") if isinstance(first, dict) else None
    if isinstance(failed, dict):
        return str(failed.get("description") or failed.get("message") or json.dumps(failed))
    return ""


def _status(read: Mapping[str, Any]) -> int:
    """The status an answer tells inside, which is the true one."""
    found = read.get("RestException") or read
    told = found.get("Status") or found.get("http_code") if isinstance(found, dict) else None
    return int(str(told)) if re.fullmatch(r"[1-5][0-9]{2}", str(told)) else 400


def _call(read: Mapping[str, Any]) -> Mapping[str, Any]:
    call = read.get("Call")
    if not isinstance(call, dict) or not call.get("Sid"):
        raise Unsettled("the provider's answer names no call")
    return call


def _campaign(read: Mapping[str, Any]) -> str:
    """The campaign's id. Raises ``Unsettled`` when there is none: it may have begun all the same."""
    items = read.get("response")
    first = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
    data = first.get("data")
    found = (data.get("id") or data.get("sid")) if isinstance(data, dict) else None
    if not found:
        raise Unsettled("the provider's answer names no campaign")
    return f"campaign {found}"


def _after(metadata: Any) -> str | None:
    """The cursor in the address of the next page."""
    uri = metadata.get("NextPageUri") if isinstance(metadata, dict) else None
    if not isinstance(uri, str):
        return None
    try:
        found = parse_qs(urlsplit(uri).query).get("After")
    except ValueError:
        return None
    return found[0] if found and len(found[0]) <= _LONGEST_CURSOR else None
