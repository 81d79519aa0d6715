"""Commands for how callers find a counselor: DIDs' rules and people's skills, on both databases."""

import re

import pytest
from sqlalchemy import select

from models.store import dids, skills
from models.store.base import Store
from models.store.dids import Did
from models.store.skills import Skill
from models.tables.people import audit
from tests.cast import INDORE_DID, PUNE_DID, Cast
from tests.house.commands import Run


def the_did(on: Store, number: str = INDORE_DID) -> Did:
    with on.read() as tx:
        return dids.find(tx, number)


def test_a_did_is_set_up_and_listed(run: Run, on: Store, cast: Cast) -> None:
    status, _, _ = run(
        "did", "set", "0731 4000 001", "--strategies", "assigned, skill pool", "--skill", "language=Hindi",
        "--skill", "Language= Bundeli  boli ", "--skill", "region=Malwa", "--fallback", "0731 400 0099",
        "--unknown", "next", "--team", "Pune", "--label", "Main line",
    )  # fmt: skip
    assert status == 0
    one = the_did(on)
    assert (one.strategies, one.team, one.label) == (("assigned", "skill", "pool"), "Pune", "Main line")
    assert one.asked == {"language": ("Hindi", "Bundeli boli"), "region": ("Malwa",)}
    assert (one.fallback, one.unknown_rule) == ("+917314000099", "next")
    assert the_did(on, PUNE_DID).strategies == ()
    listed = run("did", "list")[1]
    assert re.search(r"\+917314000001\s+Main line\s+Pune\n", listed)
    for rule in (
        "strategies: assigned → skill → pool",
        "needs: language Hindi or Bundeli boli; region Malwa",
        "nobody found: +917314000099",
        "missed unknown callers: the next counselor in turn",
    ):
        assert listed.count(rule) == 1
    # what is not given stays, and '' takes away
    assert run("did", "set", INDORE_DID, "--skill", "", "--strategies", "", "--fallback", "")[0] == 0
    assert run("did", "set", INDORE_DID, "--team", "")[0] == 0
    one = the_did(on)
    assert (one.strategies, one.asked, one.fallback, one.team, one.unknown_rule) == ((), {}, "", None, "next")
    with on.read() as tx:
        noted = tx.execute(select(audit.c.subject, audit.c.detail).where(audit.c.action == "did.set")).all()
    assert [row.subject for row in noted] == [f"did:{one.id}"] * 3
    assert not any("400" in row.detail for row in noted)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("did", "set", INDORE_DID), "nothing to change"),
        (("did", "set", "12", "--label", "X"), "no telephone number"),
        (("did", "set", "+912024000099", "--label", "X"), "no number of the institution"),
        (("did", "set", INDORE_DID, "--strategies", "assigned nearest"), "'nearest' is no strategy"),
        (("did", "set", INDORE_DID, "--strategies", "pool pool"), "given twice"),
        (("did", "set", INDORE_DID, "--skill", "Hindi"), "KIND=WORD"),
        (("did", "set", INDORE_DID, "--skill", "tongue=Hindi"), "'tongue' is no kind of skill"),
        (("did", "set", INDORE_DID, "--team", "Nowhere"), "there is no team"),
        (("did", "set", INDORE_DID, "--fallback", "null"), "no address of a group"),
        (("user", "skill", "asha@example.org"), "nothing to change"),
        (("user", "skill", "nobody@x.org", "--add", "language=Hindi"), "nobody has the e-mail"),
        (("user", "skill", "asha@example.org", "--add", "language="), "needs a word"),
        (("user", "skill", "asha@example.org", "--add", f"language={'x' * 81}"), "at most 80"),
        (("user", "skill", "asha@example.org", "--remove", "language=Hindi"), "no skill of theirs"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_changes_nothing(
    run: Run, on: Store, cast: Cast, arguments: tuple[str, ...], said: str
) -> None:
    before = the_did(on)
    status, out, complained = run(*arguments)
    assert (status, out) == (1, "")
    assert said in complained
    assert the_did(on) == before
    with on.read() as tx:
        assert skills.of_everybody(tx) == {}
        assert tx.execute(select(audit).where(audit.c.action.in_(("did.set", "user.skill")))).all() == []


def test_skills_come_and_go(run: Run, on: Store, cast: Cast) -> None:
    added = ("--add", "language=Hindi", "--add", "programme=MBA", "--add", "LANGUAGE=hindi")
    assert run("user", "skill", "asha@example.org", *added)[0] == 0
    assert run("user", "skill", "asha@example.org", "--add", "language=HINDI")[0] == 0
    with on.read() as tx:
        assert skills.of_everybody(tx) == {
            cast.asha.id: (Skill("language", "Hindi"), Skill("programme", "MBA"))
        }
    assert "language Hindi, programme MBA" in run("user", "list")[1]
    changed = ("--remove", "language= hINDI", "--add", "region=Malwa")
    assert run("user", "skill", "asha@example.org", *changed)[0] == 0
    with on.read() as tx:
        assert skills.of_everybody(tx) == {
            cast.asha.id: (Skill("programme", "MBA"), Skill("region", "Malwa"))
        }
        noted = tx.scalars(select(audit.c.detail).where(audit.c.action == "user.skill")).all()
    assert noted[-1] == "command line: +region=Malwa, -language=hINDI"
