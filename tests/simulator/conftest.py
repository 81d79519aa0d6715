from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from simulator import clock, schedule
from tests.simulator.fake import Fake

RATE = 25


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    yield server
    server.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time runs faster, so that a call of some seconds is over at once."""
    began = datetime.now(UTC)

    def now() -> datetime:
        real = datetime.now(UTC)
        return began + timedelta(seconds=(real - began).total_seconds() * RATE)

    monkeypatch.setattr(clock, "now", now)
    monkeypatch.setattr(schedule, "LONGEST_NAP", 0.005)
