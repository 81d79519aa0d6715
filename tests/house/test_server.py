"""The production server as a process: ready, several workers, one leader, restarted without loss."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from dashapp.server import GRACEFUL_SECONDS
from models.leadership import Leadership
from tests.cast import INDORE_DID, Known
from tests.databases import KINDS, Databases
from tests.live.listener import Listener
from tests.servers import Running, running


def log_of(call_id: str, seat: str | None) -> dict[str, object]:
    return {
        "call_id": call_id,
        "agent_no": seat,
        "applicant_no": "+919811111111",
        "did_no": INDORE_DID,
        "call_type": "inbound",
        "status": 1,
        "start_time": "2026-03-02 10:50:00",
        "end_time": "2026-03-02 10:52:00",
    }


def known(server: Running) -> set[str]:
    """The provider's ids of the calls the public API tells of."""
    headers = {"Authorization": f"Bearer {server.cast.api_key}"}
    answer = httpx.get(
        f"{server.url}/api/v1/calls", params={"since": "2026-01-01T00:00:00Z"}, headers=headers
    )
    answer.raise_for_status()
    return {item["provider_call_id"] for item in answer.json()["items"]}


def said_at(text: str, what: str) -> datetime:
    """When the log says so."""
    [line] = [line for line in text.splitlines() if what in line]
    return datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S,%f").replace(tzinfo=UTC)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("everybody", [True, False], ids=["terminal", "master"])
def test_it_stops_in_order_with_streams_open(
    number: signal.Signals,
    everybody: bool,
    databases: Databases,
    known_casts: dict[str, Known],
    tmp_path: Path,
) -> None:
    with running(databases, known_casts, "sqlite", tmp_path) as server:
        listeners = [Listener(server, person) for person in (server.cast.asha, server.cast.meera)]
        deadline = time.monotonic() + 20
        while sum(listener.connections for listener in listeners) < 2:
            assert time.monotonic() < deadline, "no stream opens"
            time.sleep(0.05)
        answer = server.hook("call-log", log_of("last", server.cast.asha.seat))
        assert answer.json()["accepted"] == "recorded"
        process = server.process
        assert process
        if everybody:  # as a terminal sends Ctrl-C
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        assert process.wait(20) == 0
        for listener in listeners:
            listener.close()
        text = server.log.read_text()
        assert "Traceback" not in text
        told, stopped = said_at(text, "Handling signal"), said_at(text, "Shutting down: Master")
        # a worker that is still there when its time is up would have been killed
        assert stopped - told < timedelta(seconds=GRACEFUL_SECONDS - 1)
        server.start()
        assert known(server) == {"last"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_accepted_outlives_the_server(
    kind: str, databases: Databases, known_casts: dict[str, Known], tmp_path: Path
) -> None:
    workers = {"sqlite": "1", "postgres": "2"}[kind]
    with running(databases, known_casts, kind, tmp_path, WORKERS=workers) as server:
        seat = server.cast.asha.seat
        for number in range(6):  # more than the workers: each hears of some
            answer = server.hook("call-log", log_of(f"before-{number}", seat))
            assert answer.json()["accepted"] == "recorded"
        leadership = Leadership(server.store.db)
        deadline = time.monotonic() + 20
        while leadership.held():
            leadership.release()
            assert time.monotonic() < deadline, "no worker leads"
            time.sleep(0.5)
        server.kill()
        server.start()
        assert server.hook("call-log", log_of("before-0", seat)).json()["accepted"] == "nothing new"
        assert server.hook("call-log", log_of("after", seat)).json()["accepted"] == "recorded"
        assert known(server) == {f"before-{number}" for number in range(6)} | {"after"}
        process = server.process
        assert process
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        text = server.log.read_text()
        assert "Traceback" not in text
        assert "9811111111" not in text
        assert server.cast.connection.token not in text
