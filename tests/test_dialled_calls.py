"""Click-to-call over real HTTP: a counselor's clicks, our server, and the simulator as the providers.

Every click goes its whole way by the hooks alone, and in the end the public API says of every call what the simulator's
ledger says.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from models.store import connections
from models.tables.work import intent
from simulator.api import Api
from simulator.check import check
from tests.cast import INDORE_DID, Known, Lead, Person
from tests.databases import KINDS, Databases
from tests.servers import ROOT, Running, free_port, running

CLICKS = 5  # of each of two counselors
ORDER = ("requested_at", "accepted_at", "agent_ringing_at", "lead_ringing_at", "talking_at", "ended_at")
OPEN = "reference"
EXOPHONE = "+918045670002"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_clicks_become_calls_and_the_ledger_and_the_api_agree(
    kind: str, databases: Databases, known_casts: dict[str, Known], tmp_path: Path
) -> None:
    with running(databases, known_casts, kind, tmp_path, PRIVATE_HOSTS="127.0.0.1", WORKERS="1") as server:
        demo, port = _providers(server, tmp_path)
        with _street(demo, port, tmp_path, "--dial-refuse", "0", "--dial-silent", "0") as ledger:
            clicks = _clicks(server)
            with closing(Api(server.url, server.cast.api_key)) as api:
                said: list[str] = []
                assert check(api, ledger, 30.0, said.append), "\n".join(said)
            page = httpx.get(ledger).json()
        with _street(demo, port, tmp_path, "--dial-refuse", "1", "--dial-silent", "0"):
            refused = _refused(server)
    _went_their_way(clicks, page)
    assert (refused["state"], refused["call_id"]) == ("refused", None)
    assert refused["reason"] in {"down", "no_balance", "busy_agent", "other"}


def _went_their_way(clicks: list[dict[str, Any]], page: dict[str, Any]) -> None:
    true = {call["reference"]: call for call in page["calls"] if call["reference"]}
    assert len(clicks) == 2 * CLICKS
    assert {click["reference"] for click in clicks} == true.keys(), "one click, one call"
    assert {call["connection"] for call in true.values()} == {OPEN, "exotel"}
    for click in clicks:
        call = true[click["reference"]]
        assert call["acknowledged"], call["remarks"]
        assert click["state"] == "logged"
        assert (click["talking_at"] is not None) == (call["outcome"] == "connected"), call
        if call["connection"] == OPEN:
            assert click["agent_ringing_at"] is not None
            assert (click["lead_ringing_at"] is not None) == (call["outcome"] != "agent_missed")
        stages = [click[name] for name in ORDER[2:] if click[name]]
        assert stages == sorted(stages)
    assert "connected" in {call["outcome"] for call in true.values()}, "a day without any talk proves little"


def _clicks(server: Running) -> list[dict[str, Any]]:
    """Asha and Ravi call one lead after the other; the clicks as they stand when each is over."""
    cast = server.cast
    done = []
    with _signed_in(server, cast.asha) as asha, _signed_in(server, cast.ravi) as ravi:
        for turn in range(CLICKS):
            begun = [
                _click(asha, cast.lead(owner=cast.asha), f"asha{turn:012}"),
                _click(ravi, cast.lead(owner=cast.ravi), f"ravi{turn:012}"),
            ]
            done += [_over(server, reference) for reference in begun]
    return done


def _refused(server: Running) -> dict[str, Any]:
    cast = server.cast
    with _signed_in(server, cast.asha) as asha:
        return _over(server, _click(asha, cast.lead(owner=cast.asha), "refused000000000"))


def _click(person: httpx.Client, lead: Lead, reference: str) -> str:
    """The click answers at once; twice the same click is one."""
    for _ in range(2):
        answer = person.post("/dial", json={"lead": lead.id, "reference": reference})
        assert answer.status_code == 200, answer.text
        assert answer.json()["intent"]["reference"] == reference
        assert lead.phone[-10:] not in answer.text
    return reference


def _over(server: Running, reference: str) -> dict[str, Any]:
    deadline = time.monotonic() + 40
    while True:
        with server.store.read() as tx:
            row = tx.execute(select(intent).where(intent.c.reference == reference)).one()
        if row.state in ("logged", "refused"):
            return dict(row._mapping)
        assert time.monotonic() < deadline, f"{reference} is still {row.state}"
        time.sleep(0.05)


@contextmanager
def _signed_in(server: Running, person: Person) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=10) as client:
        found = re.search(r'name="csrf" value="([^"]+)"', client.get("/login").text)
        assert found
        told = {"csrf": found[1], "email": person.email, "password": person.password}
        assert client.post("/login", data=told).is_redirect
        client.headers["X-CSRFToken"] = client.cookies["callboard_csrf"]
        yield client


def _providers(server: Running, folder: Path) -> tuple[Path, int]:
    """Two accounts that take orders, as the demo sets them up; what the simulator is told of them, and its port."""
    cast, port = server.cast, free_port()
    exotel = cast.line("exotel", "exotel", seats={"asha": "+917000000001", "ravi": "+917000000002"})
    account = f"http://127.0.0.1:{port}/accounts"
    hooks = {line.slug: f"{server.url}/webhooks/v1/{line.token}" for line in (cast.connection, exotel)}
    keys = {"api_key": "ek", "api_token": "et", "account_sid": "acc", "exophone": EXOPHONE}
    store = server.store
    with store.db.begin() as tx:
        connections.add_did(tx, number=EXOPHONE, label="Exotel", team_id=cast.teams["Indore"])
        connections.change(
            tx,
            store.vault,
            cast.connection.id,
            settings={"dial_url": f"{account}/{cast.connection.slug}/dial", "caller_id": INDORE_DID},
            secrets={"dial_key": "dk"},
        )
        connections.change(
            tx,
            store.vault,
            exotel.id,
            settings={
                "api_url": f"{account}/exotel", "account_sid": "acc", "caller_id": EXOPHONE, "records_since": "2100-01-01"
            },
            secrets={"api_key": "ek", "api_token": "et", "status_url": f"{hooks['exotel']}/status"},
        )  # fmt: skip
    told: list[dict[str, Any]] = [
        {
            "slug": cast.connection.slug,
            "vendor": "open",
            "dids": [INDORE_DID],
            "rich": True,
            "dial": {"dial_key": "dk"},
        },
        {"slug": "exotel", "vendor": "exotel", "dids": [EXOPHONE], "dial": keys},
    ]
    for one in told:
        one["hook_base"] = hooks[one["slug"]]
    demo = folder / "demo.json"
    demo.write_text(json.dumps({"url": server.url, "api_key": cast.api_key, "connections": told}))
    return demo, port


@contextmanager
def _street(demo: Path, port: int, folder: Path, *more: str) -> Iterator[str]:
    """The simulator, quick and with nearly no calls of its own; the address of its ledger."""
    log = folder / "simulator.log"
    with log.open("ab") as said:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "simulator", "run", "--demo", str(demo), "--port", str(port)),
                *("--speed", "20", "--seed", "11", "--calls-per-hour", "0.001", "--leads", "0"),
                *("--duplicates", "0.3", "--shuffle", "0", "--late", "0", *more),
            ],
            cwd=ROOT,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    ledger = f"http://127.0.0.1:{port}/ledger"
    try:
        deadline = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < deadline:
            try:
                httpx.get(ledger, timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield ledger
    finally:
        process.terminate()
        process.wait(15)
