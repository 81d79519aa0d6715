"""A provider that hands out call records, in process: the records of the reference protocol, page by page."""

import json
from collections import deque
from collections.abc import Sequence
from concurrent.futures import wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingest import intake
from ingest.client import NoClient, Page
from ingest.contract import ConnectionInfo, Delivery, Door
from ingest.reconcile.sweeping import Reconciler
from ingest.vendors import registry
from models.store.base import Store
from models.store.hooks import TokenBook
from models.store.journal import Written

INDIA = ZoneInfo("Asia/Kolkata")


@dataclass
class Records(NoClient):
    """What the provider knows. ``faults`` are raised one after another before anything is answered."""

    kept: list[tuple[datetime, dict[str, Any] | bytes]] = field(default_factory=list)
    page: int = 100
    wait_seconds: float = 0.0
    faults: deque[BaseException] = field(default_factory=deque)
    asked: list[tuple[datetime, datetime, str | None]] = field(default_factory=list)
    pull_window_seconds: int = 86_400
    pull_reach_days: int = 30

    def pull(
        self, since: datetime, until: datetime, received_at: datetime, cursor: str | None = None
    ) -> Page:
        assert until - since <= timedelta(seconds=self.pull_window_seconds)
        self.asked.append((since, until, cursor))
        if self.faults:
            raise self.faults.popleft()
        found = [body for at, body in self.kept if since <= at < until]
        place = int(cursor or 0)
        more = place + self.page < len(found)
        return Page(
            [pulled(body, received_at) for body in found[place : place + self.page]],
            str(place + self.page) if more else None,
            self.wait_seconds,
        )


def pulled(body: dict[str, Any] | bytes, received_at: datetime) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery(
        Door.PULLED, "GET", "https://provider.example/records", b"", {}, "application/json", raw, received_at
    )


def record(call_id: str, seat: str, at: datetime, talk: int = 0, **more: Any) -> dict[str, Any]:
    """A call record in the reference protocol: ``talk`` seconds, or nobody talked."""
    return {
        "call_id": call_id,
        "agent_no": seat,
        "applicant_no": "+919811100001",
        "did_no": "+917314000001",
        "call_type": "inbound",
        "start_time": _local(at),
        "end_time": _local(at + timedelta(seconds=30 + talk)),
        "call_duration": str(talk),
        "status": 1 if talk else 0,
        **more,
    }


def askable(monkeypatch: pytest.MonkeyPatch, clients: dict[int, Records]) -> None:
    """From now on the connections with these ids have such a provider."""
    hosts = frozenset({"provider.example"})
    monkeypatch.setattr(
        registry, "hosts", lambda connection: hosts if connection.id in clients else frozenset()
    )

    def client(connection: ConnectionInfo, _web: Any) -> Records:
        return clients[connection.id]

    monkeypatch.setattr(registry, "client", client)


def whole_turn(reader: Reconciler) -> int:
    """A turn, and what it began to its end or pause; how many sweeps came to an end."""
    ended = reader.turn()
    assert not wait(reader._reading.values(), 30).not_done
    return ended + reader._collect()


def heard(
    store: Store, connection_id: int, bodies: Sequence[dict[str, Any]], door: Door = Door.LOG
) -> list[Written]:
    """The same bodies as hooks."""
    account = TokenBook(store).by_id(connection_id)
    assert account
    vendor = registry.get(account.vendor)
    return [
        intake.accept(
            store,
            vendor,
            intake.info(account),
            Delivery(
                door,
                "POST",
                "http://us/",
                b"",
                {},
                "application/json",
                json.dumps(body).encode(),
                store.now(),
            ),
        )
        for body in bodies
    ]


def _local(at: datetime) -> str:
    return at.astimezone(INDIA).strftime("%Y-%m-%d %H:%M:%S")
