"""Changing a lead: what is kept, who may, and that nobody overwrites what they have not seen."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from models.rules.access import Role, Viewer
from models.store import feed, lead_editing, openings, stages
from models.store.base import Store
from models.store.lead_editing import BadDetail, NotEditable
from models.store.upsert_leads import LeadFacts, upsert
from models.tables.leads import lead
from models.tables.people import audit
from models.tables.work import follow_up, stage_change
from tests.cast import Cast, Lead


def kept(store: Store, found: Lead, *names: str) -> list[Any]:
    with store.read() as tx:
        return list(tx.execute(select(*(lead.c[name] for name in names)).where(lead.c.id == found.id)).one())


def test_details_are_kept_and_audited_and_told(store: Store, cast: Cast) -> None:
    found = cast.lead(owner=cast.asha, city="Indore", email="old@example.org")
    openings.open_profile(store, cast.meera.viewer, found.id, "link")
    done = lead_editing.edit(
        store,
        cast.asha.viewer,
        found.id,
        {"city": "  Dewas  city ", "email": "New@Example.org", "region": ""},
        {"city": "Indore", "email": "old@example.org", "region": ""},
    )
    assert done.saved
    assert done.values == {"city": "Dewas city", "email": "new@example.org"}
    assert kept(store, found, "city", "email", "region") == ["Dewas city", "new@example.org", None]
    with store.read() as tx:
        noted = tx.execute(select(audit).where(audit.c.action == "lead.edited")).one()
        (row,) = [row for row in feed.after(tx, 0) if row.kind == "lead"]
    assert (noted.person_id, noted.subject, noted.detail) == (cast.asha.id, f"lead:{found.id}", "city, email")
    assert row.audience.people == {cast.asha.id, cast.meera.id}
    assert row.body == f'{{"lead_id":{found.id}}}'


def test_a_newer_change_of_somebody_else_is_shown_not_overwritten(store: Store, cast: Cast) -> None:
    found = cast.lead(owner=cast.asha, city="Indore")
    seen = {"city": "Indore", "programme": "B.Tech"}
    assert lead_editing.edit(store, cast.meera.viewer, found.id, {"city": "Dewas"}, seen).saved
    late = lead_editing.edit(store, cast.asha.viewer, found.id, {"city": "Ujjain", "programme": "MBA"}, seen)
    assert not late.saved
    assert late.newer == {"city": "Dewas"}
    assert late.by == cast.meera.name
    assert kept(store, found, "city", "programme") == ["Dewas", "B.Tech"], "all or nothing"
    # another field than the one somebody changed is free, and so is the same value
    assert lead_editing.edit(store, cast.asha.viewer, found.id, {"programme": "MBA"}, seen).saved
    assert lead_editing.edit(store, cast.asha.viewer, found.id, {"city": "Dewas"}, seen).saved


def test_who_may(store: Store, cast: Cast) -> None:
    found = cast.lead(owner=cast.asha, city="Indore")
    for who in (cast.asha, cast.meera, cast.dev):
        assert lead_editing.edit(store, who.viewer, found.id, {"city": "Indore"}, {"city": "Indore"}).saved
    for who in (cast.chitra, cast.ravi):
        with pytest.raises(NotEditable):
            lead_editing.edit(store, who.viewer, found.id, {"city": "X"}, {"city": "Indore"})
        with pytest.raises(NotEditable):
            lead_editing.move(store, who.viewer, found.id, ("New", None), ("New", None))
    with pytest.raises(NotEditable):
        lead_editing.edit(store, cast.dev.viewer, found.id + 99, {"city": "X"}, {"city": ""})
    assert kept(store, found, "city") == ["Indore"]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", " ", "needs a name"),
        ("name", "x" * 161, "at most 160"),
        ("email", "somebody", "no e-mail address"),
        ("email", "two words@example.org", "no e-mail address"),
        ("email", "••••• ••321@example.org", "whole address"),
        ("city", "call 98 7654 3210", "phone number"),
        ("city", "+91-98765-43210", "phone number"),
        ("language", "x" * 41, "at most 40"),
        ("city", "a\x07b", "cannot be shown"),
        ("stage", "New", "cannot be changed"),
        ("owner_id", "1", "cannot be changed"),
    ],
)
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_cannot_be_kept_is_said_and_nothing_is_lost(
    store: Store, cast: Cast, field: str, value: str, why: str
) -> None:
    found = cast.lead(owner=cast.asha, name="Ananya", city="Indore", email="a@example.org")
    before = kept(store, found, "name", "city", "email", "language", "stage", "owner_id")
    with pytest.raises(BadDetail, match=why) as raised:
        lead_editing.edit(store, cast.asha.viewer, found.id, {field: value}, {})
    assert raised.value.field == field
    assert kept(store, found, "name", "city", "email", "language", "stage", "owner_id") == before


def test_an_address_that_is_a_number_stays_hidden_and_unharmed(store: Store, cast: Cast) -> None:
    found = cast.lead(owner=cast.asha, email="9876543210@example.org")
    hidden = lead_editing.shown("9876543210@example.org")
    assert "98765" not in hidden
    assert lead_editing.edit(
        store, cast.asha.viewer, found.id, {"email": hidden, "city": "Dewas"}, {"email": hidden, "city": "Indore"}
    ).saved  # fmt: skip
    assert kept(store, found, "email", "city") == ["9876543210@example.org", "Dewas"]


def test_a_stage_is_moved_and_kept(store: Store, cast: Cast) -> None:
    dev, asha = cast.dev.viewer, cast.asha.viewer
    applied = stages.add(store, dev, "Applied")
    stages.add(store, dev, "Fee pending", parent_id=applied, needs_follow_up=True)
    found = cast.lead(owner=cast.asha, stage="New")
    to = ("Applied", "Fee pending")
    done = lead_editing.move(store, asha, found.id, to, ("New", None))
    assert done.saved
    assert done.needs_follow_up
    assert lead_editing.move(store, asha, found.id, to, to).saved  # there already: nothing more is kept
    with store.read() as tx:
        row = tx.execute(select(stage_change)).one()
    assert (row.from_stage, row.from_sub, row.to_stage, row.to_sub) == ("New", None, *to)
    late = lead_editing.move(store, cast.meera.viewer, found.id, ("Applied", None), ("New", None))
    assert (late.saved, late.by) == (False, cast.asha.name)
    assert late.newer == {"stage": "Applied", "sub_stage": "Fee pending"}
    for wrong in (("New", None), ("Applied", "Nowhere"), ("Fee pending", None)):
        with pytest.raises(BadDetail, match="not on the institution"):
            lead_editing.move(store, asha, found.id, wrong, to)
    assert kept(store, found, "stage", "sub_stage") == list(to)


def test_an_open_follow_up_is_enough(store: Store, cast: Cast) -> None:
    stages.add(store, cast.dev.viewer, "Call back", needs_follow_up=True)
    found = cast.lead(owner=cast.asha)
    with store.db.begin() as tx:
        tx.execute(
            insert(follow_up).values(
                lead_id=found.id, person_id=cast.asha.id, made_by=cast.asha.id, due_at=store.now(),
                state="open", made_at=store.now(),
            )
        )  # fmt: skip
    done = lead_editing.move(store, cast.asha.viewer, found.id, ("Call back", None), ("New", None))
    assert done.saved
    assert not done.needs_follow_up


def test_a_stage_another_system_tells_is_a_step_too(store: Store, cast: Cast) -> None:
    found = cast.lead(stage="Applied", sub_stage="Fee pending", external_id="X-1")
    facts = LeadFacts(external_id="X-1", stage="Enrolled")
    everything = Viewer(0, Role.ADMIN, "key", "")
    with store.db.begin() as tx:
        upsert(tx, everything, store.vault, facts, store.now())
        upsert(tx, everything, store.vault, facts, store.now())
    assert kept(store, found, "stage", "sub_stage") == ["Enrolled", None]
    with store.read() as tx:
        row = tx.execute(select(stage_change)).one()
    assert (row.person_id, row.from_stage, row.from_sub, row.to_stage) == (
        0,
        "Applied",
        "Fee pending",
        "Enrolled",
    )
