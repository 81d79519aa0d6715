"""The institution's results of a call, in the order of their keys: the list admins keep.

Until an admin changes it, it is ``DEFAULTS``, written when somebody first asks for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from models.rules.access import Role, Viewer
from models.rules.call import Direction
from models.rules.wrapping import End
from models.store import audit, stages
from models.store.base import Store
from models.tables.base import as_kept
from models.tables.work import disposition

LONGEST = 60
DIRECTIONS = tuple(direction.value for direction in Direction)
ENDS = tuple(end.value for end in End)
DIALLED = (Direction.OUTBOUND.value, Direction.CAMPAIGN.value)


class BadDisposition(ValueError):
    """There is no such disposition, or it cannot be so. The message is for the admin who typed it."""


@dataclass(frozen=True, slots=True)
class Disposition:
    """One result. ``directions`` and ``ends`` are the calls it can be said of; ``stage`` is where it moves the lead."""

    id: int
    label: str
    directions: tuple[str, ...]
    ends: tuple[str, ...]
    needs_follow_up: bool = False
    stage: str | None = None
    active: bool = True

    def fits(self, direction: str | None, end: str | None) -> bool:
        """Can it be said of such a call? What was not told of the call excludes nothing."""
        return (direction is None or direction in self.directions) and (end is None or end in self.ends)


DEFAULTS: Sequence[Disposition] = (
    Disposition(0, "No answer", DIALLED, (End.UNANSWERED.value,)),
    Disposition(0, "Busy", DIALLED, (End.UNANSWERED.value,)),
    Disposition(0, "Switched off", DIALLED, (End.UNANSWERED.value,)),
    Disposition(0, "Interested", DIRECTIONS, (End.TALKED.value,)),
    Disposition(0, "Call back", DIRECTIONS, ENDS, needs_follow_up=True),
    Disposition(0, "Documents sent", DIRECTIONS, (End.TALKED.value,)),
    Disposition(0, "Not now", DIRECTIONS, (End.TALKED.value,)),
    Disposition(0, "Wrong number", DIRECTIONS, ENDS),
    Disposition(0, "Not interested", DIRECTIONS, (End.TALKED.value,)),
)


def ensure(store: Store) -> None:
    """Write the list everybody begins with, if there is none. Harmless when several do it at once: a second
    commit finds the first one's."""
    with store.read() as tx:
        if _any(tx):
            return

    def work(tx: Connection) -> None:
        if not _any(tx):
            rows = [_values(each) | {"position": at} for at, each in enumerate(DEFAULTS, 1)]
            tx.execute(insert(disposition), rows)

    store.write(work)


def listed(tx: Connection, *, retired: bool = False) -> list[Disposition]:
    """In the order of their keys; with ``retired`` also what is no longer chosen."""
    rows = tx.execute(select(disposition).order_by(disposition.c.position, disposition.c.id))
    return [_read(row) for row in rows if row.active or retired]


def find(tx: Connection, disposition_id: int) -> Disposition | None:
    """One that can be chosen."""
    return next((each for each in listed(tx) if each.id == disposition_id), None)


def add(store: Store, viewer: Viewer, wanted: Disposition) -> int:
    """Put it at the end of the list; its id. Raises ``BadDisposition``, and ``PermissionError`` for who is no admin."""
    _require_admin(viewer)

    def work(tx: Connection) -> int:
        kept = _checked(tx, wanted, None)
        last = tx.scalar(select(func.max(disposition.c.position))) or 0
        made: int = tx.execute(
            insert(disposition).values(**_values(kept), position=last + 1).returning(disposition.c.id)
        ).scalar_one()
        audit.by_person(tx, store.now(), viewer, "disposition.added", f"disposition:{made}", _said(kept))
        return made

    added: int = store.write(work)
    return added


def change(store: Store, viewer: Viewer, disposition_id: int, wanted: Disposition) -> None:
    """Let it be so from now on; calls it was said of keep it, under its new name. ``active`` False retires it.

    Raises ``BadDisposition`` and ``PermissionError``.
    """
    _require_admin(viewer)

    def work(tx: Connection) -> None:
        before = _read(_row(tx, disposition_id))
        kept = _checked(tx, wanted, before)
        if _values(kept) == _values(before):
            return
        tx.execute(update(disposition).where(disposition.c.id == disposition_id).values(_values(kept)))
        audit.by_person(
            tx,
            store.now(),
            viewer,
            "disposition.changed",
            f"disposition:{disposition_id}",
            f"{_said(before)} → {_said(kept)}",
        )

    store.write(work)


def move(store: Store, viewer: Viewer, disposition_id: int, step: int) -> None:
    """Change places with the neighbour, ``step`` -1 up or 1 down; at the end of the list nothing changes.

    Raises ``BadDisposition`` and ``PermissionError``.
    """
    _require_admin(viewer)

    def work(tx: Connection) -> None:
        _row(tx, disposition_id)
        ids = [each.id for each in listed(tx)]
        at = ids.index(disposition_id) if disposition_id in ids else -1
        to = at + (1 if step > 0 else -1)
        if at < 0 or not 0 <= to < len(ids):
            return
        ids[at], ids[to] = ids[to], ids[at]
        for position, each in enumerate(ids, 1):
            tx.execute(update(disposition).where(disposition.c.id == each).values(position=position))
        audit.by_person(
            tx, store.now(), viewer, "disposition.moved", f"disposition:{disposition_id}", str(step)
        )

    store.write(work)


def _require_admin(viewer: Viewer) -> None:
    if viewer.role is not Role.ADMIN:
        raise PermissionError("only an admin keeps the list of dispositions")


def _any(tx: Connection) -> bool:
    return tx.scalar(select(disposition.c.id).limit(1)) is not None


def _row(tx: Connection, disposition_id: int) -> Row[Any]:
    row = tx.execute(select(disposition).where(disposition.c.id == disposition_id)).one_or_none()
    if row is None:
        raise BadDisposition("There is no such disposition.")
    return row


def _read(row: Row[Any]) -> Disposition:
    return Disposition(
        row.id,
        row.label,
        tuple(row.directions.split()),
        tuple(row.ends.split()),
        row.needs_follow_up,
        row.stage,
        row.active,
    )


def _values(of: Disposition) -> dict[str, Any]:
    return {
        "label": of.label,
        "directions": " ".join(of.directions),
        "ends": " ".join(of.ends),
        "needs_follow_up": of.needs_follow_up,
        "stage": of.stage,
        "active": of.active,
    }


def _checked(tx: Connection, wanted: Disposition, before: Disposition | None) -> Disposition:
    label = " ".join(wanted.label.split())
    if not label or not label.isprintable():
        raise BadDisposition("A disposition needs a name.")
    if len(label) > LONGEST:
        raise BadDisposition(f"A disposition's name has at most {LONGEST} characters.")
    # As it will stand in the list, or two names that differ by a masked number would meet only there.
    label = as_kept(disposition.c.label, label)
    others = (each for each in listed(tx, retired=True) if before is None or each.id != before.id)
    if any(each.label.casefold() == label.casefold() for each in others):
        raise BadDisposition(f"There is a disposition “{label}” already; a retired one can be taken back.")
    directions, ends = _some(wanted.directions, DIRECTIONS), _some(wanted.ends, ENDS)
    if not directions:
        raise BadDisposition("Choose at least one kind of call: inbound, outbound or campaign.")
    if not ends:
        raise BadDisposition("Choose at least one end: talked or unanswered.")
    stage = wanted.stage or None
    if stage is not None and stages.find(tx, stage) is None and (before is None or before.stage != stage):
        raise BadDisposition(f"There is no stage “{stage[: stages.LONGEST]}”.")
    return Disposition(0, label, directions, ends, wanted.needs_follow_up, stage, wanted.active)


def _some(given: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    """Those of ``known`` that were given, in the known order. Raises ``BadDisposition`` for another word."""
    asked = set(given)
    strange = asked - set(known)
    if strange:
        raise BadDisposition(f"“{min(strange)[:40]}” is none of {', '.join(known)}.")
    return tuple(word for word in known if word in asked)


def _said(of: Disposition) -> str:
    """What the audit keeps of it."""
    more = [" ".join(of.directions), " ".join(of.ends)]
    more += ["needs a follow-up"] if of.needs_follow_up else []
    more += [f"to {of.stage}"] if of.stage else []
    more += [] if of.active else ["retired"]
    return f"{of.label} ({', '.join(more)})"
