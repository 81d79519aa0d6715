"""A short course of what ``make soak`` does at length: the server dies in the midst of intake."""

from pathlib import Path

import pytest

from tests.cast import Known
from tests.databases import Databases
from tests.soak.books import shortened
from tests.soak.crash import ANY_MOMENT, Course, course

SHORT = {
    "sqlite": ("journal.after_calls", "writer.after_commit", ANY_MOMENT),
    "postgres": ("writer.before_commit", "intake.before_answer"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", SHORT)
def test_no_acknowledged_delivery_is_lost_or_half_done(
    databases: Databases, known_casts: dict[str, Known], kind: str, tmp_path: Path
) -> None:
    done = course(databases, known_casts, kind, SHORT[kind], tmp_path, workers=1 if kind == "sqlite" else 2)
    assert not done.failed, _told(done)
    assert len(done.kills) == len(SHORT[kind])
    for kill in done.kills:
        assert kill.acknowledged, f"nothing was acknowledged before {kill.where}"
        assert kill.unanswered, f"nobody was waiting for an answer at {kill.where}"


def _told(done: Course) -> str:
    found = [f"{kill.where}: {what}" for kill in done.kills for what in kill.wrong]
    return shortened([*found, *done.wrong])
