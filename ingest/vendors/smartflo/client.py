"""Smartflo's API: click-to-call, a lead for a list, call records, recordings."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
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
from ingest.contract import ConnectionInfo, Delivery, Door
from ingest.vendors.smartflo.answers import accepted, body, refusal
from ingest.vendors.smartflo.settings import listed

_APIS = {
    "smartflo": "https://api-smartflo.tatateleservices.com",
    "servetel": "https://api.servetel.in",
}
_RECORDINGS = {"smartflo": ("cloudphone.tatateleservices.com",), "servetel": ()}
_PAGE = 100
_BETWEEN_PAGES_SECONDS = 1.0  # no limit is published: nobody is in a hurry
_DAY_SECONDS = 86_400
_LAST_FIELD = 11
_ABOUT_THE_MEMBER = frozenset({Reason.BAD_NUMBER, Reason.DO_NOT_CALL, Reason.OTHER})


def make(connection: ConnectionInfo, web: Web) -> Client:
    """The account of this connection. Servetel's documents know click-to-call only."""
    return CallsOnly(connection, web) if _brand(connection) == "servetel" else Account(connection, web)


def hosts(connection: ConnectionInfo) -> Iterable[str]:
    """The API's host, the vendor's own hosts of recordings, and those the institution named besides."""
    api = urlsplit(_base(connection)).hostname
    own = _RECORDINGS.get(_brand(connection), ())
    return [*([api] if api else []), *own, *listed(connection, "recording_hosts")]


class CallsOnly(NoClient):
    """What is documented for every service of the family."""

    def __init__(self, connection: ConnectionInfo, web: Web) -> None:
        self._connection = connection
        self._web = web
        self._base = _base(connection)

    def dial(self, order: DialOrder) -> Placed:
        """Rings the agent, then the customer. The answer's ``ref_id`` is not the hooks' ``call_id``."""
        asked: dict[str, Any] = {
            "agent_number": _digits(order.seat),
            "destination_number": _digits(order.customer),
            "async": 1,  # without it the request is refused since October 2024
            "get_call_id": 1,
            "custom_identifier": order.reference,
        }
        if order.did:
            asked["caller_id"] = _digits(order.did)
        said = accepted(self._ask("POST", "/v1/click_to_call", json=asked))
        call_id = said.get("call_id")
        return Placed(call_id if isinstance(call_id, str) and call_id else None, str(said.get("message", "")))

    def recording(self, reference: str) -> RecordingLink:
        """The address itself. Our token goes with it to the vendor's own hosts, each at its own port, and to nobody
        else's."""
        if not asking.lies_at(reference, [self._base, *hosts(self._connection)]):
            at = asking.origin(reference).partition("://")[2]
            raise Refused(
                Reason.NOT_SET_UP, f"recordings at {at or 'no host'} are not fetched: name it first"
            )
        own = [self._base, *(f"https://{each}" for each in _RECORDINGS.get(_brand(self._connection), ()))]
        return RecordingLink(reference, self._bearer() if asking.lies_at(reference, own) else {})

    def _ask(self, method: str, path: str, **what: Any) -> Answer:
        if not self._base.startswith(("https://", "http://")):
            raise Refused(Reason.NOT_SET_UP, "the service is not known: name its API address, with https://")
        return self._web.ask(method, self._base + path, headers=self._bearer(), **what)

    def _bearer(self) -> dict[str, str]:
        token = self._connection.secrets.get("api_token")
        if not token:
            raise Refused(Reason.NOT_SET_UP, "the connection has no API token")
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


class Account(CallsOnly):
    """Smartflo itself: lists and call records, too."""

    list_batch = 1
    """There is a request for many leads, but its answer does not say what became of each."""

    pull_window_seconds = _DAY_SECONDS

    def push(self, list_id: str, members: Sequence[Member]) -> Sequence[Pushed]:
        """Adds leads to a lead list, one request each; a number that is on it already is skipped."""
        return [self._push(list_id, member) for member in members]

    def _push(self, list_id: str, member: Member) -> Pushed:
        asked: dict[str, Any] = {"field_0": _digits(member.phone), "field_1": member.name}
        names = listed(self._connection, "lead_fields")
        for place, name in enumerate(names[: _LAST_FIELD - 1], start=2):
            asked[f"field_{place}"] = member.fields.get(name, "")
        asked["duplicate_option"] = "skip"
        try:
            said = accepted(self._ask("POST", f"/v1/broadcast/lead/{quote(list_id, safe='')}", json=asked))
        except Refused as error:
            if error.reason in _ABOUT_THE_MEMBER:
                return Pushed(member.reference, False, str(error))
            raise
        return Pushed(member.reference, True, str(said.get("message", "")))

    def pull(
        self, since: datetime, until: datetime, received_at: datetime, cursor: str | None = None
    ) -> Page:
        """Pages of call records; ``to_date`` is taken as inclusive, and told in the connection's zone.

        A page with fewer than the ``count`` announces is ``Unsettled``: to take it for all would lose the others.
        """
        page = int(cursor or 1)
        asked = {
            "from_date": self._local(since),
            "to_date": self._local(until - timedelta(seconds=1)),
            "page": str(page),
            "limit": str(_PAGE),
        }
        answer = self._ask("GET", "/v1/call/records", params=asked)
        read = body(answer)
        found = read.get("results")
        if answer.status != 200 or not isinstance(found, list):
            raise (
                refusal(answer, read)
                if answer.status != 200 or "success" in read
                else Unsettled("the provider's call records cannot be read")
            )
        records = [self._record(each, received_at) for each in found if isinstance(each, dict)]
        limit = _whole(read.get("limit"), _PAGE) or _PAGE
        count = _whole(read.get("count"), None)
        if count is not None and len(found) < min(limit, count - (page - 1) * limit):
            raise Unsettled("the provider sent fewer call records than it announced")
        more = len(found) >= limit if count is None else page * limit < count
        return Page(records, str(page + 1) if more else None, _BETWEEN_PAGES_SECONDS if more else 0.0)

    def _record(self, told: Mapping[str, Any], received_at: datetime) -> Delivery:
        return Delivery(
            door=Door.PULLED,
            method="GET",
            url=self._base + "/v1/call/records",
            query=b"",
            headers={},
            content_type="application/json",
            body=json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"),
            received_at=received_at,
        )

    def _local(self, at: datetime) -> str:
        return at.astimezone(ZoneInfo(self._connection.zone)).strftime("%Y-%m-%d %H:%M:%S")


def _brand(connection: ConnectionInfo) -> str:
    return str(connection.settings.get("brand") or "smartflo").strip().lower()


def _base(connection: ConnectionInfo) -> str:
    told = connection.settings.get("api_url")
    return str(told).rstrip("/") if told else _APIS.get(_brand(connection), "")


def _digits(number: str) -> str:
    """The API wants bare digits; an extension is said as it is."""
    return number.removeprefix("+")


def _whole(told: Any, otherwise: int | None) -> int | None:
    text = str(told)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
