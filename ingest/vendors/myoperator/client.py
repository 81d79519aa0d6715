"""MyOperator's APIs: calls between an agent and a customer, the call log, and links to recordings."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from ingest import asking
from ingest.client import (
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
from ingest.contract import ConnectionInfo, Delivery, Door
from ingest.vendors.myoperator.answers import accepted, words
from ingest.vendors.myoperator.people import listed, user_ids

CALLS = "https://obd-api.myoperator.co"
LOGS = "https://developers.myoperator.co"
_OWN = ("*.myoperator.co", "*.myoperator.com")

_ROWS = 100
_BETWEEN_PAGES = 3.0  # twenty requests a minute, as integrators keep to


def make(connection: ConnectionInfo, web: Web) -> Client:
    return Account(connection, web)


def hosts(connection: ConnectionInfo) -> Iterable[str]:
    """The hosts of its APIs, and those that links to recordings lead to."""
    for base in (_base(connection, CALLS), _base(connection, LOGS)):
        yield urlsplit(base).hostname or ""
    yield from _OWN
    yield from _more_hosts(connection)


class Account(NoClient):
    """One company's account. Calling and logs have keys of their own."""

    pull_window_seconds = 86_400

    def __init__(self, connection: ConnectionInfo, web: Web) -> None:
        self._connection = connection
        self._web = web

    def dial(self, order: DialOrder) -> Placed:
        """The agent is rung first. Without a user id for the seat, its number is dialled (anonymous dialler)."""
        asked = {
            "company_id": self._setting("company_id", "company ID"),
            "secret_token": self._secret("secret_token", "secret token"),
            "type": "1",
            "number": order.customer,
            "public_ivr_id": self._setting("public_ivr_id", "public IVR ID"),
            "reference_id": order.reference,
        }
        user_id = user_ids(self._connection).get(order.seat)
        if user_id is None and not order.seat.startswith("+"):
            raise Refused(
                Reason.UNKNOWN_AGENT, "this seat is no number, and the setting users has no id for it"
            )
        # Both together are refused by the provider.
        asked |= {"user_id": user_id} if user_id else {"number_2": order.seat}
        answer = self._web.ask(
            "POST",
            f"{_base(self._connection, CALLS)}/obd-api-v1",
            headers={"x-api-key": self._secret("x_api_key", "x-api-key")},
            json=asked,
        )
        # unique_id is the request's; the call's id first stands in the webhooks, beside our reference.
        return Placed(None, words(accepted(answer).get("details")))

    def pull(
        self, since: datetime, until: datetime, received_at: datetime, cursor: str | None = None
    ) -> Page:
        """Rows of the call log; ``cursor`` is how many were read."""
        offset = int(cursor or 0)
        answer = self._web.ask(
            "POST",
            f"{_base(self._connection, LOGS)}/search",
            form={
                "token": self._secret("logs_token", "API token"),
                "from": str(int(since.timestamp())),
                "to": str(int(until.timestamp()) - 1),
                "log_from": str(offset),
                "page_size": str(_ROWS),
            },
            seconds=60.0,
        )
        rows, total = _rows(accepted(answer))
        if total is not None and len(rows) < min(_ROWS, total - offset):
            raise Unsettled("MyOperator sent fewer call records than it announced")
        read = offset + len(rows)
        more = len(rows) == _ROWS if total is None else read < total
        records = [self._record(row, received_at) for row in rows]
        return Page(records, str(read) if more else None, _BETWEEN_PAGES)

    def recording(self, reference: str) -> RecordingLink:
        """A link that holds for 24 hours; ``reference`` is the name of the recording's file."""
        if not reference or "/" in reference or "\\" in reference:
            raise Refused(Reason.OTHER, "this is no name of a recording")
        answer = self._web.ask(
            "GET",
            f"{_base(self._connection, LOGS)}/recordings/link",
            params={"token": self._secret("logs_token", "API token"), "file": reference},
        )
        url = accepted(answer).get("url")
        if not isinstance(url, str) or not url:
            raise Unsettled("MyOperator answered without a link")
        if not (at := asking.origin(url)):
            raise Unsettled("MyOperator's link cannot be read")
        if not asking.lies_at(url, [_base(self._connection, LOGS), *_OWN, *_more_hosts(self._connection)]):
            raise Refused(
                Reason.NOT_SET_UP,
                f"the recording is kept at {at.partition('://')[2][:80]}: add it to recording_hosts",
            )
        return RecordingLink(url)

    def _record(self, row: Mapping[str, Any], received_at: datetime) -> Delivery:
        return Delivery(
            door=Door.PULLED,
            method="POST",
            url=f"{_base(self._connection, LOGS)}/search",
            query=b"",
            headers={},
            content_type="application/json",
            body=json.dumps(row, sort_keys=True).encode(),
            received_at=received_at,
        )

    def _secret(self, name: str, meaning: str) -> str:
        found = self._connection.secrets.get(name)
        if not found:
            raise Refused(Reason.NOT_SET_UP, f"this connection has no {meaning}")
        return found

    def _setting(self, name: str, meaning: str) -> str:
        found = self._connection.settings.get(name)
        if not found:
            raise Refused(Reason.NOT_SET_UP, f"this connection has no {meaning}")
        return str(found)


def _rows(body: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], int | None]:
    """The rows of a page, and how many the whole window has, where that is told."""
    data = body.get("data")
    hits = data.get("hits") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(hits, list):
        raise Unsettled("MyOperator's answer holds no list of calls")
    rows = [hit.get("_source") if isinstance(hit, dict) else None for hit in hits]
    if not all(isinstance(row, dict) for row in rows):
        raise Unsettled("a row of MyOperator's call log cannot be read")
    total = str(data.get("total"))
    return [row for row in rows if isinstance(row, dict)], int(total) if total.isdecimal() else None


def _base(connection: ConnectionInfo, public: str) -> str:
    return str(connection.settings.get("api_url") or public).rstrip("/")


def _more_hosts(connection: ConnectionInfo) -> list[str]:
    return [host.lower() for host in listed(connection.settings, "recording_hosts")]
