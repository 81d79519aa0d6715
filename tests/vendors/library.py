"""The library of deliveries: one file a delivery, and beside it what it must be read as."""

import base64
import json
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ingest.bodies import read
from ingest.contract import CallEvent, ConnectionInfo, Delivery, Door, Parsed, Unreadable, Vendor
from ingest.vendors import registry

FOLDER = Path(__file__).parent
HEARD = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BASE = "https://calls.example.edu/webhooks/v1/token/"


@dataclass(frozen=True)
class Case:
    """A delivery file, the account it came to, and where its expectation is kept."""

    vendor: str
    name: str
    delivery: Delivery
    connection: ConnectionInfo
    told: dict[str, Any]

    @property
    def expected(self) -> Path:
        return FOLDER / self.vendor / "deliveries" / f"{self.name}.events.json"

    @property
    def parser(self) -> Vendor:
        return registry.get(self.vendor)

    def parse(self) -> Parsed:
        return self.parser.parse(self.delivery, self.connection)

    def flat(self) -> dict[str, str] | None:
        """The delivery's fields; None when nothing in it can be read."""
        try:
            return read(self.delivery)
        except Unreadable:
            return None

    def telling(self, told: dict[str, str]) -> "Case":
        """The same delivery with other fields, as a plain form."""
        return replace(
            self,
            delivery=replace(
                self.delivery,
                method="POST",
                query=b"",
                content_type="application/x-www-form-urlencoded",
                body=urlencode(told).encode(),
            ),
        )


@cache
def cases(vendor: str = "*") -> tuple[Case, ...]:
    """Every delivery of ``vendor``, or of all."""
    found = sorted(FOLDER.glob(f"{vendor}/deliveries/*.json"))
    return tuple(_case(path) for path in found if not path.name.endswith(".events.json"))


@cache
def word_fields(vendor: str) -> tuple[str, ...]:
    """Where ``vendor`` tells how a call ended or what has happened to it; the first that is told decides."""
    return tuple(json.loads((FOLDER / vendor / "words.json").read_text("utf-8")))


def name(case: Case) -> str:
    return f"{case.vendor}/{case.name}"


def reading_of(case: Case) -> dict[str, Any]:
    """What the vendor's parser makes of a case, as it stands in the expectation's file."""
    try:
        parsed = case.parse()
    except Unreadable as error:
        return {"unreadable": str(error)}
    said: dict[str, Any] = {"events": [_event(event) for event in parsed.events]}
    if parsed.unknown_words:
        said["unknown_words"] = [list(pair) for pair in parsed.unknown_words]
    if parsed.note:
        said["note"] = parsed.note
    if case.delivery.door in (Door.ROUTE, Door.VOICE):
        asked = case.parser.question(case.delivery, case.connection)
        said["question"] = {key: getattr(asked, key) for key in ("customer", "did", "provider_call_id")}
    return said


def _event(event: CallEvent) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for one in fields(event):
        value = getattr(event, one.name)
        if one.name == "received_at" or value is None or value == {}:
            continue
        said[one.name] = value.isoformat() if isinstance(value, datetime) else value
    return said


def _case(path: Path) -> Case:
    told = json.loads(path.read_text("utf-8"))
    body = base64.b64decode(told["body_b64"]) if "body_b64" in told else told.get("body", "").encode()
    query = told.get("query", "")
    url = told.get("url", BASE + told["door"] + ("?" + query if query else ""))
    vendor = path.parts[-3]
    return Case(
        vendor=vendor,
        name=path.stem,
        delivery=Delivery(
            door=Door(told["door"]),
            method=told["method"],
            url=url,
            query=query.encode(),
            headers=told.get("headers", {}),
            content_type=told.get("content_type", ""),
            body=body,
            received_at=HEARD,
            remote=told.get("remote", "203.0.113.9"),
        ),
        connection=ConnectionInfo(
            id=1,
            slug="main",
            vendor=vendor,
            secrets=told.get("secrets", {}),
            settings=told.get("settings", {}),
        ),
        told=told,
    )
