"""The machine under the figures: which core does what, and how busy it all was."""

import os
import platform
import shutil
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cores:
    """The core of the server under test and the core of whatever drives it; None: not pinned."""

    app: int | None = None
    generator: int | None = None

    @classmethod
    def found(cls) -> "Cores":
        """Two cores of those this process may use, when there are two and ``taskset`` is installed."""
        free = sorted(os.sched_getaffinity(0))
        return cls(free[0], free[1]) if len(free) > 1 and shutil.which("taskset") else cls()


def pinned(core: int | None, command: Sequence[str]) -> list[str]:
    """The command, bound to one core."""
    return [*command] if core is None else ["taskset", "-c", str(core), *command]


def pin(pid: int, core: int | None) -> None:
    """Bind a running process (and what it starts from now on) to one core."""
    if core is not None:
        os.sched_setaffinity(pid, {core})


def family(pid: int) -> list[int]:
    """This process and everything below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        below = [int(child) for child in children.read_text().split()]
    except FileNotFoundError:
        return []
    return [pid, *(one for child in below for one in family(child))]


def cpu_seconds(pid: int) -> float:
    """Processor time that this process and everything below it have used so far."""
    return sum(_own_seconds(one) for one in family(pid))


def _own_seconds(pid: int) -> float:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / TICKS


def load() -> float:
    """Processes that ran or wanted to, averaged over the last minute."""
    return os.getloadavg()[0]


def describe(cores: Cores) -> str:
    """One line on the machine and its software, for the table's head."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    software = ", ".join(f"{name} {version(name)}" for name in ("flask", "gunicorn", "sqlalchemy", "psycopg"))
    where = (
        "not pinned"
        if cores.app is None
        else f"server on core {cores.app}, generator on core {cores.generator}"
    )
    return (
        f"{os.cpu_count()} × {model}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{software}; {where}; {time.strftime('%Y-%m-%d', time.gmtime())}"
    )
