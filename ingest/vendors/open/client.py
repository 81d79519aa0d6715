"""The account behind an open-protocol connection: its call records, where the provider serves them, and recordings."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from ingest.client import Answer, Client, NoClient, Page, Reason, RecordingLink, Refused, Unsettled, Web
from ingest.contract import ConnectionInfo, Delivery, Door

WINDOW_SECONDS = 24 * 3600
_LONGEST_CURSOR = 2000


class OpenClient(NoClient):
    """Asks ``records_url``; without that setting the provider cannot be asked for call records."""

    def __init__(self, connection: ConnectionInfo, web: Web) -> None:
        self._web = web
        self._url = _setting(connection, "records_url")
        self._keys = connection.live("records_key")
        self.pull_window_seconds = WINDOW_SECONDS if self._url else 0

    def pull(
        self, since: datetime, until: datetime, received_at: datetime, cursor: str | None = None
    ) -> Page:
        if not self._url:
            raise Refused(Reason.NOT_SET_UP, "the setting records_url is missing")
        params = {
            "since": _written(since),
            "until": _written(until),
            **({"cursor": cursor} if cursor else {}),
        }
        answer = self._web.ask("GET", self._url, params=params, headers=self._proof(), seconds=30.0)
        told = _told(answer)
        records, onward = told.get("records"), told.get("next")
        if not isinstance(records, list) or not (onward is None or isinstance(onward, str | int)):
            raise Refused(Reason.OTHER, 'the provider answered without a list of "records"')
        wait = told.get("wait_seconds")
        return Page(
            [_delivery(self._url, record, received_at) for record in records],
            str(onward)[:_LONGEST_CURSOR] if onward not in (None, "") else None,
            float(wait) if isinstance(wait, int | float) and 0 < wait < 3600 else 0.0,
        )

    def recording(self, reference: str) -> RecordingLink:
        return RecordingLink(reference)

    def _proof(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._keys[0]}"} if self._keys else {}


def make(connection: ConnectionInfo, web: Web) -> Client:
    return OpenClient(connection, web)


def hosts(connection: ConnectionInfo) -> Iterable[str]:
    """The host of ``records_url``, and those the admin named for recordings."""
    host = urlsplit(_setting(connection, "records_url")).hostname
    named = connection.settings.get("recording_hosts") or ()
    listed = named.split(",") if isinstance(named, str) else named
    return [*([host] if host else []), *(str(each).strip() for each in listed if str(each).strip())]


def _setting(connection: ConnectionInfo, name: str) -> str:
    return str(connection.settings.get(name) or "").strip()


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _told(answer: Answer) -> dict[str, Any]:
    """The answer's JSON object. Raises ``Refused`` or ``Unsettled``."""
    if answer.status in (401, 403):
        raise Refused(Reason.CREDENTIALS, "the provider does not accept records_key")
    if answer.status == 429:
        waits = answer.headers.get("retry-after", "")
        raise Refused(
            Reason.TOO_MANY,
            "the provider takes no more questions now",
            float(waits) if waits.isdigit() else None,
        )
    if answer.status >= 500:
        raise Refused(Reason.DOWN, f"the provider answered {answer.status}")
    if answer.status != 200:
        raise Refused(Reason.OTHER, f"the provider answered {answer.status}")
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise Unsettled("the provider's answer is no JSON") from error
    if not isinstance(told, dict):
        raise Refused(Reason.OTHER, "the provider's answer is no JSON object")
    return told


def _delivery(url: str, record: Any, received_at: datetime) -> Delivery:
    body = json.dumps(record, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    return Delivery(Door.PULLED, "GET", url, b"", {}, "application/json", body, received_at)
