"""A short course of what ``make soak`` does at length: the server dies in the midst of intake."""

from pathlib import Path

import pytest

from tests.cast import Known
from tests.databases import Databases
from tests.soak import contract, storm
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


def test_of_a_storm_every_hook_is_answered_and_found(
    databases: Databases, known_casts: dict[str, Known]
) -> None:
    blown = storm.blow(databases, known_casts, "sqlite", 400, seed=7)
    assert not blown.wrong, shortened(blown.wrong)
    assert blown.verdicts["recorded"] > 40, "nearly all of it unreadable proves little"


def test_the_public_api_keeps_to_its_document(databases: Databases, known_casts: dict[str, Known]) -> None:
    count, wrong = contract.asked(databases, known_casts, "sqlite", 6)
    assert not wrong, shortened(wrong)
    assert count > 100


def _told(done: Course) -> str:
    found = [f"{kill.where}: {what}" for kill in done.kills for what in kill.wrong]
    return shortened([*found, *done.wrong])
