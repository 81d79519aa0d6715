"""Asking a mapping: one delivery, one document."""

import json
from typing import Any

from ingest.contract import CallEvent, ConnectionInfo, Delivery, Door, Parsed
from ingest.vendors import registry
from tests.vendors.library import BASE, HEARD

VENDOR = registry.get("mapped")


def delivery(
    body: Any = b"",
    *,
    door: Door = Door.LOG,
    content_type: str = "application/json",
    query: bytes = b"",
    headers: dict[str, str] | None = None,
    remote: str = "203.0.113.9",
) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery(
        door=door,
        method="POST",
        url=BASE + door,
        query=query,
        headers=headers or {},
        content_type=content_type,
        body=raw,
        received_at=HEARD,
        remote=remote,
    )


def connection(document: Any, **known: Any) -> ConnectionInfo:
    return ConnectionInfo(id=1, slug="main", vendor="mapped", settings={"mapping": document}, **known)


def mapping(fields: dict[str, Any] | None = None, **entries: Any) -> dict[str, Any]:
    told = {"call_id": "id"} | (fields or {})
    return {"version": 1, "rules": [{"kind": "log"}]} | entries | {"fields": told}


def parsed(document: Any, body: Any, **heard: Any) -> Parsed:
    return VENDOR.parse(delivery(body, **heard), connection(document))


def event(fields: dict[str, Any], body: dict[str, Any], **entries: Any) -> CallEvent:
    """The one event of a body with an id."""
    (found,) = parsed(mapping(fields, **entries), {"id": "c1"} | body).events
    return found
