"""The desk's faults are what they claim to be."""

import time

import pytest
from flask import Flask

from ingest.client import Unsettled
from ingest.http import Outbound
from simulator.faces.desk import Desk, Fault, served


def make(desk: Desk) -> Flask:
    app = Flask(__name__)

    @app.post("/")
    def take() -> str:
        desk.orders.append({})
        return "taken"

    return app


def test_a_fault_is_played_once_and_the_account_is_not_touched(desk: Desk) -> None:
    desk.faults.append(Fault(503, "later", headers={"Retry-After": "7"}))
    web = Outbound(["127.0.0.1"], ["127.0.0.1"])
    with served(make, desk) as url:
        first = web.ask("POST", url)
        assert (first.status, first.body, first.headers["retry-after"]) == (503, b"later", "7")
        assert desk.orders == []
        assert web.ask("POST", url).body == b"taken"


def test_hanging_up_is_no_answer_at_all(desk: Desk) -> None:
    desk.faults.append(Fault(0))
    web = Outbound(["127.0.0.1"], ["127.0.0.1"])
    began = time.monotonic()
    with served(make, desk) as url:
        with pytest.raises(Unsettled):
            web.ask("POST", url)
        assert time.monotonic() - began < 2
        assert web.ask("POST", url).body == b"taken"


def test_the_limit_counts_the_last_minute(desk: Desk) -> None:
    desk.per_minute = 2
    assert [desk.too_many() for _ in range(3)] == [False, False, True]
