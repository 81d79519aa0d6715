"""A day at the real server: the simulator's callers in three languages, with copies, changed orders and late records.

In the end every call and every entry of the public API must be what the simulator's own ledger says.
"""

import json
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from models.rules.access import Role
from models.store import connections, people, presence, sessions
from simulator.api import Api
from simulator.check import check
from tests.cast import Cast, Known, Line
from tests.databases import KINDS, Databases
from tests.servers import ROOT, Running, free_port, running

COUNSELORS = 40
SPEED = 40
CALLS = {"sqlite": 120, "postgres": 80}
LONGEST_SECONDS = 120
TOLD = "0.1", "0.3", "0.1"


@dataclass(frozen=True, slots=True)
class Office:
    """A connection of the day, and the numbers its callers dial."""

    line: Line
    label: str
    dids: tuple[str, ...]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_after_a_disturbed_day_the_ledger_and_the_api_agree(
    kind: str, databases: Databases, known_casts: dict[str, Known], tmp_path: Path
) -> None:
    workers = {"sqlite": "1", "postgres": "2"}[kind]
    with running(databases, known_casts, kind, tmp_path, WORKERS=workers) as server:
        demo = _institution(server, tmp_path)
        ledger = tmp_path / "ledger.json"
        _play(demo, ledger, CALLS[kind])
        said: list[str] = []
        with closing(Api(server.url, server.cast.api_key)) as api:
            agreed = check(api, str(ledger), 0.0, said.append)
    assert agreed, "\n".join(said)
    print("\n".join(said))
    _was_a_real_day(json.loads(ledger.read_text()), CALLS[kind])


def _was_a_real_day(ledger: dict[str, Any], calls: int) -> None:
    """An empty or idle day would agree with anything."""
    assert ledger["done"]
    proved = [call for call in ledger["calls"] if call["complete"] and call["acknowledged"]]
    certain = [call for call in proved if not call["settles_at"]]
    assert len(certain) > 0.8 * calls
    directions = Counter(call["direction"] for call in certain)
    assert directions.keys() == {"inbound", "outbound", "campaign"}
    kinds = {(call["expect"]["kind"], call["expect"]["state"]) for call in certain}
    assert kinds >= {("missed", "open"), ("missed", "cleared"), ("pending", "open"), ("pending", "cleared")}
    assert len({call["connection"] for call in certain}) == 3
    assert sum(len(call["offered"]) > 1 for call in certain) > 3


def _play(demo: Path, ledger: Path, calls: int) -> None:
    duplicates, shuffle, late = TOLD
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "simulator", "run", "--demo", str(demo), "--exit"),
            *("--ledger-file", str(ledger), "--port", str(free_port()), "--seed", "20261123"),
            *("--speed", str(SPEED), "--until-calls", str(calls), "--leads", "80"),
            *("--duplicates", duplicates, "--shuffle", shuffle, "--late", late),
            *("--window", str(2 * SPEED), "--late-seconds", str(6 * SPEED), "--calls-per-hour", "450"),
            *("--diligence", "0.6"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]


def _institution(server: Running, folder: Path) -> Path:
    """Forty more counselors, two more lines, everybody checked in; what the simulator is told of it."""
    cast = server.cast
    offices = (
        Office(cast.connection, "Reference line", ("+917314000001", "+912024000001")),
        Office(cast.line("plain", "open"), "Plain line", ("+918045670001",)),
        Office(cast.line("exotel", "exotel"), "Exotel line", ("+918045670002", "+918045670003")),
    )
    _staff(cast, offices)
    demo = folder / "demo.json"
    demo.write_text(
        json.dumps(
            {
                "url": server.url,
                "api_key": cast.api_key,
                "connections": [
                    {
                        "slug": office.line.slug,
                        "vendor": office.line.vendor,
                        "label": office.label,
                        "hook_base": f"{server.url}/webhooks/v1/{office.line.token}",
                        "dids": office.dids,
                        "rich": office.line.slug != "plain",
                    }
                    for office in offices
                ],
            }
        )
    )
    return demo


def _staff(cast: Cast, offices: tuple[Office, ...]) -> None:
    store = cast.store
    viewers = []
    with store.db.begin() as tx:
        for office in offices[1:]:
            for number in office.dids:
                connections.add_did(tx, number=number, label=office.label, team_id=cast.teams["Pune"])
        for place in range(COUNSELORS):
            person_id = people.add(
                tx,
                name=f"Counselor {place}",
                email=f"counselor{place}@example.org",
                role=Role.COUNSELOR,
                password="a long enough password",
                at=store.now(),
                team_id=cast.teams["Indore" if place % 2 else "Pune"],
            )
            for office in offices:
                connections.add_seat(
                    tx,
                    store.vault,
                    connection_id=office.line.id,
                    person_id=person_id,
                    address=f"+9170000{place:05}",
                )
            viewer = sessions.viewer_of(tx, person_id)
            assert viewer
            viewers.append(viewer)
    for viewer in viewers:
        presence.set_state(store, viewer, "in")
