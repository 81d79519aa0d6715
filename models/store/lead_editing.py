"""What people change of a lead: its details and its stage. Audited, and nobody overwrites what they have not seen.

Every change says what its screen showed. When the lead says something else by now, nothing is written and the
newer value is told. It is compared value by value: ``updated_at`` moves with each call as well.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, select, update

from models.rules import redaction
from models.rules.access import Viewer
from models.store import audit, feed, stages
from models.store.base import Store
from models.store.openings import landing, may_open
from models.tables.leads import lead, opening
from models.tables.people import audit as audited
from models.tables.people import person
from models.tables.work import follow_up, stage_change

FIELDS: Mapping[str, tuple[str, int]] = {
    "name": ("Name", 160),
    "email": ("E-mail", 200),
    "programme": ("Programme", 160),
    "city": ("City", 120),
    "language": ("Speaks", 40),
    "region": ("Region", 80),
}
"""What can be changed, what it is called, and how many characters it may have."""
EDITED, MOVED = "lead.edited", "lead.moved"
LOOKED = timedelta(hours=12)
"""Who opened a lead so recently may still have it on a screen."""
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")


class NotEditable(Exception):
    """There is no such lead, or not for this viewer: the two are never told apart."""


class BadDetail(ValueError):
    """The value of ``field`` cannot be kept; the message is for who typed it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True)
class Outcome:
    """``saved`` is False when somebody was faster: ``newer`` is then what the lead says now, and ``by`` who
    changed it (None: another system, or not known). ``needs_follow_up``: the stage asks for one, and none is open."""

    saved: bool
    values: dict[str, str]
    newer: dict[str, str]
    by: str | None = None
    needs_follow_up: bool = False


def shown(value: str | None) -> str:
    """A detail as screens have it: an address may be somebody's number, ``••••• ••321@example.org``."""
    return redaction.numbers(value or "")


def edit(
    store: Store, viewer: Viewer, lead_id: int, changes: Mapping[str, str], seen: Mapping[str, str]
) -> Outcome:
    """Change details; ``seen`` is what the screen showed of each. An empty value empties the detail.

    Raises ``NotEditable`` and ``BadDetail``.
    """
    wanted = {name: _checked(name, value, seen.get(name, "")) for name, value in changes.items()}
    with store.read() as tx:  # before the shared commit, which a refusal would make all others redo
        require(tx, viewer, lead_id)

    def work(tx: Connection) -> Outcome | None:
        there = landing(tx, viewer, lead_id)
        if there is None:
            return None
        row = _row(tx, there)
        told = {name: value for name, value in wanted.items() if value != shown(getattr(row, name))}
        newer = {
            name: shown(getattr(row, name))
            for name in told
            if shown(getattr(row, name)) != shown(seen.get(name, ""))
        }
        if newer:
            return Outcome(False, {}, newer, _last_hand(tx, there))
        if told:
            now = store.now()
            values = {name: value or None for name, value in told.items()}
            tx.execute(update(lead).where(lead.c.id == there).values(**values, updated_at=now))
            audit.by_person(tx, now, viewer, EDITED, f"lead:{there}", ", ".join(sorted(told)))
            announce(store, tx, there, row.owner_id, now)
        return Outcome(True, {name: shown(value) for name, value in told.items()}, {})

    return _done(store.write(work))


def move(
    store: Store,
    viewer: Viewer,
    lead_id: int,
    to: tuple[str, str | None],
    seen: tuple[str, str | None],
) -> Outcome:
    """Move the lead to a stage and perhaps a sub-stage; ``seen`` is where the screen showed it.

    Raises ``NotEditable``, and ``BadDetail`` for a stage that is not on the list.
    """
    with store.read() as tx:
        require(tx, viewer, lead_id)
        chosen = stages.find(tx, to[0]), stages.find(tx, *to)
    if None in chosen:
        raise BadDetail("stage", "This stage is not on the institution's list.")
    asks = any(each.needs_follow_up for each in chosen if each)

    def work(tx: Connection) -> Outcome | None:
        there = landing(tx, viewer, lead_id)
        if there is None:
            return None
        row = _row(tx, there)
        at = (row.stage, row.sub_stage)
        values = {"stage": to[0], "sub_stage": to[1] or ""}
        if at not in (seen, to):
            newer = {"stage": row.stage, "sub_stage": row.sub_stage or ""}
            return Outcome(False, {}, newer, _last_mover(tx, there))
        put_stage(store, tx, viewer, there, to)
        return Outcome(True, values, {}, needs_follow_up=asks and not _has_follow_up(tx, there))

    return _done(store.write(work))


def put_stage(store: Store, tx: Connection, viewer: Viewer, lead_id: int, to: tuple[str, str | None]) -> bool:
    """Inside a commit under way: move the lead, keep the change, tell open screens. False: it was there already.

    The caller has made sure that the viewer may, and that the stage is on the list.
    """
    row = _row(tx, lead_id)
    if (row.stage, row.sub_stage) == to:
        return False
    now = store.now()
    note_move(tx, lead_id, viewer.person_id, (row.stage, row.sub_stage), to, now)
    tx.execute(update(lead).where(lead.c.id == lead_id).values(stage=to[0], sub_stage=to[1], updated_at=now))
    audit.by_person(tx, now, viewer, MOVED, f"lead:{lead_id}", f"{_path(*to)}")
    announce(store, tx, lead_id, row.owner_id, now)
    return True


def note_move(
    tx: Connection,
    lead_id: int,
    person_id: int,
    was: tuple[str, str | None],
    to: tuple[str, str | None],
    now: datetime,
) -> None:
    """Keep that the lead moved; ``person_id`` 0 is another system, by the API."""
    tx.execute(
        insert(stage_change).values(
            lead_id=lead_id,
            person_id=person_id,
            at=now,
            from_stage=was[0],
            from_sub=was[1],
            to_stage=to[0],
            to_sub=to[1],
        )
    )


def announce(
    store: Store,
    tx: Connection,
    lead_id: int,
    owner_id: int | None,
    now: datetime,
    gone_id: int | None = None,
    gone_owner: int | None = None,
) -> None:
    """Tell the screens that may show this lead that it changed; what it says now they ask for themselves.

    ``gone_id``: another lead that became part of it, which some of them may show; ``gone_owner``: whose it was.
    """
    since = now - LOOKED
    lookers = tx.scalars(
        select(opening.c.person_id).where(opening.c.lead_id == lead_id, opening.c.at >= since).distinct()
    )
    people = frozenset({*lookers, *(owner for owner in (owner_id, gone_owner) if owner)})
    bodies = [{"lead_id": lead_id}]
    if gone_id is not None:
        bodies.append({"lead_id": gone_id, "kept_id": lead_id})
    if people:
        feed.append(tx, store.db, now, [feed.News("lead", feed.Audience(people), body) for body in bodies])


def require(tx: Connection, viewer: Viewer, lead_id: int) -> None:
    """Raises ``NotEditable`` unless the viewer may change this lead: who may open it may."""
    if not may_open(tx, viewer, lead_id):
        raise NotEditable


def _done(found: Outcome | None) -> Outcome:
    """A refusal is carried out of the shared commit as a value: raised inside, all others would redo theirs."""
    if found is None:
        raise NotEditable
    return found


def _checked(name: str, value: str, seen: str) -> str:
    if name not in FIELDS:
        raise BadDetail(name[:40], "This cannot be changed here.")
    word, longest = FIELDS[name]
    kept = " ".join(value.split())
    if len(kept) > longest:
        raise BadDetail(name, f"{word} has at most {longest} characters.")
    if not kept.isprintable():
        raise BadDetail(name, f"{word} has a character that cannot be shown.")
    if name == "name" and not kept:
        raise BadDetail(name, "A lead needs a name.")
    if kept == seen:
        return kept
    if name == "email":
        return _email(kept)
    if redaction.holds_number(kept):
        raise BadDetail(name, "A phone number cannot stand here: everybody who sees the lead would see it.")
    return kept


def _email(given: str) -> str:
    if "•" in given:
        raise BadDetail("email", "Type the whole address: a part of it is hidden here.")
    if given and not ADDRESS.fullmatch(given):
        raise BadDetail("email", "This is no e-mail address: it should read like name@example.org.")
    return given.lower()


def _row(tx: Connection, lead_id: int) -> Row[Any]:
    return tx.execute(select(lead).where(lead.c.id == lead_id)).one()


def _path(stage: str, sub: str | None) -> str:
    return f"{stage} › {sub}" if sub else stage


def _last_hand(tx: Connection, lead_id: int) -> str | None:
    return tx.scalar(
        select(person.c.name)
        .join(audited, audited.c.person_id == person.c.id)
        .where(audited.c.action == EDITED, audited.c.subject == f"lead:{lead_id}")
        .order_by(audited.c.id.desc())
        .limit(1)
    )


def _last_mover(tx: Connection, lead_id: int) -> str | None:
    return tx.scalar(
        select(person.c.name)
        .join(stage_change, stage_change.c.person_id == person.c.id)
        .where(stage_change.c.lead_id == lead_id)
        .order_by(stage_change.c.at.desc(), stage_change.c.id.desc())
        .limit(1)
    )


def _has_follow_up(tx: Connection, lead_id: int) -> bool:
    return bool(
        tx.scalar(select(exists().where(follow_up.c.lead_id == lead_id, follow_up.c.state == "open")))
    )
