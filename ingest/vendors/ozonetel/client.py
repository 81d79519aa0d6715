"""Ozonetel's API: agents dial, campaigns get lists, and the call detail report is read day by day.

Every request carries the account's API key (the account's setting "API Authentication" must be BASIC_AUTH).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from ingest import asking
from ingest.client import (
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
from ingest.contract import ConnectionInfo, Delivery, Door
from ingest.vendors.ozonetel.answers import accepted, is_empty, words
from ingest.vendors.ozonetel.route import national

API = "https://in1-ccaas-api.ozonetel.com"
RECORDINGS = "recordings.kookoo.in"
BUCKET = "s3.ap-southeast-1.amazonaws.com"  # shared by the whole world: only the vendor's own folder of it

_BATCH = 500
_ROW_CHARACTERS = 2000
_ROWS = 500
_DAYS_KEPT = 15
_BETWEEN_PAGES = 31.0  # two reports a minute, so also after the last of a window
_NAME = re.compile(r"[^\w ().+$%\-:]", re.ASCII)
_LOCAL = "%Y-%m-%d %H:%M:%S"


def make(connection: ConnectionInfo, web: Web) -> Client:
    return Account(connection, web)


def hosts(connection: ConnectionInfo) -> Iterable[str]:
    """The API's host, and those that hold recordings."""
    yield urlsplit(_base(connection)).hostname or ""
    yield RECORDINGS
    yield BUCKET
    yield from _more_hosts(connection)


class Account(NoClient):
    """One account, by its API key and user name."""

    list_batch = _BATCH
    pull_window_seconds = 86_400
    pull_reach_days = _DAYS_KEPT

    def __init__(self, connection: ConnectionInfo, web: Web) -> None:
        self._connection = connection
        self._web = web
        self._base = _base(connection)
        self._zone = ZoneInfo(connection.zone)

    def dial(self, order: DialOrder) -> Placed:
        """The agent must be signed in to CloudAgent, in manual or blended mode, and ready."""
        asked = {
            "userName": self._username(),
            "agentID": order.seat,
            "campaignName": self._setting("campaign", "campaign for calls"),
            "customerNumber": national(order.customer, self._connection.country),
            "UCID": "true",
            "uui": order.reference,
        }
        answer = self._web.ask(
            "POST", f"{self._base}/ca_apis/AgentManualDial", headers=self._headers(), json=asked
        )
        # The id in the answer is not proved to be the hooks' one; our reference comes back with them.
        return Placed(None, words(accepted(answer).get("status")))

    def push(self, list_id: str, members: Sequence[Member]) -> Sequence[Pushed]:
        """``list_id`` is the campaign's name. Fields of members are columns of the campaign's map file."""
        columns = list(dict.fromkeys(name for member in members for name in member.fields))
        header = ["PhoneNumber", "Name", *columns]
        rows = [self._row(member, columns) for member in members]
        heads = sum(map(len, header))
        fits = [sum(map(len, row)) + heads <= _ROW_CHARACTERS for row in rows]
        sent = [row for row, fit in zip(rows, fits, strict=True) if fit]
        told = iter(self._add(list_id, header, sent) if sent else ())
        return [
            Pushed(member.reference, *(next(told) if fit else (False, "longer than 2000 characters")))
            for member, fit in zip(members, fits, strict=True)
        ]

    def pull(
        self, since: datetime, until: datetime, received_at: datetime, cursor: str | None = None
    ) -> Page:
        """Rows of the report, one local day and page at a time. ``cursor`` is ``day:page``."""
        first = since.astimezone(self._zone)
        last = (until - timedelta(seconds=1)).astimezone(self._zone)
        day, page = _place(cursor) or (first.strftime("%Y-%m-%d"), 1)
        oldest = received_at.astimezone(self._zone) - timedelta(days=_DAYS_KEPT - 1)
        if day < oldest.strftime("%Y-%m-%d"):
            raise Refused(Reason.OTHER, f"Ozonetel keeps call records for {_DAYS_KEPT} days only")
        rows, total = self._report(
            max(first.strftime(_LOCAL), f"{day} 00:00:00"),
            min(last.strftime(_LOCAL), f"{day} 23:59:59"),
            page,
        )
        more = len(rows) == _ROWS if total is None else page * _ROWS < total
        if total is not None and len(rows) < min(_ROWS, total - (page - 1) * _ROWS):
            raise Unsettled("Ozonetel sent fewer call records than it announced")
        following = f"{day}:{page + 1}" if more else _next_day(day, last)
        records = [self._record(row, received_at) for row in rows]
        return Page(records, following, _BETWEEN_PAGES)

    def recording(self, reference: str) -> RecordingLink:
        """The address a record named, if it is one of the places Ozonetel keeps recordings."""
        in_bucket = asking.lies_at(reference, [f"https://{BUCKET}"])
        allowed = in_bucket and urlsplit(reference).path.startswith(f"/{RECORDINGS}/")
        places = [self._base, RECORDINGS, *_more_hosts(self._connection)]
        if not allowed and not asking.lies_at(reference, places):
            raise Refused(
                Reason.OTHER, f"{asking.host(reference) or 'this'} is none of the places of recordings"
            )
        if asking.lies_at(reference, [f"http://{RECORDINGS}"]):
            reference = urlunsplit(urlsplit(reference)._replace(scheme="https", netloc=RECORDINGS))
        return RecordingLink(reference)

    def _add(
        self, campaign: str, header: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> Iterable[tuple[bool, str]]:
        """Whether each row was taken, and the provider's words for it."""
        form = {
            "apiKey": self._key(),
            "userName": self._username(),
            "campaignName": campaign,
            "bulkData": json.dumps({"map": header, "data": rows}),
            "checkDuplicate": "false",
        }
        url = f"{self._base}/cloudAgentRestAPI/index.php/AddCampaignBulkDataV4/addBulkData/format/json"
        body = accepted(self._web.ask("POST", url, form=form, seconds=30.0))
        message = body.get("message")
        if not isinstance(message, list):
            return [(True, words(message))] * len(rows)
        if len(message) != len(rows) or not all(isinstance(each, dict) for each in message):
            raise Unsettled("Ozonetel did not answer for each number of the list")
        said = [words(each.get("Status") or each.get("msg") or each.get("Response")) for each in message]
        return [("success" in each.lower(), each) for each in said]

    def _row(self, member: Member, columns: Iterable[str]) -> list[str]:
        number = national(member.phone, self._connection.country)
        name = _NAME.sub(" ", member.name).strip()
        return [number, name, *(member.fields.get(column, "") for column in columns)]

    def _report(self, since: str, until: str, page: int) -> tuple[list[Mapping[str, Any]], int | None]:
        """The rows of a page, and how many the whole day has, where that is told."""
        # A GET with a body, as the documents have it; anything else is answered with an error.
        answer = self._web.ask(
            "GET",
            f"{self._base}/ca_reports/fetchCdrByPagination",
            params={"pageNo": str(page), "pageSize": str(_ROWS)},
            headers=self._headers(),
            json={"fromDate": since, "toDate": until, "userName": self._username()},
            seconds=60.0,
        )
        if is_empty(answer):
            return [], 0
        body = accepted(answer)
        rows = body.get("details")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Unsettled("Ozonetel's report holds no list of calls")
        total = str(body.get("totalCount"))
        return rows, int(total) if total.isdecimal() else None

    def _record(self, row: Mapping[str, Any], received_at: datetime) -> Delivery:
        return Delivery(
            door=Door.PULLED,
            method="GET",
            url=f"{self._base}/ca_reports/fetchCdrByPagination",
            query=b"",
            headers={},
            content_type="application/json",
            body=json.dumps(row, sort_keys=True).encode(),
            received_at=received_at,
        )

    def _headers(self) -> dict[str, str]:
        return {"apiKey": self._key()}

    def _key(self) -> str:
        key = self._connection.secrets.get("api_key")
        if not key:
            raise Refused(Reason.NOT_SET_UP, "this connection has no API key")
        return key

    def _username(self) -> str:
        return self._setting("username", "account name")

    def _setting(self, name: str, meaning: str) -> str:
        found = self._connection.settings.get(name)
        if not found:
            raise Refused(Reason.NOT_SET_UP, f"this connection has no {meaning}")
        return str(found)


def _base(connection: ConnectionInfo) -> str:
    return str(connection.settings.get("api_url") or API).rstrip("/")


def _more_hosts(connection: ConnectionInfo) -> list[str]:
    told = connection.settings.get("recording_hosts")
    listed = told.split(",") if isinstance(told, str) else told if isinstance(told, list | tuple) else ()
    return [name for host in listed if (name := str(host).strip().lower())]


def _place(cursor: str | None) -> tuple[str, int] | None:
    if not cursor:
        return None
    day, _, page = cursor.partition(":")
    return day, int(page)


def _next_day(day: str, last: datetime) -> str | None:
    following = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=last.tzinfo) + timedelta(days=1)
    return f"{following:%Y-%m-%d}:1" if following <= last else None
