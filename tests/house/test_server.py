"""The production server as a process: ready, several workers, one leader, restarted without loss."""

import signal
import time
from pathlib import Path

import httpx
import pytest

from models.db import Leadership
from tests.cast import INDORE_DID, Known
from tests.databases import KINDS, Databases
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
