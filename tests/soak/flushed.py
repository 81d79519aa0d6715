"""Power may fail, not only a process: between a provider's request and our 2xx the disk must have been told
to keep the data. Seen from outside, in the system calls of the server (and of PostgreSQL)."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import psycopg
from sqlalchemy import text

from models.store.base import Store
from tests.cast import Known
from tests.databases import Databases
from tests.servers import Running, running

CALLS = "fsync,fdatasync,read,recvfrom,recvmsg,write,writev,sendto,sendmsg"
FLUSH = re.compile(r"(?:fsync|fdatasync)(?:\(| resumed)")
JOURNAL = re.compile(r"(\d+) .*(?:fsync|fdatasync)\(\d+<[^>]*(?:-wal|pg_wal/)[^>]*>")
ATTACHED = re.compile(r"attached")


def available() -> str | None:
    """Why this cannot be looked at on this machine; None when it can. Root gets strace installed for it."""
    if os.geteuid() != 0:
        return "only root may look at another process's system calls"
    if shutil.which("strace") is None and shutil.which("apt-get"):
        subprocess.run(
            ["apt-get", "install", "-qqy", "--no-install-recommends", "strace"], capture_output=True
        )
    return None if shutil.which("strace") else "strace is not installed"


def wrong(databases: Databases, known: dict[str, Known], kind: str, folder: Path) -> list[str]:
    """What is wrong with the order of request, flush and answer for ten deliveries, one after another."""
    with running(databases, known, kind, folder, SCHEDULER="false") as server:
        if kind == "postgres":
            _flushing(server.store, on=True)
        try:
            server.hook("popup", _delivery(server, 0)).raise_for_status()  # connections are open from here on
            lines = _watched(server, [*server.workers(), *_postgres(server.store)], folder / "calls")
        finally:
            if kind == "postgres":
                _flushing(server.store, on=False)
    return _judge(lines)


def _watched(server: Running, pids: Iterable[int], out: Path) -> list[str]:
    watching = [argument for pid in pids for argument in ("-p", str(pid))]
    notes = out.with_suffix(".notes")
    with notes.open("wb") as said:
        strace = subprocess.Popen(
            ["strace", "-f", "-y", "-s", "48", "-e", f"trace={CALLS}", "-o", str(out), *watching], stderr=said
        )
    try:
        _until_attached(strace, notes, len(watching) // 2)
        for number in range(1, 11):
            server.hook("popup", _delivery(server, number)).raise_for_status()
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait(20)
    return out.read_text(errors="replace").splitlines()


def _until_attached(strace: "subprocess.Popen[bytes]", notes: Path, processes: int) -> None:
    deadline = time.monotonic() + 20
    while len(ATTACHED.findall(notes.read_text())) < processes:
        if strace.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"strace could not attach: {notes.read_text()[:400]}")
        time.sleep(0.02)


def _judge(lines: list[str]) -> list[str]:
    """A flush of the journal must have begun after the request was read and returned before the answer went."""
    answered, found = 0, []
    begun: set[str] = set()
    flushed = waiting = False
    for line in lines:
        if "POST /webhooks" in line and ("read(" in line or "recv" in line):
            waiting, flushed = True, False
            begun.clear()
        elif match := JOURNAL.match(line):
            begun.add(match[1])
            flushed = flushed or (match[1] in begun and line.endswith("= 0"))
        elif FLUSH.search(line) and line.endswith("= 0"):
            flushed = flushed or line.split()[0] in begun
        elif "HTTP/1.1 200" in line and ("send" in line or "write" in line) and waiting:
            answered += 1
            waiting = False
            if not flushed:
                found.append(f"answer {answered} was sent before the journal was flushed")
    return found if answered == 10 else [*found, f"{answered} of 10 answers were seen"]


def _delivery(server: Running, number: int) -> dict[str, str]:
    assert server.cast.asha.seat
    return {
        "call_id": f"flush-{number}",
        "agent_no": server.cast.asha.seat,
        "applicant_no": f"+9196{number:08}",
        "call_type": "inbound",
    }


def _flushing(store: Store, *, on: bool) -> None:
    """Databases for tests do without; this one must not."""
    address = store.db.url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute(f"ALTER SYSTEM SET fsync = {'on' if on else 'off'}".encode())
        admin.execute("SELECT pg_reload_conf()")
    deadline = time.monotonic() + 10
    with store.read() as tx:
        while tx.scalar(text("SHOW fsync")) != ("on" if on else "off"):
            if time.monotonic() > deadline:
                raise AssertionError("PostgreSQL did not take the setting over")
            time.sleep(0.02)


def _postgres(store: Store) -> list[int]:
    """Every process of the PostgreSQL server: a commit may be flushed by another one than its own. With the
    first of them, which makes the others: a new connection is followed too."""
    if store.db.sqlite:
        return []
    with store.read() as tx:
        folder = Path(str(tx.scalar(text("SHOW data_directory"))))
        others = tx.scalars(text("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"))
        return [int((folder / "postmaster.pid").read_text().split()[0]), *others]
