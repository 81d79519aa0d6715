"""What every provider's language has in common: a delivery, and how one is written on the wire."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from simulator.books import Connection
from simulator.story import Facts, Line

_BOUNDARY = "----callboard-simulator-7d1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One HTTP request of a provider about one fact.

    ``fact`` names what is said within the call ("popup 1", "log 2"); copies of a delivery share it.
    ``style`` is query, form, multipart or json. ``door`` is appended to the connection's hook address.
    ``final``: it tells how the call ended. ``vague``: it tells of a ring without its time, and nothing else
    will: heard after the call's end, it reads like a counselor being rung just then.
    """

    fact: str
    door: str
    style: str
    fields: Mapping[str, Any]
    due: datetime
    final: bool = False
    vague: bool = False


@dataclass(frozen=True, slots=True)
class Wire:
    """A delivery as bytes. ``query`` is empty or begins with a question mark."""

    method: str
    query: str
    content_type: str
    body: bytes


def encode(delivery: Delivery) -> Wire:
    """The bytes of a delivery."""
    if delivery.style == "query":
        return Wire("GET", "?" + urlencode(delivery.fields), "", b"")
    if delivery.style == "form":
        return Wire("POST", "", "application/x-www-form-urlencoded", urlencode(delivery.fields).encode())
    if delivery.style == "multipart":
        parts = "".join(
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in delivery.fields.items()
        )
        content_type = f"multipart/form-data; boundary={_BOUNDARY}"
        return Wire("POST", "", content_type, f"{parts}--{_BOUNDARY}--\r\n".encode())
    if delivery.style == "json":
        return Wire("POST", "", "application/json", json.dumps(dict(delivery.fields)).encode())
    raise ValueError(f"unknown style {delivery.style!r}")


def local(moment: datetime, connection: Connection) -> str:
    """A time as most vendors write it: local, to the second, without an offset."""
    return moment.astimezone(ZoneInfo(connection.zone)).strftime("%Y-%m-%d %H:%M:%S")


class Speaker(Protocol):
    """One vendor's language."""

    def route(self, line: Line, connection: Connection, now: datetime) -> Delivery:
        """The question "which counselor for this caller?"."""
        ...

    def addresses(self, answer: Any) -> list[str]:
        """The agent addresses in the JSON answer to that question; empty when it names none."""
        ...

    def deliveries(self, facts: Facts, connection: Connection) -> Sequence[Delivery]:
        """All that this vendor sends about the call, in the order it would send it."""
        ...

    def tells(self, facts: Facts, connection: Connection) -> frozenset[str]:
        """The outcomes a careful listener may conclude from those deliveries alone."""
        ...
