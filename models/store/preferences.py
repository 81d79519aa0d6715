"""What each person prefers: how they call, and what may make a noise. One value a name."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from models.rules.access import Viewer
from models.store.base import Store
from models.tables.work import preference

KNOWN: Mapping[str, tuple[str, ...]] = {
    "mode": ("hardphone", "docked", "window"),
    "sound": ("on", "off"),
    "notify": ("off", "on"),
}
"""Every preference and the values it may have; the first is what holds until the person chooses."""


class NoSuchPreference(ValueError):
    """There is no preference of this name, or it cannot have this value."""


def of(tx: Connection, person_id: int) -> dict[str, str]:
    """All preferences of one person, those never chosen with their first value."""
    found = dict(
        tx.execute(
            select(preference.c.name, preference.c.value).where(preference.c.person_id == person_id)
        ).all()
    )
    return {name: found[name] if found.get(name) in values else values[0] for name, values in KNOWN.items()}


def choose(store: Store, viewer: Viewer, name: str, value: str) -> None:
    """Keep it for this person. Raises ``NoSuchPreference``."""
    if value not in KNOWN.get(name, ()):
        raise NoSuchPreference(f"{name[:40]!r} cannot be {value[:40]!r}")

    def work(tx: Connection) -> Any:
        tx.execute(
            delete(preference).where(preference.c.person_id == viewer.person_id, preference.c.name == name)
        )
        tx.execute(insert(preference).values(person_id=viewer.person_id, name=name, value=value))

    store.write(work)
