"""Clients are tried over real HTTP against the simulator's face of their vendor."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask

from ingest.client import Client
from ingest.contract import ConnectionInfo
from ingest.http import Outbound
from ingest.vendors import registry
from simulator.faces.desk import Desk, served

Faced = Callable[..., Client]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def faced(desk: Desk) -> Iterator[Faced]:
    """``faced(vendor, make, secrets=…, settings=…)``: the vendor's client, its API at the desk's face.

    Every client reads the setting ``api_url`` in place of its vendor's public address.
    """
    with ExitStack() as stack:

        def start(
            vendor: str, make: Callable[[Desk], Flask], *, secrets: dict[str, str], settings: dict[str, Any]
        ) -> Client:
            url = stack.enter_context(served(make, desk))
            connection = ConnectionInfo(
                id=1, slug="main", vendor=vendor, secrets=secrets, settings={"api_url": url, **settings}
            )
            web = Outbound(registry.hosts(connection), private_hosts=["127.0.0.1"])
            stack.callback(web.close)
            return registry.client(connection, web)

        yield start
