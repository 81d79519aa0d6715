"""The account behind an open-protocol connection, as far as its provider offers what the protocol knows: placing a
call, telling its call records, and recordings."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

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
from ingest.contract import ConnectionInfo, Delivery, Door

WINDOW_SECONDS = 24 * 3600
_LONGEST_CURSOR = 2000


_NO = frozenset({"0", "false", "failed", "failure", "error", "no"})
_YES = frozenset({"1", "true", "success", "successful", "ok", "accepted", "queued", "yes"})

# The first two are what the reference product is known to be answered; the others, what such words mean elsewhere.
_WORDS: asking.Words = (
    (re.compile(r"agent.*(not found|unknown|invalid)"), Reason.UNKNOWN_AGENT),
    (re.compile(r"agent.*(busy|offline|on (a|another) call)"), Reason.BUSY_AGENT),
    # Somebody behind the provider was asked and did not answer in time, and may ring the agent yet.
    (re.compile(r"\b(408|50[24]|52[0-9])\b|bad gateway|time[ds]?[ -]?out"), None),
    (re.compile(r"\b50[03]\b|unavailable|maintenance"), Reason.DOWN),
    (re.compile(r"balance|credit|recharge"), Reason.NO_BALANCE),
    (re.compile(r"\bdnd\b|\bndnc\b|do not (call|disturb)"), Reason.DO_NOT_CALL),
    (re.compile(r"too many|rate limit"), Reason.TOO_MANY),
    (re.compile(r"unauthori[sz]ed|invalid (key|token)|authenticat"), Reason.CREDENTIALS),
    (re.compile(r"number"), Reason.BAD_NUMBER),
)


class OpenClient(NoClient):
    """Asks ``dial_url`` and ``records_url``; what has no address cannot be asked for."""

    def __init__(self, connection: ConnectionInfo, web: Web) -> None:
        self._web = web
        self._dial_url = _setting(connection, "dial_url")
        self._dial_keys = connection.live("dial_key")
        self._did = _setting(connection, "caller_id")
        self._url = _setting(connection, "records_url")
        self._keys = connection.live("records_key")
        self.pull_window_seconds = WINDOW_SECONDS if self._url else 0

    def dial(self, order: DialOrder) -> Placed:
        """Posts the call as JSON, under the names the doors know. A ``call_id`` in the answer must be the one of
        the pop-up and the log; without one our ``reference`` finds them."""
        if not self._dial_url:
            raise Refused(Reason.NOT_SET_UP, "the setting dial_url is missing")
        told = {
            "agent_no": order.seat,
            "applicant_no": order.customer,
            "did_no": order.did or self._did or None,
            "call_type": "click2call",
            "reference": order.reference,
            "callback_url": order.callback_url,
        }
        key = self._dial_keys[0] if self._dial_keys else ""
        answer = self._web.ask(
            "POST",
            self._dial_url,
            json={name: text for name, text in told.items() if text is not None},
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )
        read = asking.told(answer)
        complaint = _complaint(read)
        found = asking.accepted(answer, complaint, _WORDS)
        status = str(found.get("status", "")).strip().lower()
        if status in _NO or (complaint and status not in _YES):
            raise asking.refusal(400, complaint, _WORDS, answer.headers)
        if status not in _YES:
            raise Unsettled("the provider's answer says neither yes nor no")
        call_id = found.get("call_id")
        return Placed(str(call_id) if call_id else None, asking.without_numbers(found.get("message")))

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
    """The hosts of ``dial_url`` and ``records_url``, and those the admin named for recordings."""
    asked = {asking.host(_setting(connection, name)) for name in ("dial_url", "records_url")} - {""}
    named = connection.settings.get("recording_hosts") or ()
    listed = named.split(",") if isinstance(named, str) else named
    return [*sorted(asked), *(str(each).strip() for each in listed if str(each).strip())]


def _setting(connection: ConnectionInfo, name: str) -> str:
    return str(connection.settings.get(name) or "").strip()


def _complaint(read: Mapping[str, Any] | None) -> str:
    found = read or {}
    return str(found.get("error") or found.get("Error") or found.get("message") or "")


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
