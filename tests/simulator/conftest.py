from collections.abc import Iterator

import pytest

from tests.simulator.fake import Fake


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    yield server
    server.close()
