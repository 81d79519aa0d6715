"""The institution's stages and their sub-stages: the list admins keep, and moving a lead along it.

A lead's row holds the names, not ids, because other systems tell stages by name too (the public API). While no
stage is defined, the list is made of the stages that leads are in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from models.rules.access import Role, Viewer
from models.store import audit
from models.store.base import Store
from models.tables.base import as_kept
from models.tables.leads import lead
from models.tables.work import disposition, stage

LONGEST = 80
IN_USE = 60
"""So many of the stages in use are offered while none is defined."""


class BadStage(ValueError):
    """There is no such stage, or it cannot be called so. The message is for who typed it."""


@dataclass(frozen=True, slots=True)
class SubStage:
    """A part of a stage. ``id`` 0: in use, not defined."""

    id: int
    name: str
    needs_follow_up: bool
    active: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. ``id`` 0: some lead is in it, but no admin defined it. Retired ones are not ``active``."""

    id: int
    name: str
    needs_follow_up: bool
    active: bool = True
    subs: list[SubStage] = field(default_factory=list)


def defined(tx: Connection, *, retired: bool = False) -> list[Stage]:
    """The admins' list in its order; with ``retired`` also what is no longer chosen."""
    rows = tx.execute(select(stage).order_by(stage.c.position, stage.c.id)).all()
    return [
        Stage(
            row.id,
            row.name,
            row.needs_follow_up,
            row.active,
            [
                SubStage(sub.id, sub.name, sub.needs_follow_up, sub.active)
                for sub in rows
                if sub.parent_id == row.id and (sub.active or retired)
            ],
        )
        for row in rows
        if row.parent_id is None and (row.active or retired)
    ]


def choosable(tx: Connection) -> list[Stage]:
    """What a lead can be moved to: the defined list, or, while there is none, the stages in use by name."""
    return defined(tx) or [Stage(0, name, False) for name in _in_use(tx)]


def _in_use(tx: Connection) -> Sequence[str]:
    """The commonest stages of leads, by name."""
    often = (
        select(lead.c.stage)
        .where(lead.c.merged_into.is_(None))
        .group_by(lead.c.stage)
        .order_by(func.count().desc(), lead.c.stage)
        .limit(IN_USE)
    )
    return sorted(tx.scalars(often), key=str.casefold)


def add(
    store: Store, viewer: Viewer, name: str, *, parent_id: int | None = None, needs_follow_up: bool = False
) -> int:
    """Put a stage, or a sub-stage of ``parent_id``, at the end of its list; its id.

    Raises ``BadStage``, and ``PermissionError`` for who is no admin.
    """
    _require_admin(viewer)
    wanted = _name(name)

    def work(tx: Connection) -> int:
        if parent_id is not None and _row(tx, parent_id).parent_id is not None:
            raise BadStage("A sub-stage cannot have sub-stages.")
        _require_new(tx, wanted, parent_id)
        last = tx.scalar(select(func.max(stage.c.position)).where(_beside(parent_id)))
        values = {
            "name": wanted,
            "parent_id": parent_id,
            "position": (last or 0) + 1,
            "needs_follow_up": needs_follow_up,
            "active": True,
        }
        made: int = tx.execute(insert(stage).values(values).returning(stage.c.id)).scalar_one()
        audit.by_person(tx, store.now(), viewer, "stage.added", f"stage:{made}", wanted)
        return made

    added: int = store.write(work)
    return added


def rename(store: Store, viewer: Viewer, stage_id: int, name: str) -> None:
    """Call it otherwise from now on: leads that are in it, and dispositions that lead to it, follow.

    What the history says stays as it was said. Raises ``BadStage`` and ``PermissionError``.
    """
    _require_admin(viewer)
    wanted = _name(name)

    def work(tx: Connection) -> None:
        row = _row(tx, stage_id)
        if row.name == wanted:
            return
        if row.name.casefold() != wanted.casefold():
            _require_new(tx, wanted, row.parent_id)
        tx.execute(update(stage).where(stage.c.id == stage_id).values(name=wanted))
        now = store.now()
        if row.parent_id is None:
            inside, moved = lead.c.stage == row.name, {"stage": wanted}
            tx.execute(update(disposition).where(disposition.c.stage == row.name).values(stage=wanted))
        else:
            within = _row(tx, row.parent_id).name
            inside = (lead.c.stage == within) & (lead.c.sub_stage == row.name)
            moved = {"sub_stage": wanted}
        tx.execute(update(lead).where(inside).values(**moved, updated_at=now))
        audit.by_person(tx, now, viewer, "stage.renamed", f"stage:{stage_id}", f"{row.name} → {wanted}")

    store.write(work)


def change(
    store: Store,
    viewer: Viewer,
    stage_id: int,
    *,
    needs_follow_up: bool | None = None,
    active: bool | None = None,
) -> None:
    """Say whether it needs a follow-up, retire it (``active=False``: leads stay in it, none is moved there any
    more) or take it back. Raises ``BadStage`` and ``PermissionError``."""
    _require_admin(viewer)
    told = {"needs_follow_up": needs_follow_up, "active": active}
    values = {name: value for name, value in told.items() if value is not None}

    def work(tx: Connection) -> None:
        _row(tx, stage_id)
        tx.execute(update(stage).where(stage.c.id == stage_id).values(values))
        said = ", ".join(f"{name}={value}" for name, value in values.items())
        audit.by_person(tx, store.now(), viewer, "stage.changed", f"stage:{stage_id}", said)

    if values:
        store.write(work)


def move(store: Store, viewer: Viewer, stage_id: int, step: int) -> None:
    """Change places with the neighbour, ``step`` -1 up or 1 down; at the end of the list nothing changes.

    Raises ``BadStage`` and ``PermissionError``.
    """
    _require_admin(viewer)

    def work(tx: Connection) -> None:
        row = _row(tx, stage_id)
        ids = list(
            tx.scalars(
                select(stage.c.id)
                .where(_beside(row.parent_id), stage.c.active)
                .order_by(stage.c.position, stage.c.id)
            )
        )
        at = ids.index(stage_id) if stage_id in ids else -1
        to = at + (1 if step > 0 else -1)
        if at < 0 or not 0 <= to < len(ids):
            return
        ids[at], ids[to] = ids[to], ids[at]
        for position, each in enumerate(ids):
            tx.execute(update(stage).where(stage.c.id == each).values(position=position))
        audit.by_person(tx, store.now(), viewer, "stage.moved", f"stage:{stage_id}", str(step))

    store.write(work)


def find(tx: Connection, name: str, sub: str | None = None) -> Stage | SubStage | None:
    """The stage, or with ``sub`` its sub-stage, that a lead can be moved to; None when it is not on the list."""
    chosen = next((one for one in choosable(tx) if one.name == name), None)
    if chosen is None or sub is None:
        return chosen
    return next((one for one in chosen.subs if one.name == sub), None)


def _require_admin(viewer: Viewer) -> None:
    if viewer.role is not Role.ADMIN:
        raise PermissionError("only an admin keeps the list of stages")


def _name(given: str) -> str:
    wanted = " ".join(given.split())
    if not wanted:
        raise BadStage("A stage needs a name.")
    if len(wanted) > LONGEST:
        raise BadStage(f"A stage's name has at most {LONGEST} characters.")
    # As it will stand in the list, or two names that differ by a masked number would meet only there.
    kept: str = as_kept(stage.c.name, wanted)
    return kept


def _row(tx: Connection, stage_id: int) -> Row[Any]:
    row = tx.execute(select(stage).where(stage.c.id == stage_id)).one_or_none()
    if row is None:
        raise BadStage("There is no such stage.")
    return row


def _beside(parent_id: int | None) -> ColumnElement[bool]:
    return stage.c.parent_id.is_(None) if parent_id is None else stage.c.parent_id == parent_id


def _require_new(tx: Connection, name: str, parent_id: int | None) -> None:
    """Asked here and not of the index alone: to SQL two stages without a parent are never alike."""
    names = tx.scalars(select(stage.c.name).where(_beside(parent_id)))
    if any(known.casefold() == name.casefold() for known in names):
        raise BadStage(f"There is a stage “{name}” already; a retired one can be taken back.")
