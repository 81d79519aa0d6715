"""Sending a delivery the way vendors do: an answer within a few seconds, or it counts as not delivered."""

from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from simulator.books import Connection
from simulator.speakers.language import Delivery, encode

RETRIES_AFTER = (3.0, 12.0)
"""Seconds before the first and the second repetition; after that the delivery is dropped."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``status`` is None when nothing did."""

    status: int | None
    told: Any = None

    @property
    def acknowledged(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def for_review(self) -> bool:
        """Taken, but not understood."""
        return isinstance(self.told, dict) and self.told.get("accepted") == "for review"


class Post(Protocol):
    """Anything that can carry one delivery to its connection."""

    def send(self, delivery: Delivery, connection: Connection) -> Answer: ...


class HttpPost:
    """Over HTTP. The hook address holds the connection's token, so it is never logged or raised."""

    def __init__(self, *, timeout: float = 5.0) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
        self._client = httpx.Client(timeout=timeout, limits=limits, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def send(self, delivery: Delivery, connection: Connection) -> Answer:
        wire = encode(delivery)
        headers = {"User-Agent": "callboard-simulator", "Exotel-Version": "1.0"}
        if wire.content_type:
            headers["Content-Type"] = wire.content_type
        url = f"{connection.hook_base}{delivery.door}{wire.query}"
        try:
            answer = self._client.request(wire.method, url, content=wire.body, headers=headers)
        except httpx.HTTPError:
            return Answer(None)
        try:
            return Answer(answer.status_code, answer.json())
        except ValueError:
            return Answer(answer.status_code)
