"""Preferences of a person and choices of the institution: kept, bounded, and nobody else's."""

import pytest
from sqlalchemy import select

from models.store import choices, preferences
from models.store.base import Store
from models.tables.people import audit
from tests.cast import Cast


def test_a_preference_is_kept_for_one_person_only(store: Store, cast: Cast) -> None:
    preferences.choose(store, cast.asha.viewer, "mode", "window")
    preferences.choose(store, cast.asha.viewer, "mode", "docked")
    with store.read() as tx:
        assert preferences.of(tx, cast.asha.viewer.person_id)["mode"] == "docked"
        assert preferences.of(tx, cast.ravi.viewer.person_id)["mode"] == "hardphone"


@pytest.mark.parametrize(("name", "value"), [("mode", "telepathy"), ("colour", "red"), ("", "")])
def test_an_unknown_preference_is_refused(store: Store, cast: Cast, name: str, value: str) -> None:
    with pytest.raises(preferences.NoSuchPreference):
        preferences.choose(store, cast.asha.viewer, name, value)


def test_a_choice_is_an_admins_and_audited(store: Store, cast: Cast) -> None:
    for who in (cast.asha.viewer, cast.meera.viewer):
        with pytest.raises(PermissionError):
            choices.decide(store, who, "wrap_up_seconds", 30)
    choices.decide(store, cast.dev.viewer, "wrap_up_seconds", 30)
    with store.read() as tx:
        assert choices.of(tx)["wrap_up_seconds"] == choices.one(tx, "wrap_up_seconds") == 30
        assert choices.one(tx, "claim_minutes") == 15
        assert tx.scalars(select(audit.c.detail).where(audit.c.action == "choice")).all() == ["30"]


@pytest.mark.parametrize(
    ("name", "value"), [("wrap_up_seconds", -1), ("wrap_up_seconds", 3601), ("nothing", 1)]
)
def test_a_choice_out_of_its_limits_is_refused(store: Store, cast: Cast, name: str, value: int) -> None:
    with pytest.raises(choices.BadChoice):
        choices.decide(store, cast.dev.viewer, name, value)
