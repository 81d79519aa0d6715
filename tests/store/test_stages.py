"""The institution's stages: the list, who keeps it, and what follows a new name."""

import pytest
from sqlalchemy import insert, select

from models.store import stages
from models.store.base import Store
from models.store.stages import BadStage
from models.tables.leads import lead
from models.tables.people import audit
from models.tables.work import disposition
from tests.cast import Cast


def names(store: Store) -> list[str]:
    with store.read() as tx:
        return [one.name for one in stages.choosable(tx)]


def test_before_any_is_defined_the_stages_in_use_are_the_list(store: Store, cast: Cast) -> None:
    cast.lead(stage="Visit booked")
    cast.lead(stage="Enquiry")
    cast.lead(stage="Enquiry")
    cast.lead(stage="Gone", merged_into=1)
    assert names(store) == ["Enquiry", "Visit booked"]
    stages.add(store, cast.dev.viewer, "Applied")
    assert names(store) == ["Applied"]


def test_a_sub_stage_stands_under_its_stage(store: Store, cast: Cast) -> None:
    dev = cast.dev.viewer
    applied = stages.add(store, dev, " Applied  now ")
    stages.add(store, dev, "Fee pending", parent_id=applied, needs_follow_up=True)
    with store.read() as tx:
        (only,) = stages.defined(tx)
        sub = stages.find(tx, "Applied now", "Fee pending")
        assert sub
        assert sub.needs_follow_up
        assert stages.find(tx, "Applied now", "Nothing") is None
    assert [only.name, only.subs[0].name] == ["Applied now", "Fee pending"]
    with pytest.raises(BadStage, match="cannot have"):
        stages.add(store, dev, "Deeper", parent_id=only.subs[0].id)


def test_a_name_stands_once_whatever_its_case(store: Store, cast: Cast) -> None:
    dev = cast.dev.viewer
    first, second = stages.add(store, dev, "Applied"), stages.add(store, dev, "Enquiry")
    stages.add(store, dev, "applied", parent_id=second)  # under another stage it is another one
    with pytest.raises(BadStage, match="already"):
        stages.add(store, dev, "APPLIED")
    with pytest.raises(BadStage, match="already"):
        stages.rename(store, dev, second, "applied")
    stages.rename(store, dev, first, "APPLIED")
    assert names(store) == ["APPLIED", "Enquiry"]
    for bad in ("", "  ", "x" * 81):
        with pytest.raises(BadStage):
            stages.add(store, dev, bad)


def test_names_that_differ_by_a_masked_number_are_one_name(store: Store, cast: Cast) -> None:
    """Their masks are alike, so the index would refuse the second: it is said before, and in words."""
    dev = cast.dev.viewer
    first = stages.add(store, dev, "Ring 9123456781")
    below = stages.add(store, dev, "Ask 9123456781", parent_id=first)
    other = stages.add(store, dev, "Ask else", parent_id=first)
    with pytest.raises(BadStage, match="already") as told:
        stages.add(store, dev, "Ring 9876543781")
    assert "9876543781" not in str(told.value)
    with pytest.raises(BadStage, match="already"):
        stages.add(store, dev, "Ask 9876543781", parent_id=first)
    with pytest.raises(BadStage, match="already"):
        stages.rename(store, dev, other, "Ask 9876543781")
    stages.rename(store, dev, below, "Ask 9876543781")
    assert names(store) == ["Ring ••••• ••781"]


def test_a_new_name_takes_its_leads_and_dispositions_along(store: Store, cast: Cast) -> None:
    dev = cast.dev.viewer
    applied = stages.add(store, dev, "Applied")
    fee = stages.add(store, dev, "Fee pending", parent_id=applied)
    inside = cast.lead(stage="Applied", sub_stage="Fee pending")
    other = cast.lead(stage="Enquiry", sub_stage="Fee pending")
    with store.db.begin() as tx:
        tx.execute(
            insert(disposition).values(
                label="Applied", position=1, directions="inbound", ends="talked",
                needs_follow_up=False, stage="Applied", active=True,
            )
        )  # fmt: skip
    stages.rename(store, dev, applied, "Application")
    stages.rename(store, dev, fee, "Fee due")
    with store.read() as tx:
        rows = dict(tx.execute(select(lead.c.id, lead.c.stage + "/" + lead.c.sub_stage)).all())
        assert rows[inside.id] == "Application/Fee due"
        assert rows[other.id] == "Enquiry/Fee pending"
        assert tx.scalar(select(disposition.c.stage)) == "Application"
        said = tx.scalars(select(audit.c.detail).where(audit.c.action == "stage.renamed")).all()
    assert "Applied → Application" in said


def test_a_retired_stage_is_not_chosen_any_more(store: Store, cast: Cast) -> None:
    dev = cast.dev.viewer
    first, second = (stages.add(store, dev, name) for name in ("Enquiry", "Applied"))
    stages.change(store, dev, first, active=False)
    assert names(store) == ["Applied"]
    with store.read() as tx:
        assert [one.active for one in stages.defined(tx, retired=True)] == [False, True]
    stages.change(store, dev, first, active=True, needs_follow_up=True)
    stages.move(store, dev, second, -1)
    stages.move(store, dev, second, -1)  # it is the first already
    assert names(store) == ["Applied", "Enquiry"]


def test_only_an_admin_keeps_the_list(store: Store, cast: Cast) -> None:
    first = stages.add(store, cast.dev.viewer, "Enquiry")
    for who in (cast.asha, cast.meera, cast.chitra):
        with pytest.raises(PermissionError):
            stages.add(store, who.viewer, "Mine")
        with pytest.raises(PermissionError):
            stages.rename(store, who.viewer, first, "Mine")
        with pytest.raises(PermissionError):
            stages.change(store, who.viewer, first, active=False)
        with pytest.raises(PermissionError):
            stages.move(store, who.viewer, first, 1)
    assert names(store) == ["Enquiry"]
    with pytest.raises(BadStage, match="no such"):
        stages.rename(store, cast.dev.viewer, 999, "X")
