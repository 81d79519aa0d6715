"""Routing answers while deliveries come in, and with the database stopped."""

import json
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from models.store import dids
from models.store.base import Store, utc_now
from models.tables.people import person, presence
from tests.bench import institution, machine, traffic
from tests.bench.ingest import database
from tests.bench.machine import Cores
from tests.bench.paced import Paced, Running
from tests.bench.report import Row
from tests.bench.servers import Server, started
from tests.databases import close_store, open_store

QUESTIONS, DELIVERIES = 50, 200
"""A second."""

WARM_UP, SECONDS, STOPPED_SECONDS = 3, 20, 10
P99_MS = 60.0
STOPPED_MS = 800.0
FALLBACK = "+917314000099"


def rows(kinds: tuple[str, ...] = ("sqlite", "postgres")) -> list[Row]:
    found: list[Row] = []
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="callboard-bench-") as name:
            folder = Path(name)
            cores = Cores.found()
            with database(kind, folder) as url:
                _at_work(url)
                with started("app", url, folder, cores) as app:
                    _under_load(app, folder, cores, "warm", WARM_UP)
                    found.append(_fast(kind, app, folder, cores))
                    if kind == "postgres":
                        found += _stopped(app, folder, cores)
    return found


def _fast(kind: str, app: Server, folder: Path, cores: Cores) -> Row:
    used, began = app.cpu_seconds(), time.monotonic()
    answers = _under_load(app, folder, cores, kind, SECONDS)
    share = (app.cpu_seconds() - used) / (time.monotonic() - began)
    p99 = answers.percentile(0.99)
    found_somebody = '"status": 1' in answers.first_answer
    return Row(
        f"routing answer p99, {QUESTIONS}/s beside {DELIVERIES} deliveries/s, {kind}",
        f"{p99:.1f} ms",
        f"≤ {P99_MS:g} ms",
        p99 <= P99_MS and found_somebody and len(answers.waited_ms) == answers.sent,
        f"{len(answers.waited_ms)} of {answers.sent} answered; ms p50 {answers.percentile(0.5):.1f}, "
        f"most {answers.percentile(1):.1f}; the server used {share:.2f} of its core, load {machine.load():.1f}",
    )


def _stopped(app: Server, folder: Path, cores: Cores) -> list[Row]:
    """PostgreSQL takes connections and answers nothing (frozen), then is gone (killed). Deliveries keep coming."""
    postmaster = int((folder / "pg" / "postmaster.pid").read_text().split()[0])
    found = []
    with _frozen(postmaster):
        found.append(_answered("frozen", _under_load(app, folder, cores, "frozen", STOPPED_SECONDS)))
    time.sleep(2)
    os.kill(postmaster, signal.SIGQUIT)
    time.sleep(1)
    found.append(_answered("killed", _under_load(app, folder, cores, "killed", STOPPED_SECONDS)))
    return found


def _answered(how: str, answers: Paced) -> Row:
    most = answers.percentile(1)
    said = json.loads(answers.first_answer or "{}")
    fell_back = said.get("status") == 0 and said["data"][0]["agent_number"] == FALLBACK
    in_time = sum(1 for waited in answers.waited_ms if waited <= STOPPED_MS)
    return Row(
        f"routing questions answered within {STOPPED_MS:g} ms, PostgreSQL {how}",
        f"{in_time / answers.sent:.1%}",
        "100 %",
        in_time == answers.sent and fell_back,
        f"{in_time} of {answers.sent}, with the fallback; ms p50 {answers.percentile(0.5):.1f}, most {most:.1f}",
    )


def _under_load(app: Server, folder: Path, cores: Cores, name: str, seconds: int) -> Paced:
    """Questions of known and unknown callers, deliveries beside them."""
    posts, asked = folder / f"{name}.posts", folder / f"{name}.asked"
    traffic.write(posts, name, DELIVERIES * (seconds + 2))
    asked.write_text(
        "".join(
            "route\t"
            + json.dumps(
                {
                    "call_id": f"{name}-q{number}",
                    "applicant_no": institution.lead_phone(number % (2 * institution.LEADS)),
                    "did_no": institution.did(number % institution.TEAMS),
                }
            )
            + "\n"
            for number in range(QUESTIONS * seconds)
        )
    )
    ingest = Running(app, posts, DELIVERIES, seconds + 1, cores)
    time.sleep(0.5)
    questions = Running(app, asked, QUESTIONS, seconds, cores).result()
    ingest.stop()
    return questions


@contextmanager
def _frozen(postmaster: int) -> Iterator[None]:
    stopped = machine.family(postmaster)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


def _at_work(url: str) -> None:
    """Everybody is checked in, and every DID has a fallback and the usual strategies."""
    store: Store = open_store(url, utc_now)
    at = store.now() - timedelta(hours=1)
    with store.db.begin() as tx:
        staff = tx.scalars(select(person.c.id).where(person.c.role == "counselor")).all()
        tx.execute(insert(presence), [{"person_id": one, "state": "in", "from_at": at} for one in staff])
        for team in range(institution.TEAMS):
            dids.change(tx, institution.did(team), fallback=FALLBACK, asked=[("language", "Hindi")])
    close_store(store)
