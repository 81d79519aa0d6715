"""The few questions the simulator asks Callboard's public API, as any other system would."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from simulator import clock

_PAGE = 200


class ApiFault(Exception):
    """The API refused or could not be reached. ``unsure``: it may have done what was asked all the same."""

    def __init__(self, message: str, *, status: int | None = None, unsure: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.unsure = unsure


@dataclass(frozen=True, slots=True)
class Look:
    """A profile opening that was reported: who, and between which two moments the server noted it."""

    email: str
    sent: datetime
    received: datetime
    sure: bool = True


class Api:
    """Bearer-key client. Every method raises ``ApiFault``."""

    def __init__(self, url: str, key: str, *, timeout: float = 10.0) -> None:
        self._client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=timeout, trust_env=False
        )

    def close(self) -> None:
        self._client.close()

    def counselors(self) -> list[dict[str, Any]]:
        return list(self._pages("/api/v1/counselors", {}))

    def upsert_lead(self, fields: Mapping[str, Any]) -> tuple[int, bool]:
        """The lead's id, and whether it is new."""
        answer = self._ask("POST", "/api/v1/leads", body=fields)
        return int(answer["id"]), bool(answer.get("created"))

    def owner(self, lead_id: int) -> str | None:
        """The e-mail of the lead's counselor."""
        return email_of(self._ask("GET", f"/api/v1/leads/{lead_id}").get("owner"))

    def lead_name(self, lead_id: int) -> str | None:
        """What screens call the lead."""
        name = self._ask("GET", f"/api/v1/leads/{lead_id}").get("name")
        return str(name) if name else None

    def open_profile(self, lead_id: int, email: str) -> Look:
        """Report that a counselor opened the lead's profile in another system."""
        sent = clock.now()
        path = f"/api/v1/leads/{lead_id}/openings"
        try:
            self._ask("POST", path, body={"counselor": email, "how": "api"})
        except ApiFault as fault:
            if not fault.unsure:
                raise
            return Look(email, sent, clock.now(), sure=False)
        return Look(email, sent, clock.now())

    def lead_of(self, slug: str, call_id: str) -> int | None:
        """The lead a call was put to, once the API knows the call."""
        found = self._pages("/api/v1/calls", {"connection": slug, "provider_call_id": call_id})
        return next((lead for item in found if (lead := lead_id_of(item)) is not None), None)

    def calls(self, since: datetime) -> list[dict[str, Any]]:
        """Every call that began at or after ``since``."""
        return list(self._pages("/api/v1/calls", {"since": _iso(since)}))

    def entries(self, kind: str, **conditions: Any) -> list[dict[str, Any]]:
        """Missed or pending entries, whatever their state; ``conditions`` as the API names them."""
        told = {
            name: _iso(value) if isinstance(value, datetime) else str(value)
            for name, value in conditions.items()
        }
        return list(self._pages(f"/api/v1/{quote(kind)}", {"state": "all"} | told))

    def _pages(self, path: str, conditions: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            place = {} if cursor is None else {"cursor": cursor}
            size = {} if path.endswith("/counselors") else {"limit": str(_PAGE)}
            answer = self._ask("GET", path, query={**conditions, **size, **place})
            yield from answer.get("items", [])
            cursor = answer.get("next")
            if not cursor:
                return

    def _ask(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None
    ) -> dict[str, Any]:
        try:
            answer = self._client.request(method, path, params=query, json=body)
        except httpx.ConnectError as error:
            raise ApiFault("the API can't be reached") from error
        except httpx.HTTPError as error:
            raise ApiFault(f"no answer from the API: {type(error).__name__}", unsure=True) from error
        if not answer.is_success:
            raise ApiFault(
                f"{method} {path} answered {answer.status_code}",
                status=answer.status_code,
                unsure=answer.status_code >= 500,
            )
        try:
            told = answer.json()
        except ValueError as error:
            raise ApiFault(f"{method} {path} did not answer JSON") from error
        return told if isinstance(told, dict) else {"items": told}


def email_of(person: Any) -> str | None:
    """People come as an e-mail or as an object that holds one."""
    if isinstance(person, Mapping):
        person = person.get("email")
    return str(person) if person else None


def lead_id_of(item: Mapping[str, Any]) -> int | None:
    """The id of the lead beside a call or an entry."""
    lead = item.get("lead")
    found = lead.get("id") if isinstance(lead, Mapping) else lead
    return int(found) if found is not None else None


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
