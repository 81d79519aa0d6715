"""What admins decide on the settings page, and holds for everybody. Each has a meaning, a default and limits."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from models.rules.access import Role, Viewer
from models.store import audit
from models.store.base import Store
from models.tables.work import choice


@dataclass(frozen=True, slots=True)
class Choice:
    """A whole number within limits, ends included; ``unit`` is what it counts."""

    default: int
    least: int
    most: int
    unit: str
    meaning: str


CHOICES: Mapping[str, Choice] = {
    "wrap_up_seconds": Choice(60, 0, 3600, "s", "How long a counselor has after a call before the next."),
    "claim_minutes": Choice(15, 1, 480, "min", "How long a claimed entry stays with who claimed it."),
    "reveals_a_day": Choice(10, 0, 1000, "", "How many numbers one supervisor may reveal in a day."),
    "require_inbound": Choice(0, 0, 1, "", "1: an inbound call needs a disposition before the next lead."),
    "require_outbound": Choice(0, 0, 1, "", "1: an outbound call needs a disposition."),
    "require_campaign": Choice(0, 0, 1, "", "1: a campaign call needs a disposition."),
}


class BadChoice(ValueError):
    """No such choice, or a value outside its limits. The message is for the admin who typed it."""


def of(tx: Connection) -> dict[str, int]:
    """All choices as they hold now."""
    found = {row.name: int(row.value) for row in tx.execute(select(choice)) if row.name in CHOICES}
    return {name: found.get(name, known.default) for name, known in CHOICES.items()}


def one(tx: Connection, name: str) -> int:
    """One of them. Raises ``KeyError`` for a name there is not."""
    kept = tx.scalar(select(choice.c.value).where(choice.c.name == name))
    return CHOICES[name].default if kept is None else int(kept)


def decide(store: Store, viewer: Viewer, name: str, value: int) -> None:
    """Let it hold from now on. Raises ``BadChoice``, and ``PermissionError`` for who is no admin."""
    if viewer.role is not Role.ADMIN:
        raise PermissionError("only an admin decides this")
    known = CHOICES.get(name)
    if known is None:
        raise BadChoice(f"there is no choice {name[:60]!r}")
    if not known.least <= value <= known.most:
        raise BadChoice(f"it must be between {known.least} and {known.most}")

    def work(tx: Connection) -> None:
        tx.execute(delete(choice).where(choice.c.name == name))
        tx.execute(insert(choice).values(name=name, value=str(value)))
        audit.by_person(tx, store.now(), viewer, "choice", name, str(value))

    store.write(work)
