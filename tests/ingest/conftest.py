"""What tests of the doors share."""

import pytest

from ingest.webhooks import routing


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not turn an answer into the fallback; tests of the budget set their own."""
    monkeypatch.setattr(routing, "BUDGET_SECONDS", 20.0)
