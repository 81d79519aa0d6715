"""Whose lead is calling and who gets the call, at 0 to 800,000 leads: flat, or something scans."""

import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from ingest.contract import ConnectionInfo, RouteQuestion
from ingest.webhooks import routing
from models.store import entries, sessions
from models.store.base import Store
from models.tables.calls import call, notification, notification_for
from models.tables.people import person, presence
from models.tables.telephony import connection
from tests.bench import institution
from tests.bench.ingest import database
from tests.bench.report import Row
from tests.databases import close_store, open_store

SIZES = (0, 5_000, 50_000, 800_000)
ASKED = 200
FLAT = 1.5  # the largest may cost this much of the smallest
CALLS, OPEN = 1_000_000, 400
BOARD_MS = 5.0


def rows() -> list[Row]:
    """On SQLite: PostgreSQL answers by the same indexes."""
    with (
        tempfile.TemporaryDirectory(prefix="callboard-bench-") as name,
        database("sqlite", Path(name)) as url,
    ):
        from models.store.base import utc_now

        store = open_store(url, utc_now)
        try:
            return [_routing(store), _board(store)]
        finally:
            close_store(store)


def _routing(store: Store) -> Row:
    with store.db.begin() as tx:
        at = store.now() - timedelta(hours=1)
        staff = list(tx.scalars(select(person.c.id).where(person.c.role == "counselor")))
        tx.execute(insert(presence), [{"person_id": p, "state": "in", "from_at": at} for p in staff])
        line = tx.scalar(select(connection.c.id)) or 0
    asking = ConnectionInfo(id=line, slug="bench", vendor="open")
    found: list[float] = []
    have = institution.LEADS
    for size in SIZES:
        if size > have:
            institution.add_leads(store, have, size - have, lambda number: staff[number % len(staff)])
            have = size
        known = max(size, 1)
        times = []
        for number in range(ASKED):
            phone = institution.lead_phone(number * 7919 % known) if size else f"+9196{number:08}"
            question = RouteQuestion(phone, institution.did(0), None)
            began = time.perf_counter()
            routing.answer(store, asking, question)
            times.append((time.perf_counter() - began) * 1e3)
        found.append(statistics.median(times))
    ratio = max(found[1:]) / found[1]
    return Row(
        "routing answer with caller look-up, 800,000 leads ÷ 5,000",
        f"{ratio:.2f}",
        f"flat (≤ {FLAT})",
        ratio <= FLAT,
        "ms at " + ", ".join(f"{size:,}: {ms:.2f}" for size, ms in zip(SIZES, found, strict=True)),
    )


def _board(store: Store) -> Row:
    """A supervisor's open entries among a million calls."""
    now = store.now()
    with store.db.begin() as tx:
        line = tx.scalar(select(connection.c.id)) or 0
        staff = list(
            tx.scalars(select(person.c.id).where(person.c.role == "counselor").order_by(person.c.id))
        )
        boss = tx.scalar(select(person.c.id).where(person.c.role == "supervisor").order_by(person.c.id)) or 0
        for start in range(1, CALLS + 1, 50_000):
            tx.execute(
                insert(call),
                [
                    {
                        "id": number,
                        "connection_id": line,
                        "provider_call_id": f"board-{number}",
                        "direction": "inbound",
                        "lead_id": number % 5_000 + 1,
                        "person_id": staff[number % len(staff)],
                        "started_at": now - timedelta(seconds=30 * (CALLS - number)),
                        "ended_at": now - timedelta(seconds=30 * (CALLS - number) - 20),
                        "over": True,
                        "outcome": "agent_missed",
                        "machine": False,
                        "words": "",
                        "local_day": 20_000,
                        "local_hour": 10,
                        "changed_at": now,
                    }
                    for number in range(start, min(start + 50_000, CALLS + 1))
                ],
            )
        missed = range(1, CALLS + 1, 20)
        tx.execute(
            insert(notification),
            [
                {
                    "id": number,
                    "call_id": number,
                    "lead_id": number % 5_000 + 1,
                    "kind": "missed",
                    "direction": "inbound",
                    "reason": "agent_missed",
                    "everyone": False,
                    "state": "open" if number > CALLS - OPEN * 20 else "cleared",
                    "raised_at": now - timedelta(seconds=30 * (CALLS - number)),
                }
                for number in missed
            ],
        )
        tx.execute(
            insert(notification_for),
            [
                {"notification_id": n, "person_id": staff[n // 20 % len(staff)], "team_id": None}
                for n in missed
            ],
        )
    with store.read() as tx:
        viewer = sessions.viewer_of(tx, boss)
    if viewer is None:
        raise RuntimeError("the institution has no supervisor")
    times, shown = [], 0
    for _ in range(30):
        began = time.perf_counter()
        with store.read() as tx:
            shown = len(entries.open_for(tx, viewer, now=now, rules=store.rules))
        times.append((time.perf_counter() - began) * 1e3)
    median = statistics.median(times)
    return Row(
        f"live board query at {CALLS:,} calls, {OPEN} open, {shown} of them a supervisor's",
        f"{median:.1f} ms",
        f"≤ {BOARD_MS:g} ms",
        median <= BOARD_MS,
        f"ms least {min(times):.1f}, most {max(times):.1f}",
    )
